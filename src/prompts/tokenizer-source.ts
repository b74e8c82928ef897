// Where a tokenizer's JSON files are: in a model folder, or in the metadata of a GGUF file, made when they are asked for.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readGgufMetadata } from "../base/gguf/file";
import { ggufOf } from "../base/gguf/place";
import { once } from "../base/once";
import { type GgufTokenizer, ggufGenerationConfig, ggufTokenizer } from "./gguf/tokenizer";
import { modelJson } from "./pair-model";
import { readTokenizerFile } from "./tokenizer-json";
import type { Json } from "./tokenizer-layout";

export interface TokenizerSource {
  /** The folder, or the GGUF file. */
  place: string;
  /** Of a GGUF file the tokenizer as it is in there, without the work of a tokenizer.json. */
  gguf?: () => GgufTokenizer;
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
    has: (name) => existsSync(join(folder, name)),
    fileOf: (name) => join(folder, name),
    json: (name) => readTokenizerFile(folder, name),
    bytes: (name) => readFileSync(join(folder, name)),
  };
}

/** Files are made when they are first asked for. */
function ggufSource(file: string): TokenizerSource {
  const metadata = once(() => readGgufMetadata(file));
  const tokenizer = once(() => ggufTokenizer(metadata()));
  const makers: Record<string, () => Json> = {
    "tokenizer.json": once(() => ({ ...tokenizer().rest, model: modelJson(tokenizer().model) })),
    "tokenizer_config.json": () => tokenizer()["tokenizer_config.json"],
    "special_tokens_map.json": () => tokenizer()["special_tokens_map.json"],
    "generation_config.json": once(() => ggufGenerationConfig(metadata())),
  };
  const json = <T extends Json>(name: string) => makers[name]!() as T;
  return {
    place: file,
    gguf: tokenizer,
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
