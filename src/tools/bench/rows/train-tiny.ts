// Row "train-tiny": a LoRA step and a full distillation step of the tiny student, against torch, transformers and peft.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LogitCache, LogitCacheWriter } from "../../../distillation/cache";
import { captureGold } from "../../../distillation/capture";
import { distillStep } from "../../../distillation/distill";
import { loadDecoder } from "../../../models/load";
import { crossEntropyStep } from "../../../training/finetune";
import { startedLora } from "../lora-start";
import { ROOT } from "../results";
import type { Prepared, Row } from "../row";
import { allWeights, examplesOf, randomIds, secondsOf, trainer } from "../steps";

const ROWS = 8;
const LENGTH = 256;
const TOP_K = 32;
const FOLDER = path.join(ROOT, "data/models/gemma2-student");
const header = (vocabSize: number) => ({
  source: "gold" as const,
  vocabSize,
  topK: TOP_K,
  tokenizerHash: "bench",
  templateHash: "bench",
  teacherHash: "bench",
  dataHash: "bench",
  settingsHash: "bench",
});

/** What both sides train. */
export interface TrainingSpec {
  folder: string;
  ids: number[][];
  learningRate: number;
  /** Steps before the timed ones, whose losses must agree. */
  warmUp: number;
  /** Of the adapters; absent: all weights. */
  rank?: number;
  /** The step as one graph instead of op by op. */
  compiled?: boolean;
  /** Folder of the teacher's logits; absent: cross-entropy alone. */
  cache?: string;
}

/** A teacher's logits over the rows, as the study stores them, and the same numbers for the other side. */
export function teacherLogits(folder: string, ids: number[][]) {
  const cache = fs.mkdtempSync(path.join(os.tmpdir(), "bench-cache-"));
  const teacher = loadDecoder(folder);
  const HEADER = header(teacher.config.vocabSize);
  const writer = LogitCacheWriter.open(cache, HEADER);
  captureGold(teacher, examplesOf(ids), writer, { padId: 0, topK: TOP_K });
  writer.close();
  teacher.dispose();
  const stored = LogitCache.open(cache, HEADER);
  const rows = ids.map((_, i) => stored.row(`row-${i}`));
  stored.close();
  return {
    cache,
    topIds: rows.flatMap((row) => [...row.topIds]),
    topLogits: rows.flatMap((row) => [...row.topLogits]),
    logSumExp: rows.flatMap((row) => [...row.logSumExp].filter((_, i) => i % 3 === 0)),
    logTail: rows.flatMap((row) => [...row.logTail].filter((_, i) => i % 3 === 0)),
  };
}

export const trainTiny: Row = {
  name: "train-tiny",
  title:
    "One optimizer step of the tiny student, batch 8 x 256, against torch 2.13 + transformers + peft, eager, fp32: at most 1.0 × its time.",
  method:
    "A step is forward, backward, clipping to norm 1 and AdamW. LoRA: rank 8 on all seven projections, cross-entropy. Full KD: all weights, half cross-entropy, half forward KL against the tiny teacher's cached top 32 and its tail as one outcome. All 255 positions a row are scored. Four untimed steps first, whose losses both sides must share. Compiled: the same step recorded and run as one TensorFlow graph (the training loop's `compile`).",
  remarks: [
    "Profile tiny trains with compiled steps. Runs of fewer than 100 steps, a teacher in memory and TAID's moving target go op by op.",
    "Why op by op falls short: each of a step's some 850 to 1,050 ops is a call through the binding. Tried before it: fused gradients for norms, softcap and loss, GeGLU and RoPE; TensorFlow's BFC allocator in place of glibc's heap; cross-entropy from oneDNN's softmax (TensorFlow's fused op takes three times as long), sparse places without ScatterNd, GeGLU by a sigmoid: together an eighth of a compiled KD step. Next: cross-entropy and divergence from one softmax; AdamW of all weights in fewer passes.",
  ],
  cases: () => {
    const ids = randomIds(ROWS, LENGTH, 3072);
    const common = { folder: FOLDER, ids, learningRate: 1e-3, warmUp: 4 };
    const teacher = path.join(ROOT, "data/models/gemma2-teacher");
    const specs = {
      LoRA: { ...common, rank: 8 },
      "full KD": { ...common, ...teacherLogits(teacher, ids) },
    };
    return [true, false].flatMap((compiled) =>
      Object.entries(specs).map(([name, spec]) => ({
        name: `${name}, ${compiled ? "compiled" : "op by op"}`,
        sides: [
          { name: "this project", runtime: "node", spec: { ...spec, compiled } },
          { name: "torch", runtime: "python", spec },
        ],
        goals: [{ measure: "seconds", atMost: 1 }],
        tolerance: 2e-4,
        runs: 10,
      })),
    );
  },
  prepare: prepareTraining,
};

/** Takes the untimed steps; each run is one step more. The seconds of the first step are told too. */
export function prepareTraining(spec: TrainingSpec): Prepared {
  const { folder, ids, learningRate, warmUp, rank, compiled, cache } = spec;
  const examples = examplesOf(ids);
  const decoder = loadDecoder(folder, { trainable: rank === undefined });
  const adapter = rank === undefined ? undefined : startedLora(decoder, rank, 2 * rank);
  decoder.adapter = adapter?.layers;
  const source = cache === undefined ? undefined : LogitCache.open(cache, header(decoder.config.vocabSize));
  const options = { padId: 0, alpha: 0.5, temperature: 1, divergence: "forward-kl" } as const;
  const batch = () =>
    source ? distillStep(decoder, examples, source, options) : crossEntropyStep(decoder, examples, 0);
  const step = trainer(adapter ?? allWeights(decoder), learningRate, batch, compiled);
  const started = performance.now();
  const first = step();
  const firstSeconds = (performance.now() - started) / 1000;
  return {
    check: { losses: [first, ...Array.from({ length: warmUp - 1 }, step)] },
    run: () => ({ seconds: secondsOf(step), firstSeconds }),
  };
}
