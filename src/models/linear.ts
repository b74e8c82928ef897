// A linear layer as stored by Hugging Face ([out, in], no bias), with an optional low-rank update beside it.
import { float32Weight, times, timesTransposed, type Weight } from "../engine/frozen";
import { withGradient } from "../engine/gradient";
import { add, matMul, mul, reshape, rsqrt, scale, square, sum } from "../engine/raw";
import type { Tensor } from "../engine/tf";

/** A low-rank update of one linear layer: y += scale · (x aᵀ) bᵀ. a [rank, in], b [out, rank]. */
export interface LowRank {
  a: Tensor;
  b: Tensor;
  scale: number;
  /** DoRA: the length that each row of the updated weight is brought to, [out]. */
  magnitude?: Tensor;
}

/** x wᵀ: [rows, in] · [out, in]ᵀ -> [rows, out]. The gradient of a weight that is not trained is never computed. */
export function linear(x: Tensor, weight: Weight, trainable: boolean): Tensor {
  return withGradient(
    trainable ? [x, weight as Tensor] : [x],
    () => ({ value: timesTransposed(x, weight), saved: trainable ? [x] : [] }),
    (dy, [x]) => {
      const dx = times(dy, weight);
      return trainable ? [dx, matMul(dy, x!, true)] : [dx];
    },
  );
}

/** x wᵀ + scale · (x aᵀ) bᵀ with w frozen (Hu et al. 2021); with a magnitude each output is rescaled (DoRA). */
export function lowRankLinear(x: Tensor, weight: Weight, update: LowRank): Tensor {
  const { a, b, scale: factor, magnitude } = update;
  const y = withGradient(
    [x, a, b],
    () => {
      const inner = matMul(x, a, false, true);
      const delta = scale(matMul(inner, b, false, true), factor);
      return { value: add(timesTransposed(x, weight), delta), saved: [inner, x] };
    },
    (dy, [inner, x]) => {
      const scaled = scale(dy, factor);
      const dInner = matMul(scaled, b);
      return [
        add(times(dy, weight), matMul(dInner, a)),
        matMul(dInner, x!, true),
        matMul(scaled, inner!, true),
      ];
    },
  );
  return magnitude ? rescaled(y, magnitude, () => inverseRowNorms(addUpdate(weight, update))) : y;
}

/** w + scale · b a in fp32, its rows brought to the magnitude where there is one: what the layer multiplies by, in one matrix. */
export function updatedWeight(weight: Weight, update: LowRank): Tensor {
  const sum = addUpdate(weight, update);
  if (!update.magnitude) return sum;
  return mul(sum, reshape(mul(update.magnitude, inverseRowNorms(sum)), [weight.shape[0]!, 1]));
}

const addUpdate = (weight: Weight, { a, b, scale: factor }: LowRank) =>
  add(float32Weight(weight), scale(matMul(b, a), factor));

const inverseRowNorms = (weight: Tensor) => rsqrt(sum(square(weight), 1));

/** y · magnitude / norm; the norm is a constant to the gradient (Liu et al. 2024, arXiv 2402.09353, section 4.3). */
function rescaled(y: Tensor, magnitude: Tensor, inverseNorms: () => Tensor): Tensor {
  return withGradient(
    [y, magnitude],
    () => {
      const inverse = inverseNorms();
      return { value: mul(y, mul(magnitude, inverse)), saved: [y, magnitude, inverse] };
    },
    (dy, [y, magnitude, inverse]) => [mul(dy, mul(magnitude!, inverse!)), mul(sum(mul(dy, y!), 0), inverse!)],
  );
}
