// Opens a model's tokenizer, of a Hugging Face folder or a GGUF file, twice: as it is, and without its control tokens for text that must stay text.
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { AutoTokenizer, env, PreTrainedTokenizer } from "@huggingface/transformers";
import { type ChatTemplate, readChatTemplate } from "./chat-template-places";
import { repair } from "./library-repairs";
import { type Spelling, spellingOf } from "./spelling";
import { checkTokenizerJson, isId, TokenizerError } from "./tokenizer-json";
import { type TokenizerSource, tokenizerSource } from "./tokenizer-source";

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

/** A tokenizer as published, with its files. */
export interface PublishedTokenizer {
  source: TokenizerSource;
  /** SHA-256 of tokenizer.json: equal hashes mean equal vocabularies. */
  hash: string;
  /** Control tokens in a text become control ids. */
  full: PreTrainedTokenizer;
  /** The chat template, or undefined when the folder has none (encoders). */
  template: ChatTemplate | undefined;
  json: TokenizerJson;
  config: Record<string, unknown>;
}

export interface TokenizerFolder extends Omit<PublishedTokenizer, "json" | "config">, Spelling {
  /** Control token -> id: special tokens and the other added tokens that the chat template writes. */
  controls: ReadonlyMap<string, number>;
  /** Whether decomposed Hangul is composed before encoding. */
  composesHangul: boolean;
  /** Ids of a text in which nothing is a control token; no special tokens are added. */
  encodePlain(text: string): number[];
  /** Ids of two texts with the special tokens that go around and between them. */
  encodePair(first: string, second: string): number[];
  /** Text of ids without clean-up of spaces; special tokens are skipped unless wanted. */
  decode(ids: readonly number[], withSpecials?: boolean): string;
}

// Decomposed Hangul (NFD): SentencePiece composes it, the Rust tokenizers make it unknown tokens; composed, both agree.
const CONJOINING_JAMO = /[\u1100-\u11ff]+/g;

const PROBE = "한국어 text, 1";

/** What the library throws on a file that it does not understand, as TokenizerError. */
async function understood<T>(source: TokenizerSource, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new TokenizerError(
      `${source.fileOf("tokenizer.json")}: is not understood (${(error as Error).message}): fetch or write it again.`,
    );
  }
}

/**
 * Opens the tokenizer of a folder (tokenizer.json and tokenizer_config.json) or of a GGUF file, as it is; nothing is fetched.
 * Throws TokenizerError or GgufError.
 */
export async function openPublished(place: string): Promise<PublishedTokenizer> {
  const source = tokenizerSource(place);
  const json = source.json<TokenizerJson>("tokenizer.json");
  const config = source.json("tokenizer_config.json");
  if (!source.gguf) checkTokenizerJson(source.fileOf("tokenizer.json"), json);
  const template = readChatTemplate(source);
  const full = await understood(source, async () => {
    const opened = repair(
      source.gguf
        ? new PreTrainedTokenizer(json, config)
        : await AutoTokenizer.from_pretrained(resolve(source.place), { local_files_only: true }),
    );
    // Some settings are looked at only when text goes through them.
    opened.decode(opened.encode(PROBE));
    return opened;
  });
  // The library reads tokenizer_config.json alone.
  full.chat_template = template?.text ?? null;
  const hash = createHash("sha256").update(source.bytes("tokenizer.json")).digest("hex");
  return { source, hash, full, template, json, config };
}

/** Opens a tokenizer both ways. Throws as `openPublished` does. */
export async function openTokenizerFolder(place: string): Promise<TokenizerFolder> {
  const { source, hash, full, template, json, config } = await openPublished(place);
  const added = json.added_tokens ?? [];
  const isControl = (token: AddedToken) =>
    token.special || (token.content.trim() !== "" && template?.text.includes(token.content) === true);
  const controls = new Map(added.filter(isControl).map((token) => [token.content, token.id]));
  // The same class on the same files, only without control tokens: everything else is encoded alike.
  const Class = full.constructor as new (json: unknown, config: unknown) => PreTrainedTokenizer;
  const plain = await understood(source, async () =>
    repair(new Class({ ...json, added_tokens: added.filter((token) => !isControl(token)) }, config)),
  );

  const { type } = json.model;
  const post = (json.post_processor as { type: string } | null)?.type;

  return {
    source,
    hash,
    full,
    template,
    controls,
    ...spellingOf(json),
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
          `${source.fileOf("tokenizer.json")}: cannot encode ${JSON.stringify(text.slice(0, 40))} (${(error as Error).message}): fetch or write it again.`,
        );
      }
      return ids;
    },
  };
}
