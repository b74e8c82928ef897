// Losses between two distributions over one vocabulary: divergences, DistiLLM-2's pairs, and the losses on drawn tokens.
import { adaptiveKl, type Crossing } from "../../../distillation/divergences/adaptive-kl";
import { alphaBeta } from "../../../distillation/divergences/alpha-beta";
import type { Divergent, Sampled } from "../../../distillation/divergences/divergence";
import {
  clippedRatio,
  importanceRatio,
  onDrawn,
  policyGradient,
} from "../../../distillation/divergences/policy";
import { reverseKl } from "../../../distillation/divergences/reverse-kl";
import { skewedForwardKl, skewedReverseKl } from "../../../distillation/divergences/skewed";
import { divergentRows } from "../../../distillation/losses";
import { rowColumnIndices } from "../../../distillation/teacher-statistics";
import { type Tensor, tf } from "../../../engine/tf";
import type { CaseTensors, Compute } from "./loss-case";
import { rowShares, tokenShares, type Weighted, weightedRows, weightedSum } from "./reduction";

type Between = (teacher: Tensor, student: Tensor) => Divergent;

interface Rows {
  loss: Float32Array;
  gradient: Float32Array;
}

/** A divergence of each position by logits; `side` is what stands before "student_logits" in the tensors' names. */
function rowsOf(tensors: CaseTensors, between: Between, temperature = 1, side = ""): Rows {
  const logits = (of: string) => {
    const values = Float32Array.from(tensors.float64(`${side}${of}_logits`));
    const vocab = tensors.shape(`${side}${of}_logits`)[2]!;
    return tf.tensor2d(values, [values.length / vocab, vocab]) as Tensor;
  };
  const [loss, gradient] = tf.tidy(() => {
    const rows = divergentRows(logits("student"), logits("teacher"), temperature, between);
    return [rows.loss.dataSync(), rows.gradient.dataSync()] as never;
  }) as [Float32Array, Float32Array];
  return { loss, gradient };
}

function betweenOf(kind: string, params: Record<string, unknown>): Between | undefined {
  const number = (name: string): number => {
    const value = params[name];
    if (typeof value !== "number") throw new Error(`params.${name}: expected a number, found ${value}`);
    return value;
  };
  switch (kind) {
    case "skewed_fkl":
      return (p, q) => skewedForwardKl(p, q, number("alpha"));
    case "skewed_rkl":
      return (p, q) => skewedReverseKl(p, q, number("alpha"));
    case "ab":
      return (p, q) => alphaBeta(p, q, number("alpha"), number("beta"));
    case "akl": {
      const crossing = /^crossing-in-(head|tail)$/.exec(String(params.rule))?.[1];
      if (!crossing) throw new Error(`params.rule "${params.rule}" is not understood`);
      return (p, q) => adaptiveKl(p, q, number("mu"), crossing as Crossing);
    }
    default:
      return undefined;
  }
}

/** Divergences at each temperature, of a case of kind "logits". */
export const logitLosses =
  (reference: Weighted, tensors: CaseTensors): Compute =>
  ({ kind, params }, label) => {
    const between = betweenOf(kind, params);
    const temperature = Number(/^T([\d.]+)$/.exec(label)?.[1]);
    if (!between || Number.isNaN(temperature)) return undefined;
    const shares = tokenShares(reference);
    const { loss, gradient } = rowsOf(tensors, between, temperature);
    return {
      value: weightedSum(loss, shares),
      parts: { token: loss },
      gradients: { "": weightedRows(gradient, shares) },
    };
  };

interface Drawn extends Weighted {
  tokens: number[][];
}

/** Losses on the tokens that a student drew, of a case of kind "onpolicy". */
export const policyLosses =
  (reference: Drawn, tensors: CaseTensors): Compute =>
  ({ kind, params }) => {
    const [low, high] = (params.clip ?? []) as number[];
    const ofToken = {
      policy_gradient: policyGradient,
      importance_ratio: importanceRatio,
      clipped: clippedRatio(low!, high!),
      clipped_current_advantage: clippedRatio(low!, high!, true),
    }[kind];
    if (!ofToken && kind !== "full_reverse_kl") return undefined;
    const drawn = (): Sampled => ({
      indices: rowColumnIndices(reference.tokens.flat(), 1),
      logProbability: tf.tensor1d(Float32Array.from(tensors.float64("sampled_logprob"))),
    });
    const between: Between = ofToken ? (p, q) => onDrawn(ofToken)(p, q, {}, drawn()) : reverseKl;
    const shares = tokenShares(reference);
    const { loss, gradient } = rowsOf(tensors, between);
    return {
      value: weightedSum(loss, shares),
      parts: { token: loss },
      gradients: { "": weightedRows(gradient, shares) },
    };
  };

interface Pairs {
  chosen_mask: number[][];
  rejected_mask: number[][];
  pair_weights: number[];
}

/** DistiLLM-2: skewed forward KL on the teacher's texts, skewed reverse KL on the student's, each a mean over its text. */
export const pairLosses =
  (reference: Pairs, tensors: CaseTensors): Compute =>
  ({ kind, params }) => {
    if (kind !== "distillm2") return undefined;
    const { alpha, beta, detach } = params as { alpha: number; beta: number; detach: boolean };
    const ofPair = rowShares(reference.pair_weights);
    const sides = {
      chosen: { mask: reference.chosen_mask, weight: 2 - beta, between: skewedForwardKl },
      rejected: { mask: reference.rejected_mask, weight: beta, between: skewedReverseKl },
    };
    const sequence = new Float64Array(2 * ofPair.length);
    let value = 0;
    const gradients: Record<string, Float64Array> = {};
    for (const [column, [side, { mask, weight, between }]] of Object.entries(sides).entries()) {
      const { loss, gradient } = rowsOf(tensors, (p, q) => between(p, q, alpha, detach), 1, `${side}.`);
      const shares = mask.flatMap((row, r) => {
        const count = row.reduce((a, b) => a + b, 0);
        return row.map((counts, t) => {
          const mean = counts / count;
          sequence[2 * r + column]! += mean * loss[r * row.length + t]!;
          return weight * ofPair[r]! * mean;
        });
      });
      value += weightedSum(loss, shares);
      gradients[side] = weightedRows(gradient, shares);
    }
    return { value, parts: { sequence }, gradients };
  };
