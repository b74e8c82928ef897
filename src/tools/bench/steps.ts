// Optimizer steps as the study's training runs make them, for the rows that time them.

import { Random } from "../../base/random";
import type { Variable } from "../../engine/tf";
import type { Decoder } from "../../models/decoder";
import type { Example } from "../../prompts/example";
import { AdamW } from "../../training/adamw";
import { OptimizerStep } from "../../training/optimizer-step";
import type { StepBatch } from "../../training/step-batch";

/** Random token ids, the first of each row the prompt and the others the target: every position is scored. */
export function randomIds(rows: number, length: number, vocab: number): number[][] {
  const random = new Random(3);
  return Array.from({ length: rows }, () => Array.from({ length }, () => random.integer(6, vocab - 1)));
}

export const examplesOf = (ids: readonly number[][]): Example[] =>
  ids.map(([first, ...rest], i) => ({ id: `row-${i}`, promptIds: [first!], targetIds: rest }));

/** What is trained: all weights of a trainable decoder, or an adapter's. */
export interface Trained {
  names: string[];
  parameters: Variable[];
}

export const allWeights = (decoder: Decoder): Trained => ({
  names: [...decoder.weights.keys()],
  parameters: [...decoder.weights.values()] as Variable[],
});

/**
 * One step a call: loss, gradients clipped to a norm of 1, AdamW; returns the loss. Compiled it is one graph of the engine,
 * recorded and loaded at the first call.
 */
export function trainer(
  { names, parameters }: Trained,
  learningRate: number,
  batch: () => StepBatch,
  compiled = false,
): () => number {
  const trainingState = { names, parameters, optimizer: new AdamW(names, parameters) };
  const step = new OptimizerStep(trainingState, 1, compiled ? () => [batch(), batch()] : undefined);
  return () => step.run(batch(), learningRate).loss;
}

/** Seconds that something takes. */
export function secondsOf(run: () => unknown): number {
  const started = performance.now();
  run();
  return (performance.now() - started) / 1000;
}
