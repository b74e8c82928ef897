// The alpha-beta family of ABKD (arXiv 2505.04560) after Cichocki et al. 2011: forward KL at (1, 0), reverse KL at (0, 1), squared Hellinger at (½, ½).
import { add, exp, mul, scale, sub, sum } from "../../engine/raw";
import type { Tensor } from "../../engine/tf";
import type { Divergence, Divergent } from "./divergence";

/**
 * -1 / (α β) Σ (p^α q^β - α / (α + β) p^(α + β) - β / (α + β) q^(α + β)); where a power is 0, its limit. α is the teacher's
 * power, β the student's.
 */
export function alphaBeta(teacher: Tensor, student: Tensor, alpha: number, beta: number): Divergent {
  const difference = sub(teacher, student);
  const power = (of: Tensor, exponent: number) => exp(scale(of, exponent));
  const own = power(student, alpha + beta);
  if (alpha === 0 && beta === 0) {
    return { loss: scale(sum(mul(difference, difference), 1), 0.5), gradient: scale(difference, -1) };
  }
  if (alpha === 0) {
    // Σ (q^β log(q^β / p^β) - q^β + p^β) / β²
    const terms = add(sub(scale(mul(own, difference), -beta), own), power(teacher, beta));
    return { loss: scale(sum(terms, 1), beta ** -2), gradient: scale(mul(own, difference), -1) };
  }
  const both = mul(power(teacher, alpha), power(student, beta));
  const gradient = scale(sub(own, both), 1 / alpha);
  if (beta === 0) {
    // Σ (p^α log(p^α / q^α) - p^α + q^α) / α²
    const terms = add(sub(scale(mul(both, difference), alpha), both), own);
    return { loss: scale(sum(terms, 1), alpha ** -2), gradient };
  }
  const shares = add(
    scale(power(teacher, alpha + beta), alpha / (alpha + beta)),
    scale(own, beta / (alpha + beta)),
  );
  return { loss: scale(sum(sub(shares, both), 1), 1 / (alpha * beta)), gradient };
}

export const ALPHA_BETA: Divergence = {
  name: "alpha-beta",
  label: { ko: "α-β 발산", en: "alpha-beta divergence" },
  description: "The family that holds forward KL (1, 0), reverse KL (0, 1) and what lies between (ABKD).",
  parameters: {
    teacherPower: {
      symbol: "α",
      description: "The teacher's power; 0.2 in the paper's instruction tuning.",
      minimum: 0,
      maximum: 2,
    },
    studentPower: {
      symbol: "β",
      description: "The student's power; 0.7 in the paper's instruction tuning.",
      minimum: 0,
      maximum: 2,
    },
  },
  compute: (teacher, student, { teacherPower, studentPower }) =>
    alphaBeta(teacher, student, teacherPower!, studentPower!),
};
