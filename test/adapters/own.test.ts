// Adapters that this project writes, as the real peft reads them: see peft_loads_ours.py for how the logits were made.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LoraAdapter } from "../../src/adapters/lora";
import { readAdapter } from "../../src/adapters/peft-files";
import { tf } from "../../src/engine/tf";
import { loadDecoder } from "../../src/models/load";
import { BASE, OWN_ADAPTERS, PEFT_FIXTURES, writeOwnAdapter } from "./own-adapters";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "own-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
const peft: { ids: number[]; logits: Record<string, number[]> } = JSON.parse(
  fs.readFileSync(path.join(PEFT_FIXTURES, "logits.json"), "utf8"),
);

describe.each(Object.keys(OWN_ADAPTERS))("%s", (kind) => {
  const stored = path.join(PEFT_FIXTURES, kind);

  it("is written as it was when peft read it", () => {
    const folder = path.join(scratch, kind);
    writeOwnAdapter(kind, folder);
    for (const file of ["adapter_config.json", "adapter_model.safetensors"]) {
      expect(
        fs.readFileSync(path.join(folder, file)).equals(fs.readFileSync(path.join(stored, file))),
        file,
      ).toBe(true);
    }
  });

  it("gives the logits that peft gave", () => {
    const decoder = loadDecoder(BASE);
    const { config, weights } = readAdapter(stored);
    const adapter = LoraAdapter.fromWeights(config, weights);
    decoder.adapter = adapter.layers;
    const found = tf.tidy(() => decoder.logits(decoder.hidden(Int32Array.from(peft.ids), 1)).dataSync());
    const expected = peft.logits[kind]!;
    expect(found.length).toBe(expected.length);
    for (const [i, value] of found.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4);
    adapter.dispose();
    decoder.dispose();
  });
});
