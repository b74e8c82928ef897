// The parameters that scored best in validation, kept beside the run's log in best.safetensors.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeSafetensors } from "../models/safetensors";
import { assignParameters, openState, parameterTensors, type TrainingState } from "./checkpoint";

export class BestParameters {
  private constructor(
    private readonly file: string,
    private readonly trainingState: TrainingState,
    private readonly settings: string,
    private kept: { step: number; score: number } | undefined,
  ) {}

  /** What a run has kept so far. Throws when the file is of another run. */
  static open(directory: string, trainingState: TrainingState, settings: string): BestParameters {
    const file = path.join(directory, "best.safetensors");
    if (!fs.existsSync(file)) return new BestParameters(file, trainingState, settings, undefined);
    const files = openState(file, trainingState, settings);
    const { step, score } = files.metadata;
    files.close();
    return new BestParameters(file, trainingState, settings, { step: Number(step), score: Number(score) });
  }

  /** Keeps the parameters when their score is above the best so far; of equal scores the first stays. */
  offer(step: number, score: number): void {
    if (this.kept && score <= this.kept.score) return;
    const { settings } = this;
    writeSafetensors(this.file, parameterTensors(this.trainingState), {
      step: String(step),
      score: String(score),
      settings,
    });
    this.kept = { step, score };
  }

  /** Puts the best parameters in the place of the run's last and returns their step. Throws when none was kept. */
  restore(): number {
    if (!this.kept)
      throw new Error(`${this.file}: no validation has scored, so there are no best parameters.`);
    const files = openState(this.file, this.trainingState, this.settings);
    assignParameters(files, this.trainingState);
    files.close();
    return this.kept.step;
  }
}
