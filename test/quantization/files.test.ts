// Quantised models as files: read back they hold the same codes and give the same logits, and other files are refused.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { tf } from "../../src/engine/tf";
import type { Decoder } from "../../src/models/decoder";
import { loadDecoder } from "../../src/models/load";
import { WeightFiles } from "../../src/models/safetensors";
import { disposePacked, matricesOf, quantizedDecoder } from "../../src/quantization/decoder";
import { loadQuantized, saveQuantized } from "../../src/quantization/files";
import { type Scheme, storedBytes } from "../../src/quantization/scheme";

const folder = path.join(__dirname, "../fixtures/oracles/models/qwen3");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "quantized-files-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

it("are read back as they were, in the size that the schemes say", () => {
  const decoder = loadDecoder(folder);
  const schemes: Scheme[] = [
    { bits: 4, groupSize: 32, symmetric: false },
    { bits: 8, groupSize: 64, symmetric: true },
  ];
  const plan = new Map(matricesOf(decoder).map((name, i) => [name, schemes[i % 2]!]));
  saveQuantized(scratch, decoder, plan);
  const files = WeightFiles.open(scratch);
  for (const [name, scheme] of plan) {
    const parts = files.names().filter((part) => part.startsWith(`${name}.`));
    expect(parts.reduce((sum, part) => sum + files.info(part).byteLength, 0)).toBe(
      storedBytes(decoder.weights.get(name)!.shape as number[], scheme),
    );
  }
  files.close();
  const rounded = quantizedDecoder(decoder, plan);
  const read = loadQuantized(scratch);
  const logits = (model: Decoder) => {
    const tensor = tf.tidy(() => model.logits(model.hidden(Int32Array.of(3, 14, 15, 92, 6), 1)));
    const values = [...(tensor.dataSync() as Float32Array)];
    tensor.dispose();
    return values;
  };
  expect(logits(read)).toEqual(logits(rounded));
  expect(logits(read)).not.toEqual(logits(decoder));
  disposePacked(rounded);
  read.dispose();
  decoder.dispose();
  expect(() => loadQuantized(folder)).toThrow("expected weights in few bits");
});
