// What the top k leaves out: each divergence over cached outcomes against float64 and finite differences, sampled tails
// without bias, the JSD's limits, and what is refused.
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { decodeRow, encodeRow } from "../../src/distillation/cache-row";
import { movedParameters } from "../../src/distillation/divergences/registry";
import { type DistillationOptions, distillationRows } from "../../src/distillation/losses";
import { teacherStatistics } from "../../src/distillation/teacher-statistics";
import type { SparseTeacher, Teacher } from "../../src/distillation/teacher-targets";
import { tf } from "../../src/engine/tf";
import { expectRounded, sizeOf } from "../rounding";

const VOCAB = 40;
const K = 6;
const N = 3;
const random = new Random(2);
const draw = (size: number, scale: number) =>
  Array.from({ length: size }, () => Math.fround(scale * random.normal()));
const studentLogits = draw(N * VOCAB, 1.5);
const teacherLogits = draw(N * VOCAB, 2);
const labels = Int32Array.of(4, 0, 39);
/** Sums over the vocabulary, forwards and backwards, of log-probabilities. */
const ROUNDINGS = 3 * VOCAB;
const SIZE = sizeOf([...studentLogits, ...teacherLogits]) + Math.log(VOCAB);

function sparse(samples = 0, seed = 1, of = teacherLogits): SparseTeacher {
  const logits = tf.tensor2d(of, [N, VOCAB]);
  const sampling = samples ? { samples, random: new Random(seed) } : undefined;
  const row = teacherStatistics(logits, K, labels, sampling);
  logits.dispose();
  return { kind: "sparse", vocabSize: VOCAB, topK: K, samples, ...row };
}

function run(logits: number[], teacher: Teacher, options: DistillationOptions) {
  return tf.tidy(() => {
    const { loss, gradient } = distillationRows(labels, teacher, options)(tf.tensor2d(logits, [N, VOCAB]), 0);
    return { loss: [...loss.dataSync()], gradient: [...gradient.dataSync()] };
  });
}

const softmax = (values: number[]) => {
  const top = Math.max(...values);
  const weights = values.map((v) => Math.exp(v - top));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / total);
};
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const kl = (p: number[], q: number[]) => sum(p.map((v, i) => v * Math.log(v / q[i]!)));

const divergences: Record<string, (p: number[], q: number[]) => number> = {
  "forward-kl": kl,
  "reverse-kl": (p, q) => kl(q, p),
  jsd: (p, q) => {
    const m = p.map((v, i) => 0.3 * v + 0.7 * q[i]!);
    return 0.3 * kl(p, m) + 0.7 * kl(q, m);
  },
  tvd: (p, q) => 0.5 * sum(p.map((v, i) => Math.abs(v - q[i]!))),
};

describe.each(["forward-kl", "reverse-kl", "jsd", "tvd"] as const)("%s", (loss) => {
  it.each(["bucket", "renormalise"] as const)("with tail mode %s", (tail) => {
    const teacher = sparse();
    const temperature = 2;
    const naive = (logits: number[], t: number) => {
      const full = (of: number[]) =>
        softmax(of.slice(t * VOCAB, (t + 1) * VOCAB).map((v) => v / temperature));
      const ids = [...teacher.topIds.subarray(t * K, (t + 1) * K)];
      const outcomes = (p: number[]) => {
        const listed = ids.map((id) => p[id]!);
        const rest = 1 - sum(listed);
        return tail === "bucket" ? [...listed, rest] : listed.map((v) => v / sum(listed));
      };
      return temperature ** 2 * divergences[loss]!(outcomes(full(teacherLogits)), outcomes(full(logits)));
    };
    const found = run(studentLogits, teacher, { divergence: loss, beta: 0.3, alpha: 0, temperature, tail });
    for (let i = 0; i < studentLogits.length; i++) {
      const t = Math.floor(i / VOCAB);
      expectRounded([found.loss[t]!], [naive(studentLogits, t)], ROUNDINGS, temperature ** 2 * SIZE);
      const at = (delta: number) =>
        naive(
          studentLogits.map((v, j) => (j === i ? v + delta : v)),
          t,
        );
      expectRounded([found.gradient[i]!], [(at(1e-5) - at(-1e-5)) / 2e-5], ROUNDINGS, temperature * SIZE);
    }
  });
});

describe.each(["forward-kl", "reverse-kl", "jsd", "tvd"] as const)("%s", (loss) => {
  it("with the tail spread by a prior", () => {
    const prior = Float32Array.from(draw(VOCAB, 1));
    const teacher = { ...sparse(), prior };
    const temperature = 2;
    const naive = (logits: number[], t: number) => {
      const full = (of: ArrayLike<number>) => softmax(Array.from(of, (v) => v / temperature));
      const own = full(logits.slice(t * VOCAB, (t + 1) * VOCAB));
      const true_ = full(teacherLogits.slice(t * VOCAB, (t + 1) * VOCAB));
      const ids = new Set(teacher.topIds.subarray(t * K, (t + 1) * K));
      const shape = full(prior);
      const mass = sum(true_.filter((_, id) => !ids.has(id)));
      const shapeMass = sum(shape.filter((_, id) => !ids.has(id)));
      const stored = true_.map((p, id) => (ids.has(id) ? p : (mass * shape[id]!) / shapeMass));
      return temperature ** 2 * divergences[loss]!(stored, own);
    };
    const found = run(studentLogits, teacher, {
      divergence: loss,
      beta: 0.3,
      alpha: 0,
      temperature,
      tail: "prior",
    });
    for (let i = 0; i < studentLogits.length; i++) {
      const t = Math.floor(i / VOCAB);
      expectRounded([found.loss[t]!], [naive(studentLogits, t)], ROUNDINGS, temperature ** 2 * SIZE);
      const at = (delta: number) =>
        naive(
          studentLogits.map((v, j) => (j === i ? v + delta : v)),
          t,
        );
      expectRounded([found.gradient[i]!], [(at(1e-5) - at(-1e-5)) / 2e-5], ROUNDINGS, temperature * SIZE);
    }
  });
});

it("TAID over k + 1 outcomes interpolates their log-probabilities", () => {
  const teacher = sparse();
  const found = run(studentLogits, teacher, {
    divergence: "taid",
    interpolation: 0.6,
    alpha: 0,
    temperature: 1,
  });
  for (let t = 0; t < N; t++) {
    const ids = [...teacher.topIds.subarray(t * K, (t + 1) * K)];
    const outcomes = (logits: number[]) => {
      const p = softmax(logits.slice(t * VOCAB, (t + 1) * VOCAB));
      const listed = ids.map((id) => p[id]!);
      return [...listed, 1 - sum(listed)];
    };
    const [p, q] = [outcomes(teacherLogits), outcomes(studentLogits)];
    const target = softmax(p.map((v, i) => 0.6 * Math.log(v) + 0.4 * Math.log(q[i]!)));
    expectRounded([found.loss[t]!], [kl(target, q)], ROUNDINGS, SIZE);
  }
});

const dense = (logits: number[]): Teacher => ({
  kind: "dense",
  vocabSize: VOCAB,
  logits: () => tf.tensor2d(logits, [N, VOCAB]),
});

describe("the generalised JSD", () => {
  // Mild ratios p / q, so that 0.001 of one is small beside the other.
  const mild = (logits: number[]) => logits.map((v) => v / 4);
  const at = (options: Partial<DistillationOptions>) =>
    run(mild(studentLogits), dense(mild(teacherLogits)), {
      divergence: "jsd",
      alpha: 0,
      temperature: 1,
      ...options,
    } as DistillationOptions);

  it.each([
    ["forward-kl", 1e-3, 0],
    ["reverse-kl", 1 - 1e-3, 1],
  ] as const)("divided by its smaller weight tends to %s", (loss, beta, end) => {
    const limit = at({ divergence: loss });
    const near = at({ beta });
    const weight = Math.min(beta, 1 - beta);
    for (const [t, value] of near.loss.entries()) expect(value / weight / limit.loss[t]!).toBeCloseTo(1, 1);
    const size = Math.hypot(...limit.gradient);
    expect(Math.hypot(...near.gradient.map((g, i) => g / weight - limit.gradient[i]!)) / size).toBeLessThan(
      0.05,
    );
    expect(at({ beta: end })).toEqual(limit);
  });
});

describe("sampled tails", () => {
  it.each([1, 2])("are forward KL without bias at T = %d", (temperature) => {
    // Flat enough that every token of the tail is drawn in some run.
    const flat = teacherLogits.map((v) => v / 2.5);
    const options = { divergence: "forward-kl", alpha: 0, temperature } as const;
    const exact = run(studentLogits, dense(flat), options);
    const runs = 300;
    const draws = Array.from({ length: runs }, (_, seed) =>
      run(studentLogits, sparse(8, seed + 1, flat), { ...options, tail: "sampled" }),
    );
    const direction = draw(N * VOCAB, 1);
    const along = (values: number[]) => sum(values.map((v, i) => v * direction[i]!));
    for (const read of [
      ...Array.from(labels, (_, t) => (d: typeof exact) => d.loss[t]!),
      (d: typeof exact) => along(d.gradient),
    ]) {
      const values = draws.map(read);
      const mean = sum(values) / runs;
      const deviation = Math.sqrt(sum(values.map((v) => (v - mean) ** 2)) / (runs - 1));
      expect(deviation).toBeGreaterThan(1e-3);
      expect(Math.abs(mean - read(exact))).toBeLessThan((3.5 * deviation) / Math.sqrt(runs));
    }
  });

  it("survive the cache", () => {
    const { topK, samples, ...row } = sparse(8);
    const whole = { ...row, targetIds: labels, entropy: new Float32Array(N), goldLogit: new Float32Array(N) };
    const back = decodeRow(encodeRow(whole, { topK, samples }), N, { topK, samples });
    const options = { divergence: "forward-kl", alpha: 0, temperature: 2, tail: "sampled" } as const;
    const before = run(studentLogits, sparse(8), options);
    const after = run(studentLogits, { kind: "sparse", vocabSize: VOCAB, topK, samples, ...back }, options);
    for (const [t, loss] of before.loss.entries()) expect(Math.abs(after.loss[t]! - loss)).toBeLessThan(0.1);
  });
});

it("a mixture with cross-entropy is the weighted sum", () => {
  const options = { divergence: "reverse-kl", temperature: 2 } as const;
  const [both, alone] = [0.25, 0].map((alpha) => run(studentLogits, sparse(), { ...options, alpha }));
  for (let t = 0; t < N; t++) {
    const entropy = -Math.log(softmax(studentLogits.slice(t * VOCAB, (t + 1) * VOCAB))[labels[t]!]!);
    expectRounded([both!.loss[t]!], [0.25 * entropy + 0.75 * alone!.loss[t]!], ROUNDINGS, 4 * SIZE);
  }
});

describe("is refused:", () => {
  const options: DistillationOptions = { divergence: "forward-kl", alpha: 0.5, temperature: 1 };
  it.each<[string, Partial<DistillationOptions>, RegExp]>([
    ["a temperature that is not stored", { temperature: 3 }, /stored temperatures 1, 2, 4.*found 3/],
    ["temperature 0", { temperature: 0 }, /temperature must be above 0/],
    ["alpha above 1", { alpha: 1.5 }, /alpha must be from 0 to 1, found 1.5/],
    ["JSD without beta", { divergence: "jsd" }, /needs beta.*undefined/],
    ["TAID without interpolation", { divergence: "taid" }, /needs interpolation/],
    ["a divergence that nobody wrote", { divergence: "kl" }, /no divergence "kl". Known: forward-kl, /],
    ["a dropped tail with reverse KL", { divergence: "reverse-kl", tail: "drop" }, /goes with forward KL/],
    ["a prior that was not captured", { tail: "prior" }, /captured with a prior/],
    ["sampled tails that were not captured", { tail: "sampled" }, /captured with samples/],
  ])("%s", (_, change, message) => {
    expect(() => run(studentLogits, sparse(), { ...options, ...change })).toThrow(message);
  });

  it("another vocabulary", () => {
    expect(() => run(studentLogits, { ...sparse(), vocabSize: 41 }, options)).toThrow(/has 41 tokens.*40/);
  });
});

it("TAID's target goes from where it begins to the teacher in a run, along the paper's line", () => {
  const options = { divergence: "taid", interpolation: 0.4, alpha: 0, temperature: 1 };
  const at = (progress: number) => movedParameters(options, progress).interpolation;
  // arXiv 2501.16937, algorithm 1 without its momentum: t = t_start + (t_end - t_start) n / N with t_end = 1.
  const before = [{ kl: 1, interpolation: 0.4, momentum: 0 }];
  const along = (progress: number) => movedParameters(options, progress, before).interpolation;
  expect([at(0), along(0.5), along(1)]).toEqual([0.4, expect.closeTo(0.7, 12), 1]);
  expect(movedParameters({ ...options, divergence: "forward-kl" }, 0.5)).toEqual({});
});

it("in a long run TAID's target is ahead of the line, by the paper's step and momentum", () => {
  const options = { divergence: "taid", interpolation: 0.4, alpha: 0, temperature: 1 };
  const steps = 8000;
  const loss = (step: number) => 2 * Math.exp(-step / 800) + 0.05 * Math.sin(step);
  const records: Record<string, number>[] = [];
  let [t, momentum, earlier] = [0.4, 0, Number.POSITIVE_INFINITY];
  let ahead = 0;
  for (let step = 0; step < steps; step++) {
    const progress = step / (steps - 1);
    const moved = movedParameters(options, progress, records.slice(-20));
    // SakanaAI/TAID's update as a loop with state.
    const line = 0.4 + 0.6 * progress;
    if (step === 1) t = line;
    if (step > 1) {
      momentum = 0.99 * momentum + 0.01 * ((earlier - loss(step - 1)) / (earlier + 1e-15));
      t = Math.min(1, Math.max(line, t + 5e-4 * (1 / (1 + Math.exp(-momentum))) * (1 - t)));
    }
    if (step > 0) earlier = loss(step - 1);
    expect(Math.abs(moved.interpolation! - t)).toBeLessThan(1e-12);
    ahead = Math.max(ahead, t - line);
    records.push({ kl: loss(step), ...moved });
  }
  expect(ahead).toBeGreaterThan(0.05);
});
