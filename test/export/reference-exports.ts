// The reference models of all four families exported in three forms, for the checks in Node and in Python.
import * as path from "node:path";
import { exportDecoder } from "../../src/export/decoder";
import { readDecoderConfig } from "../../src/models/config";
import { WeightFiles } from "../../src/models/safetensors";
import { INT4, INT8 } from "../../src/quantization/scheme";

export const REFERENCES = path.join(__dirname, "../fixtures/oracles/models");
export const OUTCOME = path.join(__dirname, "../fixtures/onnx/outcome.json");

/** Writes `out`/<model>/onnx/{model,model_quantized,model_q4}.onnx of every reference model. */
export function exportReferences(out: string): void {
  for (const name of ["gemma2", "qwen3", "llama32", "solar"]) {
    const folder = path.join(REFERENCES, name);
    const config = readDecoderConfig(folder);
    const files = WeightFiles.open(folder);
    const read = (weight: string) => files.float32(weight);
    exportDecoder(config, read, path.join(out, name), "fp32");
    exportDecoder(config, read, path.join(out, name), "int8", () => INT8);
    exportDecoder(config, read, path.join(out, name), "q4", () => INT4);
    files.close();
  }
}
