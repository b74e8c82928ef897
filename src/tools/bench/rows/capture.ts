// Row "capture": the teacher's logits go to disk while it writes, against the same writing alone.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LogitCacheWriter } from "../../../distillation/cache";
import { captureGenerated } from "../../../distillation/capture";
import { generate } from "../../../generation/generate";
import { loadDecoder } from "../../../models/load";
import { ROOT } from "../results";
import type { Case, Prepared, Row } from "../row";
import { examplesOf, randomIds, secondsOf } from "../steps";
import { trueSizeModel } from "../true-size";

const BATCH = 16;

interface Spec {
  folder: string;
  dtype: "float32" | "bfloat16";
  prompts: number[][];
  tokens: number;
  /** Tokens kept a position; 0: nothing is captured. */
  topK: number;
  /** A warm-up first; a model of true size takes long enough without. */
  warm: boolean;
}

function comparison(name: string, spec: Spec, runs: number, apart: boolean): Case {
  return {
    name,
    sides: [
      { name: "with capture", runtime: "node", spec: { ...spec } },
      { name: "without", runtime: "node", spec: { ...spec, topK: 0 } },
    ],
    goals: [{ measure: "seconds", atMost: 1.1 }],
    tolerance: 0,
    runs,
    apart,
  };
}

function prepare({ folder, dtype, prompts, tokens, topK, warm }: Spec): Prepared {
  const decoder = loadDecoder(folder, { frozen: dtype, multiplyIn: dtype });
  const options = { maxNewTokens: tokens, stopIds: [], padId: 0, batchSize: BATCH };
  const plain = () => generate(decoder, prompts, options);
  const examples = examplesOf(prompts).map((example, i) => ({ ...example, promptIds: prompts[i]! }));
  const captured = () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-capture-"));
    const writer = LogitCacheWriter.open(folder, {
      source: "generated",
      vocabSize: decoder.config.vocabSize,
      topK,
      tokenizerHash: "bench",
      templateHash: "bench",
      teacherHash: "bench",
      dataHash: "bench",
      settingsHash: "bench",
    });
    captureGenerated(decoder, examples, writer, { ...options, topK });
    writer.close();
    fs.rmSync(folder, { recursive: true });
  };
  const run = topK > 0 ? captured : plain;
  if (warm) run();
  // `captureGenerated` itself throws where the captured tokens are not those of `generate`.
  const check = { tokens: warm ? plain().flat() : prompts.length * tokens };
  return { check, run: () => ({ seconds: secondsOf(run) }) };
}

export const capture: Row = {
  name: "capture",
  title:
    "The tiny teacher's logits to disk while it writes, against the same writing without capture: at most 1.1 × its time.",
  method:
    "32 prompts of 128 random tokens, 48 new tokens each, batches of 16, no stop token; statistics, coding and writing of the cache are inside. One untimed run first; both sides must write the same tokens.",
  remarks: [
    "Both sides decode with one graph a step; the statistics of a step's logits are ops of the next step's graph, beside it, and need no number of the host (docs/LOG.md, 2026-11-30). The tiny profile keeps 32 tokens a position.",
    "Why k = 64 falls short: the writing takes some 280 µs a token here, and capture of 64 tokens some 50 more: half on the device (of that half the top k), half in JavaScript (reading, sorting, coding). Beside the step they gain little, as both want the same two cores. Tried: statistics in larger pieces after the steps (the same), the top k unsorted, one exp for three temperatures, rows built once. Next: the top k by maxima of groups; coding in a worker. With a model of true size it does not show (capture-2b).",
  ],
  cases: () =>
    [32, 64].map((topK) => {
      const folder = path.join(ROOT, "data/models/gemma2-teacher");
      const prompts = randomIds(32, 128, 3072);
      const spec: Spec = { folder, dtype: "float32", prompts, tokens: 48, topK, warm: true };
      return comparison(`k = ${topK}`, spec, 11, false);
    }),
  prepare,
};

export const capture2b: Row = {
  name: "capture-2b",
  title:
    "The same with a model of gemma-2-2b's true size, V = 256,000 and k = 64: at most 1.1 × the time of writing alone.",
  method:
    "16 prompts of 16 random tokens, 6 new tokens each, one batch; random bfloat16 weights, activations in bfloat16; one process at a time.",
  remarks: [
    "The statistics of a step, op by op here, take 24 ms for 16 rows of 256,000 logits (the top k 6 of them), coding some 0.2 ms, beside a step of 2.9 s; the rest of the ratio is what one run differs from another.",
  ],
  onlyByName: true,
  cases: () => {
    const folder = trueSizeModel("gemma-2-2b");
    const prompts = randomIds(16, 16, 256_000);
    const spec: Spec = { folder, dtype: "bfloat16", prompts, tokens: 6, topK: 64, warm: false };
    return [comparison("2b, k = 64", spec, 3, true)];
  },
  prepare,
};
