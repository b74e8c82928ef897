// What one optimizer step works on.
import type { Dimensions } from "../engine/graph/dimensions";
import type { Named } from "../engine/graph/trace";
import type { Tensor } from "../engine/tf";

/** One batch of a step. What is compiled needs `inputs`; a loss without them reads its batch by itself. */
export interface MicroBatch {
  /** Scored tokens. */
  tokens: number;
  /** The weight of the batch in its step, its tokens where not given. */
  weight?: number;
  /** Mean over the tokens. Given inputs it reads nothing else of the batch, and tells `observe` what is to be logged. */
  loss: (inputs?: Named, observe?: Observe) => Tensor;
  /** The tensors that the loss reads of the batch, made anew each call. */
  inputs?: () => Named;
  /** Their named dimensions. */
  dimensions?: Dimensions;
}

/** Takes sums over a batch's tokens, scalars by name; their means over the step's tokens are logged. */
export type Observe = (sums: Named) => void;

/** One optimizer step's work: its micro-batches' losses are means over their own tokens. */
export interface StepBatch {
  micro: MicroBatch[];
  /** Which items these are, for messages. */
  items: string[];
  /** Tensors that losses read besides and that outlive the step: weights. */
  weights?: Named;
  /** Further figures to log, read after the losses ran. */
  measures?: () => Record<string, number>;
}

/** The share of each micro-batch in its step, by weight: 8 batches of 1 then give what 1 batch of 8 gives. */
export function sharesOf(micro: readonly MicroBatch[]): number[] {
  const weight = (m: MicroBatch) => m.weight ?? m.tokens;
  const total = micro.reduce((sum, m) => sum + weight(m), 0);
  return micro.map((m) => weight(m) / total);
}
