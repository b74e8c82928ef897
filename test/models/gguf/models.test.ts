// Small GGUF models of every family, made by gguf-py: configuration and logits against transformers.
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { frozenMemory } from "../../../src/engine/ledger";
import { tf } from "../../../src/engine/tf";
import { readDecoderConfig } from "../../../src/models/config";
import type { Decoder } from "../../../src/models/decoder";
import { loadDecoder } from "../../../src/models/load";
import { ropeFrequencies } from "../../../src/models/rope";
import { WeightFiles } from "../../../src/models/safetensors";

const FIXTURES = path.join(__dirname, "../../fixtures/gguf");
const file = (name: string) => path.join(FIXTURES, `${name}.gguf`);

const { models: rows } = JSON.parse(fs.readFileSync(path.join(FIXTURES, "expected.json"), "utf8")) as {
  models: Record<string, number[]>;
};
const models = Object.entries(rows).map(([name, ids]) => ({ name, ids }));
const logits = WeightFiles.open(path.join(FIXTURES, "expected.safetensors"));
afterAll(() => logits.close());

/** Parts of the values' own size: some hundred sums in fp32 are rounded in another order than transformers rounds them. */
const ROUNDING = 64 * 2 ** -23;

/** The largest difference from transformers' logits as a part of the largest one. */
function largestDifference(name: string, decoder: Decoder, ids: readonly number[]): number {
  const theirs = logits.float32(name);
  const ours = tf.tidy(() => decoder.logits(decoder.hidden(Int32Array.from(ids), 1)));
  const found = ours.dataSync() as Float32Array;
  ours.dispose();
  decoder.dispose();
  expect(found.length).toBe(theirs.length);
  const largest = (values: Iterable<number>) => Math.max(...[...values].map(Math.abs));
  return largest(found.map((value, i) => value - theirs[i]!)) / largest(theirs);
}

describe.each(models)("$name", ({ name, ids }) => {
  it("has the configuration that transformers wrote", () => {
    const { ropeScaling, ...found } = readDecoderConfig(file(name));
    const { ropeScaling: theirs, ...saved } = readDecoderConfig(
      path.join(FIXTURES, "configs"),
      `${name}.json`,
    );
    // config.json names no tokens, the metadata do.
    const { bosTokenId, eosTokenIds, padTokenId } = found;
    expect(found).toEqual({ ...saved, bosTokenId, eosTokenIds, padTokenId });
    const frequencies = ropeFrequencies({ ...found, ropeScaling });
    ropeFrequencies({ ...found, ropeScaling: theirs }).forEach((one, i) => {
      // Factors are stored in fp32.
      expect(Math.abs(frequencies[i]! / one - 1)).toBeLessThan(2 ** -23);
    });
  });

  it("gives transformers' logits", () => {
    expect(largestDifference(name, loadDecoder(file(name)), ids)).toBeLessThan(ROUNDING);
  });

  it("gives them with weights in bfloat16 too, as near as its eight bits allow", () => {
    const decoder = loadDecoder(file(name), { frozen: "bfloat16" });
    const matrices = [...decoder.weights.values()].filter(({ shape }) => shape.length === 2);
    expect(frozenMemory().bytes).toBe(matrices.reduce((sum, { size }) => sum + 2 * size, 0));
    expect(largestDifference(name, decoder, ids)).toBeLessThan(8 * 2 ** -8);
    expect(frozenMemory().bytes).toBe(0);
  });
});
