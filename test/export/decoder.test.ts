// Exported decoders of all families in ONNX Runtime: logits of transformers and of the engine, and greedy text with the cache.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../src/engine/tf";
import { exportDecoder } from "../../src/export/decoder";
import { decodeModel } from "../../src/export/onnx-schema";
import type { Decoder } from "../../src/models/decoder";
import { loadDecoder } from "../../src/models/load";
import { WeightFiles } from "../../src/models/safetensors";
import { referenceModel } from "../models/reference-models";
import { decoderRoundings, roundingBound, sizeOf } from "../rounding";
import { emptyCache, forward, greedy } from "./onnx-session";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "export-decoder-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const json = (model: string, file: string) =>
  JSON.parse(fs.readFileSync(path.join(referenceModel(model), file), "utf8"));

/** Largest difference over the rows [tokens, width] that are real. */
function difference(found: ArrayLike<number>, expected: ArrayLike<number>, mask: number[][]): number {
  const real = mask.flat();
  const width = expected.length / real.length;
  expect(found.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    if (real[Math.floor(i / width)] === 1) largest = Math.max(largest, Math.abs(found[i]! - expected[i]!));
  }
  return largest;
}

function exported(decoder: Decoder, out: string, limit?: number) {
  const read = (name: string) => decoder.weights.get(name)!.dataSync() as Float32Array;
  return exportDecoder(decoder.config, read, out, "fp32", () => undefined, limit);
}

describe.each([
  ["gemma2", 1e-4],
  ["gemma3", 1e-4],
  ["gemma3_scaled", 2e-4],
  ["gemma3_mm", 1e-4],
  ["qwen3", 2e-4],
  ["llama32", 2e-4],
  ["solar", 2e-4],
])("%s", (name, tolerance) => {
  const out = path.join(scratch, name);
  let decoder: Decoder;
  let session: InferenceSession;
  beforeAll(async () => {
    decoder = loadDecoder(referenceModel(name));
    exported(decoder, out);
    session = await InferenceSession.create(path.join(out, "onnx/model.onnx"));
  });
  afterAll(async () => {
    decoder.dispose();
    await session.release();
  });

  it.each(["left", "right"])(
    "has the logits of transformers and of the engine, padding on the %s",
    async (side) => {
      const { input_ids: ids, attention_mask: mask } = json(name, "forward.json").batches[side];
      const files = WeightFiles.open(path.join(referenceModel(name), "forward.safetensors"));
      const { logits } = await forward(session, ids, mask, emptyCache(decoder.config, ids.length));
      expect(difference(logits, files.float32(`${side}.logits`), mask)).toBeLessThan(tolerance);
      files.close();
      const own = tf.tidy(() =>
        decoder.logits(decoder.hidden(Int32Array.from(ids.flat()), ids.length, { keyMask: mask })).dataSync(),
      );
      expect(difference(logits, own, mask)).toBeLessThan(
        roundingBound(decoderRoundings(decoder.config, mask[0].length), sizeOf(own)),
      );
    },
  );

  it("writes the greedy tokens of transformers with the cache fed back", async () => {
    const reference = json(name, "generate.json");
    const { input_ids: ids, attention_mask: mask, max_new_tokens: steps } = reference;
    const written = await greedy(session, decoder.config, ids, mask, steps);
    for (const [row, tokens] of written.entries()) {
      const valid = reference.valid_steps_per_row[row];
      expect(tokens.slice(0, valid)).toEqual(reference.new_tokens[row].slice(0, valid));
    }
  });
});

describe("files of external data", () => {
  it("hold the weights where they exceed the limit, in files within it where tensors allow", async () => {
    const decoder = loadDecoder(referenceModel("gemma2"));
    const out = path.join(scratch, "external");
    const whole = exported(decoder, path.join(scratch, "whole"));
    const written = exported(decoder, out, 40_000);
    expect(written.chunks).toBeGreaterThan(1);
    expect(written.files).toEqual([
      "model.onnx",
      "model.onnx_data",
      ...Array.from({ length: written.chunks - 1 }, (_, i) => `model.onnx_data_${i + 1}`),
    ]);
    expect(fs.readdirSync(path.join(out, "onnx")).sort()).toEqual([...written.files].sort());
    const model = decodeModel(fs.readFileSync(path.join(out, "onnx/model.onnx")));
    const embedding = model.graph.initializer.find(({ name }) => name === "model.embed_tokens.weight")!;
    expect(embedding.dataLocation).toBe(1);
    expect(whole.chunks).toBe(0);

    const { input_ids: ids, attention_mask: mask } = json("gemma2", "forward.json").batches.left;
    const run = async (folder: string) => {
      const session = await InferenceSession.create(path.join(scratch, folder, "onnx/model.onnx"));
      const { logits } = await forward(session, ids, mask, emptyCache(decoder.config, ids.length));
      await session.release();
      return [...logits];
    };
    expect(await run("external")).toEqual(await run("whole"));
    decoder.dispose();
  });

  it("leave nothing behind when a weight cannot be read", () => {
    const { config, ...decoder } = loadDecoder(referenceModel("gemma2"));
    const out = path.join(scratch, "broken");
    const read = (name: string) => {
      if (name.includes("layers.1.mlp")) throw new Error("no such weight");
      return decoder.weights.get(name)!.dataSync() as Float32Array;
    };
    expect(() => exportDecoder(config, read, out, "fp32", () => undefined, 40_000)).toThrow("no such weight");
    expect(fs.readdirSync(path.join(out, "onnx"))).toEqual([]);
    for (const weight of decoder.weights.values()) weight.dispose();
  });
});
