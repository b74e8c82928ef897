// How far a cache is from the teacher that made it, measured before anything is trained on it.
import type { Decoder } from "../models/decoder";
import { collate } from "../prompts/batch";
import type { Example } from "../prompts/example";
import type { LogitCache } from "./cache";
import { type CachedRow, TEMPERATURES } from "./cache-row";
import { storeCacheError } from "./cache-summary";
import { withCachedTargets } from "./cached-targets";
import { forEachChunk } from "./scored-logits";

/**
 * Mean KL (nats a token, T = 1) of the teacher's full distribution against the cached one, whose tail mass is spread by
 * the cache's prior, evenly when it has none, over the tokens outside the top k. The teacher runs again over the cached targets of the given items. The
 * result is also kept beside the cache, where `npm run cli -- cache` shows it.
 */
export function cacheError(
  decoder: Decoder,
  examples: readonly Example[],
  cache: LogitCache,
  { padId }: { padId: number },
): number {
  let total = 0;
  let tokens = 0;
  for (const example of withCachedTargets(examples, cache)) {
    const batch = collate([example], padId);
    const row = cache.row(example.id);
    forEachChunk(decoder, batch, cache.header.vocabSize, (logits, start) => {
      const values = logits.dataSync() as Float32Array;
      const vocab = logits.shape[1]!;
      for (let t = 0; t < logits.shape[0]!; t++) {
        total += reconstructionKl(
          values.subarray(t * vocab, (t + 1) * vocab),
          row,
          start + t,
          cache.prior?.logProbability,
        );
        tokens++;
      }
    });
  }
  const kl = total / tokens;
  storeCacheError(cache, { kl, tokens });
  return kl;
}

/** KL of softmax(logits) against position t of a cached row with its tail spread by a prior, else evenly, in float64. */
export function reconstructionKl(
  logits: Float32Array,
  row: CachedRow,
  t: number,
  prior?: Float32Array,
): number {
  const k = row.topIds.length / row.targetIds.length;
  const top = logits.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - top);
  const logSum = top + Math.log(sum);
  const cached = cachedLogProbabilities(row, t);
  let kl = 0;
  let tail = 0;
  /** Σ p (log p - log of the tail's shape), and the sum of the shape. */
  let tailKl = 0;
  let shape = 0;
  let next = t * k;
  for (let id = 0; id < logits.length; id++) {
    const logP = logits[id]! - logSum;
    const p = Math.exp(logP);
    if (next < (t + 1) * k && row.topIds[next] === id) {
      kl += p * (logP - cached.top[next - t * k]!);
      next++;
    } else {
      tail += p;
      const logShape = prior ? prior[id]! : 0;
      tailKl += p * (logP - logShape);
      shape += Math.exp(logShape);
    }
  }
  return kl + tailKl - tail * (cached.tail - Math.log(shape));
}

/** Log-probabilities at T = 1 of position t's top k and of all other tokens together, normalised to 1. */
export function cachedLogProbabilities(row: CachedRow, t: number): { top: Float64Array; tail: number } {
  const k = row.topIds.length / row.targetIds.length;
  const logSum = row.logSumExp[t * TEMPERATURES.length]!;
  const tail = row.logTail[t * TEMPERATURES.length]!;
  const top = Float64Array.from(row.topLogits.subarray(t * k, (t + 1) * k), (logit) => logit - logSum);
  const excess = Math.log(top.reduce((sum, logP) => sum + Math.exp(logP), 0)) - Math.log1p(-Math.exp(tail));
  // The tail is stored to 0.001 nats, the top logits to about 0.01: these take up the difference.
  return { top: top.map((logP) => logP - excess), tail };
}
