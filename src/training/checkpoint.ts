// Checkpoints: one safetensors file with parameters, optimizer state, step and the hash of the settings.
import * as fs from "node:fs";
import type { Variable } from "../engine/tf";
import { tf } from "../engine/tf";
import { WeightFiles, writeSafetensors } from "../models/safetensors";
import type { Optimizer } from "./optimizer";

/** A checkpoint that is damaged or belongs to another run. */
export class CheckpointError extends Error {
  override name = "CheckpointError";
}

/** What a checkpoint is taken of: named parameters and their optimizer. */
export interface Trainee {
  names: readonly string[];
  parameters: readonly Variable[];
  optimizer: Optimizer;
}

/** Writes the state after `step` steps, atomically. `settings` is the hash that a resuming run must show. */
export function saveCheckpoint(file: string, trainee: Trainee, step: number, settings: string): void {
  const parameters = trainee.names.map((name, i) => {
    const parameter = trainee.parameters[i]!;
    return {
      name: `parameter.${name}`,
      dtype: "F32" as const,
      shape: parameter.shape,
      data: parameter.dataSync() as Float32Array,
    };
  });
  writeSafetensors(file, [...parameters, ...trainee.optimizer.state()], { step: String(step), settings });
}

/**
 * Puts a checkpoint's state back and returns its step; 0 when there is no file.
 * Throws CheckpointError when it was made with other settings or does not hold this run's tensors, SafetensorsError when
 * the file is damaged; nothing is changed then.
 */
export function restoreCheckpoint(file: string, trainee: Trainee, settings: string): number {
  if (!fs.existsSync(file)) return 0;
  const files = WeightFiles.open(file);
  try {
    const { step = "", settings: found } = files.metadata;
    const advice = "Delete the file to start anew.";
    if (found !== settings) {
      throw new CheckpointError(`${file}: made with settings ${found}, this run has ${settings}. ${advice}`);
    }
    if (!/^[1-9]\d{0,14}$/.test(step)) {
      throw new CheckpointError(
        `${file}: expected the number of steps done in its metadata "step", found ${JSON.stringify(step)}. ${advice}`,
      );
    }
    const expected = [
      ...trainee.names.map((name, i) => ({ name: `parameter.${name}`, shape: trainee.parameters[i]!.shape })),
      ...trainee.optimizer.state(),
    ];
    for (const { name, shape } of expected) {
      const place = files.has(name) ? files.info(name) : undefined;
      if (place?.dtype !== "F32" || place.shape.join() !== shape.join()) {
        const there = place ? `${place.dtype} [${place.shape.join(", ")}]` : "none";
        throw new CheckpointError(
          `${file}, tensor "${name}": expected F32 [${shape.join(", ")}], found ${there}. ${advice}`,
        );
      }
    }
    for (const [i, name] of trainee.names.entries()) {
      const parameter = trainee.parameters[i]!;
      const value = tf.tensor(files.float32(`parameter.${name}`), parameter.shape);
      parameter.assign(value as never);
      value.dispose();
    }
    trainee.optimizer.restore(Number(step), (name) => files.float32(name));
    return Number(step);
  } finally {
    files.close();
  }
}
