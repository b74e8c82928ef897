// Speculative decoding: the model's own greedy text whatever is drafted, fewer passes where drafts come true.
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { tf } from "../../src/engine/tf";
import { type Drafter, lookupDrafter, modelDrafter } from "../../src/generation/draft";
import { generate } from "../../src/generation/generate";
import { generateSpeculative } from "../../src/generation/speculative";
import type { Decoder } from "../../src/models/decoder";
import { loadDecoder } from "../../src/models/load";
import { REFERENCE_MODELS, referenceModel } from "../models/reference-models";

const decoders = new Map<string, Decoder>(
  REFERENCE_MODELS.map((family) => [family, loadDecoder(referenceModel(family))]),
);
const gemma = decoders.get("gemma2")!;
afterAll(() => {
  for (const decoder of decoders.values()) decoder.dispose();
});

const random = new Random(5);
const prompts = [3, 9, 20].map((length) => Array.from({ length }, () => 3 + Math.floor(random.next() * 150)));
const options = { maxNewTokens: 24, stopIds: [] as number[], draftTokens: 4 };
const plain = (decoder: typeof gemma, prompt: number[], stopIds: number[] = []) =>
  generate(decoder, [prompt], { maxNewTokens: options.maxNewTokens, stopIds, padId: 0 })[0]!;

/** Drafts from a known text, with every `wrongEvery`-th token spoilt. */
function scripted(text: readonly number[], prompt: number, wrongEvery = Number.POSITIVE_INFINITY): Drafter {
  return {
    draft: (tokens, count) =>
      text
        .slice(tokens.length - prompt, tokens.length - prompt + count)
        .map((id, i) => ((tokens.length + i) % wrongEvery === 0 ? (id + 1) % 150 : id)),
    dispose() {},
  };
}

describe.each(REFERENCE_MODELS)("generateSpeculative, %s", (family) => {
  const decoder = decoders.get(family)!;

  it("writes what plain decoding writes: right, wrong, looked-up and a model's drafts", () => {
    const other = gemma.config.vocabSize === decoder.config.vocabSize ? gemma : decoder;
    for (const prompt of prompts) {
      const expected = plain(decoder, prompt);
      const drafters = [
        scripted(expected, prompt.length),
        scripted(expected, prompt.length, 3),
        lookupDrafter(),
        modelDrafter(other),
      ];
      for (const drafter of drafters)
        expect(generateSpeculative(decoder, drafter, prompt, options).ids).toEqual(expected);
    }
  });
});

describe("generateSpeculative", () => {
  it("needs one pass for a draft and one token when every draft is right", () => {
    const expected = plain(gemma, prompts[1]!);
    const result = generateSpeculative(gemma, scripted(expected, prompts[1]!.length), prompts[1]!, options);
    // 24 tokens, five a pass: the last pass has four left, three of them drafted.
    expect(result).toMatchObject({ passes: 5, drafted: 19, accepted: 19 });
  });

  it("accepts every draft of the model itself", () => {
    const { drafted, accepted } = generateSpeculative(gemma, modelDrafter(gemma), prompts[2]!, options);
    expect(accepted).toBe(drafted);
  });

  it("ends at a stop token inside an accepted draft", () => {
    const free = plain(gemma, prompts[0]!);
    const stopIds = [free[6]!];
    const expected = plain(gemma, prompts[0]!, stopIds);
    const result = generateSpeculative(gemma, scripted(free, prompts[0]!.length), prompts[0]!, {
      ...options,
      stopIds,
    });
    expect(result.ids).toEqual(expected);
  });

  it("leaves no tensor behind, and refuses an empty prompt and another vocabulary", () => {
    const drafter = modelDrafter(gemma);
    generateSpeculative(gemma, drafter, prompts[0]!, options);
    const before = tf.memory().numTensors;
    generateSpeculative(gemma, drafter, prompts[0]!, options);
    expect(tf.memory().numTensors).toBe(before);
    expect(() => generateSpeculative(gemma, drafter, [], options)).toThrow(/prompt is empty/);
    const foreign: Drafter = { vocabSize: 7, draft: () => [], dispose() {} };
    expect(() => generateSpeculative(gemma, foreign, prompts[0]!, options)).toThrow(
      /vocabulary has 7 tokens/,
    );
  });
});

describe("lookupDrafter", () => {
  it("continues the latest longest match", () => {
    const text = [1, 2, 3, 9, 1, 2, 3, 7, 5, 3, 8, 2, 3];
    // "2 3" was followed by 7 5 … the second time; "3" alone by 8.
    expect(lookupDrafter().draft(text, 3)).toEqual([7, 5, 3]);
    expect(lookupDrafter(1).draft(text, 1)).toEqual([8]);
    expect(lookupDrafter().draft([4, 5, 6], 3)).toEqual([]);
  });
});
