// PEFT's adapter_config.json: which layers a LoRA adapter changes, with which rank and scale.

import * as path from "node:path";
import { writeJson } from "../base/atomic-write";
import { type DecoderConfig, tensorShapes } from "../models/config";
import { ConfigFields } from "../models/config-fields";

export interface AdapterConfig {
  rank: number;
  alpha: number;
  /** Last parts of the names of the adapted linear layers, e.g. `q_proj`. */
  targetModules: string[];
  /** Scale alpha / sqrt(rank) (arXiv 2312.03732) and not alpha / rank (arXiv 2106.09685). */
  rsLora: boolean;
  /** Weight-decomposed: each row scaled to a learned magnitude (arXiv 2402.09353). */
  dora: boolean;
  /** Ranks and alphas of modules whose name ends with the key; the first key that fits counts. */
  rankPattern: Record<string, number>;
  alphaPattern: Record<string, number>;
  baseModel: string;
  revision?: string;
}

const CONFIG = "adapter_config.json";

/** Fields of adapter_config.json that do not change what a loaded adapter computes. */
const HARMLESS =
  `peft_version auto_mapping inference_mode lora_dropout megatron_core qalora_group_size eva_config
  corda_config loftq_config lora_ga_config ensure_weight_tying runtime_config`.split(/\s+/);

/** Fields that change it, and the values that are supported; null and false stand for all that PEFT takes for "not used". */
const UNUSED: Record<string, unknown[]> = {
  peft_type: ["LORA"],
  task_type: ["CAUSAL_LM", null],
  bias: ["none"],
  lora_bias: [false],
  fan_in_fan_out: [false],
  use_qalora: [false],
  use_bdlora: [false],
  // Other ways of initialising change the base weights too, which the files do not hold.
  init_lora_weights: [true, false, "gaussian"],
};
for (const field of `alora_invocation_tokens arrow_config exclude_modules kasa_config layer_replication layers_pattern
  layers_to_transform megatron_config modules_to_save monteclora_config target_parameters trainable_token_indices
  velora_config`.split(/\s+/)) {
  UNUSED[field] = [null];
}

function matching(pattern: Record<string, number>, module: string): number | undefined {
  for (const [key, value] of Object.entries(pattern)) {
    if (new RegExp(`^(?:.*\\.)?(?:${key})$`).test(module)) return value;
  }
  return undefined;
}

/** Rank of a module's update under `config`. */
export function rankOf(config: AdapterConfig, module: string): number {
  return matching(config.rankPattern, module) ?? config.rank;
}

/** What the update B A of a module is multiplied by under `config`. */
export function scaleOf(config: AdapterConfig, module: string): number {
  const rank = rankOf(config, module);
  return (matching(config.alphaPattern, module) ?? config.alpha) / (config.rsLora ? Math.sqrt(rank) : rank);
}

/** Whether `config` adapts a module. */
export function isTarget(config: AdapterConfig, module: string): boolean {
  return config.targetModules.some((target) => module === target || module.endsWith(`.${target}`));
}

/** The linear layers of a decoder that `config` adapts, with their shapes [out, in]. */
export function targetsOf(config: AdapterConfig, decoder: DecoderConfig): Map<string, [number, number]> {
  const targets = new Map<string, [number, number]>();
  for (const [name, shape] of tensorShapes(decoder)) {
    const module = name.replace(/\.weight$/, "");
    if (shape.length === 2 && /_proj$/.test(module) && isTarget(config, module)) {
      targets.set(module, shape as [number, number]);
    }
  }
  return targets;
}

function readPattern(fields: ConfigFields, field: string, whole: boolean): Record<string, number> {
  const nested = fields.nested(field);
  if (!nested) return {};
  const pattern: Record<string, number> = {};
  for (const key of Object.keys(fields.get(field) as object)) {
    try {
      new RegExp(key);
    } catch {
      nested.fail(key, "a name or regular expression as key");
    }
    pattern[key] = whole ? nested.count(key) : nested.number(key);
  }
  return pattern;
}

/** Reads adapter_config.json; throws ConfigError for what is missing, unknown or not supported. */
export function readAdapterConfig(folder: string): AdapterConfig {
  const fields: ConfigFields = ConfigFields.read(path.join(folder, CONFIG));
  if (fields.get("peft_type") === undefined) fields.fail("peft_type", '"LORA"');
  for (const [field, allowed] of Object.entries(UNUSED)) fields.fixed(field, allowed);
  const targets = fields.get("target_modules");
  if (!Array.isArray(targets) || targets.length === 0 || !targets.every((name) => typeof name === "string")) {
    fields.fail("target_modules", "a list of module names");
  }
  const base = fields.get("base_model_name_or_path");
  const revision = fields.get("revision");
  if (typeof base !== "string" && base !== null) fields.fail("base_model_name_or_path", "a name");
  if (typeof revision !== "string" && revision !== null && revision !== undefined)
    fields.fail("revision", "a name");
  const config: AdapterConfig = {
    rank: fields.count("r"),
    alpha: fields.number("lora_alpha"),
    targetModules: targets as string[],
    rsLora: fields.flag("use_rslora", false),
    dora: fields.flag("use_dora", false),
    rankPattern: readPattern(fields, "rank_pattern", true),
    alphaPattern: readPattern(fields, "alpha_pattern", false),
    baseModel: typeof base === "string" ? base : "",
    ...(typeof revision === "string" && { revision }),
  };
  // PEFT adds its switches turned off.
  fields.rejectUnknown(HARMLESS, true);
  return config;
}

/** Writes adapter_config.json as PEFT reads it. */
export function writeAdapterConfig(folder: string, config: AdapterConfig): void {
  writeJson(path.join(folder, CONFIG), {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: config.baseModel,
    revision: config.revision ?? null,
    inference_mode: true,
    r: config.rank,
    lora_alpha: config.alpha,
    lora_dropout: 0,
    target_modules: config.targetModules,
    rank_pattern: config.rankPattern,
    alpha_pattern: config.alphaPattern,
    use_rslora: config.rsLora,
    use_dora: config.dora,
    bias: "none",
    fan_in_fan_out: false,
    init_lora_weights: true,
    modules_to_save: null,
  });
}
