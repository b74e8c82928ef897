// Losses between hidden states, and fake-quantised weights: the cases "hidden" and "quant", whose gradients are the tape's.
import { projected, stateCosine, stateMse, stateRelation } from "../../../distillation/hidden-states";
import { valueAndGradients } from "../../../engine/gradient";
import { type Tensor, tf } from "../../../engine/tf";
import { fakeQuantized, type Grid, roundToGrid } from "../../../quantization/fake-quantized";
import type { CaseTensors, Compute } from "./loss-case";
import { rowShares, tokenShares, type Weighted } from "./reduction";

const flat = (tensors: CaseTensors, name: string): Tensor => {
  const shape = tensors.shape(name);
  const width = shape[shape.length - 1]!;
  const values = Float32Array.from(tensors.float64(name));
  return tf.tensor2d(values, [values.length / width, width]);
};

/** The sum of losses by their shares, and its gradients by what each is of. */
function byTape(losses: () => Tensor, shares: Tensor, of: Record<string, Tensor>) {
  const names = Object.keys(of);
  const { value, gradients } = valueAndGradients(() => tf.sum(tf.mul(losses(), shares)), Object.values(of));
  return {
    value: value.dataSync()[0]!,
    parts: losses().dataSync() as Float32Array,
    gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]!.dataSync()])),
  };
}

/** Student's states, projected into the teacher's width or not, against the teacher's. */
export const hiddenLosses =
  (reference: Weighted, tensors: CaseTensors): Compute =>
  ({ kind }) => {
    const compare = { mse: stateMse, cosine: stateCosine }[kind];
    const bare = kind === "relation_no_projector";
    if (!compare && kind !== "relation" && !bare) return undefined;
    const ofText = reference.mask.flatMap((row, r) => row.map((counts) => (counts ? r : -1)));
    const found = { value: 0, parts: {}, gradients: {} };
    tf.tidy(() => {
      const states = flat(tensors, "student_states");
      const teacher = flat(tensors, "teacher_states");
      const projector = flat(tensors, "projector");
      const own = () => (bare ? states : projected(states, projector));
      const shares = compare ? tokenShares(reference) : rowShares(reference.row_weights);
      const { value, parts, gradients } = byTape(
        () => (compare ? compare(own(), teacher) : stateRelation(own(), teacher, ofText)),
        tf.tensor1d(shares),
        { states, ...(!bare && { projector }) },
      );
      Object.assign(found, { value, parts: { [compare ? "token" : "row"]: parts }, gradients });
    });
    return found;
  };

const GRID_OF: Record<string, Grid> = {
  symmetric_7: "narrow",
  "symmetric_7.5": "full",
  asymmetric: "asymmetric",
};

interface Quantised {
  group: number;
}

/** Σ grad_output · (x Wqᵀ): fake-quantised weights and the gradient that goes straight through. */
export const quantLosses =
  ({ group }: Quantised, tensors: CaseTensors): Compute =>
  ({ kind, params }) => {
    const grid = GRID_OF[String(params.scheme)];
    if (kind !== "quant" || !grid) return undefined;
    const found = { value: 0, parts: {}, gradients: {} };
    tf.tidy(() => {
      const input = flat(tensors, "input");
      const weight = flat(tensors, "weight");
      const { parts, ...rest } = byTape(
        () => {
          const quantised = fakeQuantized(weight, grid, {
            clipped: params.clipped === true,
            groupSize: group,
          });
          return tf.matMul(input as never, quantised as never, false, true) as Tensor;
        },
        flat(tensors, "grad_output"),
        { input, weight },
      );
      const { scale, zeroPoint, codes, inside } = roundToGrid(weight, grid, group);
      const kept = { scale, zero_point: zeroPoint, q: codes, inside };
      const values = Object.entries(kept).map(([name, tensor]) => [name, tensor.dataSync()]);
      Object.assign(found, { ...rest, parts: { output: parts, ...Object.fromEntries(values) } });
    });
    return found;
  };
