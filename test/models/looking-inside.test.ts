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
        expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
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
  for (const { id, probability } of top) expect(probability).toBeCloseTo(Math.exp(logits[id]!) / total, 5);
  expect(lowest).toBeCloseTo(Math.min(...logits), 4);
  expect(highest).toBeCloseTo(Math.max(...logits), 4);
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
  expect(rows[0]!.rms).toBeCloseTo(Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length), 5);
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
    expect(product).toBeCloseTo(cosine, 5);
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
