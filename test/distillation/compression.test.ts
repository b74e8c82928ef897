// Size and error of a cached token at V = 256,000, beside DistillKit's 344-byte setting on the same logits.
import { describe, expect, it } from "vitest";
import { decodeRow, encodeRow } from "../../src/distillation/cache-row";
import { teacherStatistics } from "../../src/distillation/teacher-statistics";
import { Random } from "../../src/engine/random";
import { tf } from "../../src/engine/tf";
import { DISTILLKIT, distillkitBytes, distillkitRoundTrip } from "./distillkit-scheme";

const VOCAB = 256_000;
const TOKENS = 1;
const K = 64;
const SHAPE = { topK: K, samples: 0 };

/** Zipf-like logits over randomly placed ids: `sharpness` · -log(rank + offset) with noise. */
function zipf(sharpness: number, offset: number): Float32Array {
  const random = new Random(1);
  const logits = new Float32Array(TOKENS * VOCAB);
  for (let t = 0; t < TOKENS; t++) {
    for (const [rank, id] of random.shuffle(Array.from({ length: VOCAB }, (_, i) => i)).entries()) {
      logits[t * VOCAB + id] =
        5 - sharpness * Math.log(rank + 1 + offset) + random.normal() * Math.min(1, rank / 4);
    }
  }
  return logits;
}

const logSumExp = (values: Iterable<number>): number => {
  const all = Float64Array.from(values);
  const top = all.reduce((a, b) => Math.max(a, b));
  return top + Math.log(all.reduce((sum, v) => sum + Math.exp(v - top), 0));
};

/** Listed log-probabilities and the mass of all other tokens, normalised. */
interface Stored {
  ids: ArrayLike<number>;
  values: number[];
  tail: number;
}

/** KL of the full distribution at T against listed tokens plus a tail spread evenly; and over the first K listed + rest. */
function errors(logits: Float32Array, temperature: number, stored: Stored, common: ReadonlySet<number>) {
  const total = logSumExp(logits.map((v) => v / temperature));
  const listed = new Map(Array.from(stored.ids, (id, i) => [id, stored.values[i]!]));
  const even = stored.tail - Math.log(VOCAB - listed.size);
  let full = 0;
  let top = 0;
  let rest = 0;
  let storedRest = 0;
  for (let id = 0; id < VOCAB; id++) {
    const logP = logits[id]! / temperature - total;
    const p = Math.exp(logP);
    const logQ = listed.get(id) ?? even;
    full += p * (logP - logQ);
    if (common.has(id)) top += p * (logP - logQ);
    else {
      rest += p;
      storedRest += Math.exp(logQ);
    }
  }
  return { full, common: top + rest * Math.log(rest / storedRest) };
}

/** Ours at temperature column `column` (T = 1, 2, 4). */
function ours(row: ReturnType<typeof decodeRow>, t: number, column: number): Stored {
  const temperature = 2 ** column;
  const ids = row.topIds.subarray(t * K, (t + 1) * K);
  const raw = [...row.topLogits.subarray(t * K, (t + 1) * K)].map((v) => v / temperature);
  const tail = row.logTail[t * 3 + column]! + row.logSumExp[t * 3 + column]!;
  const total = logSumExp([...raw, tail]);
  return { ids, values: raw.map((v) => v - total), tail: tail - total };
}

/** DistillKit's: what the listed tokens leave is one outcome; another temperature raises all of them to 1 / T. */
function theirs(logits: Float32Array, temperature: number): Stored {
  const total = logSumExp(logits);
  const { ids, values } = distillkitRoundTrip(Float64Array.from(logits, (v) => v - total));
  const mass = values.reduce((sum, v) => sum + Math.exp(v), 0);
  const raw = [...values, Math.log(Math.max(1e-8, 1 - mass))].map((v) => v / temperature);
  const norm = logSumExp(raw);
  return { ids, values: raw.slice(0, -1).map((v) => v - norm), tail: raw[raw.length - 1]! - norm };
}

describe.each([
  ["flat", 1.5, 0],
  ["confident", 4, 3],
])("%s tokens", (_, sharpness, offset) => {
  const logits = zipf(sharpness, offset);
  const tensor = tf.tensor2d(logits, [TOKENS, VOCAB]);
  const exact = teacherStatistics(tensor, K);
  tensor.dispose();
  const bytes = encodeRow(exact, SHAPE);
  const row = decodeRow(bytes, TOKENS, SHAPE);

  it("take under 200 bytes each, DistillKit's 344", () => {
    expect(bytes.length / TOKENS).toBeLessThan(198);
    expect(distillkitBytes(VOCAB)).toBe(344);
    expect(DISTILLKIT.k).toBe(2 * K);
  });

  it.each([0, 1, 2])("have a smaller error at T = 2^%i", (column) => {
    const temperature = 2 ** column;
    const sums = { ours: { full: 0, common: 0 }, theirs: { full: 0, common: 0 } };
    for (let t = 0; t < TOKENS; t++) {
      const values = logits.subarray(t * VOCAB, (t + 1) * VOCAB);
      const stored = ours(row, t, column);
      const common = new Set(Array.from(stored.ids));
      for (const [name, found] of [
        ["ours", errors(values, temperature, stored, common)],
        ["theirs", errors(values, temperature, theirs(values, temperature), common)],
      ] as const) {
        sums[name].full += found.full / TOKENS;
        sums[name].common += found.common / TOKENS;
      }
    }
    // Over outcomes that both know, the 64 likeliest tokens and the rest:
    expect(sums.ours.common).toBeLessThan(1e-4);
    expect(sums.ours.common).toBeLessThan(sums.theirs.common / 5);
    // Over all 256,000 with the tail spread evenly it is the number of ids that counts at T = 1, where DistillKit has
    // twice as many; the tail's true mass counts more the higher T is.
    if (temperature === 4) expect(sums.ours.full).toBeLessThan(sums.theirs.full);
  });
});
