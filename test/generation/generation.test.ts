// Generation: padded batches against single prompts, sampling against probabilities computed by hand, no tensor left behind.
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { tf } from "../../src/engine/tf";
import { generate } from "../../src/generation/generate";
import { sampleToken } from "../../src/generation/sampling";
import { loadDecoder } from "../../src/models/load";

const decoder = loadDecoder(path.resolve(__dirname, "../fixtures/oracles/models/gemma2"));
afterAll(() => decoder.dispose());
const prompts = [
  [154, 202, 247, 179, 217],
  [105, 139],
  [117, 12, 115, 155, 65, 216, 109, 157, 96],
];
const greedy = { maxNewTokens: 12, stopIds: [1], padId: 0 };

describe("generate", () => {
  it("writes in a padded batch what it writes for each prompt alone", () => {
    const together = generate(decoder, prompts, greedy);
    const alone = prompts.map((prompt) => generate(decoder, [prompt], greedy)[0]);
    expect(together).toEqual(alone);
  });

  it("takes the largest logit of a pass without a cache at every step", () => {
    const [written] = generate(decoder, [prompts[2]!], greedy);
    const ids = [...prompts[2]!];
    for (const token of written!) {
      const logits = tf
        .tidy(() => [...decoder.logits(decoder.hidden(Int32Array.from(ids), 1)).dataSync()])
        .slice(-decoder.config.vocabSize);
      expect(token).toBe(logits.indexOf(Math.max(...logits)));
      ids.push(token);
    }
  });

  it("stops at a stop token and leaves it out", () => {
    const [free] = generate(decoder, [prompts[0]!], { ...greedy, stopIds: [] });
    const stop = free![3]!;
    const [stopped] = generate(decoder, [prompts[0]!], { ...greedy, stopIds: [stop] });
    expect(stopped).toEqual(free!.slice(0, free!.indexOf(stop)));
  });

  it("hands each step's logits to a callback", () => {
    const seen: [number[], readonly number[], number][] = [];
    generate(decoder, prompts, {
      ...greedy,
      maxNewTokens: 2,
      onLogits: (logits, rows, step) => seen.push([logits.shape, rows, step]),
    });
    expect(seen.map(([shape, , step]) => [shape, step])).toEqual([
      [[3, decoder.config.vocabSize], 0],
      [[3, decoder.config.vocabSize], 1],
    ]);
    // Rows are numbered as the prompts were given, though the batch is sorted by length.
    expect([...seen[0]![1]]).toEqual([1, 0, 2]);
  });

  it("repeats with the same seed and leaves no tensor behind", () => {
    const run = (seed: number) =>
      generate(decoder, prompts, { ...greedy, sampling: { temperature: 1.5, random: new Random(seed) } });
    const first = run(7);
    const before = tf.memory().numTensors;
    expect(run(7)).toEqual(first);
    expect(run(8)).not.toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("refuses an empty prompt", () => {
    expect(() => generate(decoder, [[]], greedy)).toThrow(/prompt is empty/);
  });
});

describe("sampleToken", () => {
  const logits = Float32Array.from([2, 1, 0, -1]);
  const share = (options: { temperature: number; topK?: number; topP?: number }) => {
    const random = new Random(3);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[sampleToken(logits, options, random)]!++;
    return counts.map((count) => count / 20_000);
  };
  const softmax = (values: number[]) => {
    const weights = values.map(Math.exp);
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / total);
  };

  it("draws tokens as often as the softmax at that temperature says", () => {
    for (const temperature of [0.5, 1, 2]) {
      const expected = softmax([...logits].map((z) => z / temperature));
      // Four standard errors of 20,000 draws are below 0.015.
      for (const [i, observed] of share({ temperature }).entries())
        expect(Math.abs(observed - expected[i]!)).toBeLessThan(0.015);
    }
  });

  it("keeps the k likeliest, or the fewest that reach p", () => {
    const two = softmax([2, 1]);
    for (const options of [{ topK: 2 }, { topP: 0.7 }]) {
      // .644 + .237 is the first sum that reaches .7
      const observed = share({ temperature: 1, ...options });
      expect(observed.slice(2)).toEqual([0, 0]);
      expect(Math.abs(observed[0]! - two[0]!)).toBeLessThan(0.015);
    }
    expect(share({ temperature: 1, topP: 0.5 })).toEqual([1, 0, 0, 0]);
  });

  it("refuses a temperature of zero", () => {
    expect(() => sampleToken(logits, { temperature: 0 }, new Random(1))).toThrow(
      /temperature must be above 0/,
    );
  });
});
