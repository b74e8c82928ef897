// A tokenizer with fewer tokens: those that texts need, and whatever lets any other text still be spelt, by smaller pieces.
import { fromByteLetters } from "./byte-letters";
import { spellingOf } from "./spelling";
import { TokenizerError } from "./tokenizer-json";
import type { Json } from "./tokenizer-layout";
import type { TokenizerSource } from "./tokenizer-source";

interface AddedToken {
  id: number;
  content: string;
  special?: boolean;
}

interface ModelJson {
  type: string;
  vocab: Record<string, number> | [string, number][];
  merges?: (string | [string, string])[];
  unk_id?: number | null;
  byte_fallback?: boolean;
  continuing_subword_prefix?: string | null;
  end_of_word_suffix?: string | null;
}

interface TokenizerJson extends Json {
  added_tokens?: AddedToken[];
  model: ModelJson;
}

export interface TrimmedTokenizer {
  /** Contents by file name. */
  files: Record<string, Json>;
  /** Old id of each new one, ascending. */
  kept: number[];
}

/** Alphabets of which all letters are kept where the texts use one; Chinese characters are too many for that. */
const ALPHABETS = [
  "Hangul",
  "Latin",
  "Cyrillic",
  "Greek",
  "Hiragana",
  "Katakana",
  "Arabic",
  "Hebrew",
  "Thai",
  "Devanagari",
].map((name) => new RegExp(`^\\p{Script=${name}}$`, "u"));
/** Places that vendors left free: they are no tokens of anything. */
const SPARE = /unused|reserved/i;
const BYTE = /^<0x[0-9A-F]{2}>$/;
const NAMED = /_token$/;

/** Ids that make up at least `share` of all ids of the texts; with 0 every one that occurs. */
export function usedTokens(texts: Iterable<readonly number[]>, share: number): Set<number> {
  const counts = new Map<number, number>();
  let total = 0;
  for (const ids of texts) {
    total += ids.length;
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= share * total).map(([id]) => id));
}

const pairOf = (merge: string | [string, string]): [string, string] =>
  typeof merge === "string" ? (merge.split(" ") as [string, string]) : merge;

/** Every piece that merging makes on the way to a token, its characters and itself among them. */
function piecesOf(token: string, ranks: ReadonlyMap<string, number>): string[] {
  const symbols = [...token];
  const pieces = [...symbols, token];
  for (;;) {
    let at = -1;
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const rank = ranks.get(`${symbols[i]} ${symbols[i + 1]}`);
      if (rank !== undefined && rank < best) [at, best] = [i, rank];
    }
    if (at < 0) return pieces;
    symbols.splice(at, 2, symbols[at]! + symbols[at + 1]!);
    pieces.push(symbols[at]!);
  }
}

/** The ids to keep: `needed`, and all that the files name, that spells bytes or letters, and that merging passes through. */
function keptIds(source: TokenizerSource, json: TokenizerJson, needed: ReadonlySet<number>): number[] {
  const { model, added_tokens: added = [] } = json;
  const { spellings, byteLevel } = spellingOf(json);
  const ids = new Map(spellings.map((token, id) => [token, id]));
  const keep = new Set([...needed].filter((id) => spellings[id] !== undefined));
  const config = source.json("tokenizer_config.json");
  const named = JSON.stringify([
    Object.entries(config).filter(([name]) => NAMED.test(name)),
    config.chat_template ?? null,
    json.post_processor ?? null,
    json.padding ?? null,
    Object.entries(model).filter(([name]) => NAMED.test(name)),
  ]);
  for (const { id, content, special } of added) {
    const quoted = JSON.stringify(content).slice(1, -1);
    if ((special && !SPARE.test(content)) || named.includes(quoted)) keep.add(id);
  }
  if (typeof model.unk_id === "number") keep.add(model.unk_id);

  const textOf = (token: string) => (byteLevel ? (fromByteLetters(token)?.toString("utf8") ?? token) : token);
  const alphabets = ALPHABETS.filter((alphabet) =>
    [...keep].some((id) => [...textOf(spellings[id]!)].some((character) => alphabet.test(character))),
  );
  const addedTokens = new Set(added.map(({ content }) => content));
  const isBasic = (token: string): boolean => {
    // Of a byte-level vocabulary the single letters are its bytes.
    // The mark of a space, spelt in bytes, would not be read back as a space.
    if (model.byte_fallback && !byteLevel) return BYTE.test(token) || token === "▁";
    const characters = [...token];
    // Without bytes a character may stand in longer tokens alone.
    if (characters.length === 1) return true;
    return !byteLevel && !addedTokens.has(token) && characters.some((each) => !ids.has(each));
  };
  for (const [token, id] of ids) {
    const text = textOf(token);
    if (isBasic(token) || alphabets.some((alphabet) => alphabet.test(text))) keep.add(id);
  }
  if (model.merges) {
    const ranks = new Map(model.merges.map((merge, rank) => [pairOf(merge).join(" "), rank]));
    const specials = new Set(added.map(({ id }) => id));
    for (const id of [...keep]) {
      if (specials.has(id) || BYTE.test(spellings[id]!)) continue;
      for (const piece of piecesOf(spellings[id]!, ranks)) if (ids.has(piece)) keep.add(ids.get(piece)!);
    }
  }
  return [...keep].sort((a, b) => a - b);
}

/** A post-processor, or a sequence of them, with new ids. */
function renumberedProcessor(processor: Json, renumber: (id: number) => number): Json {
  const { special_tokens: specials, processors } = processor as {
    special_tokens?: Record<string, { ids: number[] }>;
    processors?: Json[];
  };
  const pairs = ["sep", "cls"].flatMap((name) => {
    const pair = processor[name] as [string, number] | undefined;
    return pair ? [[name, [pair[0], renumber(pair[1])]] as const] : [];
  });
  return {
    ...processor,
    ...Object.fromEntries(pairs),
    ...(processors && { processors: processors.map((each) => renumberedProcessor(each, renumber)) }),
    ...(specials && {
      special_tokens: Object.fromEntries(
        Object.entries(specials).map(([name, token]) => [name, { ...token, ids: token.ids.map(renumber) }]),
      ),
    }),
  };
}

/**
 * The tokenizer of `source` with the tokens `needed` and those that any text can be spelt by: bytes, named and special tokens, all
 * letters of the alphabets in use, all that merging passes through (BPE), every single character where there are no bytes.
 * Texts of needed tokens keep their tokens: left-out merges make none of these, and the order of the others stays.
 * Throws TokenizerError for another kind than BPE or Unigram.
 */
export function trimTokenizer(source: TokenizerSource, needed: ReadonlySet<number>): TrimmedTokenizer {
  const json = source.json<TokenizerJson>("tokenizer.json");
  const { model, added_tokens: added = [] } = json;
  const affixes = model.continuing_subword_prefix || model.end_of_word_suffix;
  if ((model.type !== "BPE" && model.type !== "Unigram") || affixes) {
    const found = affixes ? `${model.type} whose pieces carry "${affixes}"` : model.type;
    throw new TokenizerError(
      `${source.fileOf("tokenizer.json")}: model.type: expected BPE or Unigram to leave tokens out of, found ${found}.`,
    );
  }
  const kept = keptIds(source, json, needed);
  const news = new Map(kept.map((old, id) => [old, id]));
  const renumber = (id: number): number => news.get(id)!;
  const dropped = new Set(added.filter(({ id }) => !news.has(id)).map(({ content }) => content));

  const vocab = Array.isArray(model.vocab)
    ? model.vocab.filter((_, id) => news.has(id))
    : Object.fromEntries(
        Object.entries(model.vocab).flatMap(([token, id]) => (news.has(id) ? [[token, renumber(id)]] : [])),
      );
  const known = Array.isArray(vocab) ? undefined : new Map(Object.entries(vocab));
  const merges = model.merges?.filter((merge) => {
    const [left, right] = pairOf(merge);
    return [left, right, left + right].every((token) => known!.has(token));
  });
  const { padding, post_processor: processor } = json as { padding?: Json; post_processor?: Json };
  const files: Record<string, Json> = {
    "tokenizer.json": {
      ...json,
      added_tokens: added
        .filter(({ id }) => news.has(id))
        .map((token) => ({ ...token, id: renumber(token.id) })),
      ...(padding && { padding: { ...padding, pad_id: renumber(padding.pad_id as number) } }),
      ...(processor && { post_processor: renumberedProcessor(processor, renumber) }),
      model: {
        ...model,
        vocab,
        ...(merges && { merges }),
        ...(typeof model.unk_id === "number" && { unk_id: renumber(model.unk_id) }),
      },
    },
  };
  const withoutDropped = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.filter((each) => !dropped.has(typeof each === "string" ? each : each?.content))
      : value;
  for (const name of ["tokenizer_config.json", "special_tokens_map.json"]) {
    if (!source.has(name)) continue;
    const { added_tokens_decoder: decoder, ...rest } = source.json(name) as {
      added_tokens_decoder?: Record<string, Json>;
    };
    files[name] = {
      ...Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, withoutDropped(value)])),
      ...(decoder && {
        added_tokens_decoder: Object.fromEntries(
          Object.entries(decoder).flatMap(([id, token]) =>
            news.has(Number(id)) ? [[renumber(Number(id)), token]] : [],
          ),
        ),
      }),
    };
  }
  if (source.has("added_tokens.json")) {
    files["added_tokens.json"] = Object.fromEntries(
      Object.entries(source.json<Record<string, number>>("added_tokens.json")).flatMap(([token, id]) =>
        news.has(id) ? [[token, renumber(id)]] : [],
      ),
    );
  }
  return { files, kept };
}
