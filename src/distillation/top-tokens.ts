// The teacher's likeliest tokens at one position of a cached row, with their true probabilities.
import type { CachedRow } from "./cache";

/** The `count` likeliest tokens of a position; probabilities use the exact log-sum-exp of the whole vocabulary. */
export function topTokens(
  row: CachedRow,
  topK: number,
  position: number,
  count: number,
): { id: number; probability: number }[] {
  const start = position * topK;
  const logSumExp = row.logSumExp[position * 3]!;
  return Array.from({ length: topK }, (_, i) => ({
    id: row.topIds[start + i]!,
    probability: Math.exp(row.topLogits[start + i]! - logSumExp),
  }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}
