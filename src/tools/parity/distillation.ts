// Parity of distillation losses, dense and from cached top-k logits, with `kd/kd.json` and `kd/kd.safetensors` (float64).
import { TEMPERATURES } from "../../distillation/cache-row";
import type { DivergenceOptions } from "../../distillation/divergences/registry";
import { type DistillationOptions, distillationRows, type TailMode } from "../../distillation/losses";
import { teacherStatistics } from "../../distillation/teacher-statistics";
import type { Teacher } from "../../distillation/teacher-targets";
import { type Tensor, tf } from "../../engine/tf";
import type { WeightFiles } from "../../models/safetensors";
import { attempt, type Case, exact, failed, largestDifference, measured } from "./case";
import type { ReferenceFolder } from "./reference-folder";

interface Reference {
  shape: [number, number, number];
  mask: number[][];
  labels: number[][];
  k: number;
  teacher_topk_indices: number[][][];
  temperatures: number[];
  losses: Record<string, { formula: string; values: Record<string, number> }>;
  teacher_logsumexp: Record<string, number[][]>;
  teacher_log_tail_mass: Record<string, number[][]>;
}

/** A loss of the reference as the project's options; `tail` where the teacher comes from a cache. */
interface Loss {
  options: DivergenceOptions & { alpha: number };
  tail?: TailMode;
  /** Whether the teacher's entropy is to be added: cross-entropy with soft targets is forward KL plus it. */
  plusEntropy?: boolean;
}

const KL = {
  forward: { alpha: 0, divergence: "forward-kl" },
  reverse: { alpha: 0, divergence: "reverse-kl" },
} as const;

const LOSSES: Record<string, Loss> = {
  forward_kl: { options: KL.forward },
  reverse_kl: { options: KL.reverse },
  tvd: { options: { alpha: 0, divergence: "tvd" } },
  soft_ce: { options: KL.forward, plusEntropy: true },
  topk_renorm_both_fkl: { options: KL.forward, tail: "renormalise" },
  topk_renorm_both_rkl: { options: KL.reverse, tail: "renormalise" },
  topk_renorm_teacher_fkl: { options: KL.forward, tail: "renormalise-teacher" },
  topk_drop_fkl: { options: KL.forward, tail: "drop" },
  topk_tail_bucket_fkl: { options: KL.forward, tail: "bucket" },
  topk_tail_bucket_rkl: { options: KL.reverse, tail: "bucket" },
};

function lossOf(name: string, formula: string): Loss | undefined {
  const known = LOSSES[name];
  if (known) return known;
  const [, kind, value] = /^(jsd_beta|taid_t)_([\d.]+)$/.exec(name) ?? [];
  if (kind === "jsd_beta") return { options: { alpha: 0, divergence: "jsd", beta: Number(value) } };
  if (kind === "taid_t") return { options: { alpha: 0, divergence: "taid", interpolation: Number(value) } };
  const share = name === "kd_mix" ? /a=([\d.]+)/.exec(formula)?.[1] : undefined;
  // The reference's a is the share of the teacher, the project's alpha that of cross-entropy.
  return share === undefined
    ? undefined
    : { options: { alpha: 1 - Number(share), divergence: "forward-kl" } };
}

/** Largest of |difference| / (1 + |expected|). */
function scaledDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const scale = (values: ArrayLike<number>) =>
    Float64Array.from(values, (value, i) => value / (1 + Math.abs(expected[i] as number)));
  return largestDifference(scale(found), scale(expected));
}

/** Entropy of softmax(logits / temperature) per row, in float64. */
function entropies(logits: Float64Array, vocab: number, temperature: number): number[] {
  return Array.from({ length: logits.length / vocab }, (_, row) => {
    const cooled = logits.subarray(row * vocab, (row + 1) * vocab).map((value) => value / temperature);
    const top = cooled.reduce((a, b) => Math.max(a, b));
    const total = cooled.reduce((sum, value) => sum + Math.exp(value - top), 0);
    const mean = cooled.reduce((sum, value) => sum + Math.exp(value - top) * value, 0) / total;
    return top + Math.log(total) - mean;
  });
}

interface Rows {
  token: Float64Array;
  gradient: Float64Array;
}

/** Loss and gradient of each token by the project's row loss. */
function run(
  reference: Reference,
  student: Float64Array,
  teacher: Float64Array,
  loss: Loss,
  temperature: number,
): Rows {
  const vocab = reference.shape[2];
  const n = student.length / vocab;
  // Caches keep sums at certain temperatures; at another one a loss is that of cooled logits at temperature 1.
  const cooled = loss.tail !== undefined && !(TEMPERATURES as readonly number[]).includes(temperature);
  const factor = cooled ? 1 / temperature : 1;
  const options: DistillationOptions = {
    ...loss.options,
    tail: loss.tail,
    temperature: cooled ? 1 : temperature,
  };
  const tensor = (values: Float64Array): Tensor =>
    tf.tensor2d(
      Float32Array.from(values, (value) => value * factor),
      [n, vocab],
    );
  const weighted = tf.tidy(() => {
    const dense = tensor(teacher);
    const source: Teacher = loss.tail
      ? {
          kind: "sparse",
          vocabSize: vocab,
          topK: reference.k,
          samples: 0,
          ...teacherStatistics(dense, reference.k),
        }
      : {
          kind: "dense",
          vocabSize: vocab,
          logits: (start, count) => tf.slice(dense, [start, 0], [count, vocab]),
        };
    const targets = Int32Array.from(reference.labels.flat());
    const rows = distillationRows(targets, source, options)(tensor(student), 0);
    return [rows.loss.dataSync(), rows.gradient.dataSync()] as never;
  }) as [Float32Array, Float32Array];
  // Alone, a divergence is weighted by T²; the reference weights only the mixture.
  const weight = options.alpha === 0 ? options.temperature ** -2 : 1;
  const entropy = loss.plusEntropy ? entropies(teacher, vocab, temperature) : [];
  return {
    token: Float64Array.from(weighted[0], (value, i) => value * weight + (entropy[i] ?? 0)),
    gradient: Float64Array.from(weighted[1], (value) => value * weight * factor),
  };
}

function lossCases(
  set: ReferenceFolder,
  label: string,
  name: string,
  reference: Reference,
  files: WeightFiles,
): Case[] {
  const tolerance = set.tolerance("kd", name, "fp32");
  const student = files.float64(`${label}.student_logits`);
  const teacher = files.float64(`${label}.teacher_logits`);
  const { formula, values } = reference.losses[name] as Reference["losses"][string];
  const loss = lossOf(name, formula);
  if (!loss) return [failed(`kd ${label}: ${name}`, "not understood")];
  const mask = reference.mask.flat();
  const count = mask.reduce((a, b) => a + b, 0);
  const vocab = reference.shape[2];
  return reference.temperatures.map((temperature) => {
    const at = `${name}.T${temperature.toFixed(1)}`;
    return attempt(`kd ${label}: ${at}`, () => {
      const { token, gradient } = run(reference, student, teacher, loss, temperature);
      const mean = token.reduce((sum, value, i) => sum + value * (mask[i] as number), 0) / count;
      const slope = gradient.map((value, i) => (value * (mask[Math.floor(i / vocab)] as number)) / count);
      const largest = [
        scaledDifference(token, files.float64(`${label}.${at}.token`)),
        scaledDifference([mean], [values[temperature.toFixed(1)] as number]),
        largestDifference(slope, files.float64(`${label}.${at}.grad`)),
      ];
      return measured(`kd ${label}: ${at}`, Math.max(...largest), tolerance);
    });
  });
}

/** What a cache keeps of the teacher: the top k, log-sum-exps and tail masses at its temperatures. */
function statisticsCases(
  set: ReferenceFolder,
  label: string,
  reference: Reference,
  files: WeightFiles,
): Case[] {
  const vocab = reference.shape[2];
  const teacher = Float32Array.from(files.float64(`${label}.teacher_logits`));
  const logits = tf.tensor2d(teacher, [teacher.length / vocab, vocab]);
  const { topIds, logSumExp, logTail } = teacherStatistics(logits, reference.k);
  logits.dispose();
  const wanted = reference.teacher_topk_indices.flat().flatMap((ids) => [...ids].sort((a, b) => a - b));
  const cases = [
    exact(`kd ${label}: top ${reference.k} tokens`, wanted.join() === [...topIds].join(), `found ${topIds}`),
  ];
  for (const [column, temperature] of TEMPERATURES.entries()) {
    for (const [what, all, found] of [
      ["log-sum-exp", reference.teacher_logsumexp, logSumExp],
      ["log tail mass", reference.teacher_log_tail_mass, logTail],
    ] as const) {
      const expected = all[temperature.toFixed(1)];
      if (!expected) continue;
      const name = `kd ${label}: ${what} at T = ${temperature}`;
      const values = found.filter((_, i) => i % TEMPERATURES.length === column);
      cases.push(
        attempt(name, () =>
          measured(name, scaledDifference(values, expected.flat()), set.tolerance("kd", what, "fp32")),
        ),
      );
    }
  }
  return cases;
}

/** TAID's target is what its gradient leaves of the student's distribution: q - dL/dz at T = 1. */
function targetCase(
  set: ReferenceFolder,
  label: string,
  name: string,
  reference: Reference,
  files: WeightFiles,
): Case {
  const title = `kd ${label}: ${name}`;
  const interpolation = Number(/^taid_target_T1_t([\d.]+)$/.exec(name)?.[1]);
  const student = files.float64(`${label}.student_logits`);
  const teacher = files.float64(`${label}.teacher_logits`);
  const { gradient } = run(
    reference,
    student,
    teacher,
    { options: { alpha: 0, divergence: "taid", interpolation } },
    1,
  );
  const vocab = reference.shape[2];
  const found = student.map((_, i) => {
    const row = student.subarray(i - (i % vocab), i - (i % vocab) + vocab);
    const top = row.reduce((a, b) => Math.max(a, b));
    const total = row.reduce((sum, value) => sum + Math.exp(value - top), 0);
    return Math.exp((student[i] as number) - top) / total - (gradient[i] as number);
  });
  return measured(
    title,
    largestDifference(found, files.float64(`${label}.${name}`)),
    set.tolerance("kd", name, "fp32"),
  );
}

/** Every loss at every temperature: token values, masked means and gradients; and the teacher's cached sums. */
export function checkDistillation(set: ReferenceFolder, folder: string): Case[] {
  const cases: Case[] = [];
  const files = set.tensors(folder, "kd.safetensors");
  try {
    const references = Object.entries(set.json(folder, "kd.json").cases) as [string, Reference][];
    const known = new Set<string>();
    for (const [label, reference] of references) {
      cases.push(...statisticsCases(set, label, reference, files));
      for (const name of Object.keys(reference.losses)) {
        cases.push(...lossCases(set, label, name, reference, files));
        for (const temperature of reference.temperatures) {
          for (const part of ["token", "grad"])
            known.add(`${label}.${name}.T${temperature.toFixed(1)}.${part}`);
        }
      }
      for (const side of ["student_logits", "teacher_logits"]) known.add(`${label}.${side}`);
    }
    for (const tensor of files.names().filter((name) => !known.has(name))) {
      const [label = "", ...rest] = tensor.split(".");
      const reference = references.find(([name]) => name === label)?.[1];
      const name = rest.join(".");
      cases.push(
        attempt(`kd ${tensor}`, () =>
          reference && /^taid_target_T1_t[\d.]+$/.test(name)
            ? targetCase(set, label, name, reference, files)
            : failed(`kd ${tensor}`, "not understood"),
        ),
      );
    }
    return cases;
  } finally {
    files.close();
  }
}
