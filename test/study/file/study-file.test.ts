// Study files: what they give, what is refused and where, `extends`, changes, and the kept file.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import { type ParseError, parse } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { loadStudy, STUDIES, studyNames } from "../../../src/study/file/load";
import { studySchema } from "../../../src/study/file/schema";

const folder = mkdtempSync(join(tmpdir(), "studies-"));

/** Writes a study file and gives its path. */
function file(text: string, name = "mine.json"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The message with which a study is refused, paths shortened to file names. */
function refusal(text: string, changes: string[] = []): string {
  try {
    loadStudy(file(text), changes);
  } catch (error) {
    return (error as Error).message.replace(/[^\s:]*\/(?=[\w.-]+\.json:\d)/g, "");
  }
  throw new Error("it was not refused");
}

describe("the studies that come with the project", () => {
  it.each(studyNames())("%s fits the published schema", (name) => {
    const errors: ParseError[] = [];
    const value = parse(readFileSync(join(STUDIES, `${name}.json`), "utf8"), errors);
    expect(errors).toEqual([]);
    const validate = new Ajv({ strict: false }).compile(
      JSON.parse(readFileSync(join(STUDIES, "study.schema.json"), "utf8")),
    );
    validate(value);
    expect(validate.errors).toBeNull();
    expect(loadStudy(name).name).toBe(name);
  });

  it("the published schema is the code's: npm run study -- --schema writes it", () => {
    const published = JSON.parse(readFileSync(join(STUDIES, "study.schema.json"), "utf8"));
    expect(published).toEqual(JSON.parse(JSON.stringify(studySchema())));
  });

  it("tiny and paper have the report's counts, tiny its epochs, paper its models, batch and rate", () => {
    const [tiny, paper] = ["tiny", "paper"].map((name) => loadStudy(name)) as [
      ReturnType<typeof loadStudy>,
      ReturnType<typeof loadStudy>,
    ];
    // The results report of 2026-01-12: 1,014 and 200 items, 100 and 106 test texts, 3 epochs, batch 2, LoRA at 2e-4.
    const counts = { train: 1014, validation: 200, "test-in-domain": 100, "test-other": 106 };
    for (const study of [tiny, paper]) {
      expect(study.data.counts).toEqual(counts);
      expect(study.training.epochs).toBe(3);
    }
    expect(paper.training.batchSize).toBe(2);
    expect(paper.recipes["lora-teacher"]!.optimiser).toEqual({ learningRate: 2e-4 });
    expect(paper.compared.map((key) => paper.models[key]!.hub)).toEqual([
      "google/gemma-2-2b-it",
      "Qwen/Qwen3-1.7B",
      "SEOKDONG/llama3.2_1B_korean_v0.2_sft_by_aidx",
      "upstage/SOLAR-10.7B-Instruct-v1.0",
    ]);
    expect(paper.models.teacher!.hub).toBe("google/gemma-2-9b-it");
  });
});

describe("refuses, with place, expectation and what was found:", () => {
  it.each<[string, string, RegExp[]]>([
    [
      "no JSON",
      '{\n "extends": "tiny"\n "name": "x" }',
      [/^mine\.json:3:2: this is no JSON: comma expected at/],
    ],
    ["no object", "[]", [/expected an object in braces/]],
    [
      "a name twice",
      '{"extends": "tiny", "name": "a",\n "name": "b"}',
      [/^mine\.json:2:2: the name "name" stands twice/],
    ],
    [
      "an unknown study to extend",
      '{"extends": "tinny"}',
      [/^mine\.json:1:2: extends tinny: There is no study "tinny"\. Did you mean "tiny"\? Known: /],
    ],
    [
      "an unknown field, with the nearest known one",
      '{"extends": "tiny",\n  "decodng": {}}',
      [/^mine\.json:2:3: decodng: unknown field\. Did you mean "decoding"\? Known here: .*recipes/],
    ],
    [
      "an unknown field deep inside",
      '{"extends": "tiny", "recipes": {"distilled": {\n "loss": {"temprature": 2}}}}',
      [
        /^mine\.json:2:11: recipes\.distilled\.loss\.temprature: unknown field\. Did you mean "temperature"\?/,
      ],
    ],
    [
      "a name of the object's prototype",
      '{"extends": "tiny", "constructor": {}, "recipes": {"__proto__": {}}}',
      [/^mine\.json:1:52: __proto__: unknown field/],
    ],
    [
      "a wrong type",
      '{"extends": "tiny", "training": {"epochs": "three", "recompute": 1}}',
      [/training\.epochs: expected an integer, found "three"/, /recompute: expected a boolean, found 1/],
    ],
    [
      "a number out of its range",
      '{"extends": "tiny", "recipes": {"distilled": {"loss": {"alpha": 1.5, "temperature": 0}}}}',
      [/loss\.alpha: expected at most 1, found 1\.5/, /loss\.temperature: expected above 0, found 0/],
    ],
    [
      "an unknown word",
      '{"extends": "tiny", "recipes": {"distilled": {"loss": {"divergence": "forward-lk"}}}}',
      [/divergence: expected one of forward-kl, .*; found "forward-lk"\. Did you mean "forward-kl"\?/],
    ],
    [
      "what a recipe lacks",
      '{"extends": "tiny",\n "recipes": {"mine": {"tune": "lora", "teacher": {"source": "cache"}}}}',
      [
        "base",
        "optimiser\\.learningRate",
        "lora\\.rank",
        "teacher\\.recipe",
        "teacher\\.topK",
        "loss\\.alpha",
      ].map((field) => new RegExp(`mine\\.json:2:\\d+: recipes\\.mine\\.${field}: missing; `)),
    ],
    [
      "a divergence without its parameter",
      '{"extends": "tiny", "recipes": {"distilled": {"loss": {"divergence": "jsd"}}}}',
      [/loss\.beta: missing; .*Weight of the teacher in the mixture/],
    ],
    [
      "a parameter of another divergence",
      '{"extends": "tiny", "recipes": {"distilled": {"loss": {"beta": 0.5}}}}',
      [/loss\.beta: no parameter of this divergence/],
    ],
    [
      "a model of two sources",
      '{"extends": "tiny", "models": {"student": {"folder": "a", "hub": "b/c"}}}',
      [/models\.student: expected one of folder, gguf, hub, thumbnail and from, found folder and hub/],
    ],
    [
      "a model from a folder and from a GGUF file",
      '{"extends": "tiny", "models": {"student": {"folder": "a", "gguf": "a.gguf"}}}',
      [/models\.student: expected one of folder, gguf, hub, thumbnail and from, found folder and gguf/],
    ],
    [
      "ROUGE without what the tables rest on",
      '{"extends": "tiny", "evaluation": {"tokenizers": ["default", "character"]}}',
      [/evaluation\.tokenizers: expected "whitespace" among them, found \["default","character"\]/],
    ],
    [
      "an unknown tokenizer",
      '{"extends": "tiny", "evaluation": {"tokenizers": ["default", "whitespace", "eojol"]}}',
      [/tokenizers\.2: expected one of default, .*; found "eojol"\. Did you mean "eojeol"\?/],
    ],
    [
      "models made from nothing, from each other, into nothing else or twice at once",
      '{"extends": "tiny", "models": {"a": {"from": "techer", "layers": {"keep": 2, "texts": 1}}, "b": {"from": "c", "vocabulary": {"share": 0}}, "c": {"from": "b", "vocabulary": {"share": 0}}, "d": {"from": "teacher"}, "e": {"from": "teacher", "vocabulary": {"share": 0}, "layers": {"keep": 2, "texts": 1}}, "f": {"folder": "x", "chatTemplate": "y"}}}',
      [
        /models\.a\.from: models has no "techer"\. Did you mean "teacher"\?/,
        /models\.b\.from: models that are made from each other: b <- c <- b/,
        /models\.d\.from: with vocabulary, layers or chatTemplate/,
        /models\.e\.layers: vocabulary or layers, not both/,
        /models\.f\.chatTemplate: belongs to from/,
      ],
    ],
    [
      "names of nothing",
      '{"extends": "tiny", "compared": ["student", "solr"], "encoder": {"model": "encodr"}, "recipes": {"distilled": {"base": "pupil", "teacher": {"recipe": "lora-techer"}}}}',
      [
        /compared\.1: models has no "solr"\. Did you mean "solar"\?/,
        /encoder\.model: models has no "encodr"\. Did you mean "encoder"\?/,
        /distilled\.base: models has no "pupil"\. Known: student, /,
        /teacher\.recipe: recipes has no "lora-techer"\. Did you mean "lora-teacher"\?/,
      ],
    ],
    [
      "an encoder out of a GGUF file",
      '{"extends": "tiny", "models": {"encoder": {"folder": "a/b.gguf"}}}',
      [
        /encoder\.model: expected an encoder .* as a folder of Hugging Face files, found the GGUF file a\/b\.gguf/,
      ],
    ],
    [
      "an adapter where nothing is adapted",
      '{"extends": "tiny", "recipes": {"distilled": {"lora": {"rank": 8, "alpha": 16}}}}',
      [/distilled\.lora: belongs to tune: lora, found tune: full; null takes it away/],
    ],
    [
      "a teacher of what learns nothing",
      '{"extends": "tiny", "recipes": {"untuned": {"teacher": {"recipe": "lora-teacher", "source": "texts", "topK": 8}}}}',
      [/untuned\.teacher: tune: none learns nothing/],
    ],
    [
      "a loss without a teacher",
      '{"extends": "tiny", "recipes": {"full-student": {"loss": {"divergence": "tvd", "alpha": 0, "temperature": 1}}}}',
      [/full-student\.loss: .*there is no teacher/],
    ],
    [
      "a temperature that is not stored",
      '{"extends": "tiny", "recipes": {"distilled": {"loss": {"temperature": 3}}}}',
      [
        /temperature: stored logits are exact at 1, 2, 4, found 3; or take tail: renormalise or source: online/,
      ],
    ],
    [
      "a tail for another divergence",
      '{"extends": "tiny", "recipes": {"distilled": {"loss": {"divergence": "tvd", "tail": "drop"}}}}',
      [/loss\.tail: "drop" goes with forward-kl, found tvd/],
    ],
    [
      "sampled tails without samples",
      '{"extends": "tiny", "recipes": {"distilled": {"loss": {"tail": "sampled"}}}}',
      [/loss\.tail: "sampled" needs teacher\.samples/],
    ],
    [
      "a cache for a teacher in memory",
      '{"extends": "tiny", "recipes": {"distilled": {"teacher": {"source": "online"}}}}',
      [/teacher\.topK: a teacher in memory needs no cache; null takes it away/],
    ],
    [
      "own texts without a teacher in memory, without share, and with targets that are none",
      '{"extends": "tiny", "recipes": {"distilled": {"texts": {"from": "student", "share": 1, "temperature": 1, "buffer": 4}}}}',
      [
        /recipes\.distilled\.texts: the student's texts need a teacher with source: online, found source: cache/,
      ],
    ],
    [
      "own texts without what they need",
      '{"extends": "tiny", "recipes": {"distilled": {"texts": {"from": "student"}}}}',
      [/texts\.share: missing/, /texts\.temperature: missing/, /texts\.buffer: missing/],
    ],
    [
      "cross-entropy on nothing but own texts",
      '{"extends": "ablations-tiny", "recipes": {"full-own-jsd": {"texts": {"share": 1}}}}',
      [/full-own-jsd\.loss\.alpha: with all texts the student's own there are no targets/],
    ],
    [
      "a loss on drawn tokens where none are drawn",
      '{"extends": "tiny", "recipes": {"distilled": {"loss": {"divergence": "policy-gradient"}}}}',
      [/loss\.divergence: "policy-gradient" looks at the tokens that the student drew/],
    ],
    [
      "a loss across vocabularies between equal ones",
      '{"extends": "tiny", "recipes": {"distilled": {"loss": {"divergence": "uld"}}}}',
      [/loss\.divergence: source: other-vocabulary goes with uld, .* found source: cache and uld/],
    ],
    [
      "a richer prompt for a cache",
      '{"extends": "tiny", "recipes": {"distilled": {"teacher": {"prompt": "reference"}}}}',
      [/teacher\.prompt: a richer prompt needs source: online, found cache/],
    ],
    [
      "a rounded adapter",
      '{"extends": "tiny", "recipes": {"lora-student": {"quantised": "int4"}}}',
      [/quantised: belongs to tune: full, found tune: lora/],
    ],
    [
      "teachers in a circle",
      '{"extends": "tiny", "recipes": {"lora-teacher": {"teacher": {"recipe": "distilled", "source": "cache", "topK": 8}, "loss": {"divergence": "tvd", "alpha": 0, "temperature": 1}}}}',
      [
        /lora-teacher\.teacher\.recipe: recipes that teach each other: lora-teacher <- distilled <- lora-teacher/,
      ],
    ],
    [
      "the best step of what is not measured",
      '{"extends": "tiny", "training": {"validation": {"keep": "rouge1"}}}',
      [/validation\.keep: the best step is kept by ROUGE-1, but rougeItems is 0/],
    ],
    [
      "counts beside a file",
      '{"extends": "tiny", "data": {"file": "a.jsonl", "counts": {"train": 3}}}',
      [/data: expected counts or file, found both/],
    ],
    [
      "null for what is not there",
      '{"extends": "tiny", "recipes": {"distilld": null}}',
      [/Did you mean "distilled"/],
    ],
    [
      "an id with capitals",
      '{"extends": "tiny", "recipes": {"Mine": {}}}',
      [/recipes\.Mine: a name here is of small/],
    ],
    ["a folder as its name", '{"extends": "tiny", "name": "../x"}', [/name: expected letters, digits/]],
    [
      "the name of another study",
      '{"extends": "tiny", "name": "smoke"}',
      [/name "smoke" is that of studies\/smoke/],
    ],
  ])("%s", (_, text, messages) => {
    const found = refusal(text);
    for (const message of messages) expect(found).toMatch(message);
  });

  it("a whole study without what it must have", () => {
    const found = refusal('{"models": {}}');
    for (const field of ["data", "recipes", "training.epochs", "decoding.maxNewTokens", "encoder.layer"])
      expect(found).toContain(`: ${field}: missing; `);
  });

  it("studies that extend each other, and a name that nothing has", () => {
    file('{"extends": "./b.json"}', "a.json");
    file('{"extends": "./a.json"}', "b.json");
    expect(() => loadStudy(join(folder, "a.json"))).toThrow(/in a circle: a\.json -> b\.json -> a\.json/);
    expect(() => loadStudy("papr")).toThrow(/no study "papr"\. Did you mean "paper"\? Known: .*paper, /);
    expect(() => loadStudy("./nowhere.json")).toThrow("There is no study file ./nowhere.json");
  });
});

describe("a study that extends another", () => {
  it("has the other's fields but those that it names, and its stages", () => {
    const mine = loadStudy(
      file(`{
        // Comments, and a comma after the last field.
        "extends": "smoke",
        "recipes": { "distilled": { "loss": { "temperature": 2 } }, "full-student": null, },
      }`),
    );
    const smoke = loadStudy("smoke");
    expect(mine.recipes.distilled!.loss).toEqual({ ...smoke.recipes.distilled!.loss, temperature: 2 });
    expect(mine.recipes.distilled!.base).toBe("student");
    expect(Object.keys(mine.recipes)).toEqual(["untuned", "lora-student", "distilled", "lora-teacher"]);
    expect(mine.reuse).toEqual(["smoke", "tiny"]);
    expect(mine.name).toBe("mine");
  });

  it("replaces a model's source and the data's as a whole", () => {
    const mine = loadStudy(
      file(
        '{"extends": "paper", "models": {"student": {"hub": "me/mine"}, "teacher": {"folder": "a"}}, "data": {"file": "b.jsonl"}}',
      ),
    );
    expect(mine.models.student).toEqual({ hub: "me/mine", standsFor: "google/gemma-2-2b-it" });
    expect(mine.models.teacher).toEqual({ folder: "a", standsFor: "google/gemma-2-9b-it" });
    expect(mine.data).toEqual({ file: "b.jsonl" });
  });

  it("gives a recipe the study's training with its own fields, and its id for a name", () => {
    const mine = loadStudy(
      file(
        '{"extends": "tiny", "recipes": {"long": {"base": "student", "tune": "full", "optimiser": {"learningRate": 1e-3}, "training": {"epochs": 9, "validation": {"everySteps": 5}}}}}',
      ),
    );
    const { training } = loadStudy("tiny");
    expect(mine.recipes.long!.training).toEqual({
      ...training,
      epochs: 9,
      validation: { ...training.validation, everySteps: 5 },
    });
    expect(mine.recipes.long!.label).toEqual({ ko: "long", en: "long" });
    expect(mine.recipes.distilled!.training).toEqual(training);
  });
});

it("a GGUF file stands where a folder may", () => {
  const mine = loadStudy(file('{"extends": "paper", "models": {"student": {"gguf": "data/a.gguf"}}}'));
  expect(mine.models.student).toEqual({ folder: "data/a.gguf", standsFor: "google/gemma-2-2b-it" });
});

describe("a recipe that extends another", () => {
  it("has the other's fields but label, and its own", () => {
    const mine = loadStudy(
      file(
        '{"extends": "tiny", "recipes": {"online": {"extends": "soft", "teacher": {"source": "online", "topK": null}}, "soft": {"extends": "distilled", "loss": {"temperature": 2}}}}',
      ),
    );
    const { label: _, ...distilled } = mine.recipes.distilled!;
    expect(mine.recipes.soft).toEqual({
      ...distilled,
      label: { ko: "soft", en: "soft" },
      loss: { ...distilled.loss, temperature: 2 },
    });
    expect(mine.recipes.online!.teacher).toEqual({ recipe: "lora-teacher", source: "online" });
    expect(mine.recipes.online!.loss!.temperature).toBe(2);
  });

  it("is refused where the other is not there, or they extend each other", () => {
    const text = (recipes: string) => `{"extends": "tiny", "recipes": {${recipes}}}`;
    expect(refusal(text('"a": {"extends": "distilld"}'))).toMatch(
      /^mine\.json:1:39: recipes\.a\.extends: there is no other recipe "distilld"\. Did you mean "distilled"\?/,
    );
    expect(refusal(text('"a": {"extends": "b"}, "b": {"extends": "a"}'))).toMatch(
      /recipes that extend each other: a -> b -> a/,
    );
    expect(refusal(text('"a": {"extends": "distilled", "lora": null}'))).toMatch(
      /recipes\.a\.lora: null takes a field away, but there is none/,
    );
  });
});

describe("--set", () => {
  it("changes a field by its type and gives the study a name of its own", () => {
    const set = loadStudy("tiny", [
      "recipes.distilled.loss.temperature=2",
      "training.recompute=true",
      "models.student.folder=12",
      "recipes.untuned=null",
      'compared=["teacher"]',
    ]);
    expect(set.recipes.distilled!.loss!.temperature).toBe(2);
    expect(set.training.recompute).toBe(true);
    expect(set.models.student!.folder).toBe("12");
    expect(set.recipes.untuned).toBeUndefined();
    expect(set.compared).toEqual(["teacher"]);
    expect(set.name).toMatch(/^tiny-set-[0-9a-f]{8}$/);
    expect(set.reuse).toEqual(["tiny"]);
    expect(loadStudy("tiny", ["training.epochs=4"]).name).not.toBe(set.name);
    expect(loadStudy("tiny", ["name=other"]).name).toBe("other");
  });

  it.each<[string, RegExp]>([
    ["training.epochs", /--set training\.epochs: expected PATH=VALUE/],
    ["recipes.distild.loss.temperature=2", /recipes has no "distild"\. Did you mean "distilled"\?/],
    ["recipes.distilled.los.temperature=2", /recipes\.distilled has no "los"\. Did you mean "loss"\?/],
    ["trainig.epochs=2", /a study has no "trainig"\. Did you mean "training"\?/],
    [
      "training.epochs=few",
      /^--set training\.epochs=few: training\.epochs: expected an integer, found "few"/,
    ],
    ["recipes.distilled.loss.temperature=3", /^--set .*: .*: stored logits are exact at/],
  ])("%s is refused", (change, message) => {
    expect(() => loadStudy("tiny", [change])).toThrow(message);
  });
});

it("a resolved study is a study file that gives the same study", () => {
  const mine = loadStudy("smoke", ["recipes.distilled.loss.divergence=tvd"]);
  expect(loadStudy(file(JSON.stringify(mine), "kept.json"))).toEqual(mine);
});

it("--init writes a file that explains every field and is the study tiny", () => {
  const path = join(folder, "new/begun.json");
  mkdirSync(join(folder, "new"));
  const command = ["--require", "tsx/cjs", "src/cli.ts", "study", "--init", path];
  execFileSync(process.execPath, command);
  expect(loadStudy(path)).toEqual({ ...loadStudy("tiny"), name: "begun", reuse: ["tiny"] });
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n");
  for (const name of ["models", "recipes", "temperature", "maxNewTokens", "layer"])
    expect(lines[lines.findIndex((line) => line.includes(`"${name}":`)) - 1], name).toMatch(/^ *\/\/ /);
  expect(() => execFileSync(process.execPath, command, { stdio: "pipe" })).toThrow(/is there already/);
});
