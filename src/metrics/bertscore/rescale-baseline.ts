// A rescale baseline for BERTScore from one's own texts: what unrelated sentences score. None is published for Korean.
// bert_score's recipe (get_rescale_baseline.py): random pairs of sentences, mean P, R and F for every layer.
import type { Encoder } from "../../models/encoder";
import type { EncoderTokenizer } from "../../prompts/encoder-tokenizer";
import type { PRF } from "../../results/scores";
import { Pcg64 } from "../../statistics/pcg64";
import { meanPRF } from "../../statistics/significance";
import { sentencesOf } from "../rouge/sentences";
import { BertScorer } from "./bert-scorer";

/** bert_score takes sentences of fewer words than this. */
const LONGEST_SENTENCE = 32;

export interface BaselineSettings {
  encoder: Encoder;
  tokenizer: EncoderTokenizer;
  /** Random pairs at most; fewer texts give fewer pairs. */
  pairs?: number;
  seed?: number;
}

/** The different sentences of texts that are short enough, in order. */
export function baselineSentences(texts: readonly string[]): string[] {
  const short = texts
    .flatMap(sentencesOf)
    .filter((sentence) => sentence.split(/\s+/).length < LONGEST_SENTENCE);
  return [...new Set(short)];
}

/** Mean scores of random pairs of different sentences, one row a layer (0 first). Throws on fewer than two sentences. */
export function rescaleBaseline(
  texts: readonly string[],
  { encoder, tokenizer, pairs = 10_000, seed = 42 }: BaselineSettings,
): PRF[] {
  const sentences = baselineSentences(texts);
  if (sentences.length < 2) {
    throw new Error(
      `A baseline needs at least two different sentences of fewer than ${LONGEST_SENTENCE} words, found ${sentences.length}.`,
    );
  }
  const count = Math.min(pairs, sentences.length * 4);
  const draws = new Pcg64(seed).choice(sentences.length, count);
  const shifts = new Pcg64(seed + 1).choice(sentences.length - 1, count);
  const references = [...draws].map((at) => sentences[at]!);
  // A shift of at least one never pairs a sentence with itself.
  const candidates = [...draws].map((at, i) => sentences[(at + 1 + shifts[i]!) % sentences.length]!);
  return Array.from({ length: encoder.layers + 1 }, (_, layer) => {
    const scorer = new BertScorer({ encoder, tokenizer, layer });
    return meanPRF(scorer.score(scorer.references(references), candidates).items);
  });
}

/** bert_score's baseline file. */
export function baselineFile(rows: readonly PRF[]): string {
  const lines = rows.map(({ precision, recall, f }, layer) =>
    [layer, ...[precision, recall, f].map((value) => value.toFixed(6))].join(),
  );
  return ["LAYER,P,R,F", ...lines, ""].join("\n");
}
