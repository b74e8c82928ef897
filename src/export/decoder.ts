// A decoder as the ONNX files that @huggingface/transformers runs: fp32, int8 and the few-bit one of a calibrated choice.
import * as path from "node:path";
import type { DecoderConfig } from "../models/config";
import { decoderGraph, type ReadWeight, type SchemeOf } from "./onnx-decoder";
import { MICROSOFT } from "./onnx-matrix";
import { type WrittenModel, writeOnnx } from "./onnx-write";

/** The files of one decoder and the `dtype` by which transformers.js asks for each. */
export const ONNX_FILES = { fp32: "model.onnx", int8: "model_quantized.onnx", q4: "model_q4.onnx" } as const;
export type OnnxVariant = keyof typeof ONNX_FILES;

/** Writes one of a decoder's ONNX files into `out`/onnx, weights read one at a time by `read`. */
export function exportDecoder(
  config: DecoderConfig,
  read: ReadWeight,
  out: string,
  variant: OnnxVariant,
  schemeOf: SchemeOf = () => undefined,
  limit?: number,
): WrittenModel {
  const graph = decoderGraph(config, read, schemeOf);
  return writeOnnx(path.join(out, "onnx"), ONNX_FILES[variant], config.modelType, graph, {
    domains: { [MICROSOFT]: 1 },
    ...(limit !== undefined && { limit }),
  });
}
