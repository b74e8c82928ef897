// What a study would take before it is run: time scaled from the seconds that an earlier run recorded, memory and disk from
// the models' configurations and the counts of the data. Printed by `npm run study -- --dry-run`.
import * as fs from "node:fs";
import * as path from "node:path";
import type { Split } from "../corpus/item";
import { readItems } from "../corpus/read";
import { readStudyItems } from "../corpus/validate";
import type { DecoderConfig } from "../models/config";
import { readDecoderConfig, tensorShapes } from "../models/config";
import { modelSource } from "../models/source";
import { reducedConfig } from "../reduction/reduced";
import type { StudyResults } from "../results/study-results";
import type { Job, Load } from "./define-stage";
import type { Study } from "./file/definition";
import { loadStudy } from "./file/load";
import { jobsOf } from "./jobs";
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

const firstLayers = (count: number): number[] => Array.from({ length: count }, (_, layer) => layer);

/** A model's configuration without making or loading it; undefined where it is still to be downloaded. */
function configOf(study: Study, key: string): DecoderConfig | undefined {
  const { models } = study;
  const { folder, thumbnail, width, from: original, layers } = models[key]!;
  if (original !== undefined) {
    const config = configOf(study, original);
    // The tokens that it will keep are not known yet: all is the most.
    return config && (layers ? reducedConfig(config, { layers: firstLayers(layers.keep) }) : config);
  }
  const from = folder ?? thumbnail;
  if (from === undefined) return undefined;
  const place = path.resolve(ROOT, from);
  if (!modelSource(place).has("config.json")) return undefined;
  const config = readDecoderConfig(place);
  if (width === undefined) return config;
  return {
    ...config,
    ...{ hiddenSize: width, intermediateSize: 2 * width, numHiddenLayers: 2, headDim: 8 },
    slidingLayers: config.slidingLayers.slice(0, 2),
  };
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

function sizesOf({ data }: Study): Sizes {
  // The committed sample stands for the generated corpus: the same templates.
  const { items } = data.counts
    ? readItems(path.join(ROOT, "data/corpus/sample.jsonl"))
    : readStudyItems(path.resolve(ROOT, data.file));
  const mean = (length: (item: (typeof items)[number]) => number) =>
    (items.reduce((sum, item) => sum + length(item), 0) / items.length) * TOKENS_PER_CHARACTER;
  const counts = data.counts ?? { train: 0, validation: 0, "test-in-domain": 0, "test-other": 0 };
  if (!data.counts) for (const { split } of items) counts[split]++;
  return {
    counts,
    itemTokens: mean(({ document, summary }) => [...document].length + [...summary].length),
    summaryTokens: mean(({ summary }) => [...summary].length),
  };
}

/** How much work a stage is, up to a factor that its recorded seconds give. */
function work(study: Study, part: Load | undefined, sizes: Sizes): number | undefined {
  const { counts, itemTokens, summaryTokens } = sizes;
  const tests = counts["test-in-domain"] + counts["test-other"];
  if (!part) return tests;
  const parameters = parametersOf(configOf(study, part.recipe.base));
  if (parameters === undefined) return undefined;
  // Small ops cost their overhead whatever their size: below 100,000 parameters a step hardly gets faster.
  const size = Math.max(parameters, 1e5);
  if (part.kind === "summaries") return size * tests * Math.min(study.decoding.maxNewTokens, summaryTokens);
  if (part.kind === "logits") return size * counts.train * itemTokens;
  return size * (counts.train * part.recipe.training.epochs + counts.validation) * itemTokens;
}

function memoryOf(study: Study, part: Load | undefined, sizes: Sizes): number | undefined {
  const config = part && configOf(study, part.recipe.base);
  const parameters = parametersOf(config);
  if (!part || !config || parameters === undefined) return undefined;
  const tokens = part.recipe.training.batchSize * sizes.itemTokens;
  const logits = tokens * config.vocabSize * FLOAT;
  const states =
    tokens * config.numHiddenLayers * (8 * config.hiddenSize + 3 * config.intermediateSize) * FLOAT;
  if (part.kind !== "train") return parameters * BFLOAT + logits + states / config.numHiddenLayers;
  // Weights, gradients and AdamW's two moments; with LoRA the frozen weights alone, its own are small beside them.
  return parameters * (part.recipe.tune === "full" ? 4 * FLOAT : FLOAT) + 2 * logits + states;
}

function diskOf(
  study: Study,
  part: Load | undefined,
  sizes: Sizes,
  { cache }: StudyResults,
): number | undefined {
  if (part?.kind === "logits") {
    const tokens = sizes.counts.train * sizes.summaryTokens;
    return cache && part.topK && (tokens * cache.bytesPerToken * part.topK) / cache.topK;
  }
  if (part?.kind !== "train") return undefined;
  const config = configOf(study, part.recipe.base);
  const parameters = parametersOf(config);
  if (!config || parameters === undefined) return undefined;
  const { tune, lora } = part.recipe;
  if (tune === "full") return parameters * FLOAT;
  const matrices = [...tensorShapes(config)].filter(
    ([key, shape]) => shape.length === 2 && /_proj/.test(key),
  );
  return matrices.reduce((sum, [, [rows, columns]]) => sum + lora!.rank * (rows! + columns!) * FLOAT, 0);
}

/** An earlier run whose seconds are scaled: this study's own, else the one kept under reports. */
function recordedRun(name: string): { results: StudyResults; study: Study; basis: string } | undefined {
  for (const folder of [path.join(RUNS, name), path.join(ROOT, "reports")]) {
    const file = path.join(folder, "results.json");
    if (!fs.existsSync(file)) continue;
    const results = JSON.parse(fs.readFileSync(file, "utf8")) as StudyResults;
    const kept = path.join(folder, "study.json");
    const study = loadStudy(fs.existsSync(kept) ? kept : results.profile, [], ROOT);
    return { results, study, basis: path.relative(ROOT, file) };
  }
  return undefined;
}

/** The recorded stage to scale from: of the same name, else one of the same kind with the same way of tuning. */
const likeness = ({ stage, load }: Job, recorded: readonly Job[]): Job | undefined =>
  recorded.find((other) => other.stage === stage) ??
  recorded.find(
    (other) => load && other.load?.kind === load.kind && other.load.recipe.tune === load.recipe.tune,
  );

/** Estimates a study: its stages at which a model works, and those that an earlier run recorded. Throws where there is no such run. */
export function estimateStudy(study: Study): StudyEstimate {
  const recorded = recordedRun(study.name);
  if (!recorded)
    throw new Error("No estimate: neither data/runs nor reports has the results of an earlier run.");
  const { results, study: then, basis } = recorded;
  const sizesThen = { ...sizesOf(then), counts: results.counts };
  const sizes = sizesOf(study);
  const recordedJobs = jobsOf({ ...then, seed: 0 }).filter(
    ({ stage }) => results.seconds[stage] !== undefined,
  );
  const jobs = jobsOf({ ...study, seed: 0 }).filter((job) => job.load ?? likeness(job, recordedJobs));
  return {
    basis,
    counts: sizes.counts,
    stages: jobs.map((job): StageEstimate => {
      const like = likeness(job, recordedJobs);
      const [now, before] = [work(study, job.load, sizes), like && work(then, like.load, sizesThen)];
      return {
        stage: job.name,
        seconds: now === undefined || !before ? undefined : (results.seconds[like!.stage]! * now) / before,
        memory: memoryOf(study, job.load, sizes),
        disk: diskOf(study, job.load, sizes, results),
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
