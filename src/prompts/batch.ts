// Batches: padded ids and, for training and for teacher logits alike, the one place that aligns positions with labels.
import type { Example } from "./example";

export interface Batch {
  /** [rows, length], row by row, padded on the right. */
  ids: Int32Array;
  rows: number;
  length: number;
  /** Flat index row*length+t of every scored position, row by row. */
  positions: Int32Array;
  /** The token after each scored position: what the logits there are scored against. */
  targets: Int32Array;
  exampleIds: string[];
  /** Scored tokens per row. */
  counts: number[];
}

/**
 * Joins examples into one batch. Position t is scored against the id at t+1, from the last prompt token (which predicts
 * the first target token) to the token before the end of turn; the rest of the prompt and the padding are never scored.
 * Throws on an empty batch and on an example without prompt or target.
 */
export function collate(examples: readonly Example[], padId: number): Batch {
  if (examples.length === 0) throw new Error("collate: a batch needs at least one example, found none.");
  const length = Math.max(...examples.map((e) => e.promptIds.length + e.targetIds.length));
  const ids = new Int32Array(examples.length * length).fill(padId);
  const scored = examples.reduce((sum, example) => sum + example.targetIds.length, 0);
  const positions = new Int32Array(scored);
  const targets = new Int32Array(scored);
  let next = 0;
  for (const [row, { id, promptIds, targetIds }] of examples.entries()) {
    if (promptIds.length === 0 || targetIds.length === 0) {
      throw new Error(
        `collate: example ${id} has ${promptIds.length} prompt and ${targetIds.length} target ids, each needs at least one.`,
      );
    }
    const start = row * length;
    ids.set(promptIds, start);
    ids.set(targetIds, start + promptIds.length);
    for (const [k, target] of targetIds.entries()) {
      positions[next] = start + promptIds.length - 1 + k;
      targets[next] = target;
      next += 1;
    }
  }
  return {
    ids,
    rows: examples.length,
    length,
    positions,
    targets,
    exampleIds: examples.map((example) => example.id),
    counts: examples.map((example) => example.targetIds.length),
  };
}
