// DoRA adapters from their first step to the file; their arithmetic is compared with PEFT's by the parity test.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { LoraAdapter } from "../../src/adapters/lora";
import { readAdapter, writeAdapter } from "../../src/adapters/peft-files";
import { type Tensor, tf } from "../../src/engine/tf";
import { loadDecoder } from "../../src/models/load";
import { decoderRoundings, expectRounded } from "../rounding";

const MODEL = path.join(__dirname, "../fixtures/oracles/models/qwen3");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "dora-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

it("starts as the unchanged model, and comes back from its file as it was", () => {
  const decoder = loadDecoder(MODEL);
  const ids = Int32Array.of(3, 10, 20, 30, 40);
  const logits = () => tf.tidy(() => decoder.logits(decoder.hidden(ids, 1)).dataSync());
  const before = logits();
  const config = {
    rank: 2,
    alpha: 4,
    targetModules: ["q_proj", "down_proj"],
    rsLora: false,
    dora: true,
    rankPattern: {},
    alphaPattern: {},
    baseModel: "qwen3",
  };
  const adapter = LoraAdapter.create(decoder, config, 1);
  decoder.adapter = adapter.layers;
  // Norms of rows, and one quotient of them a product.
  expectRounded(logits(), before, 2 * decoderRoundings(decoder.config, ids.length));

  // Double the magnitudes of one projection: its outputs must double.
  const layer = adapter.layers.get("model.layers.0.mlp.down_proj")!;
  const norms = layer.magnitude!.dataSync() as Float32Array;
  const weight = (
    decoder.weights.get("model.layers.0.mlp.down_proj.weight") as Tensor
  ).arraySync() as number[][];
  for (const [row, norm] of norms.entries()) {
    const squares = weight[row]!.reduce((sum, w) => sum + w * w, 0);
    expectRounded([norm], [Math.sqrt(squares)], weight[row]!.length);
  }
  tf.tidy(() => layer.magnitude!.assign(layer.magnitude!.mul(2)));
  const changed = logits();
  expect(changed).not.toEqual(before);

  writeAdapter(scratch, config, adapter.toWeights());
  const read = readAdapter(scratch);
  expect(read.config).toEqual(config);
  const again = LoraAdapter.fromWeights(read.config, read.weights);
  expect(again.names).toEqual(again.names.filter((name) => adapter.names.includes(name)));
  expect(again.names.length).toBe(adapter.names.length);
  decoder.adapter = again.layers;
  expect(logits()).toEqual(changed);
  adapter.dispose();
  again.dispose();
  decoder.dispose();
});
