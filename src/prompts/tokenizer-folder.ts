// Opens a model's tokenizer, of a Hugging Face folder or a GGUF file, twice: as it is, and without its control tokens for text that must stay text.
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { AutoTokenizer, env, type PreTrainedTokenizer } from "@huggingface/transformers";
import { once } from "../base/once";
import { type ChatTemplate, readChatTemplate } from "./chat-template-places";
import type { GgufTokenizer } from "./gguf/tokenizer";
import { repair } from "./library-repairs";
import { lendMerges, openWithModel } from "./pair-model";
import { decodesBytes, type Spelling, spellingOf, type VocabularyJson } from "./spelling";
import { checkTokenizerJson, isId, TokenizerError } from "./tokenizer-json";
import type { Json } from "./tokenizer-layout";
import { type TokenizerSource, tokenizerSource } from "./tokenizer-source";

env.allowRemoteModels = false;

interface AddedToken {
  id: number;
  content: string;
  special: boolean;
}
interface TokenizerJson extends VocabularyJson {
  added_tokens?: AddedToken[];
  model: VocabularyJson["model"] & { type: string };
  post_processor?: unknown;
}

/** A tokenizer as published, with its files. */
export interface PublishedTokenizer {
  source: TokenizerSource;
  /** SHA-256 of tokenizer.json: equal hashes mean equal vocabularies. Of a GGUF file it takes seconds when it is first asked for. */
  readonly hash: string;
  /** Control tokens in a text become control ids. */
  full: PreTrainedTokenizer;
  /** The chat template, or undefined when the folder has none (encoders). */
  template: ChatTemplate | undefined;
  spelling: Spelling;
}

/** What two ways to open a tokenizer share. */
interface Opened extends PublishedTokenizer {
  /** tokenizer.json without its model. */
  json: { added_tokens?: AddedToken[]; post_processor?: unknown };
  model: "BPE" | (string & {});
  /** The same tokenizer with other added tokens: everything else is encoded alike. */
  withAdded(tokens: readonly AddedToken[]): PreTrainedTokenizer;
}

export interface TokenizerFolder extends PublishedTokenizer {
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

type Parts = Pick<Opened, "full" | "json" | "model" | "spelling" | "withAdded">;

async function openFolder(source: TokenizerSource, config: Json): Promise<Parts> {
  const json = source.json("tokenizer.json") as Json & TokenizerJson;
  checkTokenizerJson(source.fileOf("tokenizer.json"), json);
  const full = await AutoTokenizer.from_pretrained(resolve(source.place), { local_files_only: true });
  const { type } = json.model;
  const Class = full.constructor as new (json: unknown, config: unknown) => PreTrainedTokenizer;
  const model = type === "BPE" ? { ...json.model, merges: [] } : json.model;
  return {
    ...{ full, json, model: type, spelling: spellingOf(json) },
    withAdded: (added_tokens) => lendMerges(full, new Class({ ...json, model, added_tokens }, config)),
  };
}

function openGguf(tokenizer: GgufTokenizer, config: Json): Parts {
  const { rest: json, model } = tokenizer;
  const withAdded = (added_tokens: readonly AddedToken[]) =>
    openWithModel({ ...json, added_tokens }, config, model);
  const spelling = { spellings: model.tokens, byteLevel: decodesBytes(json.decoder) };
  return { full: withAdded(json.added_tokens as AddedToken[]), json, model: "BPE", spelling, withAdded };
}

async function open(place: string): Promise<Opened> {
  const source = tokenizerSource(place);
  const config = source.json("tokenizer_config.json");
  const template = readChatTemplate(source);
  const parts = await understood(source, async () => {
    const { full, withAdded, ...opened } = await (source.gguf
      ? openGguf(source.gguf(), config)
      : openFolder(source, config));
    // Some settings are looked at only when text goes through them.
    repair(full).decode(full.encode(PROBE));
    return { ...opened, full, withAdded: (tokens: readonly AddedToken[]) => repair(withAdded(tokens)) };
  });
  // The library reads tokenizer_config.json alone.
  parts.full.chat_template = template?.text ?? null;
  const hash = once(() => createHash("sha256").update(source.bytes("tokenizer.json")).digest("hex"));
  return {
    ...parts,
    source,
    template,
    get hash() {
      return hash();
    },
  };
}

/**
 * Opens the tokenizer of a folder (tokenizer.json and tokenizer_config.json) or of a GGUF file, as it is; nothing is fetched.
 * Throws TokenizerError or GgufError.
 */
export const openPublished = (place: string): Promise<PublishedTokenizer> => open(place);

/** Opens a tokenizer both ways. Throws as `openPublished` does. */
export async function openTokenizerFolder(place: string): Promise<TokenizerFolder> {
  const opened = await open(place);
  const { source, full, template, json, model: type } = opened;
  const added = json.added_tokens ?? [];
  const isControl = (token: AddedToken) =>
    token.special || (token.content.trim() !== "" && template?.text.includes(token.content) === true);
  const controls = new Map(added.filter(isControl).map((token) => [token.content, token.id]));
  const plain = await understood(source, async () =>
    opened.withAdded(added.filter((token) => !isControl(token))),
  );

  const post = (json.post_processor as { type: string } | null)?.type;

  return {
    ...{ source, full, template, spelling: opened.spelling, controls },
    get hash() {
      return opened.hash;
    },
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
