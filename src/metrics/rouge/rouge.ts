// ROUGE as rouge-score 0.1.2 computes it: rougeN, rougeL and rougeLsum over integer token ids.
// Lin, "ROUGE: A package for automatic evaluation of summaries" (2004); google-research rouge_scorer.py.
import type { PRF, RougeType } from "../../results/scores";
import { lcsLength, markLcs } from "./longest-common-subsequence";
import type { TextTokenizer } from "./text-tokenizers";

export const rougeTypes: readonly RougeType[] = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

/** A text in token ids: as a whole, line by line for rougeLsum, and its n-grams as ids of their own. */
export interface EncodedText {
  ids: Int32Array;
  lines: Int32Array[];
  /** Ids of the n-grams; [n] is made on first use. */
  grams: (Int32Array | undefined)[];
}

/** Gives every token an id, so that texts scored together compare numbers instead of strings. */
export class RougeVocabulary {
  private readonly idOf = new Map<string, number>();
  /** Per n: an (n-1)-gram's id and the next token's make the n-gram's id. */
  private readonly gramOf: Map<number, number>[] = [];
  private counts = new Int32Array(1 << 12);
  private readonly encoded = new Map<string, EncodedText>();

  /** `linesOf` cuts a text for rougeLsum; rouge-score's own way is at line ends ("\r" is none), without empty lines. */
  constructor(
    readonly tokenizer: TextTokenizer,
    private readonly linesOf: (text: string) => string[] = (text) =>
      text.split("\n").filter((line) => line.length > 0),
  ) {}

  /** Encodes a text once: systems that are scored one after the other share their references. */
  encode(text: string): EncodedText {
    let found = this.encoded.get(text);
    if (!found) {
      found = this.encodeLines(text);
      this.encoded.set(text, found);
    }
    return found;
  }

  private encodeLines(text: string): EncodedText {
    const ids = this.ids(text);
    const lines = this.linesOf(text);
    const isOneLine = lines.length === 1 && lines[0] === text;
    return { ids, lines: isOneLine ? [ids] : lines.map((line) => this.ids(line)), grams: [] };
  }

  /** The n-grams of an encoded text as ids. */
  grams(text: EncodedText, n: number): Int32Array {
    if (n === 1) return text.ids;
    const known = text.grams[n];
    if (known) return known;
    const shorter = this.grams(text, n - 1);
    this.gramOf[n] ??= new Map();
    const gramOf = this.gramOf[n];
    const grams = new Int32Array(Math.max(0, text.ids.length - n + 1));
    for (let i = 0; i < grams.length; i++) {
      const key = shorter[i]! * 0x2000000 + text.ids[i + n - 1]!;
      let id = gramOf.get(key);
      if (id === undefined) {
        id = gramOf.size;
        gramOf.set(key, id);
      }
      grams[i] = id;
    }
    text.grams[n] = grams;
    return grams;
  }

  /** How many n-grams both texts have, each as often as the text with fewer of it. */
  sharedGrams(a: EncodedText, b: EncodedText, n: number): number {
    const ofA = this.grams(a, n);
    const ofB = this.grams(b, n);
    const ids = n === 1 ? this.idOf.size : this.gramOf[n]!.size;
    if (ids > this.counts.length) this.counts = new Int32Array(2 * ids);
    const { counts } = this;
    for (let i = 0; i < ofA.length; i++) counts[ofA[i]!]!++;
    let shared = 0;
    for (let i = 0; i < ofB.length; i++) {
      if (counts[ofB[i]!]! > 0) {
        shared++;
        counts[ofB[i]!]!--;
      }
    }
    for (let i = 0; i < ofA.length; i++) counts[ofA[i]!] = 0;
    return shared;
  }

  private ids(text: string): Int32Array {
    const tokens = this.tokenizer.tokenize(text);
    const ids = new Int32Array(tokens.length);
    for (let i = 0; i < tokens.length; i++) {
      let id = this.idOf.get(tokens[i]!);
      if (id === undefined) {
        id = this.idOf.size;
        this.idOf.set(tokens[i]!, id);
      }
      ids[i] = id;
    }
    return ids;
  }
}

function prf(hits: number, predicted: number, referenced: number): PRF {
  const precision = hits / Math.max(predicted, 1);
  const recall = hits / Math.max(referenced, 1);
  const f = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, f };
}

function rougeN(
  reference: EncodedText,
  prediction: EncodedText,
  n: number,
  vocabulary: RougeVocabulary,
): PRF {
  const hits = vocabulary.sharedGrams(reference, prediction, n);
  return prf(hits, Math.max(0, prediction.ids.length - n + 1), Math.max(0, reference.ids.length - n + 1));
}

function rougeL(reference: EncodedText, prediction: EncodedText): PRF {
  if (reference.ids.length === 0 || prediction.ids.length === 0) return { precision: 0, recall: 0, f: 0 };
  return prf(lcsLength(reference.ids, prediction.ids), prediction.ids.length, reference.ids.length);
}

function countInto(counts: Map<number, number>, lines: Int32Array[]): number {
  let total = 0;
  for (const line of lines) {
    total += line.length;
    for (const id of line) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return total;
}

function rougeLsum(reference: EncodedText, prediction: EncodedText): PRF {
  // One line against one line: the union is one subsequence, and no counter can run out.
  if (reference.lines.length === 1 && prediction.lines.length === 1) {
    const [ofReference, ofPrediction] = [reference.lines[0]!, prediction.lines[0]!];
    if (ofReference.length === 0 || ofPrediction.length === 0) return { precision: 0, recall: 0, f: 0 };
    return prf(lcsLength(ofReference, ofPrediction), ofPrediction.length, ofReference.length);
  }
  const leftInReference = new Map<number, number>();
  const leftInPrediction = new Map<number, number>();
  const referenced = countInto(leftInReference, reference.lines);
  const predicted = countInto(leftInPrediction, prediction.lines);
  if (referenced === 0 || predicted === 0) return { precision: 0, recall: 0, f: 0 };
  let hits = 0;
  for (const line of reference.lines) {
    const union = new Uint8Array(line.length);
    for (const candidate of prediction.lines) markLcs(line, candidate, union);
    for (let i = 0; i < line.length; i++) {
      const id = line[i]!;
      if (!union[i]) continue;
      const inReference = leftInReference.get(id) ?? 0;
      const inPrediction = leftInPrediction.get(id) ?? 0;
      // A token counts as often as both sides have it (rouge-score follows ROUGE-1.5.5 here, not the paper).
      if (inReference > 0 && inPrediction > 0) {
        hits++;
        leftInReference.set(id, inReference - 1);
        leftInPrediction.set(id, inPrediction - 1);
      }
    }
  }
  return prf(hits, predicted, referenced);
}

/** Scores one encoded prediction; `type` is rouge1 to rouge9, rougeL or rougeLsum. Throws on another name. */
export function rougeOfEncoded(
  reference: EncodedText,
  prediction: EncodedText,
  type: string,
  vocabulary: RougeVocabulary,
): PRF {
  if (type === "rougeL") return rougeL(reference, prediction);
  if (type === "rougeLsum") return rougeLsum(reference, prediction);
  const n = /^rouge([1-9])$/.exec(type)?.[1];
  if (!n) throw new Error(`Unknown ROUGE type "${type}": expected rouge1 to rouge9, rougeL or rougeLsum.`);
  return rougeN(reference, prediction, Number(n), vocabulary);
}

/**
 * Scores one prediction against one reference or several; of several, per type the one with the highest F
 * (the first on a tie).
 */
export function rouge<Type extends string = RougeType>(
  references: string | readonly string[],
  prediction: string,
  tokenizer: TextTokenizer,
  types: readonly Type[] = rougeTypes as readonly string[] as readonly Type[],
): Record<Type, PRF> {
  const vocabulary = new RougeVocabulary(tokenizer);
  const list = typeof references === "string" ? [references] : references;
  if (list.length === 0) throw new Error("rouge: expected at least one reference, found none.");
  const encoded = list.map((reference) => vocabulary.encode(reference));
  const predicted = vocabulary.encode(prediction);
  const scores = {} as Record<Type, PRF>;
  for (const type of types) {
    const candidates = encoded.map((reference) => rougeOfEncoded(reference, predicted, type, vocabulary));
    scores[type] = candidates.reduce((best, score) => (score.f > best.f ? score : best));
  }
  return scores;
}

export interface RougeItems {
  tokenizer: string;
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
  const scores: Record<RougeType, PRF[]> = { rouge1: [], rouge2: [], rougeL: [], rougeLsum: [] };
  const emptyItems: number[] = [];
  predictions.forEach((prediction, item) => {
    const given = references[item]!;
    const encoded = (typeof given === "string" ? [given] : given).map((text) => vocabulary.encode(text));
    if (encoded.length === 0) throw new Error(`rouge: item ${item} has no reference.`);
    const predicted = vocabulary.encode(prediction);
    if (predicted.ids.length === 0 || encoded.every((reference) => reference.ids.length === 0)) {
      emptyItems.push(item);
    }
    for (const type of rougeTypes) {
      let best = rougeOfEncoded(encoded[0]!, predicted, type, vocabulary);
      for (const reference of encoded.slice(1)) {
        const score = rougeOfEncoded(reference, predicted, type, vocabulary);
        if (score.f > best.f) best = score;
      }
      scores[type].push(best);
    }
  });
  return { tokenizer: vocabulary.tokenizer.name, scores, emptyItems };
}

/** How a ROUGE score came about; scores with different signatures do not compare. */
export function rougeSignature(tokenizer: string, linesForLsum: string): string {
  return `rouge-score=0.1.2|tokenizer=${tokenizer}|lsum=${linesForLsum}|score=F mean of items`;
}
