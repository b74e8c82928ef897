// A decoder with its tokenizer as one GGUF file, which llama.cpp, Ollama and LM Studio run; tensor by tensor, so that no more
// than the largest one is in memory. Followed by a look at the file with this project's own reader.
import * as path from "node:path";
import { type NewValue, writeGguf } from "../../base/gguf/write";
import type { DecoderConfig } from "../../models/config";
import { readDecoderConfig } from "../../models/config";
import { ConfigError } from "../../models/config-fields";
import { ropeFrequencies } from "../../models/rope";
import { writtenArchitecture } from "./architecture";
import { GGUF_TYPES, type GgufType, ggufTensors } from "./tensors";
import { checkTokenizer, tokenizerMetadata } from "./tokenizer";

export interface GgufModel {
  config: DecoderConfig;
  /** fp32 values of a tensor by Hugging Face name. */
  read: (name: string) => Float32Array;
  /** The folder or GGUF file that has the tokenizer. */
  tokenizer: string;
  name: string;
  licence?: string;
}

const QUANTIZATION_VERSION = 2;

/** Throws ConfigError where the file says another configuration than the one it was made of. */
function checkConfig(file: string, config: DecoderConfig): void {
  const plain = ({ ropeScaling, eosTokenIds, bosTokenId, padTokenId, ...fields }: DecoderConfig) => fields;
  const found = readDecoderConfig(file);
  const [expected, read] = [plain(config), plain(found)] as Record<string, unknown>[];
  const near = (a: unknown, b: unknown) =>
    typeof a === "number" && typeof b === "number"
      ? Math.abs(a - b) <= 1e-6 * Math.abs(a)
      : JSON.stringify(a) === JSON.stringify(b);
  for (const field of Object.keys({ ...expected, ...read }))
    if (!near(expected![field], read![field]))
      throw new ConfigError(`${file}: ${field}: expected ${expected![field]}, found ${read![field]}`);
  const [frequencies, again] = [ropeFrequencies(config), ropeFrequencies(found)];
  if (!frequencies.every((frequency, i) => near(frequency, again[i])))
    throw new ConfigError(`${file}: expected the frequencies ${frequencies}, found ${again}`);
}

/**
 * Writes `file`, whole or not at all, in a form, and reads configuration and tokenizer back. Returns notes on what the file
 * cannot state. Throws ConfigError for a model that llama.cpp would compute otherwise, TokenizerError for a tokenizer that it
 * does not have, RangeError for weights beyond the form's numbers.
 */
export async function exportGguf(model: GgufModel, type: GgufType, file: string): Promise<string[]> {
  const { config, read, tokenizer: place, name, licence } = model;
  const {
    name: architecture,
    architecture: rules,
    metadata: keys,
    ropeFactors,
  } = writtenArchitecture(config);
  const tokenizer = await tokenizerMetadata(place, config);
  const metadata: Record<string, NewValue> = {
    "general.architecture": { string: architecture },
    "general.type": { string: "model" },
    "general.name": { string: name },
    ...(licence !== undefined && { "general.license": { string: licence } }),
    "general.file_type": { uint32: GGUF_TYPES[type] },
    "general.quantization_version": { uint32: QUANTIZATION_VERSION },
    ...keys,
    ...tokenizer.metadata,
  };
  writeGguf(file, metadata, ggufTensors(config, rules, type, read, ropeFactors));
  checkConfig(file, config);
  await checkTokenizer(place, file);
  return tokenizer.notes;
}

/** The name of a model's file in a form. */
export const ggufFileName = (name: string, type: GgufType): string => `${path.basename(name)}-${type}.gguf`;
