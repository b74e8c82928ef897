// Models with fewer tokens and layers against the whole ones, and the choice of layers against models whose best choice is known.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import { tf } from "../../src/engine/tf";
import { scoreText } from "../../src/generation/text-scores";
import { readDecoderConfig, tensorShapes } from "../../src/models/config";
import { Decoder } from "../../src/models/decoder";
import { keepWeight, loadDecoder, saveDecoder } from "../../src/models/load";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { chooseLayers, layerDistances, meanLoss, measurements } from "../../src/reduction/choose-layers";
import { reducedConfig, withLayers, writeReduced } from "../../src/reduction/reduced";

const MODELS = path.join(__dirname, "../../data/models");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "reduced-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
const documents = studyCorpus(undefined, { train: 2, validation: 1, "test-in-domain": 1, "test-other": 1 });
let TEXTS: number[][] = [];
beforeAll(async () => {
  const { prompt } = await loadTokenizer(path.join(MODELS, "gemma2-teacher"));
  TEXTS = documents.slice(0, 2).map(({ document }) => prompt(document));
});

describe.each(["gemma2-teacher", "solar"])("%s with fewer tokens", (name) => {
  it("gives the logits of the whole model at the tokens that stay", () => {
    const whole = loadDecoder(path.join(MODELS, name));
    const { vocabSize, bosTokenId, eosTokenIds, padTokenId } = whole.config;
    const kept = Array.from({ length: vocabSize }, (_, id) => id).filter(
      (id) => id % 3 === 0 || [bosTokenId, padTokenId, ...eosTokenIds].includes(id),
    );
    const folder = path.join(scratch, name);
    const config = writeReduced(path.join(MODELS, name), folder, { tokens: kept });
    expect(config.eosTokenIds.map((id) => kept[id])).toEqual(eosTokenIds);
    expect(readDecoderConfig(folder)).toEqual(config);
    const small = loadDecoder(folder);
    const ids = Int32Array.from([0, 9, 30, 100, 3]);
    const old = ids.map((id) => kept[id]!);
    const [a, b] = [
      [small, ids],
      [whole, old],
    ].map(([decoder, tokens]) =>
      tf.tidy(() =>
        (decoder as Decoder).logits((decoder as Decoder).hidden(tokens as Int32Array, 1)).arraySync(),
      ),
    ) as number[][][];
    // The same products of the same numbers; the order of the sums may differ by the matrix's size.
    for (const [row, values] of a!.entries())
      for (const [id, value] of values.entries()) expect(value).toBeCloseTo(b![row]![kept[id]!]!, 4);
    small.dispose();
    whole.dispose();
  });
});

it("refuses to leave out a token that ends texts", () => {
  const config = readDecoderConfig(path.join(MODELS, "gemma2-teacher"));
  expect(() => reducedConfig(config, { tokens: [5, 6, 7] })).toThrow(
    /^Token \d+, which begins, ends or pads/,
  );
});

/** The teacher with a layer that does nothing: what it adds is zero. */
function withIdle(layer: number): Decoder {
  const whole = loadDecoder(path.join(MODELS, "gemma2-teacher"));
  const weights = new Map(whole.weights);
  // Its norms after attention and feed-forward multiply by 1 + w.
  for (const norm of ["post_attention_layernorm", "post_feedforward_layernorm"]) {
    const key = `model.layers.${layer}.${norm}.weight`;
    const [size] = weights.get(key)!.shape as [number];
    weights.get(key)!.dispose();
    weights.set(key, keepWeight(new Float32Array(size).fill(-1), [size], false));
  }
  return new Decoder(whole.config, weights);
}

describe("layers", () => {
  it("an idle layer is found and costs nothing", () => {
    for (const idle of [1, 2]) {
      const decoder = withIdle(idle);
      const distances = layerDistances(decoder, TEXTS);
      expect(distances[idle]).toBeCloseTo(0, 3);
      expect(Math.min(...distances.filter((_, layer) => layer !== idle))).toBeGreaterThan(0.01);
      let done = 0;
      const choice = chooseLayers(decoder, TEXTS, 3, (count) => {
        done = count;
      });
      expect(choice.kept).toEqual([0, 1, 2, 3].filter((layer) => layer !== idle));
      expect(choice.leftOut).toHaveLength(1);
      expect(choice.leftOut[0]!.loss).toBeCloseTo(choice.loss, 5);
      expect(done).toBe(measurements(4, 3));
      decoder.dispose();
    }
  });

  it("the files of a choice are the view of it, windows of the layers with them", () => {
    const place = path.join(MODELS, "gemma2-teacher");
    const whole = loadDecoder(place);
    const view = withLayers(whole, [1, 3]);
    expect(view.config.slidingLayers).toEqual([false, false]);
    const folder = path.join(scratch, "layers");
    const config = writeReduced(place, folder, { layers: [1, 3] });
    expect(config).toEqual(view.config);
    expect(readDecoderConfig(folder)).toEqual(config);
    const read = loadDecoder(folder);
    for (const ids of TEXTS) expect(scoreText(read, ids)).toEqual(scoreText(view, ids));
    read.dispose();
    whole.dispose();
  });

  it("the loss is that of the tokens after each text's first, and removal is greedy", () => {
    const whole = loadDecoder(path.join(MODELS, "gemma2-teacher"));
    const all = TEXTS.flatMap((ids) => scoreText(whole, ids).logProbs);
    expect(all).toHaveLength(TEXTS.flat().length - TEXTS.length);
    expect(meanLoss(whole, TEXTS)).toBeCloseTo(-all.reduce((a, b) => a + b) / all.length, 6);
    const { kept, leftOut } = chooseLayers(whole, TEXTS, 2);
    const single = [0, 1, 2, 3].map((layer) =>
      meanLoss(
        withLayers(
          whole,
          [0, 1, 2, 3].filter((other) => other !== layer),
        ),
        TEXTS,
      ),
    );
    expect(leftOut[0]).toEqual({ layer: single.indexOf(Math.min(...single)), loss: Math.min(...single) });
    expect(leftOut[1]!.loss).toBeCloseTo(meanLoss(withLayers(whole, kept), TEXTS), 6);
    expect(() => chooseLayers(whole, TEXTS, 5)).toThrow("from 1 to 4, found 5");
    whole.dispose();
  });

  it("bfloat16 files stay so, bit for bit", () => {
    const place = path.join(scratch, "bf16");
    const whole = loadDecoder(path.join(MODELS, "gemma2-student"));
    saveDecoder(place, whole, "BF16");
    whole.dispose();
    const folder = path.join(scratch, "bf16-layers");
    writeReduced(place, folder, { layers: [0, 2] });
    const [size, config] = [
      fs.statSync(path.join(folder, "model.safetensors")).size,
      readDecoderConfig(folder),
    ];
    const values = [...tensorShapes(config).values()].reduce(
      (sum, shape) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    );
    expect(size).toBeLessThan(2 * values + 8192);
    const [a, b] = [loadDecoder(folder), loadDecoder(place)];
    expect(a.weights.get("model.layers.1.mlp.up_proj.weight")!.dataSync()).toEqual(
      b.weights.get("model.layers.2.mlp.up_proj.weight")!.dataSync(),
    );
    a.dispose();
    b.dispose();
  });
});
