// A linear layer as stored by Hugging Face ([out, in], no bias), with an optional low-rank update beside it.
import { withGradient } from "../engine/gradient";
import { add, matMul, scale } from "../engine/raw";
import type { Tensor } from "../engine/tf";

/** A low-rank update of one linear layer: y += scale · (x aᵀ) bᵀ. a [rank, in], b [out, rank]. */
export interface LowRank {
  a: Tensor;
  b: Tensor;
  scale: number;
}

/** x wᵀ: [rows, in] · [out, in]ᵀ -> [rows, out]. A frozen weight's gradient is never computed. */
export function linear(x: Tensor, weight: Tensor, trainable: boolean): Tensor {
  return withGradient(
    trainable ? [x, weight] : [x],
    () => ({ value: matMul(x, weight, false, true), saved: trainable ? [x] : [] }),
    (dy, [x]) => {
      const dx = matMul(dy, weight);
      return trainable ? [dx, matMul(dy, x!, true)] : [dx];
    },
  );
}

/** x wᵀ + scale · (x aᵀ) bᵀ with w frozen (Hu et al. 2021). */
export function lowRankLinear(x: Tensor, weight: Tensor, update: LowRank): Tensor {
  const { a, b, scale: factor } = update;
  return withGradient(
    [x, a, b],
    () => {
      const inner = matMul(x, a, false, true);
      const delta = scale(matMul(inner, b, false, true), factor);
      return { value: add(matMul(x, weight, false, true), delta), saved: [inner, x] };
    },
    (dy, [inner, x]) => {
      const scaled = scale(dy, factor);
      const dInner = matMul(scaled, b);
      return [
        add(matMul(dy, weight), matMul(dInner, a)),
        matMul(dInner, x!, true),
        matMul(scaled, inner!, true),
      ];
    },
  );
}
