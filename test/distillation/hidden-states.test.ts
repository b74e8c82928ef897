// Losses between hidden states against naive float64 functions and their central differences.
import { expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { distillStep } from "../../src/distillation/distill";
import {
  createProjectors,
  projected,
  STATE_LOSSES,
  type StateLoss,
  stateCosine,
  stateMse,
  stateRelation,
} from "../../src/distillation/hidden-states";
import { valueAndGradients } from "../../src/engine/gradient";
import { type Tensor, tf, type Variable } from "../../src/engine/tf";
import { compare, type Matrix, matrix, product, transposed } from "../training/finite-differences";
import { examples, gemma, PAD } from "./tiny-teacher";

const random = new Random(3);
const states = matrix(random, 5, 4);
const projector = matrix(random, 6, 4);
const teacher = matrix(random, 5, 6);

const cosine = (a: number[], b: number[]) => {
  const dot = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
const project = (h: Matrix, w: Matrix) => product(h, transposed(w));
const column = (values: Tensor) => tf.reshape(values, [-1, 1]) as Tensor;

it("mean squared difference, through the projector", () => {
  compare(
    [states, projector],
    (h, w) => column(stateMse(projected(h!, w!), tf.tensor2d(teacher))),
    (h, w) =>
      project(h!, w!).map((row, i) => [row.reduce((sum, v, j) => sum + (v - teacher[i]![j]!) ** 2, 0) / 6]),
  );
});

it("cosine, through the projector", () => {
  compare(
    [states, projector],
    (h, w) => column(stateCosine(projected(h!, w!), tf.tensor2d(teacher))),
    (h, w) => project(h!, w!).map((row, i) => [1 - cosine(row, teacher[i]!)]),
  );
});

it("relations within each text; a position of none takes no part", () => {
  const text = [0, 0, -1, 1, 0];
  compare(
    [states],
    (h) => column(stateRelation(h!, tf.tensor2d(teacher), text)),
    (h) =>
      [0, 1].map((which) => {
        const at = [...text.keys()].filter((i) => text[i] === which);
        const errors = at.flatMap((i) =>
          at.map((j) => (cosine(h![i]!, h![j]!) - cosine(teacher[i]!, teacher[j]!)) ** 2),
        );
        return [errors.reduce((a, b) => a + b, 0) / errors.length];
      }),
  );
});

it("a state of zeros gives no NaN", () => {
  tf.tidy(() => {
    const zeros = tf.zeros([2, 4]) as Tensor;
    const other = tf.tensor2d(states.slice(0, 2));
    expect([...stateCosine(zeros, other).dataSync()]).toEqual([1, 1]);
    const grad = tf.grad((h: Tensor) => tf.sum(stateRelation(h, other, [0, 0])) as Tensor);
    expect([...grad(zeros).dataSync()].every(Number.isFinite)).toBe(true);
  });
});

it.each(Object.keys(STATE_LOSSES) as StateLoss[])(
  "a step with %s: its slope is that of its value",
  (loss) => {
    const teacher = gemma();
    const student = gemma(true);
    const { hiddenSize: width, numHiddenLayers: last } = student.config;
    const layers = [
      [1, 2],
      [last, last],
    ] as const;
    const options = { loss, weight: 0.7, layers };
    const projectors = createProjectors(options, { student: width, teacher: width }, 1);
    expect(projectors).toHaveLength(loss === "relation" ? 0 : 2);
    const parameters = [...(student.weights.values() as Iterable<Variable>), ...projectors];
    const draws = new Random(9);
    for (const p of parameters) {
      const noise = tf.tidy(() =>
        tf.tensor(
          Float32Array.from({ length: p.size }, () => 0.02 * draws.normal()),
          p.shape as number[],
        ),
      );
      p.assign(tf.tidy(() => tf.add(p, noise)) as never);
      noise.dispose();
    }
    const items = examples(3, 2);
    const step = () =>
      distillStep(student, items, teacher, {
        padId: PAD,
        divergence: "forward-kl",
        alpha: 0.5,
        temperature: 1,
        states: { ...options, projectors },
      });
    const value = () =>
      tf.tidy(() => {
        const { micro, measures } = step();
        return { loss: micro[0]!.loss().dataSync()[0]!, ...measures!() } as never;
      }) as { loss: number; crossEntropy: number; kl: number; states: number };
    const direction = parameters.map((p) => Float32Array.from({ length: p.size }, () => draws.normal()));
    const slope = tf.tidy(() => {
      const { micro, measures } = step();
      const { gradients } = valueAndGradients(micro[0]!.loss, parameters as Tensor[]);
      measures!();
      return gradients.reduce(
        (sum, g, i) => sum + (g.dataSync() as Float32Array).reduce((s, v, k) => s + v * direction[i]![k]!, 0),
        0,
      ) as never;
    }) as number;
    const before = tf.memory().numTensors;
    const { loss: whole, crossEntropy, kl, states: ofStates } = value();
    expect(tf.memory().numTensors).toBe(before);
    expect(ofStates).toBeGreaterThan(1e-3);
    expect(whole).toBeCloseTo(0.5 * crossEntropy + 0.5 * kl + ofStates, 4);
    const move = (by: number) => {
      for (const [i, p] of parameters.entries())
        p.assign(
          tf.tidy(() => tf.add(p, tf.mul(tf.tensor(direction[i]!, p.shape as number[]), by))) as never,
        );
    };
    move(3e-4);
    const above = value().loss;
    move(-6e-4);
    const measured = (above - value().loss) / 6e-4;
    expect(Math.abs(measured - slope) / Math.abs(slope)).toBeLessThan(0.05);
    for (const decoder of [teacher, student]) decoder.dispose();
    tf.dispose(projectors);
  },
);
