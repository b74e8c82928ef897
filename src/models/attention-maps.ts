// Attention probabilities of one text, layer by layer and head by head, for looking at.
import { tf } from "../engine/tf";
import type { Decoder } from "./decoder";

export interface LayerAttention {
  /** Per query head: rows are queries, columns keys. */
  heads: number[][][];
  /** The sliding window of this layer; null where it sees everything. */
  window: number | null;
}

/** Runs one text through the decoder and returns every layer's attention. */
export function attentionMaps(decoder: Decoder, ids: readonly number[]): LayerAttention[] {
  const { config } = decoder;
  const maps: LayerAttention[] = [];
  tf.tidy(() => {
    decoder.hidden(Int32Array.from(ids), 1, {
      onAttention(layer, probabilities) {
        const [heads] = probabilities.arraySync() as number[][][][];
        maps[layer] = {
          heads: heads!,
          window: config.slidingLayers[layer] ? (config.slidingWindow ?? null) : null,
        };
      },
    });
  });
  return maps;
}
