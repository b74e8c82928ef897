// Cross-entropy from one softmax. TensorFlow's op for both takes three times as long on a CPU, where oneDNN has no part in it.
import { columns, gatherNd, log, max, range, softmax, sub, subtractAt } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";

/** Cross-entropy [n] of logits [n, vocab] against class numbers int32 [n], and its gradient [n, vocab]. */
export function crossEntropy(logits: Tensor, labels: Tensor): { loss: Tensor; gradient: Tensor } {
  const n = logits.shape[0]!;
  const probabilities = softmax(logits);
  const indices = columns([range(n), labels]);
  // The likeliest class's probability never underflows; differences first, as a sum of large logits would be rounded.
  const below = sub(max(logits, 1), gatherNd(logits, indices));
  return {
    loss: sub(below, log(max(probabilities, 1))),
    gradient: subtractAt(probabilities, indices, tf.fill([n], 1)),
  };
}
