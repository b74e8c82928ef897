// Opens a Hugging Face tokenizer folder twice: as it is, and without its control tokens for text that must stay text.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { AutoTokenizer, env, type PreTrainedTokenizer } from "@huggingface/transformers";

env.allowRemoteModels = false;

interface AddedToken {
  id: number;
  content: string;
  special: boolean;
}
interface TokenizerJson {
  added_tokens?: AddedToken[];
  model: { type: string; vocab: Record<string, number> | [string, number][] };
  [part: string]: unknown;
}

export interface TokenizerFolder {
  folder: string;
  /** SHA-256 of tokenizer.json: equal hashes mean equal vocabularies. */
  hash: string;
  /** The tokenizer as published: control tokens in a text become control ids. */
  full: PreTrainedTokenizer;
  /** The chat template, or undefined when the folder has none (encoders). */
  template: string | undefined;
  /** Control token -> id: special tokens and the other added tokens that the chat template writes. */
  controls: ReadonlyMap<string, number>;
  /** Id -> token as the vocabulary spells it. */
  spellings: readonly string[];
  /** Whether the vocabulary spells bytes as letters (GPT-2's table). */
  byteLevel: boolean;
  /** Ids of a text in which nothing is a control token; no special tokens are added. */
  encodePlain(text: string): number[];
}

function readJson<T>(folder: string, name: string): T {
  const file = join(folder, name);
  if (!existsSync(file)) {
    throw new Error(`${file} is missing: a tokenizer folder holds tokenizer.json and tokenizer_config.json.`);
  }
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch (error) {
    throw new Error(`${file} is not valid JSON (${(error as Error).message}): fetch or write it again.`);
  }
}

// Decomposed Hangul: Unigram vocabularies map it per character in one library and per syllable in the other.
const CONJOINING_JAMO = /[\u1100-\u11ff]+/g;

/** Opens a folder with tokenizer.json and tokenizer_config.json; nothing is fetched. */
export async function openTokenizerFolder(folder: string): Promise<TokenizerFolder> {
  const json = readJson<TokenizerJson>(folder, "tokenizer.json");
  const config = readJson<Record<string, unknown>>(folder, "tokenizer_config.json");
  const full = await AutoTokenizer.from_pretrained(resolve(folder), { local_files_only: true });
  const template = typeof full.chat_template === "string" ? full.chat_template : undefined;

  const added = json.added_tokens ?? [];
  const isControl = (token: AddedToken) =>
    token.special || (token.content.trim() !== "" && template?.includes(token.content) === true);
  const controls = new Map(added.filter(isControl).map((token) => [token.content, token.id]));
  // The same class on the same files, only without control tokens: everything else is encoded alike.
  const Class = full.constructor as new (json: unknown, config: unknown) => PreTrainedTokenizer;
  const plain = new Class({ ...json, added_tokens: added.filter((token) => !isControl(token)) }, config);

  const { type, vocab } = json.model;
  const spellings: string[] = [];
  if (Array.isArray(vocab)) for (const [id, [token]] of vocab.entries()) spellings[id] = token;
  else for (const [token, id] of Object.entries(vocab)) spellings[id] = token;
  for (const token of added) spellings[token.id] = token.content;

  return {
    folder,
    hash: createHash("sha256")
      .update(readFileSync(join(folder, "tokenizer.json")))
      .digest("hex"),
    full,
    template,
    controls,
    spellings,
    byteLevel: JSON.stringify(json.decoder ?? null).includes('"ByteLevel"'),
    encodePlain: (text) => {
      if (text === "") return [];
      const composed =
        type === "Unigram" ? text.replace(CONJOINING_JAMO, (jamo) => jamo.normalize("NFC")) : text;
      return [...plain.encode(composed, { add_special_tokens: false })];
    },
  };
}
