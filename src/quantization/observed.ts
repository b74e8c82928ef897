// What a decoder's matrices are multiplied by in calibration texts: the sums x xᵀ of their inputs, which learned rounding goes by.
import { float32Weight, timesTransposed, type Weight, weightRows } from "../engine/frozen";
import { type Block, FrozenMatrix } from "../engine/frozen-matrix";
import { matMul } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import type { Decoder } from "../models/decoder";
import type { CalibrationText } from "./calibrate";

/** A matrix [out, in] that computes as the one it stands for and adds up the products of its inputs. */
class ObservedMatrix extends FrozenMatrix {
  /** Float64 [in, in]: the sum of xᵀ x over all rows x. */
  readonly products: Float64Array;

  constructor(private readonly weight: Weight) {
    super(weight.shape as [number, number], 0);
    this.products = new Float64Array(weight.shape[1]! ** 2);
    this.blocks.push({ firstRow: 0, rows: weight.shape[0]! });
  }

  override timesTransposed(x: Tensor): Tensor {
    const product = tf.tidy(() => matMul(x, x, true));
    const found = product.dataSync();
    product.dispose();
    for (let i = 0; i < found.length; i++) this.products[i]! += found[i]!;
    return timesTransposed(x, this.weight);
  }

  override rows(numbers: Tensor): Tensor {
    return weightRows(this.weight, numbers);
  }

  protected widen(_: Block): Tensor {
    return float32Weight(this.weight);
  }
  protected widenRows(_: Block, numbers: Tensor): Tensor {
    return weightRows(this.weight, numbers);
  }
  protected release(): void {}
}

/** Float64 [in, in] by matrix: the sum of xᵀ x over all inputs x of the texts, the head's where the answer is predicted. */
export function inputProducts(
  decoder: Decoder,
  matrices: readonly string[],
  texts: readonly CalibrationText[],
): Map<string, Float64Array> {
  const observed = new Map(matrices.map((name) => [name, new ObservedMatrix(decoder.weights.get(name)!)]));
  const observing = decoder.withWeights(new Map<string, Weight>([...decoder.weights, ...observed]));
  for (const { ids, from } of texts) {
    tf.tidy(() => {
      const hidden = observing.hidden(Int32Array.from(ids), 1);
      observing.logits(tf.slice(hidden, [from, 0], [ids.length - 1 - from, -1]));
    });
  }
  return new Map([...observed].map(([name, { products }]) => [name, products]));
}
