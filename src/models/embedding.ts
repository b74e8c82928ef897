// Token embedding: rows of a matrix by token id, scaled as the family wants it.
import { type Weight, weightRows } from "../engine/frozen";
import { withGradient } from "../engine/gradient";
import { gatherRows, scale, scatterRows } from "../engine/raw";
import type { Tensor } from "../engine/tf";

/** Rows of weight [vocab, hidden] by ids int32 [n], times `factor`: [n, hidden]. */
export function embed(weight: Weight, ids: Tensor, factor: number, trainable: boolean): Tensor {
  const lookup = () => {
    const rows = weightRows(weight, ids);
    return factor === 1 ? rows : scale(rows, factor);
  };
  if (!trainable) return lookup();
  return withGradient(
    [weight as Tensor],
    () => ({ value: lookup(), saved: [ids] }),
    (dy, [ids]) => [scatterRows(factor === 1 ? dy : scale(dy, factor), ids!, weight.shape[0]!)],
  );
}

/** Rows of x [n, width] by number int32 [m]: [m, width]. */
export function takeRows(x: Tensor, rows: Tensor): Tensor {
  return withGradient(
    [x],
    () => ({ value: gatherRows(x, rows), saved: [rows] }),
    (dy, [rows]) => [scatterRows(dy, rows!, x.shape[0]!)],
  );
}
