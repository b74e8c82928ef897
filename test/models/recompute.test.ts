// Gradient checkpointing: the same loss and gradients as the plain pass, from less memory.
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { ALL_PROJECTIONS, LoraAdapter } from "../../src/adapters/lora";
import { Random } from "../../src/base/random";
import { valueAndGradients } from "../../src/engine/gradient";
import { tf, type Variable } from "../../src/engine/tf";
import { loadDecoder } from "../../src/models/load";
import { collate } from "../../src/prompts/batch";
import { batchLoss } from "../../src/training/finetune";
import { crossEntropyRows } from "../../src/training/head-loss";
import { REFERENCE_MODELS, referenceModel } from "./reference-models";

const random = new Random(4);
const ids = (length: number) => Array.from({ length }, () => random.integer(3, 159));
const batch = collate(
  [5, 9, 2].map((length, i) => ({ id: `${i}`, promptIds: [2, ...ids(length)], targetIds: [...ids(4), 1] })),
  0,
);

describe.each(REFERENCE_MODELS)("%s", (family) => {
  it.each(["all weights", "LoRA", "DoRA"])("%s: bit for bit the plain pass, no tensor left", (kind) => {
    const full = kind === "all weights";
    const decoder = loadDecoder(referenceModel(family), { trainable: full });
    const config = {
      rank: 3,
      alpha: 6,
      targetModules: ALL_PROJECTIONS,
      rsLora: false,
      dora: kind === "DoRA",
      rankPattern: {},
      alphaPattern: {},
      baseModel: family,
    };
    const adapter = full ? undefined : LoraAdapter.create(decoder, config, 1);
    if (adapter) {
      decoder.adapter = adapter.layers;
      // B begins at zero, where A takes no gradient
      for (const { b } of adapter.layers.values()) {
        const drawn = tf.tidy(() => tf.randomNormal(b.shape, 0, 0.1, "float32", 7));
        b.assign(drawn as never);
        drawn.dispose();
      }
    }
    const parameters = adapter?.parameters ?? ([...decoder.weights.values()] as Variable[]);
    const run = () =>
      tf.tidy(() => {
        const loss = () => batchLoss(decoder, batch, crossEntropyRows(batch.targets));
        const { value, gradients } = valueAndGradients(loss, parameters);
        return [value, ...gradients].map((tensor) => [...tensor.dataSync()]);
      });
    const plain = run();
    decoder.recompute = true;
    const again = run();
    const tensors = tf.memory().numTensors;
    run();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(again[0]![0]).toBeGreaterThan(1);
    expect(plain.slice(1).filter((g) => g.some((x) => x !== 0)).length).toBe(parameters.length);
    expect(again).toEqual(plain);
    adapter?.dispose();
    decoder.dispose();
  });
});

it("takes less memory at a middle size", () => {
  // A process of its own for each, since what counts is the most that the system ever gave it.
  const peak = (recompute: string) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--require", "tsx/cjs", path.join(__dirname, "training-memory.ts"), recompute],
      { encoding: "utf8" },
    );
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout) as { loss: number; before: number; peak: number };
  };
  const plain = peak("false");
  const recomputed = peak("true");
  expect(recomputed.loss).toBe(plain.loss);
  // 12 layers' activations against 12 inputs and one layer's activations
  expect(recomputed.peak - recomputed.before).toBeLessThan(0.5 * (plain.peak - plain.before));
});
