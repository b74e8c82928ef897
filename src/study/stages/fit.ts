// What the training stages share: the encoded examples, and one run over the profile's epochs with its validation.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../../engine/atomic-write";
import type { CurvePoint, TrainingRun } from "../../evaluation/results";
import type { Decoder } from "../../models/decoder";
import { type Example, encodeItem } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import type { Trainee } from "../../training/checkpoint";
import { epochBatches, stepsOf, validationLoss } from "../../training/finetune";
import { type StepBatch, train } from "../../training/loop";
import type { BaseModel } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";

const MAX_GRADIENT_NORM = 1;
const WARMUP_SHARE = 0.05;

export interface Data {
  corpusHash: string;
  train: Example[];
  validation: Example[];
}

/** The training and validation examples of the study, tokenised. */
export async function examples(context: StudyContext, tokenizer: ChatTokenizer): Promise<Data> {
  const corpus = await corpusStage(context);
  const encode = (split: "train" | "validation") =>
    itemsOf(corpus, split).map((item) => encodeItem(tokenizer, item));
  return { corpusHash: corpus.value.hash, train: encode("train"), validation: encode("validation") };
}

export interface Fit {
  /** Shown in the progress line. */
  label: string;
  directory: string;
  key: string;
  trainee: Trainee;
  decoder: Decoder;
  tokenizer: ChatTokenizer;
  data: Data;
  learningRate: number;
  /** One optimizer step; `progress` runs from 0 at the first step to 1 at the last. */
  step: (batch: Example[], progress: number) => StepBatch;
}

/** Where and on what a run trains. */
export type RunPlace = Pick<Fit, "label" | "directory" | "key" | "tokenizer" | "data"> & { base: BaseModel };

/** What a run leaves, whoever it was for. */
export type FittedRun = Omit<TrainingRun, "name" | "system">;

/**
 * Trains for the profile's epochs with the validation loss after each, and frees the optimizer. The checkpoint stays until
 * the stage has its result.
 */
export async function fit(context: StudyContext, run: Fit): Promise<FittedRun> {
  const { epochs, batchSize } = context.profile;
  const { label, directory, key, trainee, decoder, tokenizer, data, learningRate } = run;
  const totalSteps = stepsOf(data.train.length, epochs, batchSize);
  const batches = epochBatches(data.train, { seed: context.seed, batchSize });
  const validation = validationLog(directory);
  const records = await train(trainee, {
    label,
    directory,
    settings: key,
    schedule: {
      peak: learningRate,
      warmupSteps: Math.round(WARMUP_SHARE * totalSteps),
      totalSteps,
      decay: "linear",
    },
    batch: (step) => run.step(batches(step), step / Math.max(1, totalSteps - 1)),
    maxGradientNorm: MAX_GRADIENT_NORM,
    checkpointSeconds: context.checkpointSeconds,
    validation: {
      everySteps: stepsOf(data.train.length, 1, batchSize),
      run: (step) => validation.write(step, validationLoss(decoder, data.validation, tokenizer.padId)),
    },
  });
  trainee.optimizer.dispose();
  const curve: CurvePoint[] = records.map(
    ({ step, loss, learningRate: rate, gradientNorm, tokensPerSecond, seconds }) => ({
      step,
      loss,
      learningRate: rate,
      gradientNorm,
      tokensPerSecond,
      seconds,
    }),
  );
  return {
    settings: { epochs, batchSize, learningRate, steps: totalSteps, seed: context.seed },
    curve,
    validation: validation.read(),
    seconds: curve[curve.length - 1]?.seconds ?? 0,
  };
}

/** Validation losses on disk, one line a time, so that a resumed run keeps the earlier ones. */
function validationLog(directory: string) {
  const file = path.join(directory, "validation.jsonl");
  const read = (): TrainingRun["validation"] =>
    fs.existsSync(file)
      ? fs
          .readFileSync(file, "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line))
      : [];
  return {
    read,
    write(step: number, loss: number) {
      const kept = read().filter((row) => row.step < step);
      writeFileAtomic(file, [...kept, { step, loss }].map((row) => `${JSON.stringify(row)}\n`).join(""));
    },
  };
}
