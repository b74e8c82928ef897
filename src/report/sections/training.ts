// Section 3: the three steps of training, published settings beside ours, curves, the cache of teacher logits.

import { trainingCurves } from "../../figures/training-curves";
import type { Published } from "../../results/published";
import type { StudyResults } from "../../results/study-results";
import { inOrder, type SystemId, systemsOf, withRole } from "../../results/systems";
import type { TrainingRun } from "../../results/training";
import { joined, type Said, say } from "../catalogue/said";
import { type DocumentBuilder, headed, left, right } from "../document";
import { controlled } from "../findings/control";
import { count, fixed, seconds } from "../format";
import { nameOf } from "../names";
import { derived, place } from "../origin";
import { amountOf, type Quantity, quantity } from "../quantity";

/** Settings in the order of the table; one that is not here comes last under its own name. */
const SETTINGS = [
  ...(["epochs", "batchSize", "learningRate", "steps", "seed"] as const),
  ...(["rank", "loraAlpha", "temperature", "entropyShare"] as const),
];
type Setting = (typeof SETTINGS)[number];

/** Those that the original states. */
const PUBLISHED = ["epochs", "batchSize", "learningRate"] as const;

/** LoRA's scale and the share of cross-entropy in distillation are both called alpha: two rows of the table. */
const settingKey = (run: TrainingRun, name: string): string =>
  name !== "alpha" ? name : "rank" in run.settings ? "loraAlpha" : "entropyShare";

const isKnown = (key: string): key is Setting => SETTINGS.includes(key as Setting);
const settingName = (key: string): Said => (isKnown(key) ? say(`setting.${key}`) : key);

/** A setting as people write it: small ones as powers of ten, others without zeros at their end. */
function settingSaid(amount: Quantity | string | undefined): Said {
  if (amount === undefined) return "–";
  if (typeof amount === "string") return amount;
  const value = amountOf(amount);
  if (value !== 0 && Math.abs(value) < 0.01)
    return { text: value.toExponential().replace("e-", "e\u2212"), amount };
  if (Number.isInteger(value)) return count(amount);
  return { text: Number(value.toFixed(3)).toLocaleString("en-US"), amount };
}

const runPath = (run: TrainingRun, ...keys: string[]) => place("results", "training", run.name, ...keys);

/** Optimizer steps of a run. */
const stepsTaken = (results: StudyResults, run: TrainingRun | undefined): Quantity | undefined =>
  run && quantity({ results }, derived("count", runPath(run, "curve", "*", "step")));

function settingsTable(doc: DocumentBuilder, results: StudyResults, published: Published): void {
  const runs = inOrder(results.training, systemsOf(results));
  const original = (key: string) => quantity({ published }, place("published", "settings", key));
  const found = new Set(
    runs.flatMap((run) => Object.keys(run.settings).map((name) => settingKey(run, name))),
  );
  const keys = [...SETTINGS.filter((key) => found.has(key)), ...[...found].filter((key) => !isKnown(key))];
  const setting = (run: TrainingRun, key: string) => {
    const name = Object.keys(run.settings).find((own) => settingKey(run, own) === key);
    const value = name === undefined ? undefined : run.settings[name];
    return typeof value === "number" ? quantity({ results }, runPath(run, "settings", name!)) : value;
  };
  const items = (split: "train" | "validation"): Said[] => [
    say(`setting.items.${split}`),
    count(original(`${split}Items`)),
    ...runs.map(() => count(quantity({ results }, place("results", "counts", split)))),
  ];
  const teacherId = withRole(results, "teacher")?.id;
  const teacher = runs.find(({ system }) => system === teacherId);
  const different = PUBLISHED.filter((key) => teacher?.settings[key] !== original(key)?.value);
  const of = { system: teacher ? nameOf(results, teacher.system) : "" };
  const compared = !teacher
    ? []
    : different.length === 0
      ? [say("setting.same", of)]
      : [
          say("setting.different", { ...of, settings: different.map(settingName) }),
          ...(results.profile === "paper" ? [] : [say("setting.small")]),
        ];
  const { teacher: model, method } = published.settings;
  doc.table(
    "training-settings",
    [left(1.6), right(1), ...runs.map(({ system }) => headed(nameOf(results, system), right(1)))],
    [
      items("train"),
      items("validation"),
      ...keys.map((key) => [
        settingName(key),
        settingSaid(PUBLISHED.some((one) => one === key) ? original(key) : undefined),
        ...runs.map((run) => settingSaid(setting(run, key))),
      ]),
    ],
    { note: joined([say("table.training-settings.note", { teacher: model, method }), ...compared], " ") },
  );
}

function lossRow(results: StudyResults, run: TrainingRun): Said[] {
  const of = (formula: string, list: string, key: string) =>
    quantity({ results }, derived(formula, runPath(run, list, "*", key)));
  return [
    nameOf(results, run.system),
    count(stepsTaken(results, run)),
    fixed(of("last", "curve", "loss"), 3),
    fixed(of("min", "validation", "loss"), 3),
    fixed(of("last", "validation", "loss"), 3),
    count(of("mean", "curve", "tokensPerSecond")),
    seconds(quantity({ results }, runPath(run, "seconds"))),
  ];
}

/** What the control is for, and whether it took as many steps as the distilled student. */
function controlPart(doc: DocumentBuilder, results: StudyResults): void {
  const pair = controlled(results);
  if (!pair) return;
  const steps = (system: SystemId) =>
    stepsTaken(
      results,
      results.training.find((run) => run.system === system),
    );
  const [control, distilled] = [steps(pair.control), steps(pair.distilled)];
  const names = { control: nameOf(results, pair.control), distilled: nameOf(results, pair.distilled) };
  const said = [say("training.control", names)];
  if (control && distilled) {
    const taken = { ...names, steps: count(control), distilledSteps: count(distilled) };
    said.push(say(control.value === distilled.value ? "training.sameSteps" : "training.otherSteps", taken));
  }
  doc.paragraph(joined(said, " "));
}

/** Writes section 3. */
export function trainingSection(
  doc: DocumentBuilder,
  { results, published }: { results: StudyResults; published: Published },
): void {
  doc.heading(1, "training.heading");
  const read = (...path: string[]) => quantity({ results }, place("results", ...path));
  const teacher = withRole(results, "teacher");
  if (teacher && withRole(results, "distilled")) {
    const counts = { train: count(read("counts", "train")), validation: count(read("counts", "validation")) };
    doc.list(
      (["tuning", "logits", "distillation"] as const).map((step) => ({
        head: say(`training.${step}.head`),
        text: say(step === "tuning" ? `training.tuning.${teacher.recipe.tune}` : `training.${step}`, counts),
      })),
    );
  }
  controlPart(doc, results);
  if (results.training.length === 0) {
    doc.paragraph(say("training.unmeasured"));
    return;
  }
  settingsTable(doc, results, published);
  const distilled = withRole(results, "distilled");
  const mixed = distilled ? [say("training.mixed", { distilled: distilled.label })] : [];
  doc.table(
    "training-losses",
    [left(2), right(), right(1.2), right(1.2), right(1.2), right(), right(1.2)],
    inOrder(results.training, systemsOf(results)).map((run) => lossRow(results, run)),
    { note: joined([say("table.training-losses.note"), ...mixed], " ") },
  );
  doc.figure("training-curves", trainingCurves(results.training, systemsOf(results), doc.language));
  const cache = (key: string, digits: number) => fixed(read("cache", key), digits);
  doc.paragraph(
    !results.cache || results.cache.tokens === 0
      ? say("training.cache.unmeasured")
      : say("training.cache", {
          ...{ tokens: cache("tokens", 0), topK: cache("topK", 0), bytes: cache("bytesPerToken", 1) },
          ...{ error: cache("klError", 4), entropy: cache("teacherEntropy", 2) },
        }),
  );
}
