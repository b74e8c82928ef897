// Frozen bfloat16 weights: the same arithmetic as fp32, nothing left behind, and no second copy while loading.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ALL_PROJECTIONS, LoraAdapter, merged } from "../../src/adapters/lora";
import { Random } from "../../src/base/random";
import { engineMemory } from "../../src/engine/facts";
import { FrozenTensor, type MultiplyIn } from "../../src/engine/frozen";
import { valueAndGradients } from "../../src/engine/gradient";
import { frozenMemory } from "../../src/engine/ledger";
import { type Tensor, tf } from "../../src/engine/tf";
import { generate } from "../../src/generation/generate";
import { readDecoderConfig, tensorShapes, writeDecoderConfig } from "../../src/models/config";
import type { Decoder } from "../../src/models/decoder";
import { loadDecoder, saveDecoder } from "../../src/models/load";
import { writeSafetensors } from "../../src/models/safetensors";
import { toBfloat16, upcastBfloat16 } from "../../src/models/safetensors-dtypes";
import { collate } from "../../src/prompts/batch";
import { batchLoss } from "../../src/training/finetune";
import { crossEntropyRows } from "../../src/training/head-loss";
import { decoderRoundings, expectRounded } from "../rounding";
import { referenceModel } from "./reference-models";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "frozen-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

/** Largest difference as a share of the largest value. */
function relative(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  const values = Array.from(expected);
  const largest = Math.max(...values.map(Math.abs));
  return Math.max(...values.map((v, i) => Math.abs(v - actual[i]!))) / largest;
}

const normals = (random: Random, length: number) => Float32Array.from({ length }, () => random.normal());

/** A frozen matrix and its values as the file format's own rounding gives them. */
function frozenMatrix(rows: number, columns: number, multiplyIn?: MultiplyIn) {
  const bits = toBfloat16(normals(new Random(7), rows * columns));
  const values = new Float32Array(bits.length);
  upcastBfloat16(bits, values);
  const bytes = new Uint8Array(bits.buffer);
  const read = (target: Uint8Array, offset: number) =>
    target.set(bytes.subarray(offset, offset + target.length));
  return { frozen: FrozenTensor.read([rows, columns], read, multiplyIn), values };
}

describe("a frozen matrix of several blocks", () => {
  const rows = 5001;
  const columns = 1030;
  const { frozen, values } = frozenMatrix(rows, columns);
  const random = new Random(8);
  afterAll(() => frozen.dispose());

  it("holds the file's values exactly", () => {
    const read = frozen.dataSync();
    expect(read.length).toBe(values.length);
    expect(read.every((v, i) => v === values[i])).toBe(true);
  });

  it("is multiplied as in float64, both ways", () => {
    const x = normals(random, 3 * columns);
    const y = tf.tidy(() => frozen.timesTransposed(tf.tensor2d(x, [3, columns])).dataSync());
    const dy = normals(random, 2 * rows);
    const dx = tf.tidy(() => frozen.times(tf.tensor2d(dy, [2, rows])).dataSync());
    const expected = Array.from({ length: 3 * rows }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < columns; k++)
        sum += x[Math.floor(i / rows) * columns + k]! * values[(i % rows) * columns + k]!;
      return sum;
    });
    expectRounded(y, expected, columns);
    const backward = Array.from({ length: 2 * columns }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < rows; k++)
        sum += dy[Math.floor(i / columns) * rows + k]! * values[k * columns + (i % columns)]!;
      return sum;
    });
    expectRounded(dx, backward, rows);
  });

  it("gives rows in the order asked for, from every block and more than once", () => {
    const numbers = [5000, 0, 4999, 17, 5000, 2500];
    const found = tf.tidy(() => frozen.rows(tf.tensor1d(numbers, "int32")).dataSync());
    expect([...found]).toEqual(
      numbers.flatMap((row) => [...values.subarray(row * columns, (row + 1) * columns)]),
    );
  });

  it("refuses what does not fit, before TensorFlow sees it", () => {
    const x = tf.zeros([2, columns + 1]) as Tensor;
    expect(() => frozen.timesTransposed(x)).toThrow("does not fit");
    expect(() => frozen.times(x)).toThrow("does not fit");
    expect(() => tf.tidy(() => frozen.rows(tf.tensor1d([1, rows], "int32")))).toThrow("5001 rows");
    x.dispose();
  });

  // The larger one is multiplied in whichever way was measured to be faster.
  it.each([
    [60, 200, 4],
    [rows, columns, 1],
    [rows, columns, 16],
  ])("multiplied in bfloat16 is right to three digits: %i x %i, %i rows", (outputs, inputs, count) => {
    const narrow = frozenMatrix(outputs, inputs, "bfloat16");
    const x = normals(random, count * inputs);
    const [fast, exact] = tf.tidy(() => {
      const input = tf.tensor2d(x, [count, inputs]);
      const weight = tf.tensor2d(narrow.values, [outputs, inputs]);
      return [
        narrow.frozen.timesTransposed(input).dataSync(),
        tf.matMul(input, weight, false, true).dataSync(),
      ];
    }) as never as [Float32Array, Float32Array];
    expect(relative(fast, exact)).toBeLessThan(8e-3);
    expect(relative(fast, exact)).toBeGreaterThan(0);
    narrow.frozen.dispose();
  });

  it("is in the ledger until it is disposed, and unusable afterwards", () => {
    const before = frozenMemory();
    const memory = engineMemory();
    const one = frozenMatrix(30, 20).frozen;
    expect(frozenMemory()).toEqual({ tensors: before.tensors + 1, bytes: before.bytes + 1200 });
    expect(engineMemory().bytes).toBe(memory.bytes + 1200);
    one.dispose();
    one.dispose();
    expect(frozenMemory()).toEqual(before);
    expect(() => one.dataSync()).toThrow("disposed");
    const failing = () => {
      throw new Error("no such bytes");
    };
    expect(() => FrozenTensor.read([3, 4], failing)).toThrow("no such bytes");
    expect(frozenMemory()).toEqual(before);
  });
});

/** The reference model of a family with its matrices in BF16. */
function bfloat16Model(family: string): string {
  if (family !== "gemma2") return referenceModel(family);
  const folder = path.join(scratch, family);
  const original = loadDecoder(path.join(ORACLES, family));
  saveDecoder(folder, original, "BF16");
  original.dispose();
  return folder;
}

describe.each(["gemma2", "gemma3_scaled", "gemma3_mm", "qwen3"])(
  "%s with frozen bfloat16 weights",
  (family) => {
    const folder = bfloat16Model(family);
    const exact = loadDecoder(folder);
    const frozen = loadDecoder(folder, { frozen: "bfloat16" });
    afterAll(() => {
      exact.dispose();
      frozen.dispose();
    });
    const ids = Int32Array.of(5, 30, 40, 50, 60, 70, 80, 90);
    const logits = (decoder: Decoder) =>
      tf.tidy(() => decoder.logits(decoder.hidden(ids, 2)).dataSync() as Float32Array);
    const batch = collate(
      [
        { id: "a", promptIds: [5, 30, 40], targetIds: [50, 60, 70] },
        { id: "b", promptIds: [7, 8], targetIds: [9, 10] },
      ],
      0,
    );

    it("keeps every matrix bfloat16 and counts the same parameters", () => {
      for (const weight of frozen.weights.values()) {
        expect(weight instanceof FrozenTensor).toBe(weight.shape.length === 2);
      }
      expect(frozen.parameters).toBe(exact.parameters);
    });

    it("gives the logits of fp32", () => {
      expectRounded(logits(frozen), logits(exact), decoderRoundings(exact.config, 4));
    });

    it.each([false, true])("gives the loss and gradients of an adapter (DoRA: %s) and merges it", (dora) => {
      const config = {
        rank: 4,
        alpha: 8,
        targetModules: ALL_PROJECTIONS,
        rsLora: false,
        dora,
        rankPattern: {},
        alphaPattern: {},
        baseModel: family,
      };
      const gradients = [exact, frozen].map((decoder) => {
        const adapter = LoraAdapter.create(decoder, config, 3);
        for (const { b } of adapter.layers.values()) {
          tf.tidy(() => b.assign(tf.fill(b.shape, 0.01) as never));
        }
        decoder.adapter = adapter.layers;
        const { value, gradients } = valueAndGradients(
          () => batchLoss(decoder, batch, crossEntropyRows(batch.targets)),
          adapter.parameters,
        );
        const adapted = logits(decoder);
        decoder.adapter = undefined;
        const whole = merged(decoder, adapter);
        const result = [value, ...gradients].map((t) => t.dataSync() as Float32Array);
        result.push(adapted, logits(whole));
        tf.dispose([value, ...gradients]);
        whole.dispose();
        adapter.dispose();
        return result;
      });
      for (const [i, expected] of gradients[0]!.entries()) {
        // Backwards each sum is taken twice more.
        expectRounded(gradients[1]![i]!, expected, 3 * decoderRoundings(exact.config, 6));
      }
      const [adapted, whole] = gradients[1]!.slice(-2);
      expectRounded(whole!, adapted!, 2 * decoderRoundings(exact.config, 4));
    });

    it("writes the same text", () => {
      const options = { maxNewTokens: 12, stopIds: [], padId: 0 };
      const prompts = [
        [5, 30, 40, 50],
        [7, 8],
      ];
      expect(generate(frozen, prompts, options)).toEqual(generate(exact, prompts, options));
    });

    it("leaves nothing behind after 20 forward passes and 20 tokens", () => {
      const run = () => {
        for (let i = 0; i < 20; i++) logits(frozen);
        generate(frozen, [[5, 30, 40]], { maxNewTokens: 20, stopIds: [], padId: 0 });
      };
      run(); // the engine's constants of these shapes stay for the life of the process
      const before = { ...frozenMemory(), tensors: tf.memory().numTensors };
      run();
      expect({ ...frozenMemory(), tensors: tf.memory().numTensors }).toEqual(before);
    });

    it("is gone when disposed", () => {
      const before = frozenMemory();
      const tensors = tf.memory().numTensors;
      loadDecoder(folder, { frozen: "bfloat16" }).dispose();
      expect(frozenMemory()).toEqual(before);
      expect(tf.memory().numTensors).toBe(tensors);
    });
  },
);

it("frozen bfloat16 weights cannot be trained", () => {
  expect(() => loadDecoder(path.join(ORACLES, "qwen3"), { trainable: true, frozen: "bfloat16" })).toThrow(
    "take no gradient",
  );
});

// The high-water mark of resident memory is Linux's; elsewhere the bound is not measured.
it.skipIf(!fs.existsSync("/proc/self/status"))("loading takes at most 1.15 times the weights' bytes", () => {
  const folder = path.join(scratch, "medium");
  const config = {
    ...readDecoderConfig(path.join(ORACLES, "gemma2")),
    vocabSize: 64_000,
    hiddenSize: 1024,
    intermediateSize: 4096,
    numHiddenLayers: 8,
    numAttentionHeads: 8,
    numKeyValueHeads: 4,
    headDim: 128,
    slidingLayers: Array.from({ length: 8 }, (_, i) => i % 2 === 0),
  };
  writeDecoderConfig(folder, config, "bfloat16");
  writeSafetensors(
    path.join(folder, "model.safetensors"),
    [...tensorShapes(config)].map(([name, shape]) => ({
      name,
      dtype: "BF16",
      shape,
      data: () => new Uint8Array(2 * shape.reduce((a, b) => a * b)).fill(0x3c),
    })),
  );
  const root = path.join(__dirname, "../..");
  const child = spawnSync(
    process.execPath,
    ["--require", "tsx/cjs", path.join(__dirname, "load-memory.ts"), folder],
    { cwd: root, encoding: "utf8" },
  );
  expect(child.stderr.match(/Error.*/)?.[0]).toBeUndefined();
  const { growth, bytes } = JSON.parse(child.stdout) as { growth: number; bytes: number };
  expect(bytes).toBeGreaterThan(350e6);
  // Less than the weights themselves would mean that they were never read.
  expect(growth).toBeGreaterThan(0.95 * bytes);
  expect(growth).toBeLessThan(1.15 * bytes);
});
