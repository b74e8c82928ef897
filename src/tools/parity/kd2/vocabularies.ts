// Losses across vocabularies: ULD position by position, and spans of tokens aligned by bytes.
import { byteSpans } from "../../../distillation/vocabularies/byte-spans";
import { uldRows } from "../../../distillation/vocabularies/sorted-distance";
import {
  goldRows,
  mergedLogProbability,
  type SpannedSide,
  spanPolicyGradient,
} from "../../../distillation/vocabularies/span-likelihood";
import { type Tensor, tf } from "../../../engine/tf";
import { attempt, type Case, exact, failed, largestDifference, measured } from "../case";
import type { ReferenceFolder } from "../reference-folder";
import type { CaseTensors, Compute } from "./loss-case";
import { rowShares, weightedSum } from "./reduction";

interface Answers {
  student_start: number[];
  student_length: number[];
  teacher_start: number[];
  teacher_length: number[];
  row_weights: number[];
}

/** Sorted distances, the k-th position of an answer against the k-th. */
export const uldLosses =
  (reference: Answers, tensors: CaseTensors): Compute =>
  ({ kind }, label) => {
    const [, own, others] = /^Ts([\d.]+)_Tt([\d.]+)$/.exec(label) ?? [];
    if (kind !== "uld" || own === undefined) return undefined;
    const temperature = { student: Number(own), teacher: Number(others) };
    const shares = rowShares(reference.row_weights);
    const [rows, length, vocab] = tensors.shape("student_logits") as [number, number, number];
    const gradient = new Float64Array(rows * length * vocab);
    const student = Float32Array.from(tensors.float64("student_logits"));
    const teacher = Float32Array.from(tensors.float64("teacher_logits"));
    const [, teacherLength, teacherVocab] = tensors.shape("teacher_logits") as [number, number, number];
    const token: number[] = [];
    let value = 0;
    for (const [row, share] of shares.entries()) {
      const count = Math.min(reference.student_length[row]!, reference.teacher_length[row]!);
      const cut = (values: Float32Array, first: number, width: number) =>
        tf.tensor2d(values.subarray(first * width, (first + count) * width), [count, width]) as Tensor;
      const from = row * length + reference.student_start[row]!;
      tf.tidy(() => {
        const found = uldRows(
          cut(student, from, vocab),
          cut(teacher, row * teacherLength + reference.teacher_start[row]!, teacherVocab),
          temperature,
        );
        const losses = [...found.loss.dataSync()];
        token.push(...losses);
        value += (share / count) * losses.reduce((a, b) => a + b, 0);
        gradient.set(
          Float64Array.from(found.gradient.dataSync(), (slope) => (slope * share) / count),
          from * vocab,
        );
      });
    }
    return { value, parts: { token }, gradients: { "": gradient } };
  };

interface Aligned {
  items: {
    student_tokens: string[];
    teacher_tokens: string[];
    student_ids: number[];
    teacher_ids: number[];
    /** Student's, teacher's and byte range of each. */
    spans: number[][];
  }[];
}

type Side = "student" | "teacher";

const bytesOf = (tokens: string[]): Uint8Array[] => tokens.map((token) => Buffer.from(token, "hex"));

const spansOf = (item: Aligned["items"][number]) =>
  byteSpans(bytesOf(item.student_tokens), bytesOf(item.teacher_tokens));

function sideOf(reference: Aligned, tensors: CaseTensors, index: string, side: Side): SpannedSide {
  const item = reference.items[Number(index)]!;
  const name = `${index}.${side}_logits`;
  return {
    logits: tf.tensor2d(Float32Array.from(tensors.float64(name)), tensors.shape(name) as [number, number]),
    ids: item[`${side}_ids`],
    spans: spansOf(item).map((span) => span[side]),
  };
}

/** Losses of aligned spans, one label an item. */
export const spanLosses =
  (reference: Aligned, tensors: CaseTensors): Compute =>
  ({ kind }, index) => {
    const rule = { gold_uld_bayesian: "last", gold_uld_observed: "first" }[kind] as
      | "last"
      | "first"
      | undefined;
    if ((!rule && kind !== "span_policy_gradient") || !reference.items[Number(index)]) return undefined;
    const [span, gradient] = tf.tidy(() => {
      const student = sideOf(reference, tensors, index, "student");
      const teacher = sideOf(reference, tensors, index, "teacher");
      const found = rule ? goldRows(student, teacher, rule) : spanPolicyGradient(student, teacher);
      return [found.loss.dataSync(), found.gradient.dataSync()] as never;
    }) as [Float32Array, Float32Array];
    const share = 1 / span.length;
    return {
      value: weightedSum(span, [...span].fill(share)),
      parts: { span },
      gradients: { "": Float64Array.from(gradient, (slope) => slope * share) },
    };
  };

/** Where the spans of each item lie, and the log-probability that each side gives them. */
export function alignmentCases(
  set: ReferenceFolder,
  label: string,
  reference: Aligned,
  tensors: CaseTensors,
): Case[] {
  return reference.items.flatMap((item, index): Case[] => {
    const title = `kd2 ${label}: ${index}`;
    try {
      const spans = spansOf(item).map(({ student, teacher, bytes }) => [...student, ...teacher, ...bytes]);
      return [
        exact(
          `${title}.spans`,
          JSON.stringify(spans) === JSON.stringify(item.spans),
          `found ${JSON.stringify(spans)}`,
        ),
        ...(["student", "teacher"] as const).map((side) => {
          const name = `${title}.${side}_merged_logprob`;
          return attempt(name, () => {
            const found = tf.tidy(
              () => mergedLogProbability(sideOf(reference, tensors, String(index), side)).dataSync() as never,
            ) as Float32Array;
            const expected = tensors.float64(`${index}.${side}_merged_logprob`);
            const by = (values: ArrayLike<number>) => expected.map((e, i) => values[i]! / (1 + Math.abs(e)));
            if (found.length !== expected.length)
              return failed(name, `expected ${expected.length} spans, found ${found.length}`);
            return measured(
              name,
              largestDifference(by(found), by(expected)),
              set.tolerance("kd2", `${label}.merged_logprob`, "fp32"),
            );
          });
        }),
      ];
    } catch (error) {
      return [failed(title, error)];
    }
  });
}
