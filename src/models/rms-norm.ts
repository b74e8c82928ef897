// RMSNorm (Zhang & Sennrich 2019) with a fused gradient; Gemma stores w of (1 + w).
import { withGradient } from "../engine/gradient";
import { add, mean, mul, rsqrt, scalar, square, sub, sum } from "../engine/raw";
import type { Tensor } from "../engine/tf";

export interface RmsNormOptions {
  eps: number;
  /** Added to the weight: 1 for Gemma, 0 for the others. */
  offset: 0 | 1;
  /** Whether the weight needs a gradient. */
  trainable: boolean;
}

/** x / rms(x) · (offset + weight) over the last axis. x [rows, width], weight [width]. */
export function rmsNorm(x: Tensor, weight: Tensor, { eps, offset, trainable }: RmsNormOptions): Tensor {
  const gain = () => (offset ? add(weight, scalar(offset)) : weight);
  return withGradient(
    trainable ? [x, weight] : [x],
    () => {
      const inverse = rsqrt(add(mean(square(x), 1, true), scalar(eps)));
      const normed = mul(x, inverse);
      return { value: mul(normed, gain()), saved: [normed, inverse] };
    },
    (dy, [normed, inverse]) => {
      const dNormed = mul(dy, gain());
      const along = mean(mul(dNormed, normed!), 1, true);
      const dx = mul(sub(dNormed, mul(normed!, along)), inverse!);
      return trainable ? [dx, sum(mul(dy, normed!), 0)] : [dx];
    },
  );
}
