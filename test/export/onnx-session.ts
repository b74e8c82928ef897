// Runs an exported decoder with ONNX Runtime alone: one forward pass, and greedy decoding with the cache fed back.
import { type InferenceSession, Tensor } from "onnxruntime-node";
import type { DecoderConfig } from "../../src/models/config";

export const int64 = (rows: readonly (readonly number[])[]) =>
  new Tensor("int64", BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]!.length]);

/** Running count of real tokens, 0 at padding, as transformers' generation has it. */
const positionsOf = (mask: readonly (readonly number[])[]) =>
  mask.map((row) => {
    let count = 0;
    return row.map((real) => (real === 1 ? count++ : 0));
  });

export type Cache = Record<string, Tensor>;

export function emptyCache(config: DecoderConfig, batch: number): Cache {
  const cache: Cache = {};
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    for (const part of ["key", "value"]) {
      const size = [batch, config.numKeyValueHeads, 0, config.headDim];
      cache[`past_key_values.${layer}.${part}`] = new Tensor("float32", new Float32Array(0), size);
    }
  }
  return cache;
}

/** Logits [batch · time, vocab] of `ids`, the last columns of `mask`, and the cache after them. */
export async function forward(
  session: InferenceSession,
  ids: readonly (readonly number[])[],
  mask: readonly (readonly number[])[],
  cache: Cache,
): Promise<{ logits: Float32Array; cache: Cache }> {
  const time = ids[0]!.length;
  const outputs = await session.run({
    input_ids: int64(ids),
    attention_mask: int64(mask),
    position_ids: int64(positionsOf(mask).map((row) => row.slice(row.length - time))),
    ...cache,
  });
  const next = Object.entries(outputs).filter(([name]) => name.startsWith("present."));
  return {
    logits: outputs.logits!.data as Float32Array,
    cache: Object.fromEntries(
      next.map(([name, value]) => [name.replace("present", "past_key_values"), value as Tensor]),
    ),
  };
}

/** The greedy continuation of padded rows, `steps` tokens each, with no regard to stop tokens. */
export async function greedy(
  session: InferenceSession,
  config: DecoderConfig,
  ids: readonly (readonly number[])[],
  mask: readonly (readonly number[])[],
  steps: number,
): Promise<number[][]> {
  const written: number[][] = ids.map(() => []);
  let cache = emptyCache(config, ids.length);
  let input = ids;
  let seen = mask.map((row) => [...row]);
  for (let step = 0; step < steps; step++) {
    const time = input[0]!.length;
    const result = await forward(session, input, seen, cache);
    cache = result.cache;
    for (const [row, tokens] of written.entries()) {
      const at = ((row + 1) * time - 1) * config.vocabSize;
      const logits = result.logits.subarray(at, at + config.vocabSize);
      tokens.push(logits.indexOf(logits.reduce((a, b) => Math.max(a, b))));
    }
    input = written.map((tokens) => [tokens[step]!]);
    seen = seen.map((row) => [...row, 1]);
  }
  return written;
}
