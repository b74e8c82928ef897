// Distillation losses against float64 references: values and gradients of every case of the kd oracle, tails, mixtures.
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { type DistillationOptions, distillationRows, type TailMode } from "../../src/distillation/losses";
import type { SparseTeacher, Teacher } from "../../src/distillation/teacher-targets";
import { tf } from "../../src/engine/tf";
import { WeightFiles } from "../../src/models/safetensors";

const FOLDER = path.join(__dirname, "../fixtures/oracles/models/kd");
const oracle = JSON.parse(fs.readFileSync(path.join(FOLDER, "kd.json"), "utf8"));
const files = WeightFiles.open(path.join(FOLDER, "kd.safetensors"));
const float64 = (name: string) => {
  const bytes = files.bytes(name);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
const TOLERANCE = 5e-6;

interface Setting {
  divergence: string;
  beta?: number;
  interpolation?: number;
  tail?: TailMode;
  alpha?: number;
}

/** How our options express a loss of the oracle. */
function setting(name: string): Setting {
  const jsd = /^jsd_beta_(.+)$/.exec(name);
  if (jsd) return { divergence: "jsd", beta: Number(jsd[1]) };
  const taid = /^taid_t_(.+)$/.exec(name);
  if (taid) return { divergence: "taid", interpolation: Number(taid[1]) };
  const known: Record<string, Setting> = {
    forward_kl: { divergence: "forward-kl" },
    reverse_kl: { divergence: "reverse-kl" },
    tvd: { divergence: "tvd" },
    kd_mix: { divergence: "forward-kl", alpha: 0.4 },
    topk_renorm_both_fkl: { divergence: "forward-kl", tail: "renormalise" },
    topk_renorm_both_rkl: { divergence: "reverse-kl", tail: "renormalise" },
    topk_renorm_teacher_fkl: { divergence: "forward-kl", tail: "renormalise-teacher" },
    topk_drop_fkl: { divergence: "forward-kl", tail: "drop" },
    topk_tail_bucket_fkl: { divergence: "forward-kl", tail: "bucket" },
    topk_tail_bucket_rkl: { divergence: "reverse-kl", tail: "bucket" },
  };
  return known[name]!;
}

const lse = (values: number[]) => {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, v) => sum + Math.exp(v - top), 0));
};

/** The top k of dense logits with exact sums, computed here in float64. */
function sparse(logits: Float64Array, vocab: number, k: number): SparseTeacher {
  const n = logits.length / vocab;
  const teacher: SparseTeacher = {
    kind: "sparse",
    vocabSize: vocab,
    topK: k,
    samples: 0,
    topIds: new Int32Array(n * k),
    topLogits: new Float32Array(n * k),
    logSumExp: new Float32Array(n * 3),
    logTail: new Float32Array(n * 3),
    sampledIds: new Int32Array(0),
    sampledLogits: new Float32Array(0),
  };
  for (let t = 0; t < n; t++) {
    const row = [...logits.subarray(t * vocab, (t + 1) * vocab)];
    const order = row.map((_, id) => id).sort((a, b) => row[b]! - row[a]!);
    const top = order.slice(0, k).sort((a, b) => a - b);
    teacher.topIds.set(top, t * k);
    teacher.topLogits.set(
      top.map((id) => row[id]!),
      t * k,
    );
    for (const [i, temperature] of [1, 2, 4].entries()) {
      const total = lse(row.map((v) => v / temperature));
      teacher.logSumExp[t * 3 + i] = total;
      teacher.logTail[t * 3 + i] = lse(order.slice(k).map((id) => row[id]! / temperature)) - total;
    }
  }
  return teacher;
}

function run(
  student: ArrayLike<number>,
  vocab: number,
  teacher: Teacher,
  options: DistillationOptions,
  labels: number[],
) {
  const n = student.length / vocab;
  return tf.tidy(() => {
    const rows = distillationRows(Int32Array.from(labels), teacher, options);
    const { loss, gradient } = rows(tf.tensor2d(Float32Array.from(student), [n, vocab]), 0);
    return { loss: loss.dataSync(), gradient: gradient.dataSync() };
  });
}

const dense = (logits: ArrayLike<number>, vocab: number): Teacher => ({
  kind: "dense",
  vocabSize: vocab,
  logits: (start, count) =>
    tf.tensor2d(Float32Array.from(logits).subarray(start * vocab, (start + count) * vocab), [count, vocab]),
});

describe.each(["normal", "extreme"])("the oracle's %s logits", (name) => {
  const { shape, mask, labels, k, temperatures, losses } = oracle.cases[name];
  const vocab = shape[2];
  const student = float64(`${name}.student_logits`);
  const teacherLogits = float64(`${name}.teacher_logits`);
  const weights = mask.flat();
  const scored = weights.reduce((a: number, b: number) => a + b, 0);

  // Soft cross-entropy is forward KL plus the teacher's entropy, a constant; it is no loss of ours.
  const ours = Object.keys(losses).filter((loss) => loss !== "soft_ce");
  it.each(ours)("%s", (loss) => {
    for (const temperature of temperatures) {
      const { tail, ...rest } = setting(loss);
      const options: DistillationOptions = { alpha: 0, temperature, ...rest, ...(tail && { tail }) };
      const teacher = tail ? sparse(teacherLogits, vocab, k) : dense(teacherLogits, vocab);
      const found = run(student, vocab, teacher, options, labels.flat());
      // The oracle leaves T² out, except in the mixture.
      const factor = loss === "kd_mix" ? 1 : temperature ** 2;
      const prefix = `${name}.${loss}.T${temperature.toFixed(1)}`;
      const token = float64(`${prefix}.token`);
      const gradient = float64(`${prefix}.grad`);
      for (const [t, expected] of token.entries()) {
        const error = Math.abs(found.loss[t]! / factor - expected) / (1 + Math.abs(expected));
        expect(error, `${prefix} token ${t}`).toBeLessThan(TOLERANCE);
      }
      for (const [i, expected] of gradient.entries()) {
        const share = weights[Math.floor(i / vocab)] / scored;
        const error = Math.abs((found.gradient[i]! / factor) * share - expected);
        expect(error, `${prefix} gradient ${i}`).toBeLessThan(TOLERANCE);
      }
    }
  });
});
