// Distances of distributions over different vocabularies: both are sorted, which forgets which token is which (ULD, arXiv 2402.12030).
import { columns, exp, logSoftmax, mul, reshape, scale, scatter, sub, sum } from "../../engine/raw";
import { type Tensor, tf } from "../../engine/tf";
import { rowNumbers } from "../teacher-statistics";

/** Σ_i |sort(student)_i - sort(teacher)_i| [n], falling order, the shorter row filled up with 0, and its derivative by the student's entries. */
export function sortedDistance(student: Tensor, teacher: Tensor): { loss: Tensor; gradient: Tensor } {
  const [n, width] = student.shape as [number, number];
  const others = teacher.shape[1]!;
  const { values, indices } = tf.topk(student, width, true);
  const filled = (sorted: Tensor) =>
    tf.pad(sorted, [
      [0, 0],
      [0, Math.max(width, others) - sorted.shape[1]!],
    ]) as Tensor;
  const difference = sub(filled(values), filled(tf.topk(teacher, others, true).values));
  const rowColumns = columns([rowNumbers(n, width), reshape(indices, [n * width])]);
  const signs = reshape(tf.slice(tf.sign(difference), [0, 0], [n, width]), [n * width]);
  return { loss: sum(tf.abs(difference), 1), gradient: scatter(rowColumns, signs, [n, width]) };
}

/** The distance of two distributions given as logits [n, vocab] of each side, each with its own temperature, and its gradient by the student's logits. */
export function uldRows(
  student: Tensor,
  teacher: Tensor,
  temperature: { student: number; teacher: number },
): { loss: Tensor; gradient: Tensor } {
  const probabilities = (logits: Tensor, at: number) => exp(logSoftmax(scale(logits, 1 / at)));
  const q = probabilities(student, temperature.student);
  const { loss, gradient } = sortedDistance(q, probabilities(teacher, temperature.teacher));
  const mean = sum(mul(q, gradient), 1, true);
  return { loss, gradient: scale(mul(q, sub(gradient, mean)), 1 / temperature.student) };
}
