// The tensors of a decoder as a GGUF file has them: names, order of rows, norms with their offset, and a format each.

import { typeOfName } from "../../base/gguf/tensor-types";
import type { NewGgufTensor } from "../../base/gguf/write";
import type { DecoderConfig } from "../../models/config";
import { tensorShapes } from "../../models/config";
import type { Architecture } from "../../models/gguf/architectures";
import { ROPE_FACTORS, storedName } from "../../models/gguf/config";
import { interleavedRow, isInterleaved } from "../../models/gguf/weights";
import { quantizeBlocks, type WrittenType } from "./blocks";

/** Forms of a whole model by the names that llama.cpp gives them, with its number of each (llama.h, `enum llama_ftype`). */
export const GGUF_TYPES = { F32: 0, F16: 1, BF16: 32, Q8_0: 7, Q6_K: 18, Q4_K_M: 15, Q4_0: 2 } as const;
export type GgufType = keyof typeof GGUF_TYPES;

/** What takes the place of a format whose blocks are longer than a row (llama-quantize's choice). */
const SHORTER: Partial<Record<WrittenType, WrittenType>> = {
  Q6_K: "Q8_0",
  Q4_K: "Q5_0",
  Q8_0: "F16",
  Q5_0: "F16",
  Q4_0: "F16",
};

/** The eighths at both ends and every third layer between them: llama-quantize's choice of those that get more bits. */
function hasMoreBits(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}

/** The format of a matrix before the length of its rows is looked at. */
function wantedType(type: GgufType, name: string, config: DecoderConfig): WrittenType {
  if (type !== "Q4_0" && type !== "Q4_K_M") return type;
  // The matrix that gives the logits.
  if (name === (config.tieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight")) return "Q6_K";
  if (type === "Q4_0") return "Q4_0";
  const [, layer] = /^model\.layers\.(\d+)\.(?:self_attn\.v_proj|mlp\.down_proj)\./.exec(name) ?? [];
  return layer !== undefined && hasMoreBits(Number(layer), config.numHiddenLayers) ? "Q6_K" : "Q4_K";
}

/** The format of a tensor, by Hugging Face name, in a model of a form: norms stay fp32. */
export function tensorType(
  type: GgufType,
  name: string,
  shape: readonly number[],
  config: DecoderConfig,
): WrittenType {
  if (shape.length === 1) return "F32";
  let found = wantedType(type, name, config);
  while (shape[1]! % typeOfName(found).values !== 0) found = SHORTER[found]!;
  return found;
}

/** Values that are stored at once. */
const AT_ONCE = 1 << 20;

/** The stored bytes of a matrix or a norm, some rows at a time. */
function* storedRows(
  type: WrittenType,
  values: Float32Array,
  columns: number,
  rowOf: (stored: number) => number,
): Iterable<Uint8Array> {
  const rows = values.length / columns;
  const step = Math.max(1, Math.floor(AT_ONCE / columns));
  for (let first = 0; first < rows; first += step) {
    const part = new Float32Array(Math.min(step, rows - first) * columns);
    for (let i = 0; i * columns < part.length; i++) {
      const row = rowOf(first + i);
      part.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
    }
    yield quantizeBlocks(type, part);
  }
}

/** Which row is stored at a place, of rows that `interleavedRow` sends there. */
function rowsInPlace(headDim: number): (stored: number) => number {
  const within = Array.from({ length: headDim }, () => 0);
  for (let row = 0; row < headDim; row++) within[interleavedRow(row, headDim)] = row;
  return (stored) => stored - (stored % headDim) + within[stored % headDim]!;
}

/**
 * The tensors of a decoder in a form; `read` gives the fp32 values of one by Hugging Face name, when its turn to be written
 * comes. RangeErrors of values that a format cannot hold name the tensor.
 */
export function ggufTensors(
  config: DecoderConfig,
  architecture: Architecture,
  type: GgufType,
  read: (name: string) => Float32Array,
  ropeFactors?: Float32Array,
): NewGgufTensor[] {
  const tensors = [...tensorShapes(config)].map(([name, shape]): NewGgufTensor => {
    const own = tensorType(type, name, shape, config);
    const columns = shape[shape.length - 1]!;
    const rowOf = isInterleaved(architecture, name) ? rowsInPlace(config.headDim) : (row: number) => row;
    return {
      name: storedName(architecture, name),
      type: own,
      shape,
      *data() {
        let values = read(name);
        // llama.cpp multiplies by the stored weight alone.
        if (config.normOffset === 1 && shape.length === 1) values = values.map((value) => value + 1);
        try {
          yield* storedRows(own, values, columns, rowOf);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          throw new RangeError(`${name}: ${error.message}. Choose BF16 or F32.`);
        }
      },
    };
  });
  if (!ropeFactors) return tensors;
  const data = new Uint8Array(ropeFactors.buffer);
  return [...tensors, { name: ROPE_FACTORS, type: "F32", shape: [ropeFactors.length], data }];
}
