// What fits the schema of a study file and still cannot be: names of nothing, fields that exclude each other.
import { suggestion } from "../../base/nearest";
import { TEMPERATURES } from "../../distillation/cache-row";
import {
  ACROSS_VOCABULARIES_NAMES,
  isAcrossVocabularies,
  isSoftened,
  needsDrawn,
  needsOwnTexts,
} from "../../distillation/loss-conditions";
import { AN_ENCODER } from "../../models/encoder-config";
import { type Recipe, type Study, teachersOf } from "./definition";

export interface Problem {
  at: string[];
  message: string;
}

const TAKE_AWAY = "null takes it away.";
/** Tails that are estimates or leave terms out. */
const FORWARD_KL_ONLY = ["renormalise-teacher", "drop", "sampled"];

/** All contradictions of a study whose fields are of the right kind. */
export function contradictions(study: Study): Problem[] {
  const named = (at: string[], name: string, kind: "models" | "recipes"): Problem[] => {
    const known = Object.keys(study[kind]);
    if (known.includes(name)) return [];
    const message = `${kind} has no "${name}".${suggestion(name, known)} Known: ${known.join(", ")}.`;
    return [{ at, message }];
  };
  return [
    ...ofModels(study.models),
    ...ofData(study.data),
    ...study.compared.flatMap((name, i) => named(["compared", String(i)], name, "models")),
    ...named(["encoder", "model"], study.encoder.model, "models"),
    ...ofEncoder(study),
    ...Object.entries(study.recipes).flatMap(([id, recipe]) => {
      const at = ["recipes", id];
      return [
        ...named([...at, "base"], recipe.base, "models"),
        ...teachersOf(recipe).flatMap((teacher, i) => {
          const place = i === 0 ? ["recipe"] : ["others", String(i - 1), "recipe"];
          return named([...at, "teacher", ...place], teacher, "recipes");
        }),
        ...[
          ...ofTuning(recipe),
          ...ofLoss(recipe),
          ...ofTexts(recipe),
          ...ofStates(recipe),
          ...ofValidation(recipe),
          ...ofTeachers(study.recipes, id),
        ].map((problem) => ({ ...problem, at: [...at, ...problem.at] })),
      ];
    }),
  ];
}

function ofModels(models: Study["models"]): Problem[] {
  return Object.entries(models).flatMap(([id, source]) => {
    const { folder, gguf, hub, thumbnail, from, revision, width } = source;
    const problems: Problem[] = [];
    const say = (at: string[], message: string) => problems.push({ at: ["models", id, ...at], message });
    const sources = Object.entries({ folder, gguf, hub, thumbnail, from }).filter(
      ([, value]) => value !== undefined,
    );
    if (sources.length !== 1) {
      const found = sources.map(([name]) => name).join(" and ") || "none";
      say([], `expected one of folder, gguf, hub, thumbnail and from, found ${found}.`);
    }
    if (revision !== undefined && hub === undefined) say(["revision"], "belongs to hub.");
    if ((width === undefined) !== (thumbnail === undefined))
      say(["width"], "width and thumbnail belong together.");
    else if (width !== undefined && width % 8 !== 0)
      say(["width"], `expected a multiple of 8, found ${width}.`);
    const changes = (["vocabulary", "layers", "chatTemplate"] as const).filter((name) => source[name]);
    if (from === undefined) for (const name of changes) say([name], "belongs to from.");
    else if (changes.length === 0)
      say(["from"], "with vocabulary, layers or chatTemplate: as it stands it would be a copy.");
    else if (source.vocabulary && source.layers)
      say(["layers"], "vocabulary or layers, not both: make one model from the other.");
    if (from !== undefined) problems.push(...ofOrigins(models, id));
    return problems;
  });
}

/** What a model is made from must be there, and not be made from the model itself. */
function ofOrigins(models: Study["models"], id: string): Problem[] {
  const at = ["models", id, "from"];
  const seen = [id];
  for (let next = models[id]!.from; next !== undefined; next = models[next]!.from) {
    if (!models[next]) {
      const known = Object.keys(models);
      return [
        { at, message: `models has no "${next}".${suggestion(next, known)} Known: ${known.join(", ")}.` },
      ];
    }
    if (seen.includes(next)) {
      return [{ at, message: `models that are made from each other: ${[...seen, next].join(" <- ")}.` }];
    }
    seen.push(next);
  }
  return [];
}

/** Of GGUF files decoders are read alone. */
function ofEncoder({ models, encoder }: Study): Problem[] {
  const { folder, hub } = models[encoder.model] ?? {};
  const place = folder ?? hub;
  return place !== undefined && /\.gguf$/i.test(place)
    ? [{ at: ["encoder", "model"], message: `expected ${AN_ENCODER}, found the GGUF file ${place}.` }]
    : [];
}

function ofData({ counts, file }: Study["data"]): Problem[] {
  if (file !== undefined)
    return counts ? [{ at: ["data"], message: "expected counts or file, found both." }] : [];
  return (["train", "validation", "test-in-domain", "test-other"] as const)
    .filter((split) => counts?.[split] === undefined)
    .map((split) => ({ at: ["data", "counts", split], message: "missing; or give data.file." }));
}

function ofTuning({ tune, lora, quantised, optimiser, teacher }: Recipe): Problem[] {
  const problems: Problem[] = [];
  if (lora && tune !== "lora")
    problems.push({ at: ["lora"], message: `belongs to tune: lora, found tune: ${tune}; ${TAKE_AWAY}` });
  if (quantised && tune !== "full")
    problems.push({ at: ["quantised"], message: `belongs to tune: full, found tune: ${tune}; ${TAKE_AWAY}` });
  if (optimiser && tune === "none")
    problems.push({ at: ["optimiser"], message: `tune: none trains nothing; ${TAKE_AWAY}` });
  if (teacher && tune === "none")
    problems.push({ at: ["teacher"], message: `tune: none learns nothing; ${TAKE_AWAY}` });
  return problems;
}

function ofLoss({ loss, teacher }: Recipe): Problem[] {
  if (!loss) return [];
  if (!teacher || teacher.source === "texts") {
    const why = teacher ? "texts alone are learnt by cross-entropy" : "there is no teacher";
    return [{ at: ["loss"], message: `belongs to a teacher's distributions, but ${why}; ${TAKE_AWAY}` }];
  }
  const { temperature, tail, divergence } = loss;
  const across = isAcrossVocabularies(divergence);
  if ((teacher.source === "other-vocabulary") !== across) {
    const names = ACROSS_VOCABULARIES_NAMES.join(", ");
    const message = `source: other-vocabulary goes with ${names} and they with it, found source: ${teacher.source} and ${divergence}.`;
    return [{ at: ["loss", "divergence"], message }];
  }
  if (across && !isSoftened(divergence) && temperature !== 1) {
    const message = `"${divergence}" compares likelihoods of texts, which no temperature softens: expected 1, found ${temperature}.`;
    return [{ at: ["loss", "temperature"], message }];
  }
  if (teacher.source === "online" || across)
    return tail ? [{ at: ["loss", "tail"], message: `belongs to stored logits; ${TAKE_AWAY}` }] : [];
  const problems: Problem[] = [];
  const stored: readonly number[] = TEMPERATURES;
  if (tail !== "renormalise" && !stored.includes(temperature)) {
    const message = `stored logits are exact at ${stored.join(", ")}, found ${temperature}; or take tail: renormalise or source: online.`;
    problems.push({ at: ["loss", "temperature"], message });
  }
  if (teacher.server && tail !== "renormalise" && temperature !== 1) {
    const message = `a server tells probabilities at temperature 1 alone, found ${temperature}; or take tail: renormalise.`;
    problems.push({ at: ["loss", "temperature"], message });
  }
  if (teacher.server && tail === "prior")
    problems.push({
      at: ["loss", "tail"],
      message: `"prior" is measured on the teacher's weights; ${TAKE_AWAY}`,
    });
  if (tail && FORWARD_KL_ONLY.includes(tail) && divergence !== "forward-kl")
    problems.push({ at: ["loss", "tail"], message: `"${tail}" goes with forward-kl, found ${divergence}.` });
  if (tail === "sampled" && !teacher.samples)
    problems.push({ at: ["loss", "tail"], message: '"sampled" needs teacher.samples.' });
  return problems;
}

function ofStates({ states, teacher }: Recipe): Problem[] {
  if (!states || teacher?.source === "online") return [];
  const found = teacher ? `source: ${teacher.source}` : "no teacher";
  const message = `hidden states are those of a teacher with source: online, found ${found}; ${TAKE_AWAY}`;
  return [{ at: ["states"], message }];
}

/** A student's own texts are scored as they come: by a teacher in memory, and by its distributions. */
function ofTexts({ texts, teacher, loss }: Recipe): Problem[] {
  if (!texts) {
    if (loss && needsOwnTexts(loss)) {
      const message = `"${loss.divergence}" is of given texts and of the student's own: it needs texts: {"from": "student"}.`;
      return [{ at: ["loss", "divergence"], message }];
    }
    if (!loss || !needsDrawn(loss)) return [];
    const message = `"${loss.divergence}" looks at the tokens that the student drew: it needs texts: {"from": "student", "share": 1}.`;
    return [{ at: ["loss", "divergence"], message }];
  }
  if (teacher?.source !== "online") {
    const found = teacher ? `source: ${teacher.source}` : "no teacher";
    return [
      {
        at: ["texts"],
        message: `the student's texts need a teacher with source: online, found ${found}; ${TAKE_AWAY}`,
      },
    ];
  }
  if (loss && needsDrawn(loss) && (texts.share < 1 || texts.beside)) {
    const message = `"${loss.divergence}" looks at the tokens that the student drew: all texts must be its own, found ${texts.beside ? "the data's beside them" : texts.share}.`;
    return [{ at: ["texts", texts.beside ? "beside" : "share"], message }];
  }
  if (loss && texts.share === 1 && !texts.beside && loss.alpha > 0) {
    const message = `with all texts the student's own there are no targets for cross-entropy: expected 0, found ${loss.alpha}.`;
    return [{ at: ["loss", "alpha"], message }];
  }
  return [];
}

function ofValidation({ training }: Recipe): Problem[] {
  const { keep, rougeItems } = training.validation;
  if (keep !== "rouge1" || rougeItems > 0) return [];
  const message = "the best step is kept by ROUGE-1, but rougeItems is 0: nothing would be measured.";
  return [{ at: ["training", "validation", "keep"], message }];
}

function ofTeachers(recipes: Study["recipes"], id: string): Problem[] {
  const { teacher } = recipes[id]!;
  if (!teacher) return [];
  if (teacher.source === "online" || teacher.source === "other-vocabulary") {
    const [extra] = (["topK", "samples"] as const).filter((name) => teacher[name] !== undefined);
    if (extra) {
      return [{ at: ["teacher", extra], message: `a teacher in memory needs no cache; ${TAKE_AWAY}` }];
    }
  }
  if (teacher.prompt && teacher.source !== "online") {
    const message = `a richer prompt needs source: online, found ${teacher.source}; ${TAKE_AWAY}`;
    return [{ at: ["teacher", "prompt"], message }];
  }
  if (teacher.server && (teacher.source === "online" || teacher.source === "other-vocabulary")) {
    const message = `what a server tells is stored: expected source: cache, texts or texts-and-logits, found ${teacher.source}; ${TAKE_AWAY}`;
    return [{ at: ["teacher", "server"], message }];
  }
  if (teacher.server && teacher.samples !== undefined)
    return [{ at: ["teacher", "samples"], message: `a server tells no draws; ${TAKE_AWAY}` }];
  if (teacher.source !== "online") {
    const [several] = (["weight", "topics", "others"] as const).filter((name) => teacher[name] !== undefined);
    if (several) {
      const message = `several teachers are in memory: expected source: online, found ${teacher.source}; ${TAKE_AWAY}`;
      return [{ at: ["teacher", several], message }];
    }
  }
  const circle = wayBack(recipes, id, id, [id]);
  if (!circle) return [];
  const at = ["teacher", "recipe"];
  return circle.length === 1
    ? [{ at, message: "a recipe cannot be its own teacher." }]
    : [{ at, message: `recipes that teach each other: ${[...circle, id].join(" <- ")}.` }];
}

/** The recipes from `from` by its teachers back to `id`; undefined where none of them leads there. */
function wayBack(
  recipes: Study["recipes"],
  id: string,
  from: string,
  way: readonly string[],
): readonly string[] | undefined {
  for (const teacher of recipes[from] ? teachersOf(recipes[from]) : []) {
    if (teacher === id) return way;
    const found = way.includes(teacher) ? undefined : wayBack(recipes, id, teacher, [...way, teacher]);
    if (found) return found;
  }
  return undefined;
}
