// Where @huggingface/transformers 4.3.1 differs from the Python packages in ids or text, its parts are replaced.
import type { PreTrainedTokenizer } from "@huggingface/transformers";
import { charsmapNormalizer } from "./charsmap";

interface Config {
  type?: string;
  precompiled_charsmap?: string;
  pretokenizers?: Config[];
}
interface Part {
  config?: Config;
}
type Normalizer = Part & { normalize(text: string): string; normalizers?: Normalizer[] };
type Decoder = Part & { decoders?: Decoder[]; text_decoder?: { decode(bytes: Uint8Array): string } };
type PreTokenizer = { tokenizers?: PreTokenizer[]; pre_tokenize_text?: (text: string) => string[] };
/** Of a byte-pair model the parts that ids are computed with. */
interface InnerModel {
  tokens_to_ids: ReadonlyMap<string, number>;
  vocab: readonly string[];
  unk_token_id: number | undefined;
  bpe_ranks?: { get(pair: string): number | undefined };
}
interface Inner {
  /** tokenizer.json. */
  tokenizer: { pre_tokenizer?: Config | null };
  normalizer: Normalizer | null;
  pre_tokenizer: PreTokenizer | null;
  decoder: Decoder | null;
  model: InnerModel;
}

/** The library approximates the compiled table by NFKC; this is the table itself. */
function exactNormalizer(normalizer: Normalizer | null): Normalizer | null {
  const table = normalizer?.config?.precompiled_charsmap;
  if (normalizer?.config?.type === "Precompiled" && table) {
    const normalize = charsmapNormalizer(table);
    return Object.assign((text: string) => normalize(text), { normalize, config: normalizer.config });
  }
  if (normalizer?.normalizers) {
    normalizer.normalizers = normalizer.normalizers.map((part) => exactNormalizer(part) as Normalizer);
  }
  return normalizer;
}

/** White space as Unicode and Rust have it: with U+0085, without U+FEFF, unlike JavaScript's \s. */
function exactPreTokenizer(preTokenizer: PreTokenizer | null, config: Config | null): void {
  if (preTokenizer && config?.type === "WhitespaceSplit") {
    preTokenizer.pre_tokenize_text = (text) => text.match(/\P{White_Space}+/gu) ?? [];
  }
  for (const [i, part] of (preTokenizer?.tokenizers ?? []).entries()) {
    exactPreTokenizer(part, config?.pretokenizers?.[i] ?? null);
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
// Bytes that are no text become one U+FFFD each, and U+FEFF is kept: the library drops it and merges the others.
const BYTES_TO_TEXT = {
  decode(bytes: Uint8Array): string {
    try {
      return strict.decode(bytes);
    } catch {
      return "\ufffd".repeat(bytes.length);
    }
  },
};

function exactDecoder(decoder: Decoder | null): void {
  if (decoder?.config?.type === "ByteFallback") decoder.text_decoder = BYTES_TO_TEXT;
  for (const part of decoder?.decoders ?? []) exactDecoder(part);
}

/** The parts of a tokenizer. Throws when the library's inner layout is not the one known. */
export function innerOf(tokenizer: PreTrainedTokenizer): Inner {
  const inner = (tokenizer as unknown as { _tokenizer?: Inner })._tokenizer;
  if (inner === undefined || !("normalizer" in inner) || !("decoder" in inner) || !inner.model?.vocab) {
    throw new Error(
      "@huggingface/transformers has changed inside: library-repairs.ts knows 4.3.1. Install that version, or check the repairs.",
    );
  }
  return inner;
}

/** Replaces those parts in a tokenizer. Throws as `innerOf` does. */
export function repair(tokenizer: PreTrainedTokenizer): PreTrainedTokenizer {
  const inner = innerOf(tokenizer);
  inner.normalizer = exactNormalizer(inner.normalizer);
  exactPreTokenizer(inner.pre_tokenizer, inner.tokenizer.pre_tokenizer ?? null);
  exactDecoder(inner.decoder);
  return tokenizer;
}
