// The calibrated choice: the divergence against a naive float64 loop, the choice against all combinations tried one by one.
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { engineMemory } from "../../src/engine/facts";
import { tf } from "../../src/engine/tf";
import type { Decoder } from "../../src/models/decoder";
import { loadDecoder } from "../../src/models/load";
import {
  type Candidate,
  chooseWithin,
  measureCandidates,
  partsOf,
  planOf,
  withDivergence,
} from "../../src/quantization/calibrate";
import { disposePacked, matricesOf, quantizedDecoder, uniformPlan } from "../../src/quantization/decoder";
import type { Scheme } from "../../src/quantization/scheme";
import { decoderRoundings, expectRounded, sizeOf } from "../rounding";

const int4: Scheme = { bits: 4, groupSize: 32, symmetric: true };
const int8: Scheme = { ...int4, bits: 8 };

describe("on a reference model", () => {
  const texts = [
    { ids: [5, 9, 33, 120, 7, 81, 14], from: 3 },
    { ids: [44, 2, 190, 16, 77], from: 0 },
  ];
  let decoder: Decoder;
  beforeAll(() => {
    decoder = loadDecoder(path.join(__dirname, "../fixtures/oracles/models/gemma2"));
  });
  afterAll(() => decoder.dispose());

  it("the divergence is that of a float64 loop over both models' logits", () => {
    const rounded = quantizedDecoder(decoder, uniformPlan(decoder, int4));
    let total = 0;
    let count = 0;
    let size = 0;
    for (const { ids, from } of texts) {
      const rows = [decoder, rounded].map(
        (model) =>
          tf.tidy(() => model.logits(model.hidden(Int32Array.from(ids), 1)).arraySync()) as number[][],
      );
      const logShares = (row: number[]) => {
        const top = Math.max(...row);
        const sum = row.reduce((all, value) => all + Math.exp(value - top), 0);
        return row.map((value) => value - top - Math.log(sum));
      };
      for (let t = from; t < ids.length - 1; t++) {
        const [p, q] = [logShares(rows[0]![t]!), logShares(rows[1]![t]!)];
        size = Math.max(size, sizeOf([...p, ...q]));
        total += p.reduce((sum, value, i) => sum + Math.exp(value) * (value - q[i]!), 0);
        count++;
      }
    }
    expect(count).toBe(7);
    const found = withDivergence(decoder, texts, (divergence) => divergence(rounded));
    const roundings = decoderRoundings(decoder.config, 7) + 2 * decoder.config.vocabSize;
    // A KL is half the variance of the logits' differences: what moves a logit moves it by their deviation times that.
    expectRounded([found], [total / count], roundings, size * Math.sqrt((2 * total) / count));
    expect(total / count).toBeGreaterThan(1e-4);
    disposePacked(rounded);
    expect(() => withDivergence(decoder, [{ ids: [1, 2], from: 1 }], () => 0)).toThrow("no prediction");
  });

  it("every part is measured under every scheme, eight bits nearer than four, and nothing is left in the engine", () => {
    const parts = partsOf(decoder);
    expect(parts.flatMap(({ matrices }) => matrices).sort()).toEqual(matricesOf(decoder).sort());
    const measure = () =>
      withDivergence(decoder, texts, (divergence) => measureCandidates(decoder, divergence, [int4, int8]));
    measure();
    const before = engineMemory();
    const measured = measure();
    const { rss: _, ...after } = engineMemory();
    expect(after).toEqual({ tensors: before.tensors, bytes: before.bytes });
    expect(measured.length).toBe(2 * parts.length);
    for (const { name } of parts) {
      const [four, eight] = measured.filter(({ part }) => part === name);
      expect(eight!.kl).toBeLessThan(four!.kl);
      expect(eight!.bytes).toBeGreaterThan(four!.bytes);
    }
    const generous = chooseWithin(measured, 1e9);
    expect(generous.every(({ scheme }) => scheme === int8)).toBe(true);
    expect(planOf(decoder, generous)).toEqual(uniformPlan(decoder, int8));
  });
});

describe("the choice within a size", () => {
  const random = new Random(11);
  const candidates: Candidate[] = ["a", "b", "c", "d"].flatMap((part) =>
    Array.from({ length: 5 }, () => ({
      part,
      scheme: int4,
      bytes: random.integer(10, 100),
      kl: random.next(),
    })),
  );
  const of = (part: string) => candidates.filter((candidate) => candidate.part === part);
  const sums = (mix: readonly Candidate[]) => ({
    bytes: mix.reduce((sum, { bytes }) => sum + bytes, 0),
    kl: mix.reduce((sum, { kl }) => sum + kl, 0),
  });
  const all = of("a").flatMap((a) =>
    of("b").flatMap((b) => of("c").flatMap((c) => of("d").map((d) => sums([a, b, c, d])))),
  );

  it.each([100, 140, 180, 240, 400])("is the best of all combinations at %i bytes", (budget) => {
    const fitting = all.filter(({ bytes }) => bytes <= budget);
    if (fitting.length === 0) {
      expect(() => chooseWithin(candidates, budget)).toThrow("raise the budget");
      return;
    }
    const chosen = chooseWithin(candidates, budget);
    expect(chosen.map(({ part }) => part)).toEqual(["a", "b", "c", "d"]);
    expect(sums(chosen).bytes).toBeLessThanOrEqual(budget);
    expect(sums(chosen).kl).toBeCloseTo(Math.min(...fitting.map(({ kl }) => kl)), 12);
  });
});
