// A decoder in few bits as files: codes, scales and zero points in a safetensors file, read back without ever being fp32.
import * as path from "node:path";
import type { Weight } from "../engine/frozen";
import { PackedTensor } from "../engine/packed";
import { readDecoderConfig, tensorShapes, writeDecoderConfig } from "../models/config";
import { Decoder } from "../models/decoder";
import { keepWeight } from "../models/load";
import { type NewTensor, SafetensorsError, WeightFiles, writeSafetensors } from "../models/safetensors";
import type { QuantizationPlan } from "./decoder";
import { quantize } from "./groupwise";
import { groupsOf, type Scheme } from "./scheme";

/** Writes config.json and model.safetensors; a matrix of the plan becomes `<name>.codes`, `.scales` and, asymmetric, `.zero_points`. */
export function saveQuantized(folder: string, decoder: Decoder, plan: QuantizationPlan): void {
  const tensors = [...decoder.weights].flatMap(([name, weight]): NewTensor[] => {
    const values = weight.dataSync() as Float32Array;
    const scheme = plan.get(name);
    const shape = [...weight.shape];
    if (!scheme) return [{ name, dtype: "F32", shape, data: values }];
    const matrix = quantize(values, shape as [number, number], scheme);
    const groups = groupsOf(shape[1]!, scheme);
    const codes = [shape[0]!, groups, (scheme.groupSize * scheme.bits) / 8];
    return [
      { name: `${name}.codes`, dtype: "U8", shape: codes, data: matrix.codes },
      { name: `${name}.scales`, dtype: "F32", shape: [shape[0]!, groups], data: matrix.scales },
      ...(matrix.zeroPoints
        ? [
            {
              name: `${name}.zero_points`,
              dtype: "U8" as const,
              shape: [shape[0]!, groups],
              data: matrix.zeroPoints,
            },
          ]
        : []),
    ];
  });
  writeDecoderConfig(folder, decoder.config, "float32");
  writeSafetensors(path.join(folder, "model.safetensors"), tensors, {
    quantization: JSON.stringify(Object.fromEntries(plan)),
  });
}

/** Reads what `saveQuantized` wrote; matrices stay in few bits in the engine. Throws SafetensorsError for other files. */
export function loadQuantized(folder: string): Decoder {
  const config = readDecoderConfig(folder);
  const files = WeightFiles.open(folder);
  const weights = new Map<string, Weight>();
  try {
    if (files.metadata.quantization === undefined) {
      throw new SafetensorsError(
        `${folder}: expected weights in few bits, found none: load them with loadDecoder.`,
      );
    }
    const plan = JSON.parse(files.metadata.quantization) as Record<string, Scheme>;
    for (const [name, shape] of tensorShapes(config)) {
      const scheme = plan[name];
      const part = (what: string) => `${name}.${what}`;
      weights.set(
        name,
        scheme
          ? PackedTensor.of({
              scheme,
              shape: shape as [number, number],
              codes: files.bytes(part("codes")),
              scales: files.float32(part("scales")),
              ...(!scheme.symmetric && { zeroPoints: files.bytes(part("zero_points")) }),
            })
          : keepWeight(files.float32(name), shape, false),
      );
    }
    return new Decoder(config, weights);
  } catch (error) {
    for (const weight of weights.values()) weight.dispose();
    throw error;
  } finally {
    files.close();
  }
}
