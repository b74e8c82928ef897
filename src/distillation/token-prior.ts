// What a whole cache shares: the teacher's mean log-probability of each token. Ids are coded by their rank in it, and the
// mass outside a row's top tokens can be spread by it instead of evenly.
import { createHash } from "node:crypto";
import { add, logSoftmax, sum } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import type { Decoder } from "../models/decoder";
import { collate } from "../prompts/batch";
import type { Example } from "../prompts/example";
import { forEachChunk } from "./scored-logits";

/** Log-probabilities are kept in these steps, so that a last bit's difference between machines rarely shows. */
const STEP = 1 / 256;

export class TokenPrior {
  /** Place of a token in falling order of the prior, [vocab]. */
  readonly rankOf: Int32Array;
  /** The token at a place, [vocab]. */
  readonly idAt: Int32Array;

  /** @param logProbability mean log-probability of each token, [vocab] */
  constructor(readonly logProbability: Float32Array) {
    const ids = Array.from(logProbability.keys());
    ids.sort((a, b) => logProbability[b]! - logProbability[a]! || a - b);
    this.idAt = Int32Array.from(ids);
    this.rankOf = new Int32Array(ids.length);
    for (const [rank, id] of ids.entries()) this.rankOf[id] = rank;
  }

  /** The stored form: little-endian float32. */
  bytes(): Uint8Array {
    return new Uint8Array(this.logProbability.buffer, this.logProbability.byteOffset, 4 * this.idAt.length);
  }

  static fromBytes(bytes: Uint8Array): TokenPrior {
    // A copy: a small Buffer lies somewhere in a pool that others share.
    return new TokenPrior(new Float32Array(Uint8Array.from(bytes).buffer));
  }

  /** sha256 of the stored form. */
  get hash(): string {
    return createHash("sha256").update(this.bytes()).digest("hex");
  }
}

/**
 * The prior of a teacher over the tokenizer's `vocabSize` tokens from the scored positions of some examples: 1,000 of these are
 * enough for a rank.
 */
export function measurePrior(
  decoder: Decoder,
  examples: readonly Example[],
  {
    padId,
    vocabSize = decoder.config.vocabSize,
    batchSize = 16,
  }: { padId: number; vocabSize?: number; batchSize?: number },
): TokenPrior {
  let total = tf.zeros([vocabSize]) as Tensor;
  let positions = 0;
  for (let start = 0; start < examples.length; start += batchSize) {
    const batch = collate(examples.slice(start, start + batchSize), padId);
    forEachChunk(decoder, batch, vocabSize, (logits) => {
      const larger = tf.keep(add(total, sum(logSoftmax(logits), 0)));
      total.dispose();
      total = larger;
    });
    positions += batch.targets.length;
  }
  const sums = total.dataSync() as Float32Array;
  total.dispose();
  return new TokenPrior(sums.map((value) => Math.round(value / positions / STEP) * STEP));
}
