// Further divergences by the student's logits against central differences of naive float64 loops, and their limits.
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { adaptiveKl } from "../../src/distillation/divergences/adaptive-kl";
import { alphaBeta } from "../../src/distillation/divergences/alpha-beta";
import type { Divergent } from "../../src/distillation/divergences/divergence";
import { forwardKl } from "../../src/distillation/divergences/forward-kl";
import {
  clippedRatio,
  importanceRatio,
  onDrawn,
  policyGradient,
} from "../../src/distillation/divergences/policy";
import { reverseKl } from "../../src/distillation/divergences/reverse-kl";
import { skewedForwardKl, skewedReverseKl } from "../../src/distillation/divergences/skewed";
import { divergentRows } from "../../src/distillation/losses";
import { rowColumnIndices } from "../../src/distillation/teacher-statistics";
import { uldRows } from "../../src/distillation/vocabularies/sorted-distance";
import {
  goldRows,
  type SpannedSide,
  spanPolicyGradient,
} from "../../src/distillation/vocabularies/span-likelihood";
import { type Tensor, tf } from "../../src/engine/tf";
import { type Matrix, matrix } from "../training/finite-differences";

const TEMPERATURE = 1.5;
const random = new Random(7);
const teacher = matrix(random, 3, 11, 2);
const student = matrix(random, 3, 11, 1.5);

const softmax = (row: number[], temperature = 1): number[] => {
  const weights = row.map((v) => Math.exp((v - Math.max(...row)) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
};
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const kl = (p: number[], q: number[]) => sum(p.map((v, i) => v * Math.log(v / q[i]!)));
const mix = (p: number[], q: number[], a: number) => p.map((v, i) => a * v + (1 - a) * q[i]!);

/** Central differences of Σ rows by every logit. */
function differences(of: (student: Matrix) => number, at: Matrix, step = 1e-5): Matrix {
  return at.map((row, r) =>
    row.map((_, c) => {
      const moved = (by: number) =>
        of(at.map((line, i) => line.map((v, j) => (i === r && j === c ? v + by : v))));
      return (moved(step) - moved(-step)) / (2 * step);
    }),
  );
}

function close(found: ArrayLike<number>, expected: readonly number[], tolerance = 2e-5): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(found[i]! - value) / (1 + Math.abs(value)), `place ${i}`).toBeLessThan(tolerance);
  }
}

type Between = (teacher: Tensor, student: Tensor) => Divergent;

function ours(between: Between, temperature = TEMPERATURE): { loss: number[]; gradient: number[] } {
  const found = tf.tidy(() => {
    const rows = divergentRows(tf.tensor2d(student), tf.tensor2d(teacher), temperature, between);
    return [rows.loss.dataSync(), rows.gradient.dataSync()] as never;
  }) as Float32Array[];
  return { loss: [...found[0]!], gradient: [...found[1]!] };
}

/** Naive rows by teacher's and student's probabilities; `still` are the student's where no gradient flows. */
type Naive = (p: number[], q: number[], still: number[]) => number;

const naiveAkl =
  (mu: number, crossing: "head" | "tail"): Naive =>
  (p, q, still) => {
    const gaps = { head: 0, tail: 0 };
    let mass = 0;
    for (const [rank, v] of [...p.keys()].sort((a, b) => p[b]! - p[a]!).entries()) {
      const inHead = crossing === "tail" ? rank === 0 || mass + p[v]! <= mu : mass < mu;
      gaps[inHead ? "head" : "tail"] += Math.abs(p[v]! - still[v]!);
      mass += p[v]!;
    }
    const weight = gaps.head / (gaps.head + gaps.tail);
    return weight * kl(p, q) + (1 - weight) * kl(q, p);
  };

const naiveAlphaBeta =
  (a: number, b: number): Naive =>
  (p, q) =>
    -sum(
      p.map((v, i) => v ** a * q[i]! ** b - (a / (a + b)) * v ** (a + b) - (b / (a + b)) * q[i]! ** (a + b)),
    ) /
    (a * b);

describe("values and gradients", () => {
  const cases: [string, Between, Naive][] = [
    ["skewed KL", (p, q) => skewedForwardKl(p, q, 0.3), (p, q) => kl(p, mix(p, q, 0.3))],
    ["skewed reverse KL", (p, q) => skewedReverseKl(p, q, 0.3), (p, q) => kl(q, mix(q, p, 0.3))],
    [
      "skewed reverse KL, mixture detached",
      (p, q) => skewedReverseKl(p, q, 0.3, true),
      (p, q, still) => sum(q.map((v, i) => v * Math.log(v / mix(still, p, 0.3)[i]!))),
    ],
    ["adaptive KL", (p, q) => adaptiveKl(p, q, 0.6), naiveAkl(0.6, "tail")],
    [
      "adaptive KL, crossing token in the head",
      (p, q) => adaptiveKl(p, q, 0.6, "head"),
      naiveAkl(0.6, "head"),
    ],
    ["alpha-beta", (p, q) => alphaBeta(p, q, 0.2, 0.7), naiveAlphaBeta(0.2, 0.7)],
    ["alpha-beta of large powers", (p, q) => alphaBeta(p, q, 1.5, 0.4), naiveAlphaBeta(1.5, 0.4)],
  ];
  it.each(cases)("%s", (_name, between, naive) => {
    const at = (logits: Matrix) => logits.map((row) => softmax(row, TEMPERATURE));
    const rows = (logits: Matrix) => at(logits).map((q, r) => naive(at(teacher)[r]!, q, at(student)[r]!));
    const { loss, gradient } = ours(between);
    close(loss, rows(student));
    close(gradient, differences((logits) => sum(rows(logits)), student).flat());
  });
});

it("limits are the divergences that they are said to be", () => {
  const same = (a: Between, b: Between, tolerance = 2e-5) => {
    const [one, other] = [ours(a), ours(b)];
    close(one.loss, other.loss, tolerance);
    close(one.gradient, other.gradient, tolerance);
  };
  same((p, q) => skewedForwardKl(p, q, 0), forwardKl);
  same((p, q) => skewedReverseKl(p, q, 0), reverseKl);
  same((p, q) => alphaBeta(p, q, 1, 0), forwardKl);
  same((p, q) => alphaBeta(p, q, 0, 1), reverseKl);
  // Towards a power of 0 the general form goes where the limit stands, away from (1, 0) and (0, 1) too.
  same(
    (p, q) => alphaBeta(p, q, 0.6, 1e-3),
    (p, q) => alphaBeta(p, q, 0.6, 0),
    5e-3,
  );
  same(
    (p, q) => alphaBeta(p, q, 1e-3, 0.6),
    (p, q) => alphaBeta(p, q, 0, 0.6),
    5e-3,
  );
  same(
    (p, q) => alphaBeta(p, q, 0.01, 0.01),
    (p, q) => alphaBeta(p, q, 0, 0),
    0.1,
  );
  for (const skewed of [skewedForwardKl, skewedReverseKl]) {
    const { loss, gradient } = ours((p, q) => skewed(p, q, 1));
    close(loss, [0, 0, 0]);
    close(
      gradient,
      gradient.map(() => 0),
    );
  }
  // A student that is the teacher: nothing to learn, and no division of 0 by 0.
  const { loss, gradient } = ours((_, q) => adaptiveKl(q, q, 0.5));
  close(loss, [0, 0, 0]);
  close(
    gradient,
    gradient.map(() => 0),
  );
});

describe("losses on drawn tokens", () => {
  const tokens = [4, 0, 9];
  // The second token's ratio lies above the range, the third's below.
  const shifts = [0.02, -0.6, 0.7];
  const at = (logits: Matrix) => logits.map((row, r) => Math.log(softmax(row)[tokens[r]!]!));
  const drawn = at(student).map((v, r) => Math.fround(v + shifts[r]!));
  const p = at(teacher);
  const still = at(student);
  const ratio = (q: number, r: number) => Math.exp(q - drawn[r]!);
  const ppo = (q: number, r: number, advantage: number) =>
    -Math.min(ratio(q, r) * advantage, Math.min(1.2, Math.max(0.8, ratio(q, r))) * advantage);
  const cases = [
    ["policy gradient", policyGradient, (q: number, r: number) => -(p[r]! - still[r]!) * q],
    ["importance ratio", importanceRatio, (q: number, r: number) => -(p[r]! - drawn[r]!) * ratio(q, r)],
    ["clipped ratio", clippedRatio(0.2, 0.2), (q: number, r: number) => ppo(q, r, p[r]! - drawn[r]!)],
    [
      "clipped ratio, current advantage",
      clippedRatio(0.2, 0.2, true),
      (q: number, r: number) => ppo(q, r, p[r]! - still[r]!),
    ],
  ] as const;
  it.each(cases)("%s", (_name, ofToken, naive) => {
    const rows = (logits: Matrix) => at(logits).map((q, r) => naive(q, r));
    const sampled = () => ({ indices: rowColumnIndices(tokens, 1), logProbability: tf.tensor1d(drawn) });
    const { loss, gradient } = ours((a, b) => onDrawn(ofToken)(a, b, {}, sampled()), 1);
    close(loss, rows(student));
    close(gradient, differences((logits) => sum(rows(logits)), student).flat());
  });
});

describe("across vocabularies", () => {
  const wide = matrix(random, 3, 14, 2);
  const sortedL1 = (a: number[], b: number[]) => {
    const [x, y] = [a, b].map((row) => [...row].sort((i, j) => j - i));
    return sum(
      Array.from({ length: Math.max(a.length, b.length) }, (_, i) => Math.abs((x![i] ?? 0) - (y![i] ?? 0))),
    );
  };
  const read = (rows: { loss: Tensor; gradient: Tensor }) => [rows.loss.dataSync(), rows.gradient.dataSync()];

  it("sorted distances", () => {
    const rows = (logits: Matrix) =>
      logits.map((row, r) => sortedL1(softmax(row, 2), softmax(wide[r]!, 1.5)));
    const [loss, gradient] = tf.tidy(
      () => read(uldRows(tf.tensor2d(student), tf.tensor2d(wide), { student: 2, teacher: 1.5 })) as never,
    ) as Float32Array[];
    close(loss!, rows(student));
    close(gradient!, differences((logits) => sum(rows(logits)), student).flat());
  });

  const ids = { student: [2, 7, 5], teacher: [1, 0, 13] };
  const spans = {
    student: [
      [0, 1],
      [1, 3],
    ],
    teacher: [
      [0, 2],
      [2, 3],
    ],
  } as const;
  const side = (logits: Matrix, of: "student" | "teacher"): SpannedSide => ({
    logits: tf.tensor2d(logits),
    ids: ids[of],
    spans: spans[of],
  });
  const likelihood = (logits: Matrix, of: "student" | "teacher", at: number[]) =>
    at.reduce((product, k) => product * softmax(logits[k]!)[ids[of][k]!]!, 1);
  const range = ([from, to]: readonly [number, number]) =>
    Array.from({ length: to - from }, (_, i) => from + i);

  it.each(["last", "first"] as const)("merged likelihoods, the %s token's distribution", (rule) => {
    const merged = (logits: Matrix, of: "student" | "teacher") =>
      spans[of].map((span) => {
        const at = range(span);
        const own = rule === "last" ? at[at.length - 1]! : at[0]!;
        const others = likelihood(
          logits,
          of,
          at.filter((k) => k !== own),
        );
        return softmax(logits[own]!).map((v) => v * others);
      });
    const rows = (logits: Matrix) =>
      merged(logits, "student").map((row, i) => sortedL1(row, merged(wide, "teacher")[i]!));
    const [loss, gradient] = tf.tidy(
      () => read(goldRows(side(student, "student"), side(wide, "teacher"), rule)) as never,
    ) as Float32Array[];
    close(loss!, rows(student));
    close(gradient!, differences((logits) => sum(rows(logits)), student).flat());
  });

  it("the policy gradient of spans", () => {
    const ofSpans = (logits: Matrix, of: "student" | "teacher") =>
      spans[of].map((span) => Math.log(likelihood(logits, of, range(span))));
    const rows = (logits: Matrix) =>
      ofSpans(logits, "student").map(
        (q, i) => -(ofSpans(wide, "teacher")[i]! - ofSpans(student, "student")[i]!) * q,
      );
    const [loss, gradient] = tf.tidy(
      () => read(spanPolicyGradient(side(student, "student"), side(wide, "teacher"))) as never,
    ) as Float32Array[];
    close(loss!, rows(student));
    close(gradient!, differences((logits) => sum(rows(logits)), student).flat());
  });
});
