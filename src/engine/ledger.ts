// What the engine holds that tf.memory() does not see: frozen weights below tfjs's own dtype table.

const frozen = { tensors: 0, bytes: 0 };

/** Frozen weights held now and the bytes they take, beside `tf.memory()`. */
export function frozenMemory(): { tensors: number; bytes: number } {
  return { ...frozen };
}

/** Enters a frozen weight in the ledger, or takes it out with `count` -1. */
export function countFrozen(bytes: number, count: 1 | -1): void {
  frozen.tensors += count;
  frozen.bytes += count * bytes;
}
