// The mixture of two distributions, by log-probabilities: what the skewed divergences and JSD compare with.
import { add, exp, log, maximum, sub } from "../../engine/raw";
import { type Tensor, tf } from "../../engine/tf";

/** log(share · a + (1 - share) · b) of log-probabilities of one shape, for a share from 0 to 1. */
export function logMixture(a: Tensor, b: Tensor, share: number): Tensor {
  return logSumOfTwo(add(a, tf.scalar(Math.log(share))), add(b, tf.scalar(Math.log1p(-share))));
}

/** log(e^a + e^b); one of the two may be -∞. */
export function logSumOfTwo(a: Tensor, b: Tensor): Tensor {
  const larger = maximum(a, b);
  return add(larger, log(add(exp(sub(a, larger)), exp(sub(b, larger)))));
}
