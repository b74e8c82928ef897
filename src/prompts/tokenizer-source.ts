// Where a tokenizer's JSON files are: in a model folder, or in the metadata of a GGUF file, made when they are asked for.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readGgufMetadata } from "../base/gguf/file";
import type { GgufMetadata } from "../base/gguf/metadata";
import { ggufOf } from "../base/gguf/place";
import { ggufGenerationConfig, ggufTokenizerFiles } from "./gguf/tokenizer";
import { readTokenizerFile } from "./tokenizer-json";
import type { Json, TokenizerFiles } from "./tokenizer-layout";

export interface TokenizerSource {
  /** The folder, or the GGUF file. */
  place: string;
  gguf: boolean;
  has(name: string): boolean;
  /** How a message calls a file. */
  fileOf(name: string): string;
  /** A file that must be there and hold a JSON object; throws TokenizerError. */
  json<T extends Json>(name: string): T;
  /** The bytes of a file that is there. */
  bytes(name: string): Uint8Array;
}

function folderSource(folder: string): TokenizerSource {
  return {
    place: folder,
    gguf: false,
    has: (name) => existsSync(join(folder, name)),
    fileOf: (name) => join(folder, name),
    json: (name) => readTokenizerFile(folder, name),
    bytes: (name) => readFileSync(join(folder, name)),
  };
}

/** Files are made when they are first asked for. */
function ggufSource(file: string): TokenizerSource {
  let read: GgufMetadata | undefined;
  let tokenizer: TokenizerFiles | undefined;
  const metadata = () => {
    read ??= readGgufMetadata(file);
    return read;
  };
  const made = (name: keyof TokenizerFiles) => () => {
    tokenizer ??= ggufTokenizerFiles(metadata());
    return tokenizer[name];
  };
  const makers: Record<string, () => Json> = {
    "tokenizer.json": made("tokenizer.json"),
    "tokenizer_config.json": made("tokenizer_config.json"),
    "special_tokens_map.json": made("special_tokens_map.json"),
    "generation_config.json": () => ggufGenerationConfig(metadata()),
  };
  const json = <T extends Json>(name: string) => makers[name]!() as T;
  return {
    place: file,
    gguf: true,
    has: (name) => Object.hasOwn(makers, name),
    fileOf: (name) => `${file} (metadata as ${name})`,
    json,
    bytes: (name) => Buffer.from(JSON.stringify(json(name)), "utf8"),
  };
}

/** The tokenizer files of a model's place: a folder of Hugging Face files, or a GGUF file. Throws GgufError. */
export function tokenizerSource(place: string): TokenizerSource {
  const gguf = ggufOf(place);
  return gguf === undefined ? folderSource(place) : ggufSource(gguf);
}
