// What Python's onnx.checker and onnxruntime said of exported models, kept by `npm run check:onnx`, and that it was said of these bytes.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";
import { exportReferences, OUTCOME } from "./reference-exports";

interface Outcome {
  model: string;
  file: string;
  sha256: string;
  checker: string;
  difference: number;
}

const outcomes: Outcome[] = JSON.parse(fs.readFileSync(OUTCOME, "utf8"));

it("covers three files of four families", () => {
  expect(outcomes.length).toBe(12);
  expect(new Set(outcomes.map(({ model, file }) => `${model}/${file}`)).size).toBe(12);
});

it("was said of the files that the code writes now (else: npm run check:onnx)", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "outcome-"));
  try {
    exportReferences(folder);
    for (const { model, file, sha256 } of outcomes) {
      const bytes = fs.readFileSync(path.join(folder, model, "onnx", file));
      expect(createHash("sha256").update(bytes).digest("hex"), `${model}/${file}`).toBe(sha256);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

it.each(outcomes)(
  "$model/$file passed the checker and is as near to transformers as its bits allow",
  (outcome) => {
    expect(outcome.checker).toBe("passed");
    const fp32 = outcome.file === "model.onnx";
    if (fp32) expect(outcome.difference).toBeLessThan(outcome.model === "gemma2" ? 1e-4 : 2e-4);
    else {
      // Eight bits are nearer than four.
      const [eight, four] = ["model_quantized.onnx", "model_q4.onnx"].map(
        (file) => outcomes.find((other) => other.model === outcome.model && other.file === file)!.difference,
      );
      expect(eight!).toBeLessThan(four!);
      expect(eight!).toBeGreaterThan(1e-3);
    }
  },
);
