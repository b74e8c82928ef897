// Scores of texts against transformers' log-probabilities and greedy tokens, and against one pass over the whole text in float64.
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { tf } from "../../src/engine/tf";
import { scoreText } from "../../src/generation/text-scores";
import type { Decoder } from "../../src/models/decoder";
import { loadDecoder } from "../../src/models/load";
import { WeightFiles } from "../../src/models/safetensors";
import { REFERENCE_MODELS, referenceModel } from "../models/reference-models";

interface Batch {
  input_ids: number[][];
  attention_mask: number[][];
}

describe.each([...REFERENCE_MODELS, "gemma3_scaled", "gemma3_mm"])("%s", (name) => {
  const folder = referenceModel(name);
  const json = (file: string) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));

  it("gives each token the log-probability that transformers gives it", () => {
    const { batches } = json("forward.json") as { batches: Record<string, Batch> };
    const files = WeightFiles.open(folder.replace(/$/, "/forward.safetensors"));
    const decoder = loadDecoder(folder);
    const { input_ids: rows, attention_mask: masks } = batches.right!;
    const expected = files.float32("right.logprobs");
    const width = rows[0]!.length - 1;
    for (const [row, ids] of rows.entries()) {
      const length = masks[row]!.filter((real) => real === 1).length;
      const { logProbs, continuation } = scoreText(decoder, ids.slice(0, length));
      expect(logProbs.length).toBe(length - 1);
      expect(continuation).toEqual([]);
      for (const [t, value] of logProbs.entries())
        expect(Math.abs(value - expected[row * width + t]!)).toBeLessThan(2e-4);
    }
    files.close();
    decoder.dispose();
  });

  it("goes on with transformers' greedy tokens, the one that ends a text included", () => {
    const { prompts, new_tokens, valid_steps_per_row, max_new_tokens, eos_token_id } = json("generate.json");
    const decoder = loadDecoder(folder);
    for (const [row, prompt] of (prompts as number[][]).entries()) {
      const next = { maxNewTokens: max_new_tokens, stopIds: [eos_token_id].flat() };
      const { continuation } = scoreText(decoder, prompt, next);
      expect(continuation).toEqual(new_tokens[row].slice(0, valid_steps_per_row[row]));
    }
    decoder.dispose();
  });
});

/** log p of each token but the first, from the logits of one pass, in float64. */
function onePass(decoder: Decoder, ids: readonly number[]): number[] {
  const rows = tf.tidy(
    () => decoder.logits(decoder.hidden(Int32Array.from(ids), 1)).arraySync() as number[][],
  );
  return ids.slice(1).map((id, t) => {
    const row = rows[t]!;
    const top = row.reduce((a, b) => Math.max(a, b));
    return row[id]! - top - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
  });
}

describe("a text", () => {
  const decoder = loadDecoder(referenceModel("gemma3"));
  const random = new Random(3);
  const ids = Array.from({ length: 1100 }, () => random.integer(3, 229));

  it.each([2, 511, 512, 513, 1024, 1100])("of %i tokens is scored as in one pass", (length) => {
    const text = ids.slice(0, length);
    const before = tf.memory().numTensors;
    const { logProbs } = scoreText(decoder, text);
    expect(tf.memory().numTensors - before).toBeLessThan(60);
    const expected = onePass(decoder, text);
    expect(logProbs.length).toBe(length - 1);
    for (const [t, value] of logProbs.entries()) expect(Math.abs(value - expected[t]!)).toBeLessThan(1e-4);
  });

  it("of one token has nothing to score, and goes on all the same", () => {
    const { logProbs, continuation } = scoreText(decoder, [2], { maxNewTokens: 3, stopIds: [] });
    expect(logProbs).toEqual([]);
    expect(continuation.length).toBe(3);
  });

  it("goes on to the end of the context and no further", () => {
    const small = { ...decoder.config, maxPositionEmbeddings: 20 };
    const short = Object.assign(Object.create(Object.getPrototypeOf(decoder)), decoder, { config: small });
    expect(scoreText(short, ids.slice(0, 18), { maxNewTokens: 9, stopIds: [] }).continuation.length).toBe(3);
    expect(() => scoreText(short, ids.slice(0, 21))).toThrow(
      "The text has 21 tokens, the model's context is 20.",
    );
  });
});
