// The size of the residual stream from layer to layer, for looking at.
import { tf } from "../engine/tf";
import type { Decoder } from "./decoder";

/** Root mean square of the hidden states of one text: layer 0 is the embedding, layer i the output of layer i. */
export function residualStream(decoder: Decoder, ids: readonly number[]): { layer: number; rms: number }[] {
  const rows: { layer: number; rms: number }[] = [];
  tf.tidy(() => {
    decoder.hidden(Int32Array.from(ids), 1, {
      onHidden: (layer, hidden) =>
        rows.push({ layer, rms: tf.sqrt(tf.mean(tf.square(hidden))).dataSync()[0]! }),
    });
  });
  return rows;
}
