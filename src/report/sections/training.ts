// Section 3: the three steps of training, published settings beside ours, curves, the cache of teacher logits.
import type { Language } from "../../base/language";
import { trainingCurves } from "../../figures/training-curves";
import type { Published } from "../../results/published";
import type { StudyResults } from "../../results/study-results";
import { inOrder, type SystemId, systemsOf } from "../../results/systems";
import type { TrainingRun } from "../../results/training";
import type { Cell, DocumentBuilder } from "../document";
import { countCell, fixed, fixedCell, type TimeWords, timeCell } from "../format";
import type { Names } from "../names";
import { type Amount, amountOf, pathOf, type Quantity, quantity, shown } from "../quantity";

/** In the order of the table; a setting that is not here comes last under its own name. */
export type SettingName =
  | "epochs"
  | "batchSize"
  | "learningRate"
  | "steps"
  | "seed"
  | "rank"
  | "loraAlpha"
  | "temperature"
  | "entropyShare";

export interface TrainingWords {
  heading: string;
  notMeasured: string;
  steps(counts: { train: string; validation: string }): { name: string; text: string }[];
  /** What the control is for, and whether it took as many steps as the distilled student. */
  control(steps: { control: string; distilled: string; same: boolean } | undefined): string;
  settings: {
    caption: string;
    setting: string;
    original: string;
    trainItems: string;
    validationItems: string;
    names: Record<SettingName, string>;
    note(original: { teacher: string; method: string }): string;
    same: string;
    different(names: string[], smallModels: boolean): string;
  };
  losses: {
    caption: string;
    columns: Record<
      "system" | "steps" | "lastTraining" | "bestValidation" | "lastValidation" | "speed" | "time",
      string
    >;
    note: string;
  };
  figure: { caption: string; alt: string };
  cache(shown: Record<"tokens" | "topK" | "bytes" | "error" | "entropy", string>): string;
  cacheNotMeasured: string;
  time: TimeWords;
}

/** LoRA's scale and the share of cross-entropy in distillation are both called alpha: two rows of the table. */
function settingKey(system: SystemId, name: string): string {
  if (name !== "alpha") return name;
  return system === "distilled" ? "entropyShare" : "loraAlpha";
}

const sourceKey = (name: string): string =>
  name === "entropyShare" || name === "loraAlpha" ? "alpha" : name;

function settingCell(amount: Amount | string | undefined): Cell {
  if (amount === undefined) return "–";
  if (typeof amount === "string") return amount;
  const value = amountOf(amount);
  if (value !== 0 && Math.abs(value) < 0.01) {
    return { text: shown(amount, value.toExponential().replace("e-", "e\u2212")), value };
  }
  const digits = Number.isInteger(value) ? 0 : 3;
  const text = fixed(value, digits).replace(/(\.\d*?)0+$/, "$1");
  return { text: shown(amount, text), value };
}

const runPath = (run: TrainingRun, ...keys: string[]) => pathOf("results", "training", run.name, ...keys);

/** Optimizer steps of a run. */
const stepsTaken = (results: StudyResults, run: TrainingRun | undefined): Quantity | undefined =>
  run && quantity({ results }, `count(${runPath(run, "curve")}/*/step)`);

function settingsTable(
  doc: DocumentBuilder,
  results: StudyResults,
  published: Published,
  words: TrainingWords,
  names: Names,
): void {
  const runs = inOrder(results.training, systemsOf(results));
  const labels = words.settings.names as Record<string, string>;
  const original = (key: string) => quantity({ published }, pathOf("published", "settings", key));
  const known = Object.keys(labels);
  const keys = [
    ...new Set(runs.flatMap((run) => Object.keys(run.settings).map((key) => settingKey(run.system, key)))),
  ].sort((a, b) => ((known.indexOf(a) + 99) % 99) - ((known.indexOf(b) + 99) % 99));
  const published3 = ["epochs", "batchSize", "learningRate"];
  const setting = (run: TrainingRun, key: string): Amount | string | undefined => {
    const name = sourceKey(key);
    const value = run.settings[name];
    if (value === undefined || settingKey(run.system, name) !== key) return undefined;
    return typeof value === "string" ? value : quantity({ results }, runPath(run, "settings", name));
  };
  const count = (split: string) => quantity({ results }, pathOf("results", "counts", split));
  const same = (amount: Quantity | undefined): Cell[] => runs.map(() => countCell(amount));
  const teacher = results.training.find((run) => run.system === "lora-teacher");
  const different = published3.filter((key) => teacher?.settings[key] !== original(key)?.value);
  const compared = !teacher
    ? ""
    : different.length === 0
      ? words.settings.same
      : words.settings.different(
          different.map((key) => labels[key]!),
          results.profile !== "paper",
        );
  doc.table({
    id: "training-settings",
    caption: words.settings.caption,
    columns: [
      { label: words.settings.setting, align: "left", weight: 1.6 },
      { label: words.settings.original, align: "right", weight: 1 },
      ...runs.map((run) => ({ label: names.system(run.system), align: "right" as const, weight: 1 })),
    ],
    rows: [
      [words.settings.trainItems, countCell(original("trainItems")), ...same(count("train"))],
      [words.settings.validationItems, countCell(original("validationItems")), ...same(count("validation"))],
      ...keys.map((key) => [
        labels[key] ?? key,
        settingCell(published3.includes(key) ? original(key) : undefined),
        ...runs.map((run) => settingCell(setting(run, key))),
      ]),
    ],
    note: `${words.settings.note(published.settings)}${compared}`,
  });
}

function lossRow(results: StudyResults, run: TrainingRun, words: TrainingWords, names: Names): Cell[] {
  const of = (formula: string, ...path: string[]) =>
    quantity({ results }, `${formula}(${runPath(run, path[0]!)}/*/${path[1]})`);
  return [
    names.system(run.system),
    countCell(stepsTaken(results, run)),
    fixedCell(of("last", "curve", "loss"), 3),
    fixedCell(of("min", "validation", "loss"), 3),
    fixedCell(of("last", "validation", "loss"), 3),
    countCell(of("mean", "curve", "tokensPerSecond")),
    timeCell(quantity({ results }, runPath(run, "seconds")), words.time),
  ];
}

/** Writes section 3. */
export function trainingSection(
  doc: DocumentBuilder,
  results: StudyResults,
  published: Published,
  words: TrainingWords,
  names: Names,
  language: Language,
): void {
  doc.heading(1, words.heading);
  const read = (...path: string[]) => quantity({ results }, pathOf("results", ...path)) ?? Number.NaN;
  const count = (split: string) => fixed(read("counts", split), 0);
  doc.list(
    words
      .steps({ train: count("train"), validation: count("validation") })
      .map(({ name, text }) => [{ strong: name }, text]),
  );
  const steps = (system: SystemId) =>
    stepsTaken(
      results,
      results.training.find((run) => run.system === system),
    );
  const [control, distilled] = [steps("full-student"), steps("distilled")];
  doc.paragraph(
    words.control(
      control &&
        distilled && {
          control: fixed(control, 0),
          distilled: fixed(distilled, 0),
          same: control.value === distilled.value,
        },
    ),
  );
  if (results.training.length === 0) {
    doc.paragraph(words.notMeasured);
    return;
  }
  settingsTable(doc, results, published, words, names);
  const { columns } = words.losses;
  doc.table({
    id: "training-losses",
    caption: words.losses.caption,
    columns: [
      { label: columns.system, align: "left", weight: 2 },
      { label: columns.steps, align: "right" },
      { label: columns.lastTraining, align: "right", weight: 1.2 },
      { label: columns.bestValidation, align: "right", weight: 1.2 },
      { label: columns.lastValidation, align: "right", weight: 1.2 },
      { label: columns.speed, align: "right" },
      { label: columns.time, align: "right", weight: 1.2 },
    ],
    rows: inOrder(results.training, systemsOf(results)).map((run) => lossRow(results, run, words, names)),
    note: words.losses.note,
  });
  doc.figure({
    id: "training-curves",
    ...words.figure,
    figure: trainingCurves(results.training, systemsOf(results), language),
  });
  doc.paragraph(
    !results.cache || results.cache.tokens === 0
      ? words.cacheNotMeasured
      : words.cache({
          tokens: fixed(read("cache", "tokens"), 0),
          topK: fixed(read("cache", "topK"), 0),
          bytes: fixed(read("cache", "bytesPerToken"), 1),
          error: fixed(read("cache", "klError"), 4),
          entropy: fixed(read("cache", "teacherEntropy"), 2),
        }),
  );
}
