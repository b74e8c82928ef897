// `tokenizer.ggml.model` "llama": SentencePiece's byte-pair pieces, whose scores say what is merged first.
import type { GgufMetadata } from "../../base/gguf/metadata";
import { bpe, type Json, SPACE_BACK, SPACE_MARK } from "../tokenizer-layout";
import { NORMAL, type Vocabulary } from "./vocabulary";

/**
 * The merges that scores stand for: each way to cut a piece into two pieces, the piece of the highest score first, of its cuts
 * the one with the longest left part (transformers' order). No merge makes a control token, so that a text cannot spell one.
 */
function mergesOfScores({ tokens, kinds, ids }: Vocabulary, scores: readonly number[]): [string, string][] {
  const isPiece = (text: string) => kinds[ids.get(text) ?? -1] === NORMAL;
  const pieces = tokens.map((_, id) => id).filter((id) => kinds[id] === NORMAL);
  return pieces
    .sort((a, b) => scores[b]! - scores[a]!)
    .flatMap((id) => {
      const piece = tokens[id]!;
      const cuts: [string, string][] = [];
      // A character beyond U+FFFF takes two places, between which nothing is cut.
      for (let at = piece.length - 1; at > 0; at--) {
        if (isLowSurrogate(piece.charCodeAt(at))) continue;
        const [left, right] = [piece.slice(0, at), piece.slice(at)];
        if (isPiece(left) && isPiece(right)) cuts.push([left, right]);
      }
      return cuts;
    });
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Normaliser, model and decoder of tokenizer.json, with the id of the unknown token. Throws GgufError. */
export function sentencePieceParts(metadata: GgufMetadata, vocabulary: Vocabulary, unknown: number): Json {
  const { tokens, ids } = vocabulary;
  const scores = metadata.numbers("tokenizer.ggml.scores");
  if (scores.length !== tokens.length) {
    metadata.fail("tokenizer.ggml.scores", `${tokens.length} scores, one a token, not ${scores.length}`);
  }
  const prefix = metadata.flag("tokenizer.ggml.add_space_prefix", true);
  const decoders = [SPACE_BACK, { type: "ByteFallback" }, { type: "Fuse" }];
  return {
    normalizer: prefix
      ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, SPACE_MARK] }
      : SPACE_MARK,
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: prefix ? [...decoders, { type: "Strip", content: " ", start: 1, stop: 0 }] : decoders,
    },
    model: bpe({
      vocab: Object.fromEntries(ids),
      merges: mergesOfScores(vocabulary, scores),
      unk_token: tokens[unknown],
      fuse_unk: true,
      byte_fallback: ids.has("<0x00>"),
    }),
  };
}
