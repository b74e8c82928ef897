// LoRA on a decoder: peft's initialisation, merging and back, several adapters on one base that stays as it is.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { AdapterSet } from "../../src/adapters/adapter-set";
import { ALL_PROJECTIONS, LoraAdapter, merged, mergedValues, unmerged } from "../../src/adapters/lora";
import { type AdapterConfig, readAdapter, writeAdapter } from "../../src/adapters/peft-files";
import { valueAndGradients } from "../../src/engine/gradient";
import { tf } from "../../src/engine/tf";
import type { Decoder } from "../../src/models/decoder";
import { loadDecoder } from "../../src/models/load";
import { collate } from "../../src/prompts/batch";
import { AdamW } from "../../src/training/adamw";
import { batchLoss } from "../../src/training/finetune";
import { crossEntropyRows } from "../../src/training/head-loss";
import { decoderRoundings, expectRounded, sizeOf } from "../rounding";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "lora-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const CONFIG: AdapterConfig = {
  rank: 4,
  alpha: 8,
  targetModules: ALL_PROJECTIONS,
  rsLora: false,
  dora: false,
  rankPattern: {},
  alphaPattern: {},
  baseModel: "gemma2",
};
const decoder = loadDecoder(path.join(ORACLES, "gemma2"));
const ids = Int32Array.of(2, 30, 40, 50, 60, 70, 80, 90);
const logits = (of: Decoder) => tf.tidy(() => of.logits(of.hidden(ids, 1)).dataSync() as Float32Array);
const plain = logits(decoder);
/** The products with A and B beside those of the base, or within them. */
const ROUNDINGS = 2 * decoderRoundings(decoder.config, ids.length);
const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!)));

const stored = (kind: string) => {
  const { config, weights } = readAdapter(path.join(ORACLES, "gemma2/adapters", kind));
  return LoraAdapter.fromWeights(config, weights);
};

describe("a new adapter", () => {
  const adapter = LoraAdapter.create(decoder, CONFIG, 3);

  it("starts as peft's: A uniform below 1/√in, B zero, the model unchanged", () => {
    for (const { a, b, inFeatures } of adapter.toWeights()) {
      const bound = 1 / Math.sqrt(inFeatures);
      expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(bound);
      // the variance of a uniform draw is a third of its bound's square
      const variance = a.reduce((sum, v) => sum + v * v, 0) / a.length;
      expect(variance / (bound ** 2 / 3)).toBeGreaterThan(0.7);
      expect(variance / (bound ** 2 / 3)).toBeLessThan(1.3);
      expect(b.every((v) => v === 0)).toBe(true);
    }
    decoder.adapter = adapter.layers;
    expectRounded(logits(decoder), plain, ROUNDINGS);
    decoder.adapter = undefined;
  });

  it("is a function of its seed", () => {
    const values = (seed: number) => LoraAdapter.create(decoder, CONFIG, seed).toWeights()[0]!.a;
    expect([...values(3)]).toEqual([...adapter.toWeights()[0]!.a]);
    expect([...values(4)]).not.toEqual([...values(3)]);
  });

  it.each(ALL_PROJECTIONS)("can be on %s alone", (target) => {
    const one = LoraAdapter.create(decoder, { ...CONFIG, targetModules: [target] }, 1);
    expect(one.names.length).toBe(2 * decoder.config.numHiddenLayers);
    expect(one.names.every((name) => name.includes(`.${target}.`))).toBe(true);
    one.dispose();
  });

  it("follows rank and alpha patterns, and rsLoRA's scale", () => {
    const config = {
      ...CONFIG,
      rsLora: true,
      rankPattern: { "layers.1.self_attn.q_proj": 9 },
      alphaPattern: { q_proj: 3 },
    };
    const layers = LoraAdapter.create(decoder, config, 1).layers;
    expect(layers.get("model.layers.1.self_attn.q_proj")).toMatchObject({ rank: 9, scale: 3 / 3 });
    expect(layers.get("model.layers.0.self_attn.q_proj")).toMatchObject({ rank: 4, scale: 3 / 2 });
    expect(layers.get("model.layers.0.self_attn.k_proj")).toMatchObject({ rank: 4, scale: 8 / 2 });
  });

  it("is refused where nothing has its targets' names", () => {
    expect(() => LoraAdapter.create(decoder, { ...CONFIG, targetModules: ["query"] }, 1)).toThrow(/query/);
  });
});

describe.each(["plain", "rslora", "pattern", "dora"])("peft's %s adapter", (kind) => {
  const adapter = stored(kind);

  it("merged answers as beside the base, and can be taken out again", () => {
    decoder.adapter = adapter.layers;
    const beside = logits(decoder);
    decoder.adapter = undefined;
    expect(difference(beside, plain)).toBeGreaterThan(0.1);
    const whole = merged(decoder, adapter);
    expectRounded(logits(whole), beside, ROUNDINGS);
    expect(difference(logits(decoder), plain)).toBe(0);
    // One weight at a time they are the same numbers, of a decoder with the adapter in use and of the merged one.
    decoder.adapter = adapter.layers;
    for (const [name, weight] of whole.weights) {
      expect(mergedValues(decoder, name)).toEqual(weight.dataSync());
      expect(mergedValues(whole, name)).toEqual(weight.dataSync());
    }
    decoder.adapter = undefined;
    if (kind === "dora") {
      expect(() => unmerged(whole, adapter)).toThrow(/load the base/);
      return;
    }
    const back = unmerged(whole, adapter);
    for (const [name, weight] of decoder.weights) {
      const original = weight.dataSync();
      const size = sizeOf([...original, ...whole.weights.get(name)!.dataSync()]);
      expectRounded(
        back.weights.get(name)!.dataSync(),
        original,
        2 * (Math.max(...[...adapter.layers.values()].map(({ rank }) => rank)) + 1),
        size,
      );
    }
    back.dispose();
    whole.dispose();
  });
});

describe("several adapters on one base", () => {
  it("answer each as alone; the base without one is unchanged", () => {
    const set = new AdapterSet(decoder);
    const alone = new Map<string, Float32Array>();
    for (const kind of ["plain", "dora"]) {
      const adapter = stored(kind);
      decoder.adapter = adapter.layers;
      alone.set(kind, logits(decoder));
      set.add(kind, adapter);
    }
    for (const kind of ["dora", "plain", "dora"]) {
      set.use(kind);
      expect(difference(logits(decoder), alone.get(kind)!)).toBe(0);
    }
    expectRounded(logits(set.merged("plain")), alone.get("plain")!, ROUNDINGS);
    set.remove("dora");
    expect(difference(logits(decoder), plain)).toBe(0);
    expect(set.names).toEqual(["plain"]);
    expect(() => set.use("dora")).toThrow(/No adapter "dora".*Loaded: plain/);
    expect(() => set.add("plain", stored("plain"))).toThrow(/loaded already/);
  });

  it("must fit the base", () => {
    const { config, weights } = readAdapter(path.join(ORACLES, "solar/adapters/plain"));
    const foreign = LoraAdapter.fromWeights(config, weights);
    expect(() => new AdapterSet(decoder).add("foreign", foreign)).toThrow(/does not fit/);
  });
});

it("training moves the adapter and nothing of the base, and its file brings it back bit for bit", () => {
  const adapter = LoraAdapter.create(decoder, CONFIG, 5);
  decoder.adapter = adapter.layers;
  const base = new Map([...decoder.weights].map(([name, weight]) => [name, weight.dataSync().slice()]));
  const batch = collate([{ id: "a", promptIds: [2, 9, 8], targetIds: [7, 6, 1] }], 0);
  const optimizer = new AdamW(adapter.names, adapter.parameters);
  const losses: number[] = [];
  for (let step = 0; step < 5; step++) {
    tf.tidy(() => {
      const loss = () => batchLoss(decoder, batch, crossEntropyRows(batch.targets));
      const { value, gradients } = valueAndGradients(loss, adapter.parameters);
      losses.push(value.dataSync()[0]!);
      optimizer.apply(gradients, 0.02, 1);
    });
  }
  expect(losses[4]).toBeLessThan(losses[0]! - 0.5);
  for (const [name, weight] of decoder.weights)
    expect(difference(weight.dataSync(), base.get(name)!)).toBe(0);
  const trained = logits(decoder);
  writeAdapter(scratch, CONFIG, adapter.toWeights());
  const read = readAdapter(scratch);
  decoder.adapter = LoraAdapter.fromWeights(read.config, read.weights).layers;
  expect(difference(logits(decoder), trained)).toBe(0);
  decoder.adapter = undefined;
});
