// Loss over a large vocabulary in blocks of tokens for all rows at once, for losses that see a row only at listed tokens and
// through the log-sum-exp of the others. The gradient's sum over a softmax is gathered unnormalised in the same pass, as
// FlashAttention's output is (Dao et al. 2022), so that each block of the head is read once and multiplied twice.
import { forEachWeightBlock, type Weight, weightRows } from "../engine/frozen";
import {
  add,
  batchMatMul,
  concat,
  div,
  exp,
  log,
  matMul,
  max,
  maximum,
  mul,
  overwrite,
  reshape,
  scale,
  slice,
  sub,
  sum,
  tanh,
  tanhGradient,
} from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";

/** A row loss as a function of some of the row's logits and of what the others add up to. */
export interface ListedLoss {
  /** Different token ids of each row, `count` a row. */
  ids: Int32Array;
  count: number;
  /**
   * Losses [n] of rows start … start + n - 1 and their gradient [n, count + 1] by the listed logits [n, count] and the
   * log-sum-exp of all other logits [n, 1].
   */
  rows(listed: Tensor, others: Tensor, start: number): { loss: Tensor; gradient: Tensor };
}

/** Numbers in a block's logits, rows · tokens: 2 MB. */
const BLOCK_ELEMENTS = 2 ** 19;
/** Numbers in the listed tokens' rows of the head that are held at once. */
const LISTED_ELEMENTS = 2 ** 18;
/** exp of softcapped logits stays in fp32's range up to here: no running maximum is needed. */
const SAFE_CAP = 60;

/** Σ over rows of the loss, a scalar, and its gradient by hidden [rows, width]. head [vocab, width], frozen. */
export function blockLoss(
  hidden: Tensor,
  head: Weight,
  loss: ListedLoss,
  softcap: number | undefined,
): { total: Tensor; dHidden: Tensor } {
  return tf.tidy(() => {
    const input = softcap ? scale(hidden, 1 / softcap) : hidden;
    const others = sumOthers(input, head, loss, softcap);
    const [rows, width] = hidden.shape as [number, number];
    const step = Math.max(1, Math.floor(LISTED_ELEMENTS / (loss.count * width)));
    let total: Tensor = tf.scalar(0);
    const gradients: Tensor[] = [];
    for (let start = 0; start < rows; start += step) {
      const n = Math.min(step, rows - start);
      const part = tf.tidy(() => listedRows(input, head, loss, softcap, others, start, n));
      gradients.push(part.dHidden);
      const sum = add(total, part.total);
      tf.dispose([total, part.total]);
      total = sum;
    }
    return { total, dHidden: concat(gradients, 0) };
  });
}

/** What the tokens that a row does not list come to: Σ exp(logit - peak), and Σ exp(logit - peak) · ∂logit / ∂hidden. */
interface Others {
  /** [rows, 1] */
  sum: Tensor;
  /** [rows, width] */
  direction: Tensor;
  /** [rows, 1]; absent where it is 0. */
  peak?: Tensor;
}

function sumOthers(input: Tensor, head: Weight, loss: ListedLoss, softcap: number | undefined): Others {
  const rows = input.shape[0]!;
  const listed = indicesByToken(loss);
  let so: Others = { sum: tf.zeros([rows, 1]), direction: tf.zeros(input.shape as [number, number]) };
  forEachWeightBlock(head, Math.max(1, Math.floor(BLOCK_ELEMENTS / rows)), (block, first) => {
    const before = so;
    so = tf.tidy(() => {
      const raw = matMul(input, block, false, true);
      const squashed = softcap ? instead(raw, tanh) : undefined;
      let logits = squashed ? scale(squashed, softcap!) : raw;
      let { sum: total, direction, peak } = before;
      if (!softcap || softcap > SAFE_CAP) {
        const here = max(logits, 1, true);
        const higher = peak ? maximum(peak, here) : here;
        if (peak) {
          const shrink = exp(sub(peak, higher));
          [total, direction] = [mul(total, shrink), mul(direction, shrink)];
        }
        logits = instead(logits, (z) => sub(z, higher));
        peak = higher;
      }
      let weights = instead(logits, exp);
      const indices = listed(first, block.shape[0]!);
      if (indices) weights = instead(weights, (e) => overwrite(e, indices, tf.zeros([indices.shape[0]!])));
      const mass = sum(weights, 1, true);
      // d logit / d raw = 1 - tanh²; the factor softcap of the logits and 1 / softcap of the input cancel out.
      const slopes = squashed ? instead(weights, (e) => tanhGradient(squashed, e)) : weights;
      return {
        sum: add(total, mass),
        direction: add(direction, matMul(slopes, block)),
        ...(peak && { peak }),
      };
    });
    tf.dispose([before.sum, before.direction, ...(before.peak ? [before.peak] : [])]);
  });
  return so;
}

/** f(x), and x is freed: of a block's tensors three live at once, not six. */
function instead(x: Tensor, f: (x: Tensor) => Tensor): Tensor {
  const result = f(x);
  x.dispose();
  return result;
}

/** The listed tokens' logits and gradients of rows start … start + n - 1, and what all tokens give together. */
function listedRows(
  input: Tensor,
  head: Weight,
  { ids, count, rows }: ListedLoss,
  softcap: number | undefined,
  others: Others,
  start: number,
  n: number,
): { total: Tensor; dHidden: Tensor } {
  const width = input.shape[1]!;
  const cut = (x: Tensor) => slice(x, [start, 0], [n, x.shape[1]!]);
  const numbers = tf.tensor1d(ids.subarray(start * count, (start + n) * count), "int32");
  const vectors = reshape(weightRows(head, numbers), [n, count, width]);
  const raw = reshape(batchMatMul(reshape(cut(input), [n, 1, width]), vectors, false, true), [n, count]);
  const squashed = softcap ? tanh(raw) : undefined;
  const total = cut(others.sum);
  const logTotal = others.peak ? add(log(total), cut(others.peak)) : log(total);
  const { loss, gradient } = rows(squashed ? scale(squashed, softcap!) : raw, logTotal, start);
  const onListed = slice(gradient, [0, 0], [n, count]);
  const onOthers = slice(gradient, [0, count], [n, 1]);
  const slopes = squashed ? tanhGradient(squashed, onListed) : onListed;
  const dListed = reshape(batchMatMul(reshape(slopes, [n, 1, count]), vectors), [n, width]);
  return { total: sum(loss, 0), dHidden: add(dListed, mul(cut(others.direction), div(onOthers, total))) };
}

/** Finds the indices [row, token - first] of listed tokens first … first + count - 1, int32 [m, 2]; undefined where none is. */
function indicesByToken({ ids, count }: ListedLoss): (first: number, tokens: number) => Tensor | undefined {
  const order = Int32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]!);
  let next = 0;
  return (first, tokens) => {
    const pairs: number[] = [];
    for (; next < order.length && ids[order[next]!]! < first + tokens; next++) {
      pairs.push(Math.floor(order[next]! / count), ids[order[next]!]! - first);
    }
    return pairs.length > 0 ? tf.tensor2d(pairs, [pairs.length / 2, 2], "int32") : undefined;
  };
}
