// What a divergence is: two distributions given as log-probabilities, a loss and its slope, and the numbers that it asks for.
import type { Tensor } from "../../engine/tf";

/** Loss [n] and its derivative [n, outcomes] by the student's log-probabilities, each taken as free. */
export interface Divergent {
  loss: Tensor;
  gradient: Tensor;
}

/** A number that a recipe must give, with the range that it lies in. */
export interface DivergenceParameter {
  /** As tables show it; absent where they need not. */
  symbol?: string;
  description: string;
  minimum: number;
  maximum: number;
}

export interface Divergence {
  /** As recipes call it. */
  name: string;
  /** As tables show it. */
  label: { ko: string; en: string };
  /** In one sentence, for who chooses it in a study file. */
  description: string;
  parameters?: Readonly<Record<string, DivergenceParameter>>;
  /**
   * The divergence of student from teacher, both log-probabilities [n, outcomes] whose rows sum to 1. The gradient is projected
   * on that constraint afterwards.
   */
  compute: (teacher: Tensor, student: Tensor, parameters: Record<string, number>) => Divergent;
  /** Parameters that move in the course of a run: the recipe's own at progress 0, what is given here up to progress 1. */
  during?: (parameters: Record<string, number>, progress: number) => Record<string, number>;
}
