// AdamW against torch's arithmetic in float64, and the schedules against transformers' formulas.
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { tf } from "../../src/engine/tf";
import { AdamW } from "../../src/training/adamw";
import { type Decay, learningRate } from "../../src/training/schedule";
import { expectRounded } from "../rounding";

const SETTINGS = { beta1: 0.8, beta2: 0.95, eps: 1e-6, weightDecay: 0.1 };
const RATE = 0.05;
const MAX_NORM = 1.5;

/** torch.optim.AdamW after torch.nn.utils.clip_grad_norm_, step by step on plain numbers. */
class Reference {
  private step = 0;
  private readonly first: number[][];
  private readonly second: number[][];

  constructor(
    readonly values: number[][],
    private readonly decays: boolean[],
  ) {
    this.first = values.map((v) => v.map(() => 0));
    this.second = values.map((v) => v.map(() => 0));
  }

  apply(gradients: number[][]): number {
    this.step++;
    const { beta1, beta2, eps, weightDecay } = SETTINGS;
    const norm = Math.hypot(...gradients.flat());
    const clip = Math.min(1, MAX_NORM / (norm + 1e-6));
    for (const [n, gradient] of gradients.entries()) {
      for (const [i, raw] of gradient.entries()) {
        const g = raw * clip;
        const m = beta1 * this.first[n]![i]! + (1 - beta1) * g;
        const v = beta2 * this.second[n]![i]! + (1 - beta2) * g * g;
        this.first[n]![i] = m;
        this.second[n]![i] = v;
        const decayed = this.values[n]![i]! * (this.decays[n] ? 1 - RATE * weightDecay : 1);
        const denominator = Math.sqrt(v) / Math.sqrt(1 - beta2 ** this.step) + eps;
        this.values[n]![i] = decayed - ((RATE / (1 - beta1 ** this.step)) * m) / denominator;
      }
    }
    return norm;
  }
}

const draws = (random: Random, size: number, scale: number) =>
  Array.from({ length: size }, () => Math.fround(scale * random.normal()));

function optimizer(values: number[][]) {
  const names = ["model.norm.weight", "a.weight", "b.weight"];
  const parameters = values.map((v) => tf.variable(tf.tensor1d(v)));
  const decays = (name: string) => !name.includes("norm");
  return { parameters, adamW: new AdamW(names, parameters, { ...SETTINGS, decays }) };
}

describe("AdamW", () => {
  const random = new Random(1);
  const start = [4, 7, 2].map((size) => draws(random, size, 1));
  // Small gradients, then ones that are clipped.
  const gradients = Array.from({ length: 20 }, (_, step) =>
    start.map((v) => draws(random, v.length, step < 10 ? 0.1 : 3)),
  );

  it("moves as torch's does, norms undecayed, clipped by the global norm", () => {
    const reference = new Reference(structuredClone(start), [false, true, true]);
    const { parameters, adamW } = optimizer(start);
    for (const [step, gradient] of gradients.entries()) {
      const norm = tf.tidy(() =>
        adamW.apply(
          gradient.map((g) => tf.tensor1d(g)),
          RATE,
          MAX_NORM,
        ),
      );
      const expected = reference.apply(gradient);
      expectRounded([norm], [expected], gradient.flat().length);
      // A step is some twenty operations on each number.
      for (const [n, parameter] of parameters.entries())
        expectRounded(parameter.dataSync(), reference.values[n]!, 20 * (step + 1));
    }
  });

  it("goes on bit for bit from its stored state", () => {
    const whole = optimizer(start);
    const half = optimizer(start);
    const apply = ({ adamW }: typeof whole, gradient: number[][]) =>
      tf.tidy(() => {
        adamW.apply(
          gradient.map((g) => tf.tensor1d(g)),
          RATE,
          MAX_NORM,
        );
      });
    for (const gradient of gradients) apply(whole, gradient);
    for (const gradient of gradients.slice(0, 12)) apply(half, gradient);
    const resumed = optimizer(half.parameters.map((p) => [...p.dataSync()]));
    const state = half.adamW.state();
    resumed.adamW.restore(12, (name) => (state.find((t) => t.name === name)!.data as () => Float32Array)());
    for (const gradient of gradients.slice(12)) apply(resumed, gradient);
    for (const [n, parameter] of whole.parameters.entries()) {
      expect([...resumed.parameters[n]!.dataSync()]).toEqual([...parameter.dataSync()]);
    }
  });

  it("refuses the state of other parameters", () => {
    const { adamW } = optimizer(start);
    expect(() => adamW.restore(3, () => new Float32Array(5))).toThrow(/5 parameters.*trains 13/);
  });
});

describe("schedules", () => {
  const rates = (decay: Decay) =>
    Array.from({ length: 13 }, (_, step) =>
      learningRate({ peak: 0.3, warmupSteps: 3, totalSteps: 12, decay }, step),
    );
  const warmup = [0, 0.1, 0.2];

  it("rise from 0 and fall in a line", () => {
    const expected = [...warmup, ...Array.from({ length: 10 }, (_, i) => (0.3 * (9 - i)) / 9)];
    for (const [step, rate] of rates("linear").entries()) expect(rate).toBeCloseTo(expected[step]!, 12);
  });

  it("rise from 0 and fall as a cosine", () => {
    const fall = Array.from({ length: 10 }, (_, i) => 0.15 * (1 + Math.cos((Math.PI * i) / 9)));
    for (const [step, rate] of rates("cosine").entries()) {
      expect(rate).toBeCloseTo([...warmup, ...fall][step]!, 12);
    }
  });
});
