// BERTScore's arithmetic over given token states: greedy matching, idf, several references, rescaling, hash string.
// Zhang et al., "BERTScore" (2020); bert_score 0.3.12 utils.py. No padding anywhere: what bert_score gives at batch size 1.
import { decodeText } from "../../corpus/files/decode";
import { readDelimited } from "../../corpus/files/delimited";
import { DataFileError } from "../../corpus/files/problem";
import { readBytes } from "../../corpus/files/rows";
import type { PRF } from "../../results/scores";

/** A text in an encoder's tokens. */
export interface TokenStates {
  ids: readonly number[];
  /** [tokens, hidden], row-major, every row of length 1. */
  unit: Float32Array;
}

/** How much a token id weighs. */
export type TokenWeight = (id: number) => number;

/** Pairs ids with their [tokens, hidden] states, each scaled to length 1. Throws where they do not fit. */
export function tokenStates(ids: readonly number[], states: Float32Array): TokenStates {
  const hidden = states.length / ids.length;
  if (ids.length === 0 || !Number.isInteger(hidden)) {
    throw new Error(`BERTScore: ${states.length} state values do not fit ${ids.length} tokens.`);
  }
  const unit = new Float32Array(states.length);
  for (let from = 0; from < states.length; from += hidden) {
    let squares = 0;
    for (let i = from; i < from + hidden; i++) squares += states[i]! * states[i]!;
    const scale = 1 / Math.sqrt(squares);
    for (let i = from; i < from + hidden; i++) unit[i] = states[i]! * scale;
  }
  return { ids, unit };
}

/** The best cosine of every row of `a` in `b` and of every row of `b` in `a`. */
function bestMatches(a: TokenStates, b: TokenStates): [Float64Array, Float64Array] {
  const rows = a.ids.length;
  const columns = b.ids.length;
  const hidden = a.unit.length / rows;
  if (b.unit.length / columns !== hidden) {
    throw new Error(
      `BERTScore: states of ${hidden} and of ${b.unit.length / columns} values do not compare.`,
    );
  }
  const x = a.unit;
  const y = b.unit;
  const ofA = new Float64Array(rows).fill(Number.NEGATIVE_INFINITY);
  const ofB = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  const see = (i: number, j: number, cosine: number) => {
    if (cosine > ofA[i]!) ofA[i] = cosine;
    if (cosine > ofB[j]!) ofB[j] = cosine;
  };
  // Loops, not the engine: at 80 x 60 tokens of 768 states a product costs 4 ms, for small encoders far less than an op
  // and its transfer, and it never waits for a busy thread pool. Two rows by two columns, so each value read serves twice.
  for (let i = 0; i < rows; i += 2) {
    const i1 = Math.min(i + 1, rows - 1);
    for (let j = 0; j < columns; j += 2) {
      const j1 = Math.min(j + 1, columns - 1);
      let p00 = 0;
      let p01 = 0;
      let p10 = 0;
      let p11 = 0;
      const [x0, x1, y0, y1] = [i * hidden, i1 * hidden, j * hidden, j1 * hidden];
      for (let h = 0; h < hidden; h++) {
        const u = x[x0 + h]!;
        const v = x[x1 + h]!;
        const s = y[y0 + h]!;
        const t = y[y1 + h]!;
        p00 += u * s;
        p01 += u * t;
        p10 += v * s;
        p11 += v * t;
      }
      see(i, j, p00);
      see(i, j1, p01);
      see(i1, j, p10);
      see(i1, j1, p11);
    }
  }
  return [ofA, ofB];
}

function weightedMean(ids: readonly number[], values: Float64Array, weight: TokenWeight): number {
  let sum = 0;
  let total = 0;
  ids.forEach((id, i) => {
    const w = weight(id);
    sum += w * values[i]!;
    total += w;
  });
  return sum / total;
}

/**
 * Greedy matching of one candidate with one reference. Special tokens weigh nothing but can be matched; a side of special
 * tokens only scores 0. Where all weights of a side are 0 (idf of a single reference) its column is NaN, and F is 0.
 */
export function greedyMatch(candidate: TokenStates, reference: TokenStates, weight: TokenWeight): PRF {
  // bert_score takes any text of two tokens for an empty one: [CLS] [SEP].
  if (candidate.ids.length <= 2 || reference.ids.length <= 2) return { precision: 0, recall: 0, f: 0 };
  const [ofCandidate, ofReference] = bestMatches(candidate, reference);
  const precision = weightedMean(candidate.ids, ofCandidate, weight);
  const recall = weightedMean(reference.ids, ofReference, weight);
  const f = (2 * precision * recall) / (precision + recall);
  return { precision, recall, f: Number.isNaN(f) ? 0 : f };
}

/** Against several references: the largest P, R and F, each for itself, so F need not belong to P and R. */
export function greedyMatchBest(
  candidate: TokenStates,
  references: readonly TokenStates[],
  weight: TokenWeight,
): PRF {
  const scores = references.map((reference) => greedyMatch(candidate, reference, weight));
  return {
    precision: Math.max(...scores.map((s) => s.precision)),
    recall: Math.max(...scores.map((s) => s.recall)),
    f: Math.max(...scores.map((s) => s.f)),
  };
}

/** Every token weighs 1, special tokens 0. */
export function plainWeight(special: ReadonlySet<number>): TokenWeight {
  return (id) => (special.has(id) ? 0 : 1);
}

/** Inverse document frequency over the references: log((N + 1) / (df + 1)). */
export function idfWeight(references: readonly (readonly number[])[]): TokenWeight {
  const frequency = new Map<number, number>();
  for (const ids of references) {
    for (const id of new Set(ids)) frequency.set(id, (frequency.get(id) ?? 0) + 1);
  }
  return (id) => Math.log((references.length + 1) / ((frequency.get(id) ?? 0) + 1));
}

/** Rescales by a baseline: (score - baseline) / (1 - baseline), column by column. */
export function rescale(score: PRF, baseline: PRF): PRF {
  const column = (key: keyof PRF) => (score[key] - baseline[key]) / (1 - baseline[key]);
  return { precision: column("precision"), recall: column("recall"), f: column("f") };
}

/** The row of a layer in bert_score's baseline file (`LAYER,P,R,F`, whatever its ending). Throws where it is missing. */
export function readBaseline(path: string, layer: number): PRF {
  const { rows, problems } = readDelimited(path, decodeText(path, readBytes(path)).text, ",");
  if (problems.length > 0) throw new DataFileError(problems);
  const row = rows.find(({ fields }) => fields.LAYER === String(layer));
  const [precision, recall, f] = ["P", "R", "F"].map((name) => Number(row?.fields[name] || Number.NaN));
  if ([precision, recall, f].every((value) => Number.isFinite(value) && value !== 1))
    return { precision: precision!, recall: recall!, f: f! };
  throw new Error(
    `${path}: expected a line "${layer},P,R,F" under the headings LAYER,P,R,F for layer ${layer}, found none. Compute one for it.`,
  );
}

export interface BertScoreSetting {
  model: string;
  layer: number;
  idf: boolean;
  rescaled: boolean;
  /** What ran the encoder, e.g. "tfjs=4.22.0"; bert_score itself writes "hug_trans=5.23.0". */
  engine: string;
}

/** bert_score's hash string: scores with different strings do not compare. */
export function bertscoreHash({ model, layer, idf, rescaled, engine }: BertScoreSetting): string {
  const end = rescaled ? "-custom-rescaled" : "";
  return `${model}_L${layer}_${idf ? "idf" : "no-idf"}_version=0.3.12(${engine})${end}`;
}
