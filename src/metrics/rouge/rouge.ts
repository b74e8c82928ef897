// ROUGE as rouge-score 0.1.2 computes it: rougeN, rougeL and rougeLsum.
// Lin, "ROUGE: A package for automatic evaluation of summaries" (2004); google-research rouge_scorer.py.
import type { PRF, RougeType } from "../../results/scores";
import { lcsLength, markLcs } from "./longest-common-subsequence";
import type { RougeTokenizer } from "./tokenizers";
import { type EncodedText, RougeVocabulary } from "./vocabulary";

export const rougeTypes: readonly RougeType[] = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

function prf(hits: number, predicted: number, referenced: number): PRF {
  const precision = hits / Math.max(predicted, 1);
  const recall = hits / Math.max(referenced, 1);
  const f = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, f };
}

/** The n-grams that both texts have, each as often as the text with fewer of it. */
function rougeN(
  reference: EncodedText,
  prediction: EncodedText,
  n: number,
  vocabulary: RougeVocabulary,
): PRF {
  const [ofReference, ofPrediction] = [vocabulary.grams(reference, n), vocabulary.grams(prediction, n)];
  return prf(vocabulary.overlap(ofReference, ofPrediction, n), ofPrediction.length, ofReference.length);
}

/** The longest common subsequence. */
function rougeL(reference: Int32Array, prediction: Int32Array): PRF {
  if (reference.length === 0 || prediction.length === 0) return prf(0, 0, 0);
  return prf(lcsLength(reference, prediction), prediction.length, reference.length);
}

/** The union of the longest common subsequences that each line of the reference has with the lines of the prediction. */
function rougeLsum(reference: EncodedText, prediction: EncodedText, vocabulary: RougeVocabulary): PRF {
  // One line against one line: the union is one subsequence.
  if (reference.lines.length === 1 && prediction.lines.length === 1) {
    return rougeL(reference.lines[0]!, prediction.lines[0]!);
  }
  const predicted = joined(prediction.lines);
  const union = joined(
    reference.lines.map((line) => {
      const marked = new Uint8Array(line.length);
      for (const candidate of prediction.lines) markLcs(line, candidate, marked);
      return line.filter((_, i) => marked[i]);
    }),
  );
  // A token counts as often as both sides have it (rouge-score follows ROUGE-1.5.5 here, not the paper).
  const hits = vocabulary.overlap(union, predicted);
  return prf(hits, predicted.length, joined(reference.lines).length);
}

function joined(lines: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(lines.reduce((sum, line) => sum + line.length, 0));
  let at = 0;
  for (const line of lines) {
    all.set(line, at);
    at += line.length;
  }
  return all;
}

/** One encoded prediction; `type` is rouge1 to rouge9, rougeL or rougeLsum. Throws on another name. */
function scoreOf(
  reference: EncodedText,
  prediction: EncodedText,
  type: string,
  vocabulary: RougeVocabulary,
): PRF {
  if (type === "rougeL") return rougeL(reference.ids, prediction.ids);
  if (type === "rougeLsum") return rougeLsum(reference, prediction, vocabulary);
  const n = /^rouge([1-9])$/.exec(type)?.[1];
  if (!n) throw new Error(`Unknown ROUGE type "${type}": expected rouge1 to rouge9, rougeL or rougeLsum.`);
  return rougeN(reference, prediction, Number(n), vocabulary);
}

/** Of several references, per type the one with the highest F, the first on a tie. */
function best<Type extends string>(
  references: readonly EncodedText[],
  prediction: EncodedText,
  types: readonly Type[],
  vocabulary: RougeVocabulary,
): Record<Type, PRF> {
  const scores = {} as Record<Type, PRF>;
  for (const type of types) {
    scores[type] = references
      .map((reference) => scoreOf(reference, prediction, type, vocabulary))
      .reduce((highest, score) => (score.f > highest.f ? score : highest));
  }
  return scores;
}

/** Scores one prediction against one reference or several. Throws where there is none. */
export function rouge<Type extends string = RougeType>(
  references: string | readonly string[],
  prediction: string,
  tokenizer: RougeTokenizer,
  types: readonly Type[] = rougeTypes as readonly string[] as readonly Type[],
): Record<Type, PRF> {
  const vocabulary = new RougeVocabulary(tokenizer);
  const list = typeof references === "string" ? [references] : references;
  if (list.length === 0) throw new Error("rouge: expected at least one reference, found none.");
  const encoded = list.map((reference) => vocabulary.encode(reference));
  return best(encoded, vocabulary.encode(prediction), types, vocabulary);
}

export interface RougeItems {
  /** Per type, one score an item, in order. */
  scores: Record<RougeType, PRF[]>;
  /** Indices of items where reference or prediction has no token left: their score of 0 says nothing about the text. */
  emptyItems: number[];
}

/** Scores item by item; `references[i]` is one text or several. Throws on unequal counts. */
export function rougeItems(
  references: readonly (string | readonly string[])[],
  predictions: readonly string[],
  vocabulary: RougeVocabulary,
): RougeItems {
  if (references.length !== predictions.length) {
    throw new Error(
      `rouge: expected as many predictions as references, found ${predictions.length} and ${references.length}.`,
    );
  }
  const scores: RougeItems["scores"] = { rouge1: [], rouge2: [], rougeL: [], rougeLsum: [] };
  const emptyItems: number[] = [];
  predictions.forEach((text, item) => {
    const given = references[item]!;
    const encoded = (typeof given === "string" ? [given] : given).map((one) => vocabulary.encode(one));
    if (encoded.length === 0) throw new Error(`rouge: item ${item} has no reference.`);
    const prediction = vocabulary.encode(text);
    if (prediction.ids.length === 0 || encoded.every(({ ids }) => ids.length === 0)) emptyItems.push(item);
    const ofItem = best(encoded, prediction, rougeTypes, vocabulary);
    for (const type of rougeTypes) scores[type].push(ofItem[type]);
  });
  return { scores, emptyItems };
}
