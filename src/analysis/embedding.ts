// Texts as unit vectors: mean-pooled states of an encoder, by the engine from a Hugging Face folder, or by an ONNX
// feature-extraction pipeline of @huggingface/transformers. Both take what `score --encoder` takes.
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pipeline } from "@huggingface/transformers";
import { updateWithFile } from "../base/file-hash";
import { encoderPlace } from "../metrics/bertscore/load-bert-scorer";
import { pool } from "../metrics/rdass/sentence-encoder";
import { loadEncoder } from "../models/encoder";
import { loadEncoderTokenizer } from "../prompts/encoder-tokenizer";
import { repair } from "../prompts/library-repairs";

export interface TextEmbedder {
  name: string;
  engine: "tensorflow" | "onnx";
  /** The layer whose states are pooled; the last one in an ONNX file. */
  layer: number | "last";
  /** sha256 of the files that decide the vectors. */
  hash: string;
  /** One vector of length 1 a text. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Texts at once in the ONNX pipeline, which pads them to the longest. */
const ONNX_BATCH = 32;

function hashOfFiles(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) updateWithFile(hash, file);
  return hash.digest("hex");
}

async function engineEmbedder(folder: string, name: string, layer?: number): Promise<TextEmbedder> {
  const encoder = loadEncoder(folder);
  const tokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  const at = layer ?? encoder.layers;
  return {
    name,
    engine: "tensorflow",
    layer: at,
    hash: createHash("sha256").update(`${encoder.hash} ${tokenizer.hash}`).digest("hex"),
    embed: async (texts) =>
      encoder
        .hidden(
          texts.map((text) => tokenizer.encode(text).ids),
          at,
        )
        .map((states) => pool(states, encoder.hiddenSize, "mean")),
    dispose: async () => encoder.dispose(),
  };
}

async function onnxEmbedder(folder: string, name: string): Promise<TextEmbedder> {
  const extractor = await pipeline("feature-extraction", resolve(folder), {
    dtype: "fp32",
    local_files_only: true,
  });
  repair(extractor.tokenizer);
  const files = readdirSync(join(folder, "onnx")).filter((file) => /^model\.onnx/.test(file));
  return {
    name,
    engine: "onnx",
    layer: "last",
    hash: hashOfFiles([join(folder, "tokenizer.json"), ...files.sort().map((f) => join(folder, "onnx", f))]),
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += ONNX_BATCH) {
        const batch = texts.slice(from, from + ONNX_BATCH);
        const output = await extractor([...batch], { pooling: "mean", normalize: true });
        const values = output.data as Float32Array;
        const hidden = values.length / batch.length;
        batch.forEach((_, i) => {
          vectors.push(values.slice(i * hidden, (i + 1) * hidden));
        });
      }
      return vectors;
    },
    dispose: async () => {
      await extractor.dispose();
    },
  };
}

/**
 * Opens an encoder: a folder with onnx/model.onnx goes to the pipeline, one with safetensors or a hub model to the engine.
 * `layer` (engine only): the states after so many blocks, the last where absent. Throws where it is no encoder.
 */
export async function loadEmbedder(choice: string, layer?: number): Promise<TextEmbedder> {
  const { place: folder, name } = await encoderPlace(choice);
  if (!existsSync(join(folder, "onnx", "model.onnx"))) return engineEmbedder(folder, name, layer);
  if (layer !== undefined) {
    throw new Error(`${choice}: an ONNX encoder gives its last layer alone; leave the layer out.`);
  }
  return onnxEmbedder(folder, name);
}
