// A decoder from a Hugging Face folder: config.json, weights, and the check that the two agree.
import { type Tensor, tf, type Variable } from "../engine/tf";
import { checkTensors, readDecoderConfig, tensorShapes, writeDecoderConfig } from "./config";
import { Decoder } from "./decoder";
import { WeightFiles, writeSafetensors } from "./safetensors";

/**
 * Reads a decoder from a folder. With `trainable` its weights are variables that take gradients.
 * Throws ConfigError or SafetensorsError naming the file and the field or tensor that is wrong.
 */
export function loadDecoder(folder: string, { trainable = false } = {}): Decoder {
  const config = readDecoderConfig(folder);
  const files = WeightFiles.open(folder);
  try {
    checkTensors(files, config);
    const weights = new Map<string, Tensor | Variable>();
    for (const [name, shape] of tensorShapes(config)) {
      weights.set(name, keepWeight(files.float32(name), shape, trainable));
    }
    return new Decoder(config, weights, trainable);
  } finally {
    files.close();
  }
}

/** One weight tensor that outlives every scope; a variable when it is to be trained. */
export function keepWeight(data: Float32Array, shape: number[], trainable: boolean): Tensor | Variable {
  const tensor = tf.tensor(data, shape, "float32");
  if (!trainable) return tf.keep(tensor);
  const variable = tf.variable(tensor);
  tensor.dispose();
  return variable;
}

/** Writes config.json and model.safetensors that transformers reads unchanged. */
export function saveDecoder(folder: string, decoder: Decoder, dtype: "F32" | "BF16" = "F32"): void {
  writeDecoderConfig(folder, decoder.config, dtype === "BF16" ? "bfloat16" : "float32");
  const tensors = [...decoder.weights].map(([name, tensor]) => ({
    name,
    dtype,
    shape: tensor.shape,
    data: tensor.dataSync() as Float32Array,
  }));
  writeSafetensors(`${folder}/model.safetensors`, tensors, { format: "pt" });
}
