// Which scheme each part of a decoder gets: the divergence that each brings is measured, and the cheapest mix within a size is chosen.
// Measured part by part and added up, as in mixed-precision post-training quantisation (Dong et al. 2019, arXiv 1905.03696).
import { exp, logSoftmax, mul, sub, sumAll } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import type { Decoder } from "../models/decoder";
import { disposePacked, matricesOf, planBytes, type QuantizationPlan, quantizedDecoder } from "./decoder";
import type { Scheme } from "./scheme";

/** Token ids of one calibration text; the divergence is measured where the next token belongs to the answer. */
export interface CalibrationText {
  ids: readonly number[];
  /** Predictions from this position on are compared; the one after the last token is not. */
  from: number;
}

/** A part that gets one scheme: the embedding, the head, or one layer's attention or feed-forward matrices. */
export interface Part {
  name: string;
  matrices: string[];
}

/** What one scheme does to one part while all others stay as they are. */
export interface Candidate {
  part: string;
  scheme: Scheme;
  bytes: number;
  /** Mean over predictions of KL(unquantised || quantised), in nats. */
  kl: number;
}

/** The parts of a decoder in the order of its layers. */
export function partsOf(decoder: Decoder): Part[] {
  const parts = new Map<string, string[]>();
  for (const matrix of matricesOf(decoder)) {
    const [, layer] = /^model\.layers\.(\d+\.(?:self_attn|mlp))\./.exec(matrix) ?? [];
    const name = layer ?? matrix.replace(/^model\./, "").replace(/\.weight$/, "");
    parts.set(name, [...(parts.get(name) ?? []), matrix]);
  }
  return [...parts].map(([name, matrices]) => ({ name, matrices }));
}

/** Log-probabilities [predictions, vocab] where the answer of a text is predicted. */
function answerScores(decoder: Decoder, { ids, from }: CalibrationText): Tensor {
  const count = ids.length - 1 - from;
  if (count < 1)
    throw new Error(`A calibration text of ${ids.length} tokens has no prediction after ${from}.`);
  return tf.tidy(() => {
    const hidden = decoder.hidden(Int32Array.from(ids), 1);
    return logSoftmax(decoder.logits(tf.slice(hidden, [from, 0], [count, -1])));
  });
}

/** Runs `use` with a function that gives the mean KL(reference || other) over the predictions of the texts, in nats. */
export function withDivergence<T>(
  reference: Decoder,
  texts: readonly CalibrationText[],
  use: (divergence: (other: Decoder) => number) => T,
): T {
  const expected: Tensor[] = [];
  try {
    for (const text of texts) expected.push(tf.keep(answerScores(reference, text)));
    const predictions = expected.reduce((sum, scores) => sum + scores.shape[0]!, 0);
    return use((other) => {
      const sums = texts.map((text, i) =>
        tf.tidy(() => {
          const p = expected[i]!;
          return (sumAll(mul(exp(p), sub(p, answerScores(other, text)))).dataSync() as Float32Array)[0]!;
        }),
      );
      return sums.reduce((a, b) => a + b, 0) / predictions;
    });
  } finally {
    tf.dispose(expected);
  }
}

/** Mean KL(unquantised || quantised) of a decoder under a plan over the predictions of the texts, in nats. */
export function planDivergence(
  decoder: Decoder,
  plan: QuantizationPlan,
  divergence: (other: Decoder) => number,
): number {
  const rounded = quantizedDecoder(decoder, plan);
  try {
    return divergence(rounded);
  } finally {
    disposePacked(rounded);
  }
}

/** Measures every scheme on every part alone. `onProgress` hears how many are measured. */
export function measureCandidates(
  decoder: Decoder,
  divergence: (other: Decoder) => number,
  schemes: readonly Scheme[],
  onProgress?: (done: number) => void,
): Candidate[] {
  const parts = partsOf(decoder);
  const measured: Candidate[] = [];
  for (const { name, matrices } of parts) {
    for (const scheme of schemes) {
      const plan: QuantizationPlan = new Map(matrices.map((matrix) => [matrix, scheme]));
      const kl = planDivergence(decoder, plan, divergence);
      measured.push({ part: name, scheme, bytes: planBytes(decoder, plan, 0), kl });
      onProgress?.(measured.length);
    }
  }
  return measured;
}

interface Mix {
  bytes: number;
  kl: number;
  chosen: Candidate[];
}

/**
 * One candidate a part, the sum of their divergences as low as their bytes within `budget` allow: exact, by the
 * combinations that no smaller one beats (Nemhauser and Ullmann 1969). Throws when even the smallest do not fit.
 */
export function chooseWithin(candidates: readonly Candidate[], budget: number): Candidate[] {
  const parts = [...new Set(candidates.map(({ part }) => part))];
  let front: Mix[] = [{ bytes: 0, kl: 0, chosen: [] }];
  let least = 0;
  for (const part of parts) {
    const own = candidates.filter((candidate) => candidate.part === part);
    least += Math.min(...own.map(({ bytes }) => bytes));
    const mixes = front.flatMap((mix) =>
      own.map((candidate) => ({
        bytes: mix.bytes + candidate.bytes,
        kl: mix.kl + candidate.kl,
        chosen: [...mix.chosen, candidate],
      })),
    );
    mixes.sort((a, b) => a.bytes - b.bytes || a.kl - b.kl);
    front = [];
    for (const mix of mixes) {
      const best = front[front.length - 1];
      if (mix.bytes <= budget && (!best || mix.kl < best.kl)) front.push(mix);
    }
  }
  const best = front[front.length - 1];
  if (!best)
    throw new Error(
      `The smallest choice takes ${least} bytes, more than the ${budget} allowed: raise the budget.`,
    );
  return best.chosen;
}

/** The plan that a choice of candidates means. */
export function planOf(decoder: Decoder, chosen: readonly Candidate[]): QuantizationPlan {
  const schemes = new Map(chosen.map(({ part, scheme }) => [part, scheme]));
  return new Map(
    partsOf(decoder).flatMap(({ name, matrices }) =>
      matrices.map((matrix) => [matrix, schemes.get(name)!] as const),
    ),
  );
}
