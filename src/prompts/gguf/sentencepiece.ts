// `tokenizer.ggml.model` "llama": SentencePiece's byte-pair pieces, whose scores say what is merged first.
import type { GgufMetadata } from "../../base/gguf/metadata";
import type { PairModel } from "../pair-model";
import { SPACE_BACK, SPACE_MARK } from "../tokenizer-layout";
import { NORMAL, type TokenizerParts, type Vocabulary } from "./vocabulary";

/**
 * The merges that scores stand for: each way to cut a piece into two pieces, the piece of the highest score first, of its cuts
 * the one with the longest left part (transformers' order). No merge makes a control token, so that a text cannot spell one.
 */
function mergesOfScores(
  { tokens, kinds, ids }: Vocabulary,
  scores: readonly number[],
): Pick<PairModel, "rank" | "merges"> {
  const isPiece = (text: string) => kinds[ids.get(text) ?? -1] === NORMAL;
  const pieces = tokens.map((_, id) => id).filter((id) => kinds[id] === NORMAL);
  pieces.sort((a, b) => scores[b]! - scores[a]!);
  /** Where the cuts of a piece begin among those of all. */
  const starts = new Map<string, number>();
  let start = 0;
  for (const id of pieces) {
    starts.set(tokens[id]!, start);
    start += tokens[id]!.length;
  }
  return {
    rank(left, right) {
      const start = starts.get(left + right);
      return start !== undefined && isPiece(left) && isPiece(right) ? start + right.length : undefined;
    },
    merges: () =>
      pieces.flatMap((id) => {
        const piece = tokens[id]!;
        const cuts: [string, string][] = [];
        // A character beyond U+FFFF takes two places, between which nothing is cut.
        for (let at = piece.length - 1; at > 0; at--) {
          if (isLowSurrogate(piece.charCodeAt(at))) continue;
          const [left, right] = [piece.slice(0, at), piece.slice(at)];
          if (isPiece(left) && isPiece(right)) cuts.push([left, right]);
        }
        return cuts;
      }),
  };
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Normaliser, pre-tokenizer and decoder of tokenizer.json, and the model; `unknown` is the id of the unknown token. Throws GgufError. */
export function sentencePieceParts(
  metadata: GgufMetadata,
  vocabulary: Vocabulary,
  unknown: number,
): TokenizerParts {
  const { tokens, ids } = vocabulary;
  const scores = metadata.numbers("tokenizer.ggml.scores");
  if (scores.length !== tokens.length) {
    metadata.fail("tokenizer.ggml.scores", `${tokens.length} scores, one a token, not ${scores.length}`);
  }
  const prefix = metadata.flag("tokenizer.ggml.add_space_prefix", true);
  const decoders = [SPACE_BACK, { type: "ByteFallback" }, { type: "Fuse" }];
  return {
    parts: {
      normalizer: prefix
        ? { type: "Sequence", normalizers: [{ type: "Prepend", prepend: "▁" }, SPACE_MARK] }
        : SPACE_MARK,
      pre_tokenizer: null,
      decoder: {
        type: "Sequence",
        decoders: prefix ? [...decoders, { type: "Strip", content: " ", start: 1, stop: 0 }] : decoders,
      },
    },
    model: {
      settings: { unk_token: tokens[unknown], fuse_unk: true, byte_fallback: ids.has("<0x00>") },
      tokens,
      ids,
      ...mergesOfScores(vocabulary, scores),
    },
  };
}
