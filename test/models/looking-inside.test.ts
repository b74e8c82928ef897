// What notebook 02 shows of a model, against the reference model's own numbers and naive arithmetic.
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { tf } from "../../src/engine/tf";
import { attentionMaps } from "../../src/models/attention-maps";
import { gateCheck } from "../../src/models/gate-check";
import { loadDecoder } from "../../src/models/load";
import { nextTokens } from "../../src/models/next-tokens";
import { parameterTable } from "../../src/models/parameter-table";
import { residualStream } from "../../src/models/residual-stream";
import { ropeTables, rotate, rotatedProducts } from "../../src/models/rope";
import { decoderRoundings, expectRounded, sizeOf } from "../rounding";

const folder = path.resolve(__dirname, "../fixtures/oracles/models/gemma2");
const decoder = loadDecoder(folder);
const ids = [117, 12, 115, 155, 65, 216, 109, 157, 96, 242, 59, 252];
afterAll(() => decoder.dispose());

it("attention looks back only, sums to one, and keeps to the window on sliding layers", () => {
  const maps = attentionMaps(decoder, ids);
  expect(maps).toHaveLength(decoder.config.numHiddenLayers);
  for (const { heads, window } of maps) {
    expect(heads).toHaveLength(decoder.config.numAttentionHeads);
    for (const rows of heads) {
      for (const [query, row] of rows.entries()) {
        expectRounded([row.reduce((a, b) => a + b, 0)], [1], row.length + 8); // exponential and quotient take some
        for (const [key, weight] of row.entries()) {
          if (key > query || (window !== null && query - key >= window)) expect(weight).toBe(0);
        }
      }
    }
  }
});

it("the next token is the largest logit, its probability the softmax in float64", () => {
  const { top, lowest, highest } = nextTokens(decoder, ids, 3);
  const logits = tf
    .tidy(() => [...decoder.logits(decoder.hidden(Int32Array.from(ids), 1)).dataSync()])
    .slice(-decoder.config.vocabSize);
  const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
  expect(top[0]!.id).toBe(logits.indexOf(Math.max(...logits)));
  const roundings = decoderRoundings(decoder.config, ids.length);
  // What moves a logit by some amount moves its probability by that share.
  for (const { id, probability } of top)
    expectRounded([probability], [Math.exp(logits[id]!) / total], roundings + logits.length, sizeOf(logits));
  expectRounded([lowest, highest], [Math.min(...logits), Math.max(...logits)], roundings);
  expect(Math.max(-lowest, highest)).toBeLessThanOrEqual(30);
});

it("the residual stream has one size a layer and the embedding's first", () => {
  const rows = residualStream(decoder, ids);
  expect(rows.map((row) => row.layer)).toEqual(
    Array.from({ length: decoder.config.numHiddenLayers + 1 }, (_, i) => i),
  );
  const table = decoder.weights.get("model.embed_tokens.weight")!.dataSync();
  const { hiddenSize, embeddingScale } = decoder.config;
  const squares = ids.flatMap((id) =>
    [...table.subarray(id * hiddenSize, (id + 1) * hiddenSize)].map((x) => (x * embeddingScale) ** 2),
  );
  const rms = Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
  expectRounded([rows[0]!.rms], [rms], squares.length);
});

it("the table of parameters adds up", () => {
  const rows = parameterTable(decoder);
  expect(rows.reduce((sum, row) => sum + row.parameters, 0)).toBe(decoder.parameters);
  expect(rows.find((row) => row.module.endsWith("q_proj"))!.count).toBe(decoder.config.numHiddenLayers);
});

it("the products of rotated vectors are those of the engine's rotation", () => {
  const { config } = decoder;
  const [curve] = rotatedProducts(config, [7], 5);
  const one = tf.ones([1, 1, 1, config.headDim]);
  const at = (position: number) =>
    tf.tidy(() => rotate(one, ropeTables(config, position, 1)).dataSync() as Float32Array);
  const first = at(7);
  for (const [distance, product] of curve!.products.entries()) {
    const second = at(7 + distance);
    const cosine = first.reduce((sum, x, i) => sum + x * second[i]!, 0) / config.headDim;
    // An angle in fp32 is a rounding of itself.
    expectRounded([product], [cosine], config.headDim, 7 + distance);
  }
  one.dispose();
});

it("tells the two gates apart", () => {
  const gelu = gateCheck("gelu_tanh");
  expect(gelu.fromGelu).toBeLessThan(1e-6);
  expect(gelu.fromSilu).toBeGreaterThan(0.1);
  const silu = gateCheck("silu");
  expect(silu.fromSilu).toBeLessThan(1e-6);
});
