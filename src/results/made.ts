// How each number of the artifacts came about, declared beside their types: the stage that makes it, how exactly a new run
// must agree, and what the keys on the way to it name.

/**
 * What a new run elsewhere is held to: the same value; half of the 95 % interval that lies beside the value (another processor
 * rounds otherwise, and a training then goes another way, as with another seed); nothing, as it is a time, a speed or what
 * follows from one; nothing, as no interval says how far it may move.
 */
export type Rerun = "exact" | "interval" | "timing" | "free";

/** What the keys below a field name. */
export type KeyKind =
  | "system"
  | "testSet"
  | "metric"
  | "form"
  | "model"
  | "index"
  | "seed"
  | "run"
  | "item"
  | "stage";

export interface Field {
  /** Of this field and all below it that name none; a function makes it from the field's own key. */
  stage?: string | ((key: string) => string);
  rerun?: Rerun;
  /** Where rerun is "interval": the field beside this one that has the interval under the same keys. */
  interval?: string;
  /** What the keys right below name. */
  keys?: KeyKind;
  /** Fields by key, and what all others right below are. */
  at?: Record<string, Field>;
  each?: Field;
  /** Rows by key that differ from the others. */
  but?: Record<string, Field>;
}

export interface Artifact extends Field {
  file: string;
}

const timing: Field = { rerun: "timing" };
const exact: Field = { rerun: "exact" };

/** Values by test set and metric, with their intervals beside them. */
const scores: Field = {
  ...{ rerun: "interval", interval: "interval95", keys: "testSet" },
  each: { keys: "metric" },
};
/** The same keys, and no interval to hold a new run to. */
const unheld: Field = { rerun: "free", keys: "testSet", each: { keys: "metric" } };
const systems: Field = {
  keys: "system",
  each: { at: { items: { ...exact, keys: "testSet" }, scores, interval95: unheld } },
};
const cost: Record<string, Field> = { memoryBytes: timing, firstTokenMs: timing, tokensPerSecond: timing };
/** The mix of bits is chosen by divergences that are measured, and with it the size of the file. */
const mixedForm: Field = { at: { ...cost, fileBytes: timing, scores, interval95: unheld } };

/** Every artifact that a number of report and READMEs comes from. */
export const MADE: Record<string, Artifact> = {
  published: { file: "data/published.json", stage: "published", rerun: "exact" },
  results: {
    ...{ file: "reports/results.json", stage: "results", rerun: "free" },
    at: {
      counts: { stage: "corpus", ...exact },
      models: {
        ...{ stage: "model-scores", keys: "model" },
        each: { at: { ...cost, parameters: exact, fileBytes: exact, items: { ...exact, keys: "testSet" } } },
      },
      architecture: exact,
      training: {
        keys: "run",
        each: {
          stage: (run) => `train-${run}`,
          at: { seconds: timing, settings: exact, curve: { each: { at: { tokensPerSecond: timing } } } },
        },
      },
      cache: { stage: "teacher-logits", at: { topK: exact } },
      systems: { stage: "scores", ...systems },
      comparisons: { stage: "scores" },
      seeds: {
        ...{ stage: "seeds", keys: "seed" },
        each: { at: { systems: { keys: "system", each: { at: { scores: unheld } } } } },
      },
      repeatability: { at: { items: exact } },
      audit: { at: { groups: { each: { at: { items: exact } } } } },
      retrieval: { stage: "retrieval", keys: "index" },
      search: { stage: "retrieval" },
      seconds: { ...timing, keys: "stage" },
      lighter: {
        stage: "lighter",
        at: {
          rows: {
            keys: "form",
            each: { at: { ...cost, fileBytes: exact, scores, interval95: unheld } },
            but: { mixed: mixedForm, "onnx-q4": mixedForm },
          },
          decoding: { each: { at: { seconds: timing } } },
        },
      },
    },
  },
  samples: {
    ...{ file: "reports/samples.jsonl", stage: "scores", rerun: "free", keys: "item" },
    each: { at: { scores: { keys: "system", each: { keys: "metric" } } } },
  },
  records: {
    ...{ file: "reports/records.json", stage: "report", rerun: "timing" },
    at: { tests: { stage: "tests" }, study: { stage: "study" } },
  },
  // Rules over the audit in the results: src/report/findings/audit.ts.
  findings: {
    ...{ file: "reports/results.json", stage: "results", rerun: "free" },
    at: {
      groups: { each: { each: { at: { items: exact } } } },
      repeated: { each: { at: { items: exact } } },
    },
  },
};

/** What is declared of a number. */
export interface Made {
  artifact: string;
  stage: string;
  rerun: Rerun;
  /** Keys of the interval's two ends begin so; where rerun is "interval". */
  interval?: string[];
  /** Keys that name something, by what they name, and the keys that are fields. */
  named: Partial<Record<KeyKind, string>>;
  fields: string[];
}

/** What is declared of the number at these keys, the first of which is the artifact. Throws where there is no such artifact. */
export function madeOf(keys: readonly string[]): Made {
  const [artifact, ...path] = keys;
  const top = MADE[artifact ?? ""];
  if (!top)
    throw new Error(
      `${keys.join("/")}: no artifact "${artifact}"; known are ${Object.keys(MADE).join(", ")}.`,
    );
  let field: Field | undefined = top;
  const made: Made = {
    ...{ artifact: top.file, stage: top.stage as string, rerun: top.rerun!, named: {}, fields: [] },
  };
  path.forEach((key, i) => {
    if (field?.keys) made.named[field.keys] = key;
    else made.fields.push(key);
    field = field?.at?.[key] ?? field?.but?.[key] ?? field?.each;
    if (field?.stage !== undefined)
      made.stage = typeof field.stage === "function" ? field.stage(key) : field.stage;
    if (field?.rerun !== undefined) made.rerun = field.rerun;
    if (field?.interval !== undefined)
      made.interval = [...keys.slice(0, i + 1), field.interval, ...keys.slice(i + 2)];
  });
  if (made.rerun !== "interval") delete made.interval;
  return made;
}
