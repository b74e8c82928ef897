// LoRA adapters as PEFT writes and reads them: adapter_config.json beside adapter_model.safetensors.
import * as path from "node:path";
import { makeFolder } from "../base/write-error";
import type { DecoderConfig } from "../models/config";
import { ConfigError } from "../models/config-fields";
import { type NewTensor, WeightFiles, writeSafetensors } from "../models/safetensors";
import {
  type AdapterConfig,
  isTarget,
  rankOf,
  readAdapterConfig,
  scaleOf,
  targetsOf,
  writeAdapterConfig,
} from "./peft-config";

export { type AdapterConfig, rankOf, scaleOf, targetsOf } from "./peft-config";

export interface LoraWeights {
  /** E.g. `model.layers.0.self_attn.q_proj`. */
  module: string;
  rank: number;
  /** What B A is multiplied by. */
  scale: number;
  /** [rank, inFeatures] */
  a: Float32Array;
  /** [outFeatures, rank] */
  b: Float32Array;
  /** [outFeatures], with DoRA */
  magnitude?: Float32Array;
  inFeatures: number;
  outFeatures: number;
}

const PREFIX = "base_model.model.";
const WEIGHTS = "adapter_model.safetensors";

const PARTS: Record<string, "a" | "b" | "magnitude"> = {
  "lora_A.weight": "a",
  "lora_B.weight": "b",
  lora_magnitude_vector: "magnitude",
  "lora_magnitude_vector.weight": "magnitude",
};

/** Stored names by module and part. */
function findParts(files: WeightFiles): Map<string, Record<string, string>> {
  const modules = new Map<string, Record<string, string>>();
  for (const name of files.names()) {
    const match = /^base_model\.model\.(.+)\.(lora_(?:A|B)\.weight|lora_magnitude_vector(?:\.weight)?)$/.exec(
      name,
    );
    if (!match) throw new ConfigError(`${files.source}: unexpected tensor "${name}" in a LoRA adapter`);
    const [, module, part] = match as unknown as [string, string, string];
    const parts = modules.get(module) ?? {};
    parts[PARTS[part] as string] = name;
    modules.set(module, parts);
  }
  return modules;
}

/** Throws ConfigError unless `weights` has the rank, scale and sizes that `config` gives its module. */
function checkWeights(place: string, config: AdapterConfig, weights: LoraWeights): void {
  const { module, rank, scale, a, b, magnitude, inFeatures, outFeatures } = weights;
  const expect = (what: string, expected: unknown, found: unknown) => {
    if (expected !== found)
      throw new ConfigError(`${place}, ${module}: ${what}: expected ${expected}, found ${found}`);
  };
  if (!isTarget(config, module))
    throw new ConfigError(`${place}, ${module}: is not one of the target_modules`);
  expect("rank", rankOf(config, module), rank);
  expect("scale", scaleOf(config, module), scale);
  expect("values of A", rank * inFeatures, a.length);
  expect("values of B", outFeatures * rank, b.length);
  expect("values of the magnitude vector", config.dora ? outFeatures : 0, magnitude?.length ?? 0);
}

/** Reads a LoRA adapter in PEFT's files; throws ConfigError or SafetensorsError that names what does not fit. */
export function readAdapter(folder: string): { config: AdapterConfig; weights: LoraWeights[] } {
  const config = readAdapterConfig(folder);
  const files = WeightFiles.open(path.join(folder, WEIGHTS));
  try {
    const weights: LoraWeights[] = [];
    for (const [module, parts] of findParts(files)) {
      if (!parts.a || !parts.b) {
        throw new ConfigError(`${files.source}: ${module} has no ${parts.a ? "lora_B" : "lora_A"}.weight`);
      }
      const [rank, inFeatures, ...a] = files.info(parts.a).shape;
      const [outFeatures, inner, ...b] = files.info(parts.b).shape;
      if (!rank || !inFeatures || !outFeatures || inner !== rank || a.length + b.length > 0) {
        const found = `[${files.info(parts.a).shape}] and [${files.info(parts.b).shape}]`;
        throw new ConfigError(
          `${files.source}, ${module}: expected A [rank, in] and B [out, rank], found ${found}`,
        );
      }
      const read: LoraWeights = {
        module,
        rank,
        scale: scaleOf(config, module),
        a: files.float32(parts.a),
        b: files.float32(parts.b),
        ...(parts.magnitude && { magnitude: files.float32(parts.magnitude) }),
        inFeatures,
        outFeatures,
      };
      checkWeights(files.source, config, read);
      weights.push(read);
    }
    for (const target of config.targetModules) {
      if (!weights.some(({ module }) => module === target || module.endsWith(`.${target}`))) {
        throw new ConfigError(`${files.source}: no tensors of the target module "${target}"`);
      }
    }
    return { config, weights };
  } finally {
    files.close();
  }
}

/** Checks that an adapter has the modules that its config targets in a decoder, no others, in the decoder's sizes. */
export function checkAdapter(
  config: AdapterConfig,
  weights: readonly LoraWeights[],
  decoder: DecoderConfig,
): void {
  const targets = targetsOf(config, decoder);
  const problems: string[] = [];
  for (const { module, outFeatures, inFeatures } of weights) {
    const shape = targets.get(module);
    if (!shape) problems.push(`unexpected ${module}`);
    else if (shape[0] !== outFeatures || shape[1] !== inFeatures) {
      problems.push(`${module}: expected [${shape.join(", ")}], found [${outFeatures}, ${inFeatures}]`);
    }
    targets.delete(module);
  }
  for (const module of targets.keys()) problems.push(`missing ${module}`);
  if (problems.length > 0) {
    throw new ConfigError(
      `The adapter does not fit the ${decoder.modelType} model: ${problems.slice(0, 8).join("; ")}`,
    );
  }
}

/** Writes an adapter so that PEFT loads it; throws ConfigError when config and weights do not agree. */
export function writeAdapter(folder: string, config: AdapterConfig, weights: readonly LoraWeights[]): void {
  const tensors: NewTensor[] = [];
  for (const lora of weights) {
    checkWeights(folder, config, lora);
    const { module, rank, a, b, magnitude, inFeatures, outFeatures } = lora;
    const add = (part: string, shape: number[], data: Float32Array) =>
      tensors.push({ name: `${PREFIX}${module}.${part}`, dtype: "F32", shape, data });
    add("lora_A.weight", [rank, inFeatures], a);
    add("lora_B.weight", [outFeatures, rank], b);
    if (magnitude) add("lora_magnitude_vector", [outFeatures], magnitude);
  }
  makeFolder(folder);
  writeSafetensors(path.join(folder, WEIGHTS), tensors);
  writeAdapterConfig(folder, config);
}
