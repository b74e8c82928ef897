// Row "cache": bytes and error of a cached token at V = 256,000, against DistillKit's scheme on the same logits.

import { Random } from "../../../base/random";
import { reconstructionKl } from "../../../distillation/cache-error";
import { decodeRow, encodeRow } from "../../../distillation/cache-row";
import { teacherStatistics } from "../../../distillation/teacher-statistics";
import { TokenPrior } from "../../../distillation/token-prior";
import { tf } from "../../../engine/tf";
import { distillkitBytes, distillkitRoundTrip } from "../distillkit-scheme";
import type { Row } from "../row";

const VOCAB = 256_000;
const POSITIONS = 4;
/** Positions of other texts from which the prior is measured, as a capture does. */
const PRIOR_POSITIONS = 12;

interface Spec {
  family: keyof typeof FAMILIES;
  scheme: "ours" | "distillkit";
}

const rankedIds = (random: Random) => random.shuffle(Array.from({ length: VOCAB }, (_, i) => i)).entries();

/** A word's overall frequency (Zipf) and each context's own deviation from it; some tokens stand out in the context. */
function correlated(deviation: number, raised: number): (seed: number) => Float32Array {
  return (seed) => {
    const logits = new Float32Array(VOCAB);
    for (const [rank, id] of rankedIds(new Random(5))) logits[id] = -1.1 * Math.log(rank + 3);
    const random = new Random(seed);
    for (let id = 0; id < VOCAB; id++) logits[id] = logits[id]! + deviation * random.normal();
    for (let i = 0; i < raised; i++) {
      const id = random.integer(0, VOCAB - 1);
      logits[id] = logits[id]! + 4 + 6 * random.next();
    }
    return logits;
  };
}

/** Zipf's law over ids drawn anew for each position: nothing is shared that a prior could know. */
function unrelated(sharpness: number, offset: number): (seed: number) => Float32Array {
  return (seed) => {
    const random = new Random(seed);
    const logits = new Float32Array(VOCAB);
    for (const [rank, id] of rankedIds(random)) {
      logits[id] = 5 - sharpness * Math.log(rank + 1 + offset) + random.normal() * Math.min(1, rank / 4);
    }
    return logits;
  };
}

const FAMILIES = {
  "near the words' frequencies, k = 128, prior": { logits: correlated(1.5, 60), topK: 128, prior: true },
  "far from the words' frequencies, k = 100, prior": { logits: correlated(2.5, 0), topK: 100, prior: true },
  "flat, nothing in common, k = 64": { logits: unrelated(1.5, 0), topK: 64, prior: false },
  "confident, nothing in common, k = 64": { logits: unrelated(4, 3), topK: 64, prior: false },
};

function priorOf(logitsOf: (seed: number) => Float32Array): TokenPrior {
  const sums = new Float64Array(VOCAB);
  for (let i = 0; i < PRIOR_POSITIONS; i++) {
    const logits = logitsOf(100 + i);
    const total = logSumExp(logits);
    for (let id = 0; id < VOCAB; id++) sums[id] = sums[id]! + (logits[id]! - total) / PRIOR_POSITIONS;
  }
  return new TokenPrior(Float32Array.from(sums));
}

function logSumExp(logits: Float32Array): number {
  const peak = logits.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - peak);
  return peak + Math.log(sum);
}

/** KL at T = 1 of the full distribution against listed log-probabilities with what they leave spread evenly. */
function fullKl(logits: Float32Array, ids: readonly number[], values: readonly number[]): number {
  const total = logSumExp(logits);
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

interface Stored {
  bytes: number;
  kl: number;
}

function oursOn(logits: Float32Array, topK: number, prior: TokenPrior | undefined): Stored {
  const shape = { topK, samples: 0 };
  const tensor = tf.tensor2d(logits, [1, VOCAB]);
  const bytes = encodeRow(teacherStatistics(tensor, topK), shape, prior);
  tensor.dispose();
  const row = decodeRow(bytes, 1, shape, VOCAB, prior);
  return { bytes: bytes.length, kl: reconstructionKl(logits, row, 0, prior?.logProbability) };
}

function distillkitOn(logits: Float32Array): Stored {
  const total = logSumExp(logits);
  const { ids, values } = distillkitRoundTrip(Float64Array.from(logits, (v) => v - total));
  return { bytes: distillkitBytes(VOCAB), kl: fullKl(logits, ids, values) };
}

export const cache: Row = {
  name: "cache",
  title:
    "Bytes a token and KL error of the teacher-logit cache at V = 256,000, against DistillKit's scheme of 344 bytes: at most 200 bytes, a lower error.",
  method:
    "Four positions of generated logits a case: a word's frequency with the context's own deviation from it, or Zipf's law over ids in an order of each position's own. KL in nats of the full distribution at T = 1 against what comes back; the mass outside the listed tokens is spread by the cache's prior (measured on 12 other positions) where there is one, else evenly. DistillKit's scheme is written anew from its description: 128 tokens, 16 exact, a fit of six terms.",
  remarks: [
    "Where positions have nothing in common no prior can help: at T = 1 with the tail spread evenly the number of listed ids counts, DistillKit lists 128, and which 128 of 256,000 ids they are takes log2 C(256000, 128) = 1,583 bits, 198 bytes, in any code, before the first logit: no scheme of 200 bytes can list as many. Real text has words of known frequency, which is what the prior codes against.",
  ],
  cases: () =>
    (Object.keys(FAMILIES) as (keyof typeof FAMILIES)[]).map((family) => ({
      name: family,
      sides: [
        { name: "this project", runtime: "node", spec: { family, scheme: "ours" } },
        { name: "DistillKit's scheme", runtime: "node", spec: { family, scheme: "distillkit" } },
      ],
      goals: [{ measure: "klNats", atMost: 1 }],
      alone: [{ measure: "bytes", atMost: 200 }],
      tolerance: 0,
      runs: 1,
    })),
  prepare({ family, scheme }: Spec) {
    const { logits: logitsOf, topK, prior: hasPrior } = FAMILIES[family];
    const positions = Array.from({ length: POSITIONS }, (_, i) => logitsOf(i + 1));
    const prior = hasPrior && scheme === "ours" ? priorOf(logitsOf) : undefined;
    const found = positions.map((logits) =>
      scheme === "ours" ? oursOn(logits, topK, prior) : distillkitOn(logits),
    );
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
