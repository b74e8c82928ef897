// A decoder from a model source: configuration, weights, and the check that the two agree.
import { FrozenTensor, type MultiplyIn, type Weight } from "../engine/frozen";
import { type Tensor, tf, type Variable } from "../engine/tf";
import { openWeights, readDecoderConfig, tensorShapes, writeDecoderConfig } from "./config";
import { Decoder } from "./decoder";
import { writeSafetensors } from "./safetensors";

export interface LoadOptions {
  /** The weights are variables that take gradients. */
  trainable?: boolean;
  /**
   * "bfloat16": half the memory of fp32; adapters can be trained on it. Matrices that safetensors store as BF16 stay so, those
   * of a GGUF file are all rounded to it.
   */
  frozen?: "float32" | "bfloat16";
  /** How activations meet weights that are bfloat16. */
  multiplyIn?: MultiplyIn;
}

/**
 * Reads a decoder from a folder or a GGUF file, tensor by tensor.
 * Throws ConfigError, SafetensorsError or GgufError naming the file and the field or tensor that is wrong.
 */
export function loadDecoder(place: string, options: LoadOptions = {}): Decoder {
  const { trainable = false, frozen = "float32", multiplyIn } = options;
  if (trainable && frozen === "bfloat16") {
    throw new Error(
      "Weights that stay bfloat16 take no gradient: load them trainable in float32, or train an adapter.",
    );
  }
  const config = readDecoderConfig(place);
  const files = openWeights(place, config);
  try {
    const weights = new Map<string, Weight>();
    try {
      for (const [name, shape] of tensorShapes(config)) {
        const narrow = frozen === "bfloat16" && shape.length === 2 ? files.bfloat16(name) : undefined;
        weights.set(
          name,
          narrow
            ? FrozenTensor.read(shape as [number, number], narrow, multiplyIn)
            : keepWeight(files.float32(name), shape, trainable),
        );
      }
    } catch (error) {
      for (const weight of weights.values()) weight.dispose();
      throw error;
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

/** Writes config.json and model.safetensors that transformers reads unchanged; `read` gives the fp32 values of a weight by name. */
export function saveDecoder(
  folder: string,
  decoder: Decoder,
  dtype: "F32" | "BF16" = "F32",
  read = (name: string) => decoder.weights.get(name)!.dataSync() as Float32Array,
): void {
  writeDecoderConfig(folder, decoder.config, dtype === "BF16" ? "bfloat16" : "float32");
  const tensors = [...decoder.weights].map(([name, weight]) => ({
    name,
    dtype,
    shape: [...weight.shape],
    data: () => read(name),
  }));
  writeSafetensors(`${folder}/model.safetensors`, tensors, { format: "pt" });
}
