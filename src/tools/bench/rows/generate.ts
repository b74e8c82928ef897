// Rows "generate" and "generate-2b": greedy decoding with a key-value cache, against transformers' generate.
import * as path from "node:path";
import type { MultiplyIn } from "../../../engine/frozen";
import { tf } from "../../../engine/tf";
import { generate as write } from "../../../generation/generate";
import { loadDecoder } from "../../../models/load";
import { realModel } from "../real-model";
import { ROOT } from "../results";
import type { Case, Row } from "../row";
import { randomIds } from "../steps";
import { trueSizeModel } from "../true-size";

interface Spec {
  folder: string;
  dtype: "float32" | "bfloat16";
  /** How activations meet bfloat16 weights; torch's are in bfloat16 with such a model. */
  multiplyIn?: MultiplyIn;
  prompts: number[][];
  tokens: number;
}

/** Bytes a second at which the engine reads memory, by summing a quarter gigabyte. */
function bandwidth(): number {
  const size = 2 ** 26;
  const large = tf.ones([size]);
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    tf.tidy(() => large.sum().dataSync());
    return (performance.now() - started) / 1000;
  });
  large.dispose();
  return (4 * size) / Math.min(...times);
}

function decoding(name: string, spec: Spec, atMost: number, runs: number, apart: boolean): Case {
  return {
    name,
    sides: [
      { name: "this project", runtime: "node", spec: { ...spec } },
      { name: "transformers", runtime: "python", spec: { ...spec } },
    ],
    goals: [{ measure: "seconds", atMost }],
    // The very same tokens; of random bfloat16 weights the first one only, as rounding decides between equals later on.
    tolerance: 0,
    runs,
    apart,
  };
}

/** Texts and figures of one decoding a call. */
function decoder({ folder, dtype, multiplyIn, prompts, tokens }: Spec) {
  const model = loadDecoder(folder, { frozen: dtype, multiplyIn });
  const weightBytes = model.parameters * (dtype === "bfloat16" ? 2 : 4);
  const bytesPerSecond = bandwidth();
  return () => {
    const started = performance.now();
    const texts = write(model, prompts, { maxNewTokens: tokens, stopIds: [], padId: 0 });
    const seconds = (performance.now() - started) / 1000;
    const tokensPerSecond = (tokens * prompts.length) / seconds;
    const share = (tokensPerSecond * weightBytes) / prompts.length / bytesPerSecond;
    return { texts, measures: { seconds, tokensPerSecond, shareOfBandwidth: share } };
  };
}

export const generate: Row = {
  name: "generate",
  title:
    "Greedy decoding with the tiny student, against transformers' generate: at least 1.5 × its tokens a second, so at most 0.667 × its time.",
  method:
    "64 new tokens after prompts of 64 random tokens, no stop token, fp32. One untimed run on each side first; both must write the same tokens. The share of memory bandwidth is weight bytes a step over what the engine reads when it sums a quarter gigabyte.",
  remarks: [
    "Reading the prompts is one TensorFlow graph, and so is each step after it (src/generation/decode-graph.ts). Recording them is in the untimed run. The same tokens as op by op.",
    "What made a small step slow was waking the second thread: oneDNN's batched product, softmax and the shift of RoPE's halves took some 100 µs each for a few numbers. Steps of few numbers now multiply on one thread, softmax goes through Eigen, the halves are reversed, keys and values are written in place, and ops that could run at once run in order (docs/LOG.md, 2026-11-30).",
  ],
  cases: () =>
    [1, 16].map((batch) => {
      const folder = path.join(ROOT, "data/models/gemma2-student");
      const spec: Spec = { folder, dtype: "float32", prompts: randomIds(batch, 64, 3072), tokens: 64 };
      return decoding(`tiny, batch ${batch}`, spec, 1 / 1.5, 7, false);
    }),
  prepare: (spec: Spec) => {
    const run = decoder(spec);
    return { check: { tokens: run().texts.flat() }, run: () => run().measures };
  },
};

export const generateReal: Row = {
  name: "generate-real",
  title:
    "Greedy decoding with SmolLM2-135M and Gemma 3 270M, against transformers' generate: at least 1.3 × its tokens a second, so at most 0.769 × its time, and at most 1.2 × its peak memory.",
  method:
    "32 new tokens after prompts of 64 random tokens, batch 1, 8 and 32, no stop token, fp32, one process at a time. One untimed run on each side first; both must write the same tokens.",
  onlyByName: true,
  cases: () =>
    (["smollm2", "gemma3"] as const).flatMap((name) =>
      [1, 8, 32].map((batch) => {
        const prompts = randomIds(batch, 64, name === "smollm2" ? 49_152 : 262_144);
        const spec: Spec = { folder: realModel(name), dtype: "float32", prompts, tokens: 32 };
        const { goals, ...rest } = decoding(`${name}, batch ${batch}`, spec, 1 / 1.3, 3, true);
        return { ...rest, goals: [...goals, { measure: "peakBytes", atMost: 1.2 }] };
      }),
    ),
  prepare: generate.prepare,
};

export const generate2b: Row = {
  name: "generate-2b",
  title:
    "Greedy decoding with a model of gemma-2-2b's true size, against transformers' generate: at most 1.0 × its time.",
  method:
    "8 new tokens after a prompt of 16 (batch 1 and 16), random bfloat16 weights, one process at a time. No untimed run: a run takes long enough to forget what the first call costs.",
  remarks: [
    "Activations are rounded to bfloat16 on both sides. This side measures at the first product of a kind whether TensorFlow's bfloat16 product or a block widened to fp32 is faster: on this Xeon with avx512 (without its bfloat16 instructions) one row takes 1.1 ms against 8.6 for a matrix of 9,216 x 2,304, sixteen rows 15 against 12; on an EPYC with avx2 both took the same, 9.9 and 9.3, and batch 1 was 2.6 times slower than torch there.",
    "With exact fp32 activations (the default of `loadDecoder`) every block is widened at each step: some 1 token a second.",
  ],
  onlyByName: true,
  cases: () =>
    [1, 16].map((batch) => {
      const folder = trueSizeModel("gemma-2-2b");
      const prompts = randomIds(batch, 16, 256_000);
      const spec: Spec = { folder, dtype: "bfloat16", multiplyIn: "bfloat16", prompts, tokens: 8 };
      return decoding(`2b, batch ${batch}`, spec, 1, 1, true);
    }),
  prepare: (spec: Spec) => {
    const { texts, measures } = decoder(spec)();
    return { check: { tokens: texts.map((text) => text.length) }, run: () => measures };
  },
};
