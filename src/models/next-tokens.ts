// What a decoder would write next: the likeliest tokens after a text, and the range of its logits.
import { tf } from "../engine/tf";
import type { Decoder } from "./decoder";

/** The `count` likeliest next tokens with their probabilities, and the lowest and highest logit of the vocabulary. */
export function nextTokens(
  decoder: Decoder,
  ids: readonly number[],
  count: number,
): { top: { id: number; probability: number }[]; lowest: number; highest: number } {
  const logits = tf.tidy(() => {
    const hidden = decoder.hidden(Int32Array.from(ids), 1);
    return decoder.logits(tf.slice(hidden, [ids.length - 1, 0], [1, -1])).dataSync() as Float32Array;
  });
  const highest = logits.reduce((a, b) => Math.max(a, b));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]!);
  return {
    top: order.slice(0, count).map((id) => ({ id, probability: Math.exp(logits[id]! - highest) / total })),
    lowest: logits.reduce((a, b) => Math.min(a, b)),
    highest,
  };
}
