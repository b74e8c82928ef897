// What a divergence is: two distributions given as log-probabilities, a loss and its slope, and the numbers that it asks for.
import type { Tensor } from "../../engine/tf";

/** Loss [n] and its derivative [n, outcomes] by the student's log-probabilities, each taken as free. */
export interface Divergent {
  loss: Tensor;
  gradient: Tensor;
}

/** The tokens that the student drew, where its own texts are learnt. */
export interface Sampled {
  /** [row, token] of each row's, int32 [n, 2]. */
  indices: Tensor;
  /** Their log-probability when they were drawn, [n]. */
  logProbability: Tensor;
}

/** A number that a recipe must give, with the range that it lies in. */
export interface DivergenceParameter {
  /** As tables show it; absent where they need not. */
  symbol?: string;
  description: string;
  minimum: number;
  maximum: number;
}

type Compute = (
  teacher: Tensor,
  student: Tensor,
  parameters: Record<string, number>,
  sampled?: Sampled,
) => Divergent;

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
  compute: Compute;
  /** The same on the student's own texts, where that is another. */
  onOwnTexts?: Compute;
  /** What it is a mean over; absent: all tokens alike. */
  means?: "texts";
  /**
   * Parameters that move in the course of a run: the recipe's own at progress 0, what is given here up to progress 1. They are logged with
   * each step; `before` are the records of the last steps, the newest at the end.
   */
  during?: (
    parameters: Record<string, number>,
    progress: number,
    before: readonly Record<string, number>[],
  ) => Record<string, number>;
}
