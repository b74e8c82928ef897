// How the next token is chosen: greedy, or temperature with top-k and top-p from a seeded stream.
import type { Random } from "../base/random";

export interface SamplingOptions {
  temperature: number;
  /** Keep the k likeliest tokens; absent: all. */
  topK?: number;
  /** Keep the smallest set of likeliest tokens whose probability reaches p; absent: all. */
  topP?: number;
}

/** Draws a token from one row of logits. Follows transformers' order of warpers: temperature, top-k, top-p. */
export function sampleToken(
  logits: Float32Array,
  { temperature, topK, topP }: SamplingOptions,
  random: Random,
): number {
  if (!(temperature > 0))
    throw new Error(
      `temperature must be above 0, found ${temperature}. Leave sampling out for greedy decoding.`,
    );
  let order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (topK !== undefined) order = order.slice(0, Math.max(1, topK));
  const top = logits[order[0]!]!;
  const weights = order.map((id) => Math.exp((logits[id]! - top) / temperature));
  let total = weights.reduce((a, b) => a + b, 0);
  if (topP !== undefined) {
    let kept = 0;
    let mass = 0;
    while (kept < weights.length && (kept === 0 || mass < topP * total)) mass += weights[kept++]!;
    total = mass;
    order = order.slice(0, kept);
  }
  let left = random.next() * total;
  for (const [i, id] of order.entries()) {
    left -= weights[i]!;
    if (left < 0) return id;
  }
  return order[order.length - 1]!;
}
