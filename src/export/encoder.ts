// An encoder's folder as @huggingface/transformers runs it: `pipeline("feature-extraction", OUT)`.
import * as path from "node:path";
import { encoderTensorShapes, findEncoderTensors, readEncoderConfig } from "../models/encoder-config";
import { WeightFiles } from "../models/safetensors";
import { copyModelFiles } from "./model-files";
import { encoderGraph } from "./onnx-encoder";
import { type WrittenModel, writeOnnx } from "./onnx-write";

/**
 * Writes onnx/model.onnx with config.json and the tokenizer beside it. `folder` holds a BERT, RoBERTa or XLM-RoBERTa
 * model's Hugging Face files. Throws ConfigError or SafetensorsError for what is wrong with them.
 */
export function exportEncoder(folder: string, out: string): WrittenModel {
  const config = readEncoderConfig(folder);
  const files = WeightFiles.open(folder);
  try {
    const stored = findEncoderTensors(files, config);
    const graph = encoderGraph(config, encoderTensorShapes(config), (name) =>
      files.float32(stored.get(name)!),
    );
    const written = writeOnnx(path.join(out, "onnx"), "model.onnx", "encoder", graph);
    copyModelFiles(folder, out, { "model.onnx": written.chunks });
    return written;
  } finally {
    files.close();
  }
}
