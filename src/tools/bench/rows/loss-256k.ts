// Row "loss-256k": cross-entropy and KL over a vocabulary of 256,000, forward and backward, against torch whole and in chunks.

import { Random } from "../../../base/random";
import { distillationRows } from "../../../distillation/losses";
import { valueAndGradients } from "../../../engine/gradient";
import { slice } from "../../../engine/raw";
import { type Tensor, tf } from "../../../engine/tf";
import { crossEntropyRows, headLoss, type RowLoss } from "../../../training/head-loss";
import { extraBytes } from "../memory";
import type { Row } from "../row";
import { secondsOf } from "../steps";

const ROWS = 2 * 512;
const VOCAB = 256_000;
const WIDTH = 256;
const TOP_K = 64;
const SOFTCAP = 30;
const LOGITS_BYTES = ROWS * VOCAB * 4;

interface Spec {
  kind: "ce" | "kd";
  targets: number[];
}

/** sin(a · (i + 1)) · factor: the same numbers on both sides. */
function wave(count: number, a: number, factor: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = Math.sin(a * (i + 1)) * factor;
  return values;
}

/** The loss's rows: cross-entropy, or half of it with half the divergence from 64 tokens and the tail. */
function rowLoss(kind: Spec["kind"], targets: readonly number[], rows: number, vocabSize: number): RowLoss {
  const labels = Int32Array.from(targets.slice(0, rows));
  if (kind === "ce") return crossEntropyRows(labels);
  // The 64 listed tokens of row t are 7 t, 7 t + 1, … with falling logits; the tail holds a tenth of the mass.
  const topLogits = Float32Array.from({ length: rows * TOP_K }, (_, i) => -0.1 * (i % TOP_K));
  const mass = [...topLogits.subarray(0, TOP_K)].reduce((sum, v) => sum + Math.exp(v), 0);
  return distillationRows(
    labels,
    {
      kind: "sparse",
      vocabSize,
      topK: TOP_K,
      samples: 0,
      topIds: Int32Array.from({ length: rows * TOP_K }, (_, i) => 7 * Math.floor(i / TOP_K) + (i % TOP_K)),
      topLogits,
      logSumExp: new Float32Array(3 * rows).fill(Math.log(mass / 0.9)),
      logTail: new Float32Array(3 * rows).fill(Math.log(0.1)),
      sampledIds: new Int32Array(0),
      sampledLogits: new Float32Array(0),
    },
    { alpha: 0.5, temperature: 1, divergence: "forward-kl" },
  );
}

const lossAndGradient = (
  hidden: Tensor,
  head: Tensor,
  loss: RowLoss,
  use: (value: Tensor, gradient: Tensor) => void,
  chunkElements?: number,
): void => {
  tf.tidy(() => {
    const { value, gradients } = valueAndGradients(
      () => headLoss(hidden, head, loss, { softcap: SOFTCAP, trainable: false, chunkElements }),
      [hidden],
    );
    use(value, gradients[0]!);
  });
};

/** The same over 100 rows and 2,000 tokens, by blocks too. */
function warmUp(kind: Spec["kind"], targets: readonly number[]): void {
  const [rows, vocab] = [100, 2000];
  tf.tidy(() => {
    const hidden = tf.tensor2d(wave(rows * WIDTH, 0.37, 1), [rows, WIDTH]);
    const head = tf.tensor2d(wave(vocab * WIDTH, 0.011, 0.3), [vocab, WIDTH]);
    lossAndGradient(hidden, head, rowLoss(kind, targets, rows, vocab), (value) => value.dataSync(), vocab);
  });
}

export const loss256k: Row = {
  name: "loss-256k",
  title:
    "Loss over 2 x 512 tokens and V = 256,000 from hidden states, forward and backward, against torch whole and torch in chunks: at most 5 % of one full logits tensor (1.05 GB) as extra memory, at most 1.0 × the time.",
  method:
    "Hidden width 256, logit softcap 30, frozen head in fp32, gradient with respect to the hidden states, as in LoRA. KD: half cross-entropy, half forward KL against 64 tokens and the tail. Extra memory is the peak of resident memory in the first call, less what was resident before it; a call over 100 rows and 2,000 tokens before that loads and compiles what either engine needs once (45 MB of oneDNN here). torch in chunks: 16 rows at a time under checkpointing.",
  remarks: [
    "Blocks of the vocabulary for all rows at once, half a million logits, 2 MB a tensor, in one pass (src/training/vocabulary-blocks.ts): the gradient is gathered unnormalised beside the sum, so that nothing is computed again. Chunks of 15 rows, as before, read and packed the head of 262 MB 138 times.",
  ],
  cases: () => {
    const random = new Random(5);
    const targets = Array.from({ length: ROWS }, () => random.integer(0, 999));
    return (["ce", "kd"] as const).flatMap((kind) =>
      (["whole", "chunked"] as const).map((way) => ({
        name: `${kind === "ce" ? "cross-entropy" : "KD"}, torch ${way}`,
        sides: [
          { name: "this project", runtime: "node", spec: { kind, targets } },
          { name: `torch, ${way}`, runtime: "python", spec: { kind, way, targets } },
        ],
        goals: [{ measure: "seconds", atMost: 1 }],
        alone: [{ measure: "extraShare", atMost: 0.05 }],
        tolerance: 1e-4,
        runs: 3,
      })),
    );
  },
  prepare({ kind, targets: given }: Spec) {
    // The engine's code is read and its kernels are compiled at the first call, whatever the size: no memory of the loss.
    warmUp(kind, given);
    const hidden = tf.keep(tf.tensor2d(wave(ROWS * WIDTH, 0.37, 1), [ROWS, WIDTH]));
    const head = tf.keep(tf.tensor2d(wave(VOCAB * WIDTH, 0.011, 0.3), [VOCAB, WIDTH]));
    // Values wait in JavaScript until an op first reads them; they are no part of what the loss needs.
    for (const tensor of [hidden, head]) slice(tensor, [0, 0], [1, 1]).dispose();
    const compute = (use: (value: Tensor, gradient: Tensor) => void) =>
      lossAndGradient(hidden, head, rowLoss(kind, given, ROWS, VOCAB), use);
    const check: Record<string, number[]> = {};
    const extra = extraBytes(() =>
      compute((value, gradient) => {
        check.loss = [value.dataSync()[0]!];
        // Means over rows are small: a thousand times the first row's gradient is compared.
        check.gradient = [...slice(gradient, [0, 0], [1, WIDTH]).dataSync()].map((v) => 1000 * v);
      }),
    );
    return {
      check,
      run: () => ({
        seconds: secondsOf(() => compute((value) => value.dataSync())),
        extraBytes: extra,
        extraShare: extra / LOGITS_BYTES,
      }),
    };
  },
};
