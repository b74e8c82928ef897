// The log of one training run: JSON lines beside TensorBoard event files, cut back to the checkpoint on resume.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { makeFolder, writeError } from "../base/write-error";
import { tf } from "../engine/tf";
import { CheckpointError } from "./checkpoint";

/** One optimizer step. Memory in bytes, rate in tokens that the loss counts per second. */
export interface StepRecord {
  step: number;
  loss: number;
  learningRate: number;
  gradientNorm: number;
  tokensPerSecond: number;
  seconds: number;
  memory: number;
  [measure: string]: number;
}

/** How many records the next step is judged by; the others stay in the file, so that memory does not grow with the steps. */
export const RECENT_STEPS = 20;

export class RunLog {
  /** The last records, at most RECENT_STEPS. */
  readonly recent: StepRecord[];
  private steps: number;
  private readonly board: ReturnType<typeof tf.node.summaryFileWriter>;

  /** Opens `directory`/log.jsonl and keeps its first `steps` records. Throws when one of them is missing or damaged. */
  constructor(
    private readonly directory: string,
    steps: number,
  ) {
    makeFolder(directory);
    this.steps = steps;
    const records = this.all();
    this.recent = records.slice(-RECENT_STEPS);
    writeFileAtomic(this.file(), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    this.board = tf.node.summaryFileWriter(path.join(directory, "tensorboard"));
  }

  private file(): string {
    return path.join(this.directory, "log.jsonl");
  }

  /** The records of all steps so far, from the file. Throws when one of them is missing or damaged. */
  all(): StepRecord[] {
    const file = this.file();
    const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : [];
    return Array.from({ length: this.steps }, (_, step) => {
      try {
        return JSON.parse(lines[step] ?? "") as StepRecord;
      } catch {
        throw new CheckpointError(
          `${file}:${step + 1}: expected the record of step ${step}, which the checkpoint beside it has taken, found ${JSON.stringify(lines[step] ?? "nothing")}. Delete ${path.join(this.directory, "checkpoint.safetensors")} to train anew.`,
        );
      }
    });
  }

  write(record: StepRecord): void {
    this.steps++;
    this.recent.push(record);
    if (this.recent.length > RECENT_STEPS) this.recent.shift();
    const file = this.file();
    try {
      fs.appendFileSync(file, `${JSON.stringify(record)}\n`);
    } catch (error) {
      throw writeError(file, error);
    }
    tf.tidy(() => {
      for (const name of ["loss", "learningRate", "gradientNorm", "tokensPerSecond"]) {
        this.board.scalar(name, record[name]!, record.step);
      }
    });
  }

  close(): void {
    this.board.flush();
  }
}
