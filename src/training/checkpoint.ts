// Checkpoints: one safetensors file with parameters, optimizer state, step and the hash of the settings, seed included.
import * as fs from "node:fs";
import type { Variable } from "../engine/tf";
import { tf } from "../engine/tf";
import { type NewTensor, WeightFiles, writeSafetensors } from "../models/safetensors";
import type { Optimizer } from "./optimizer";

/** A checkpoint that is damaged or belongs to another run. */
export class CheckpointError extends Error {
  override name = "CheckpointError";
}

/** What a checkpoint is taken of: named parameters and their optimizer. */
export interface TrainingState {
  names: readonly string[];
  parameters: readonly Variable[];
  optimizer: Optimizer;
}

/** A run's parameters as tensors of a file. */
export const parameterTensors = ({ names, parameters }: TrainingState): NewTensor[] =>
  names.map((name, i) => ({
    name: `parameter.${name}`,
    dtype: "F32",
    shape: parameters[i]!.shape,
    data: parameters[i]!.dataSync() as Float32Array,
  }));

/**
 * Writes the state after `step` steps, atomically. `settings` is the hash that a resuming run must show. Data order and
 * every draw of a run are functions of its seed, one of the settings, and the step: so the step is the data cursor and
 * the state of the random numbers as well.
 */
export function saveCheckpoint(
  file: string,
  trainingState: TrainingState,
  step: number,
  settings: string,
): void {
  writeSafetensors(file, [...parameterTensors(trainingState), ...trainingState.optimizer.state()], {
    step: String(step),
    settings,
  });
}

/**
 * Opens a file of a run's state: its parameters and `further` tensors. Throws CheckpointError when it was made with other
 * settings or does not hold these tensors, SafetensorsError when the file is damaged.
 */
export function openState(
  file: string,
  { names, parameters }: TrainingState,
  settings: string,
  further: readonly Pick<NewTensor, "name" | "shape">[] = [],
): WeightFiles {
  const files = WeightFiles.open(file);
  try {
    const { step = "", settings: found } = files.metadata;
    const advice = "Delete the file to start anew.";
    if (found !== settings) {
      throw new CheckpointError(`${file}: made with settings ${found}, this run has ${settings}. ${advice}`);
    }
    if (!/^(0|[1-9]\d{0,14})$/.test(step)) {
      throw new CheckpointError(
        `${file}: expected the number of steps done in its metadata "step", found ${JSON.stringify(step)}. ${advice}`,
      );
    }
    const own = names.map((name, i) => ({ name: `parameter.${name}`, shape: parameters[i]!.shape }));
    for (const { name, shape } of [...own, ...further]) {
      const place = files.has(name) ? files.info(name) : undefined;
      if (place?.dtype !== "F32" || place.shape.join() !== shape.join()) {
        const there = place ? `${place.dtype} [${place.shape.join(", ")}]` : "none";
        throw new CheckpointError(
          `${file}, tensor "${name}": expected F32 [${shape.join(", ")}], found ${there}. ${advice}`,
        );
      }
    }
    return files;
  } catch (error) {
    files.close();
    throw error;
  }
}

/** Puts stored parameters in the place of the run's. */
export function assignParameters(files: WeightFiles, { names, parameters }: TrainingState): void {
  for (const [i, name] of names.entries()) {
    const value = tf.tensor(files.float32(`parameter.${name}`), parameters[i]!.shape);
    parameters[i]!.assign(value as never);
    value.dispose();
  }
}

/**
 * Puts a checkpoint's state back and returns its step; 0 when there is no file. Throws as `openState` does; nothing is
 * changed then.
 */
export function restoreCheckpoint(file: string, trainingState: TrainingState, settings: string): number {
  if (!fs.existsSync(file)) return 0;
  const files = openState(file, trainingState, settings, trainingState.optimizer.state());
  try {
    const step = Number(files.metadata.step);
    trainingState.optimizer.restore(step, (name) => files.float32(name));
    assignParameters(files, trainingState);
    return step;
  } finally {
    files.close();
  }
}
