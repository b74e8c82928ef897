// Shards of a stage: whole batches of the length-sorted list, so that each is computed exactly as in the undivided run.

/** One of `count` parts of a stage, counted from 1. */
export interface Shard {
  index: number;
  count: number;
}

/** A shard written "2/4". Throws when it is not one. */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (!index || !count || index > count) {
    throw new Error(`A shard is written I/N with I from 1 to N, such as 2/4; found ${JSON.stringify(text)}.`);
  }
  return { index, count };
}

/** All shards of a stage that is divided into `count`. */
export const shardsOf = (count: number): Shard[] =>
  Array.from({ length: count }, (_, i) => ({ index: i + 1, count }));

/**
 * The items of a shard: every count-th batch of the list sorted by length. Capture and generation sort and cut the
 * result into the same batches again; one shard of one is the whole list in the order of the undivided run.
 */
export function itemsOfShard<T>(
  items: readonly T[],
  lengthOf: (item: T) => number,
  batchSize: number,
  shard: Shard,
): T[] {
  const sorted = [...items].sort((a, b) => lengthOf(a) - lengthOf(b));
  return sorted.filter((_, i) => Math.floor(i / batchSize) % shard.count === shard.index - 1);
}
