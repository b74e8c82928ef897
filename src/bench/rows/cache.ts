// Row "cache": bytes and error of a cached token at V = 256,000, against DistillKit's scheme on the same logits.
import { reconstructionKl } from "../../distillation/cache-error";
import { decodeRow, encodeRow } from "../../distillation/cache-row";
import { teacherStatistics } from "../../distillation/teacher-statistics";
import { Random } from "../../engine/random";
import { tf } from "../../engine/tf";
import { distillkitBytes, distillkitRoundTrip } from "../distillkit-scheme";
import type { Row } from "../row";

const VOCAB = 256_000;
const TOP_K = 64;
const TOKENS = 4;

interface Spec {
  sharpness: number;
  offset: number;
  scheme: "ours" | "distillkit";
}

/** Zipf-like logits over ids in random order, with noise. */
function zipf({ sharpness, offset }: Spec, seed: number): Float32Array {
  const random = new Random(seed);
  const logits = new Float32Array(VOCAB);
  const ids = random.shuffle(Array.from({ length: VOCAB }, (_, i) => i));
  for (const [rank, id] of ids.entries()) {
    logits[id] = 5 - sharpness * Math.log(rank + 1 + offset) + random.normal() * Math.min(1, rank / 4);
  }
  return logits;
}

/** KL at T = 1 of the full distribution against listed log-probabilities with what they leave spread evenly. */
function fullKl(logits: Float32Array, ids: readonly number[], values: readonly number[]): number {
  const peak = logits.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - peak);
  const total = peak + Math.log(sum);
  const mass = values.reduce((s, v) => s + Math.exp(v), 0);
  // A fit can list more than all probability; as its readers do, the rest is then nearly nothing and all is normalised.
  const rest = Math.max(1e-8, 1 - mass);
  const norm = Math.log(mass + rest);
  const listed = new Map(ids.map((id, i) => [id, values[i]! - norm]));
  const even = Math.log(rest / (VOCAB - ids.length)) - norm;
  let kl = 0;
  for (let id = 0; id < VOCAB; id++) {
    const logP = logits[id]! - total;
    kl += Math.exp(logP) * (logP - (listed.get(id) ?? even));
  }
  return kl;
}

function oursOn(logits: Float32Array): { bytes: number; kl: number } {
  const shape = { topK: TOP_K, samples: 0 };
  const tensor = tf.tensor2d(logits, [1, VOCAB]);
  const row = teacherStatistics(tensor, TOP_K);
  tensor.dispose();
  const bytes = encodeRow(row, shape);
  return { bytes: bytes.length, kl: reconstructionKl(logits, decodeRow(bytes, 1, shape), 0) };
}

function distillkitOn(logits: Float32Array): { bytes: number; kl: number } {
  const peak = logits.reduce((a, b) => Math.max(a, b));
  const total = peak + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - peak), 0));
  const { ids, values } = distillkitRoundTrip(Float64Array.from(logits, (v) => v - total));
  return { bytes: distillkitBytes(VOCAB), kl: fullKl(logits, ids, values) };
}

export const cache: Row = {
  name: "cache",
  title:
    "Bytes a token and KL error of the teacher-logit cache at V = 256,000, against DistillKit's scheme of 344 bytes: at most 200 bytes, a lower error.",
  method:
    "k = 64; four positions of Zipf-like logits over ids in random order (flat: exponent 1.5; confident: 4). KL in nats of the full distribution at T = 1 against what comes back, the mass outside the listed tokens spread evenly. DistillKit's scheme is written anew from its description: 128 tokens, 16 exact, a fit of six terms.",
  cases: () =>
    [
      { name: "flat", sharpness: 1.5, offset: 0 },
      { name: "confident", sharpness: 4, offset: 3 },
    ].map(({ name, ...shape }) => ({
      name,
      sides: [
        { name: "this project", runtime: "node", spec: { ...shape, scheme: "ours" } },
        { name: "DistillKit's scheme", runtime: "node", spec: { ...shape, scheme: "distillkit" } },
      ],
      goals: [{ measure: "klNats", atMost: 1 }],
      alone: [{ measure: "bytes", atMost: 200 }],
      tolerance: 0,
      runs: 1,
    })),
  prepare(spec: Spec) {
    const positions = Array.from({ length: TOKENS }, (_, i) => zipf(spec, i + 1));
    const found = positions.map(spec.scheme === "ours" ? oursOn : distillkitOn);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    return {
      check: { logits: positions.map((logits) => logits[0]!) },
      run: () => ({
        bytes: mean(found.map(({ bytes }) => bytes)),
        klNats: mean(found.map(({ kl }) => kl)),
      }),
    };
  },
};
