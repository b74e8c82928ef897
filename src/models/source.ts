// A model source: where a model lies on this machine, as a folder of Hugging Face files or as a GGUF file. A hub model and what a
// stage made are such folders; reading a source gives configuration, weights by range, tokenizer, and the files to hash.
import * as fs from "node:fs";
import * as path from "node:path";
import { GgufFile, ggufParts } from "../base/gguf/file";
import { ggufOf } from "../base/gguf/place";
import { templateFiles } from "../prompts/chat-template-places";
import { tokenizerSource } from "../prompts/tokenizer-source";
import { ggufConfig } from "./gguf/config";
import { readJsonObject } from "./json-files";

export interface SourceFiles {
  /** The folder, or the GGUF file. */
  place: string;
  gguf: boolean;
  /** Weights, configuration, tokenizer: what a hash of the model goes over. */
  files: string[];
  /** Those of them that hold weights. */
  weightFiles: string[];
  has(name: string): boolean;
  /** How a message calls a JSON file. */
  fileOf(name: string): string;
  /** A JSON file: config.json, generation_config.json. Throws ConfigError or GgufError. */
  json(name: string): Record<string, unknown>;
  /** Its bytes. */
  bytes(name: string): Uint8Array;
}

function folderSource(folder: string): SourceFiles {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const files = names.filter((name) => /\.(safetensors|json)$/.test(name));
  const at = (name: string) => path.join(folder, name);
  return {
    place: folder,
    gguf: false,
    files: [...new Set([...files, ...templateFiles(folder)])].sort().map(at),
    weightFiles: files.filter((name) => name.endsWith(".safetensors")).map(at),
    has: (name) => fs.existsSync(at(name)),
    fileOf: at,
    json: (name) => readJsonObject(at(name)),
    bytes: (name) => fs.readFileSync(at(name)),
  };
}

function ggufSource(file: string): SourceFiles {
  const tokenizer = tokenizerSource(file);
  const parts = ggufParts(file);
  const config = () => {
    const model = GgufFile.open(file);
    try {
      return ggufConfig(model);
    } finally {
      model.close();
    }
  };
  const json = (name: string) => (name === "config.json" ? config() : tokenizer.json(name));
  return {
    place: file,
    gguf: true,
    files: parts,
    weightFiles: parts,
    has: (name) => name === "config.json" || tokenizer.has(name),
    fileOf: tokenizer.fileOf,
    json,
    bytes: (name) => Buffer.from(JSON.stringify(json(name)), "utf8"),
  };
}

/** The model at a place: a folder, a GGUF file (of several parts the first), or a folder with one GGUF file. Throws GgufError. */
export function modelSource(place: string): SourceFiles {
  const gguf = ggufOf(place);
  return gguf === undefined ? folderSource(place) : ggufSource(gguf);
}
