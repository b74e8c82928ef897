// What a study would take before it is run: time scaled from the seconds that an earlier run recorded, memory and disk from
// the models' configurations and the counts of the data. Printed by `npm run study -- --dry-run`.
import * as fs from "node:fs";
import * as path from "node:path";
import type { Split } from "../corpus/item";
import { readItems } from "../corpus/read";
import { readStudyItems } from "../corpus/validate";
import type { DecoderConfig } from "../models/config";
import { readDecoderConfig, tensorShapes } from "../models/config";
import type { StudyResults } from "../results/study-results";
import type { SystemId } from "../results/system-id";
import { BASE_MODELS } from "./base-models";
import { type Profile, profileNamed } from "./profiles";
import { ROOT, RUNS } from "./stage";

export interface StageEstimate {
  stage: string;
  seconds: number | undefined;
  /** Bytes of weights, gradients, optimizer and the largest activations; the program itself is not in it. */
  memory: number | undefined;
  /** Bytes that stay under the run's folder. */
  disk: number | undefined;
}

export interface StudyEstimate {
  stages: StageEstimate[];
  /** Whose recorded seconds were scaled. */
  basis: string;
  counts: Record<Split, number>;
}

const FLOAT = 4;
const BFLOAT = 2;
/** Characters a token of the study's tokenizers, measured (docs/LOG.md: .45 to .47 tokens a character). */
const TOKENS_PER_CHARACTER = 0.47;

/** A model's configuration without making or loading it; undefined where it is still to be downloaded. */
function configOf(profile: Profile, name: string): DecoderConfig | undefined {
  if (profile.name === "smoke") {
    const recipe = BASE_MODELS.find((model) => model.folder === name);
    if (!recipe) return undefined;
    const width = name.endsWith("teacher") ? 24 : 16;
    const { vocabSize } = readDecoderConfig(path.join(ROOT, "data/models", name));
    return {
      ...recipe.config,
      ...{ hiddenSize: width, intermediateSize: 2 * width, numHiddenLayers: 2, headDim: 8, vocabSize },
      slidingLayers: recipe.config.slidingLayers.slice(0, 2),
    } as DecoderConfig;
  }
  const folder = path.join(ROOT, "data/models", name);
  return fs.existsSync(path.join(folder, "config.json")) ? readDecoderConfig(folder) : undefined;
}

const parametersOf = (config: DecoderConfig | undefined): number | undefined =>
  config &&
  [...tensorShapes(config).values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);

interface Sizes {
  counts: Record<Split, number>;
  /** Tokens of a document with its summary, and of a summary. */
  itemTokens: number;
  summaryTokens: number;
}

function sizesOf(profile: Profile, dataFile: string | undefined): Sizes {
  // The committed sample stands for the generated corpus: the same templates.
  const { items } = dataFile
    ? readStudyItems(dataFile)
    : readItems(path.join(ROOT, "data/corpus/sample.jsonl"));
  const mean = (length: (item: (typeof items)[number]) => number) =>
    (items.reduce((sum, item) => sum + length(item), 0) / items.length) * TOKENS_PER_CHARACTER;
  const counts = { ...profile.counts };
  if (dataFile) {
    for (const split of Object.keys(counts) as Split[]) {
      counts[split] = items.filter((item) => item.split === split).length;
    }
  }
  return {
    counts,
    itemTokens: mean(({ document, summary }) => [...document].length + [...summary].length),
    summaryTokens: mean(({ summary }) => [...summary].length),
  };
}

const TRAINED: Exclude<SystemId, "untuned">[] = ["lora-teacher", "lora-student", "full-student", "distilled"];
const modelOf = (profile: Profile, system: string) =>
  system === "lora-teacher" ? profile.teacher : profile.student;

/** How much work a stage is, up to a factor that its recorded seconds give. */
function work(
  stage: string,
  profile: Profile,
  { counts, itemTokens, summaryTokens }: Sizes,
): number | undefined {
  const tests = counts["test-in-domain"] + counts["test-other"];
  const [, kind, system] = /^(train|summaries)-(.+)$/.exec(stage) ?? [];
  if (kind && system) {
    const parameters = parametersOf(configOf(profile, modelOf(profile, system)));
    if (parameters === undefined) return undefined;
    // Small ops cost their overhead whatever their size: below 100,000 parameters a step hardly gets faster.
    const size = Math.max(parameters, 1e5);
    if (kind === "summaries") return size * tests * Math.min(profile.maxNewTokens, summaryTokens);
    return size * (counts.train * profile.epochs + counts.validation) * itemTokens;
  }
  if (stage === "teacher-logits") {
    const parameters = parametersOf(configOf(profile, profile.teacher));
    return parameters && Math.max(parameters, 1e5) * counts.train * itemTokens;
  }
  return tests;
}

function memoryOf(stage: string, profile: Profile, sizes: Sizes): number | undefined {
  const [, kind, system] = /^(train|summaries)-(.+)$/.exec(stage) ?? [];
  const name =
    stage === "teacher-logits" ? profile.teacher : kind && system ? modelOf(profile, system) : undefined;
  const config = name === undefined ? undefined : configOf(profile, name);
  const parameters = parametersOf(config);
  if (!config || parameters === undefined) return undefined;
  const logits = profile.batchSize * sizes.itemTokens * config.vocabSize * FLOAT;
  const states =
    profile.batchSize *
    sizes.itemTokens *
    config.numHiddenLayers *
    (8 * config.hiddenSize + 3 * config.intermediateSize) *
    FLOAT;
  if (kind !== "train") return parameters * BFLOAT + logits + states / config.numHiddenLayers;
  const trained = system === "full-student" || system === "distilled";
  // Weights, gradients and AdamW's two moments; with LoRA the frozen weights alone, its own are small beside them.
  return parameters * (trained ? 4 * FLOAT : FLOAT) + 2 * logits + states;
}

function diskOf(stage: string, profile: Profile, sizes: Sizes, from: StudyResults): number | undefined {
  if (stage === "teacher-logits") {
    const tokens = sizes.counts.train * sizes.summaryTokens;
    return (tokens * from.cache.bytesPerToken * profile.distillation.topK) / from.cache.topK;
  }
  const [, system] = /^train-(.+)$/.exec(stage) ?? [];
  if (system === undefined) return undefined;
  const config = configOf(profile, modelOf(profile, system));
  const parameters = parametersOf(config);
  if (!config || parameters === undefined) return undefined;
  if (system === "full-student" || system === "distilled") return parameters * FLOAT;
  const { rank } = system === "lora-teacher" ? profile.lora.teacher : profile.lora.student;
  const matrices = [...tensorShapes(config)].filter(
    ([key, shape]) => shape.length === 2 && /_proj/.test(key),
  );
  return matrices.reduce((sum, [, [rows, columns]]) => sum + rank * (rows! + columns!) * FLOAT, 0);
}

/** The earlier run whose seconds are scaled: this profile's own, else the study kept under reports. */
function recordedRun(profile: string): { results: StudyResults; basis: string } | undefined {
  const own = path.join(RUNS, profile, "results.json");
  for (const file of [own, path.join(ROOT, "reports/results.json")]) {
    if (fs.existsSync(file)) {
      return {
        results: JSON.parse(fs.readFileSync(file, "utf8")) as StudyResults,
        basis: path.relative(ROOT, file),
      };
    }
  }
  return undefined;
}

/** Estimates a study of a profile, on the user's own data where a file is given. Throws where there is no run to scale from. */
export function estimateStudy(profile: Profile, dataFile?: string): StudyEstimate {
  const recorded = recordedRun(profile.name);
  if (!recorded)
    throw new Error("No estimate: neither data/runs nor reports has the results of an earlier run.");
  const { results, basis } = recorded;
  const before = profileNamed(results.profile);
  const then = { ...sizesOf(before, undefined), counts: results.counts };
  const now = sizesOf(profile, dataFile);
  const stages = [
    ...TRAINED.map((system) => `train-${system}`),
    "teacher-logits",
    ...["untuned", ...TRAINED].map((system) => `summaries-${system}`),
    ...Object.keys(results.seconds).filter((stage) => !/^(train|summaries)-|^teacher-logits$/.test(stage)),
  ];
  return {
    basis,
    counts: now.counts,
    stages: stages.map((stage): StageEstimate => {
      const [workNow, workThen] = [work(stage, profile, now), work(stage, before, then)];
      const took = results.seconds[stage];
      return {
        stage,
        seconds:
          took === undefined || workNow === undefined || !workThen ? undefined : (took * workNow) / workThen,
        memory: memoryOf(stage, profile, now),
        disk: diskOf(stage, profile, now, results),
      };
    }),
  };
}

const bytes = (count: number | undefined): string =>
  count === undefined
    ? "–"
    : count >= 1e9
      ? `${(count / 1e9).toFixed(1)} GB`
      : `${(count / 1e6).toFixed(1)} MB`;
const seconds = (count: number | undefined): string =>
  count === undefined ? "–" : count >= 90 ? `${(count / 60).toFixed(0)} min` : `${count.toFixed(1)} s`;
/** Undefined where a part is not known that the others are not small beside: then the sum would mislead. */
const sum = (stages: StageEstimate[], key: "seconds" | "disk"): number | undefined => {
  const trained = stages.filter(({ stage }) => stage.startsWith("train-"));
  return trained.some((stage) => stage[key] === undefined)
    ? undefined
    : stages.reduce((total, stage) => total + (stage[key] ?? 0), 0);
};

/** The estimate as lines of text. */
export function estimateLines({ stages, basis, counts }: StudyEstimate): string[] {
  const rows = stages.map((row) => [row.stage, seconds(row.seconds), bytes(row.memory), bytes(row.disk)]);
  const all = [
    ["stage", "time", "memory", "disk"],
    ...rows,
    [
      "all, one after the other",
      seconds(sum(stages, "seconds")),
      bytes(Math.max(...stages.map((row) => row.memory ?? 0)) || undefined),
      bytes(sum(stages, "disk")),
    ],
  ];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return [
    `items: ${Object.entries(counts)
      .map(([split, count]) => `${split} ${count}`)
      .join(", ")}`,
    ...all.map((row) =>
      row.map((cell, i) => (i ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join("  "),
    ),
    `Time is scaled from ${basis} by items, tokens and parameters; it holds for that machine. Starting the kernel and drawing are`,
    "not in it. Memory is of weights, gradients, optimizer and activations; the program itself takes some hundred MB more.",
    "–: not known, as the model is still to be downloaded, or no such stage was recorded.",
  ];
}
