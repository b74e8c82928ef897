// Exported encoders: every hidden state equals transformers' own, and feature-extraction runs the folder.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pipeline } from "@huggingface/transformers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { exportEncoder } from "../../src/export/encoder";
import { loadEncoder } from "../../src/models/encoder";
import { WeightFiles } from "../../src/models/safetensors";
import { encoderRoundings, expectRounded } from "../rounding";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models/encoders");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "export-encoder-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const int64 = (rows: number[][]) =>
  new Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]!.length]);

describe.each(["bert", "xlmr", "roberta"])("%s", (name) => {
  it("has the hidden states of transformers in every layer", async () => {
    const out = path.join(scratch, name);
    exportEncoder(path.join(ORACLES, name), out);
    const session = await InferenceSession.create(path.join(out, "onnx/model.onnx"));
    const forward = JSON.parse(fs.readFileSync(path.join(ORACLES, name, "forward.json"), "utf8"));
    const feeds = {
      input_ids: int64(forward.input_ids),
      attention_mask: int64(forward.attention_mask),
      ...(session.inputNames.includes("token_type_ids") && { token_type_ids: int64(forward.token_type_ids) }),
    };
    const found = await session.run(feeds);
    const expected = WeightFiles.open(path.join(ORACLES, name, "forward.safetensors"));
    const layers = expected.names().filter((tensor) => tensor.startsWith("hidden."));
    expect(layers.length).toBeGreaterThan(2);
    for (const tensor of layers) {
      const reference = expected.float32(tensor);
      const values = found[`hidden_states.${tensor.slice("hidden.".length)}`]!.data as Float32Array;
      const width = expected.info(tensor).shape[2]!;
      const wanted = forward.attention_mask.flat() as number[];
      let largest = 0;
      for (const [token, real] of wanted.entries()) {
        for (let i = token * width; real && i < (token + 1) * width; i++)
          largest = Math.max(largest, Math.abs(reference[i]! - values[i]!));
      }
      expect(largest).toBeLessThan(5e-5);
    }
    const last = found[`hidden_states.${layers.length - 1}`]!.data as Float32Array;
    expect([...(found.last_hidden_state!.data as Float32Array)]).toEqual([...last]);
    expected.close();
    await session.release();
  });
});

it("runs in feature-extraction with the engine's vectors", async () => {
  const folder = path.join(__dirname, "../../data/models/encoder");
  const out = path.join(scratch, "study");
  exportEncoder(folder, out);
  const extractor = await pipeline("feature-extraction", out, { dtype: "fp32", local_files_only: true });
  const text = "9월 3일부터 도서관 열람실이 새로 문을 엽니다.";
  const output = await extractor(text);
  const ids = [...extractor.tokenizer.encode(text)];
  const encoder = loadEncoder(folder);
  const [expected] = encoder.hidden([ids], encoder.layers);
  expect(output.dims).toEqual([1, ids.length, encoder.hiddenSize]);
  const roundings = encoderRoundings(encoder.config, encoder.layers, ids.length);
  expectRounded(output.data as Float32Array, expected!, roundings);
  encoder.dispose();
  await extractor.dispose();
});
