// Rows "generate" and "generate-2b": greedy decoding with a key-value cache, against transformers' generate.
import * as path from "node:path";
import { tf } from "../../engine/tf";
import { generate as write } from "../../generation/generate";
import { loadDecoder } from "../../models/load";
import { ROOT } from "../results";
import type { Case, Row } from "../row";
import { randomIds } from "../steps";
import { trueSizeModel } from "../true-size";

interface Spec {
  folder: string;
  dtype: "float32" | "bfloat16";
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
function decoder({ folder, dtype, prompts, tokens }: Spec) {
  const model = loadDecoder(folder, { frozen: dtype });
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
    "After the prompt a step is one TensorFlow graph of 290 ops (src/generation/decode-graph.ts) instead of some 70 calls of the engine a layer. Recording it is in the untimed run. The same tokens and logits as op by op.",
    "Why it falls short: 1.4 ms of a step at batch 1 pass with two threads, 0.5 with one: TensorFlow cuts each product of one row in two and hands it over, some 60 times a step. One thread for the whole process was not kept, as training and larger batches lose by it. With TF_NUM_INTEROP_THREADS=1 the row gave 0.606 at batch 1 and 0.951 at batch 16 (one try); what that does to training was not measured, so it is not set. Next: that measurement, and one product for q, k, v and one for gate, up, so that there are fewer to hand over.",
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

export const generate2b: Row = {
  name: "generate-2b",
  title:
    "Greedy decoding with a model of gemma-2-2b's true size, against transformers' generate: at most 1.0 × its time.",
  method:
    "8 new tokens after a prompt of 16 (batch 1 and 16), random bfloat16 weights, one process at a time. No untimed run: a run takes long enough to forget what the first call costs.",
  remarks: [
    "Why batch 1 falls short: each bfloat16 block is widened to fp32 before its product (9.3 ms of processor time for a matrix of 9,216 x 2,304 against 4.9 in fp32), so that a step reaches an eighth of the memory bandwidth; torch multiplies bfloat16 rows directly. Tried: TensorFlow's own bfloat16 product (9.9 ms). Of a first comparison beside other work (0.49 and 1.16) nothing remained. Next: a native product of bfloat16 rows, which the binding does not offer, or fp32 copies where memory allows.",
  ],
  onlyByName: true,
  cases: () =>
    [1, 16].map((batch) => {
      const folder = trueSizeModel("gemma-2-2b");
      const spec: Spec = { folder, dtype: "bfloat16", prompts: randomIds(batch, 16, 256_000), tokens: 8 };
      return decoding(`2b, batch ${batch}`, spec, 1, 1, true);
    }),
  prepare: (spec: Spec) => {
    const { texts, measures } = decoder(spec)();
    return { check: { tokens: texts.map((text) => text.length) }, run: () => measures };
  },
};
