// Likelihoods merged over spans of tokens, after GOLD (huggingface/trl, trl/experimental/gold): what two tokenisations of a text can be compared by.
import {
  add,
  exp,
  gatherNd,
  gatherRows,
  logSoftmax,
  matMul,
  mul,
  reshape,
  scatter,
  scatterRows,
  sub,
  sum,
} from "../../engine/raw";
import { type Tensor, tf } from "../../engine/tf";
import { policyGradient } from "../divergences/policy";
import { rowColumnIndices } from "../teacher-statistics";
import { sortedDistance } from "./sorted-distance";

/** One side of aligned texts: logits [n, vocab] that predict the tokens ids [n], and the tokens of each span, from … to - 1. */
export interface SpannedSide {
  logits: Tensor;
  ids: ArrayLike<number>;
  spans: readonly (readonly [from: number, to: number])[];
}

/** A loss of each span [spans] and the gradient of their sum by the student's logits [n, vocab]; a token is in one span at most. */
export interface SpanRows {
  loss: Tensor;
  gradient: Tensor;
}

/** Which token's distribution stands for a span: its last given the others before it, or its first, times the probability of the others after it. */
export type SpanRule = "last" | "first";

const logProbabilities = ({ logits, ids }: SpannedSide) => {
  const all = logSoftmax(logits);
  return { all, tokens: reshape(gatherNd(all, rowColumnIndices(ids, 1)), [ids.length, 1]) };
};

/** 1 where a token [spans, n] belongs to a span, but for the one at `without`. */
function members({ ids, spans }: SpannedSide, without?: readonly number[]): Tensor {
  const n = ids.length;
  const values = new Float32Array(spans.length * n);
  for (const [i, [from, to]] of spans.entries()) {
    values.fill(1, i * n + from, i * n + to);
    if (without) values[i * n + without[i]!] = 0;
  }
  return tf.tensor2d(values, [spans.length, n]);
}

/** From the derivative [n, 1] by each token's log-probability to that by its logits. */
const onLogits = (slope: Tensor, all: Tensor, ids: ArrayLike<number>): Tensor =>
  sub(scatter(rowColumnIndices(ids, 1), reshape(slope, [ids.length]), all.shape), mul(slope, exp(all)));

/** log p(span) [spans]: the log-probabilities of its tokens, summed. */
export const mergedLogProbability = (side: SpannedSide): Tensor =>
  reshape(matMul(members(side), logProbabilities(side).tokens), [side.spans.length]);

/** The policy gradient with spans for tokens: -A log q(span), A = log p(span) - log q(span) held constant. */
export function spanPolicyGradient(student: SpannedSide, teacher: SpannedSide): SpanRows {
  const own = logProbabilities(student);
  const belongs = members(student);
  const merged = reshape(matMul(belongs, own.tokens), [student.spans.length]);
  const { loss, slope } = policyGradient(mergedLogProbability(teacher), merged, merged);
  const onTokens = matMul(belongs, reshape(slope, [student.spans.length, 1]), true);
  return { loss, gradient: onLogits(onTokens, own.all, student.ids) };
}

/** A span's token that stands for it, the distributions there [spans, vocab] times the probability of the span's other tokens. */
function mergedRows(side: SpannedSide, rule: SpanRule) {
  const { all, tokens } = logProbabilities(side);
  const at = side.spans.map(([from, to]) => (rule === "last" ? to - 1 : from));
  const rows = tf.tensor1d(at, "int32");
  const others = members(side, at);
  const distributions = gatherRows(all, rows);
  return { all, rows, others, distributions, merged: exp(add(distributions, matMul(others, tokens))) };
}

/** The sorted distance of the merged rows of both sides; they are no distributions, their sum is the other tokens' probability. */
export function goldRows(student: SpannedSide, teacher: SpannedSide, rule: SpanRule): SpanRows {
  const own = mergedRows(student, rule);
  const { loss, gradient } = sortedDistance(own.merged, mergedRows(teacher, rule).merged);
  const weighted = mul(own.merged, gradient);
  const total = sum(weighted, 1, true);
  const there = sub(weighted, mul(exp(own.distributions), total));
  const elsewhere = onLogits(matMul(own.others, total, true), own.all, student.ids);
  return { loss, gradient: add(scatterRows(there, own.rows, student.ids.length), elsewhere) };
}
