// Opens a Hugging Face tokenizer folder twice: as it is, and without its control tokens for text that must stay text.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { AutoTokenizer, env, type PreTrainedTokenizer } from "@huggingface/transformers";
import { repair } from "./library-repairs";

env.allowRemoteModels = false;

/** A tokenizer folder that is incomplete, damaged or not understood. */
export class TokenizerError extends Error {
  override name = "TokenizerError";
}

/** No vocabulary is larger by far; ids index tables. */
const LARGEST_ID = 2 ** 24;
const MODELS = ["BPE", "Unigram", "WordPiece", "WordLevel"];

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
    throw new TokenizerError(
      `${file} is missing: a tokenizer folder holds tokenizer.json and tokenizer_config.json.`,
    );
  }
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new TokenizerError(
      `${file} is not valid JSON (${(error as Error).message}): fetch or write it again.`,
    );
  }
  if (!isRecord(read)) throw new TokenizerError(`${file}: expected a JSON object.`);
  return read as T;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isId = (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < LARGEST_ID;

/** Throws unless the parts of tokenizer.json that ids are computed with have their form; the library trusts them. */
function checkTokenizerJson(file: string, json: Record<string, unknown>): void {
  const expect = (good: boolean, place: string, expected: string, found: unknown) => {
    if (good) return;
    const shown = (JSON.stringify(found) ?? "nothing").slice(0, 80);
    throw new TokenizerError(`${file}: ${place}: expected ${expected}, found ${shown}.`);
  };
  const { model, added_tokens: added } = json;
  expect(isRecord(model), "model", "an object", model);
  const { type, vocab, merges } = model as Record<string, unknown>;
  expect(MODELS.includes(type as string), "model.type", MODELS.join(", "), type);
  if (type === "Unigram") {
    expect(Array.isArray(vocab) && vocab.length > 0, "model.vocab", "a list of [token, score]", vocab);
    for (const [i, entry] of (vocab as unknown[]).entries()) {
      const good = Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number";
      expect(good, `model.vocab[${i}]`, "[token, score]", entry);
    }
  } else {
    expect(
      isRecord(vocab) && Object.keys(vocab).length > 0,
      "model.vocab",
      "an object of ids by token",
      vocab,
    );
    const tokens = new Map<unknown, string>();
    for (const [token, id] of Object.entries(vocab as object)) {
      expect(isId(id), `model.vocab ${JSON.stringify(token)}`, `an id from 0 to ${LARGEST_ID - 1}`, id);
      const other = tokens.get(id);
      expect(
        other === undefined,
        `model.vocab ${JSON.stringify(token)}`,
        `an id of its own, not that of ${JSON.stringify(other)}`,
        id,
      );
      tokens.set(id, token);
    }
  }
  if (type === "BPE") {
    expect(Array.isArray(merges), "model.merges", "a list", merges);
    for (const [i, merge] of (merges as unknown[]).entries()) {
      const pair = typeof merge === "string" ? merge.split(" ") : merge;
      const good = Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === "string");
      expect(good, `model.merges[${i}]`, "two tokens", merge);
    }
  }
  expect(added === undefined || Array.isArray(added), "added_tokens", "a list", added);
  for (const [i, token] of ((added ?? []) as unknown[]).entries()) {
    const { id, content, special } = (token ?? {}) as Record<string, unknown>;
    expect(isId(id), `added_tokens[${i}].id`, `a number from 0 to ${LARGEST_ID - 1}`, id);
    expect(typeof content === "string" && content !== "", `added_tokens[${i}].content`, "a text", content);
    expect(
      special === undefined || typeof special === "boolean",
      `added_tokens[${i}].special`,
      "true or false",
      special,
    );
  }
  for (const part of Object.keys(STEPS)) {
    if (json[part] !== null && json[part] !== undefined) checkStep(part, json[part], STEPS[part]!);
  }

  function checkStep(place: string, step: unknown, list: string): void {
    const good = isRecord(step) && typeof step.type === "string";
    expect(good, place, 'an object with a "type"', step);
    const { type, [list]: steps } = step as Record<string, unknown>;
    if (type !== "Sequence") return;
    expect(Array.isArray(steps), `${place}.${list}`, "a list", steps);
    for (const [i, one] of (steps as unknown[]).entries()) checkStep(`${place}.${list}[${i}]`, one, list);
  }
}

/** What text goes through before and after the model, and the name that a sequence of it gives its list. */
const STEPS: Record<string, string> = {
  normalizer: "normalizers",
  pre_tokenizer: "pretokenizers",
  post_processor: "processors",
  decoder: "decoders",
};

// Decomposed Hangul (NFD): SentencePiece composes it, the Rust tokenizers make it unknown tokens; composed, both agree.
const CONJOINING_JAMO = /[\u1100-\u11ff]+/g;

const PROBE = "한국어 text, 1";

/** What the library throws on a file that it does not understand, as TokenizerError. */
async function understood<T>(folder: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new TokenizerError(
      `${join(folder, "tokenizer.json")}: is not understood (${(error as Error).message}): fetch or write it again.`,
    );
  }
}

/** Opens a folder with tokenizer.json and tokenizer_config.json; nothing is fetched. */
export async function openTokenizerFolder(folder: string): Promise<TokenizerFolder> {
  const json = readJson<TokenizerJson>(folder, "tokenizer.json");
  const config = readJson<Record<string, unknown>>(folder, "tokenizer_config.json");
  checkTokenizerJson(join(folder, "tokenizer.json"), json);
  const full = await understood(folder, async () => {
    const opened = repair(await AutoTokenizer.from_pretrained(resolve(folder), { local_files_only: true }));
    // Some settings are looked at only when text goes through them.
    opened.decode(opened.encode(PROBE));
    return opened;
  });
  const template = typeof full.chat_template === "string" ? full.chat_template : undefined;

  const added = json.added_tokens ?? [];
  const isControl = (token: AddedToken) =>
    token.special || (token.content.trim() !== "" && template?.includes(token.content) === true);
  const controls = new Map(added.filter(isControl).map((token) => [token.content, token.id]));
  // The same class on the same files, only without control tokens: everything else is encoded alike.
  const Class = full.constructor as new (json: unknown, config: unknown) => PreTrainedTokenizer;
  const plain = await understood(folder, async () =>
    repair(new Class({ ...json, added_tokens: added.filter((token) => !isControl(token)) }, config)),
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
      let ids: number[];
      try {
        ids = [...plain.encode(composed, { add_special_tokens: false })];
        // What the vocabulary lacks, without an unknown token, would become id 0 in the engine.
        if (!ids.every(isId)) throw new Error("a piece has no id and there is no unknown token");
      } catch (error) {
        throw new TokenizerError(
          `${join(folder, "tokenizer.json")}: cannot encode ${JSON.stringify(text.slice(0, 40))} (${(error as Error).message}): fetch or write it again.`,
        );
      }
      return ids;
    },
  };
}
