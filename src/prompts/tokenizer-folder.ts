// Opens a Hugging Face tokenizer folder twice: as it is, and without its control tokens for text that must stay text.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { AutoTokenizer, env, type PreTrainedTokenizer } from "@huggingface/transformers";
import { repair } from "./library-repairs";

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
  /** Whether decomposed Hangul is composed before encoding. */
  composesHangul: boolean;
  /** Ids of a text in which nothing is a control token; no special tokens are added. */
  encodePlain(text: string): number[];
  /** Ids of two texts with the special tokens that go around and between them. */
  encodePair(first: string, second: string): number[];
  /** Text of ids without clean-up of spaces; special tokens are skipped unless wanted. */
  decode(ids: readonly number[], withSpecials?: boolean): string;
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

// Decomposed Hangul (NFD): SentencePiece composes it, the Rust tokenizers make it unknown tokens; composed, both agree.
const CONJOINING_JAMO = /[\u1100-\u11ff]+/g;

/** Opens a folder with tokenizer.json and tokenizer_config.json; nothing is fetched. */
export async function openTokenizerFolder(folder: string): Promise<TokenizerFolder> {
  const json = readJson<TokenizerJson>(folder, "tokenizer.json");
  const config = readJson<Record<string, unknown>>(folder, "tokenizer_config.json");
  const full = repair(await AutoTokenizer.from_pretrained(resolve(folder), { local_files_only: true }));
  const template = typeof full.chat_template === "string" ? full.chat_template : undefined;

  const added = json.added_tokens ?? [];
  const isControl = (token: AddedToken) =>
    token.special || (token.content.trim() !== "" && template?.includes(token.content) === true);
  const controls = new Map(added.filter(isControl).map((token) => [token.content, token.id]));
  // The same class on the same files, only without control tokens: everything else is encoded alike.
  const Class = full.constructor as new (json: unknown, config: unknown) => PreTrainedTokenizer;
  const plain = repair(
    new Class({ ...json, added_tokens: added.filter((token) => !isControl(token)) }, config),
  );

  const { type, vocab } = json.model;
  const post = (json.post_processor as { type: string } | null)?.type;
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
    composesHangul: type === "Unigram",
    encodePair: (first, second) => {
      // A byte-level post-processor adds nothing between texts; the library drops the second text there.
      if (post === "ByteLevel" || post === undefined) return [...full.encode(first), ...full.encode(second)];
      return [...full.encode(first, { text_pair: second })];
    },
    decode: (ids, withSpecials = false) =>
      ids.length === 0
        ? ""
        : full.decode([...ids], { skip_special_tokens: !withSpecials, clean_up_tokenization_spaces: false }),
    encodePlain: (text) => {
      if (text === "") return [];
      const composed =
        type === "Unigram" ? text.replace(CONJOINING_JAMO, (jamo) => jamo.normalize("NFC")) : text;
      return [...plain.encode(composed, { add_special_tokens: false })];
    },
  };
}
