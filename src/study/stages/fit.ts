// What all training has in common: the encoded examples, and one run over a recipe's epochs with its validation.
import { onGpu } from "../../engine/load-engine";
import { liveLoss } from "../../figures/live-loss";
import type { Decoder } from "../../models/decoder";
import { type Example, encodeItem } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import type { CurvePoint, TrainingRun } from "../../results/training";
import { BestParameters } from "../../training/best-parameters";
import type { TrainingState } from "../../training/checkpoint";
import { epochBatches, stepsOf } from "../../training/finetune";
import { type StepBatch, train } from "../../training/loop";
import type { StepRecord } from "../../training/run-log";
import type { Training } from "../file/definition";
import type { Artifact } from "../stage";
import type { StudyContext } from "./context";
import { type CorpusArtifact, itemsOf } from "./corpus";
import { Validation } from "./validation";

const MAX_GRADIENT_NORM = 1;
const WARMUP_SHARE = 0.05;

export interface Data {
  train: Example[];
  validation: Example[];
  /** The validation items' summaries. */
  validationTexts: string[];
}

/** The training and validation examples of the study, tokenised. */
export function examples(corpus: Artifact<CorpusArtifact>, tokenizer: ChatTokenizer): Data {
  const encode = (split: "train" | "validation") =>
    itemsOf(corpus, split).map((item) => encodeItem(tokenizer, item));
  return {
    train: encode("train"),
    validation: encode("validation"),
    validationTexts: itemsOf(corpus, "validation").map(({ summary }) => summary),
  };
}

/** When a step is: its number, `progress` from 0 at the first step to 1 at the last, and the records of the last steps before it. */
export interface Moment {
  step: number;
  progress: number;
  before: readonly StepRecord[];
}

export interface Fit {
  /** Shown in the progress line. */
  label: string;
  directory: string;
  key: string;
  trainingState: TrainingState;
  decoder: Decoder;
  tokenizer: ChatTokenizer;
  data: Data;
  training: Training;
  learningRate: number;
  /** Whether a step is one graph where the machine computes on its processors. */
  compiled: boolean;
  /** One optimizer step. */
  step: (batch: Example[], at: Moment) => StepBatch;
}

/** What a run leaves, whoever it was for. */
export type FittedRun = Omit<TrainingRun, "name" | "system">;

/**
 * Trains for the recipe's epochs with the validation loss after each, and frees the optimizer. The checkpoint stays until
 * the stage has its result.
 */
export async function fit(context: StudyContext, run: Fit): Promise<FittedRun> {
  const { label, directory, key, trainingState, decoder, data, learningRate, training } = run;
  const { epochs, batchSize } = training;
  const totalSteps = stepsOf(data.train.length, epochs, batchSize);
  const batches = epochBatches(data.train, { seed: context.seed, batchSize });
  const validation = new Validation(run, context.decoding.maxNewTokens);
  const { keep, everySteps = stepsOf(data.train.length, 1, batchSize) } = training.validation;
  decoder.recompute = training.recompute;
  const records = await train(trainingState, {
    label,
    directory,
    settings: key,
    schedule: {
      peak: learningRate,
      warmupSteps: Math.round(WARMUP_SHARE * totalSteps),
      totalSteps,
      decay: "linear",
    },
    batch: (step, before) =>
      run.step(batches(step), { step, progress: step / Math.max(1, totalSteps - 1), before }),
    maxGradientNorm: MAX_GRADIENT_NORM,
    compile: run.compiled && !onGpu(),
    checkpointSeconds: context.checkpointSeconds,
    onStep: liveLoss(label, totalSteps),
    validation: { everySteps, run: (step) => validation.measure(step) },
  });
  const keptStep =
    keep === "last" ? totalSteps : BestParameters.open(directory, trainingState, key).restore();
  decoder.recompute = false;
  trainingState.optimizer.dispose();
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
    settings: {
      epochs,
      batchSize,
      learningRate,
      steps: totalSteps,
      seed: context.seed,
      ...(keep !== "last" && { keptStep }),
    },
    curve,
    validation: validation.rows(),
    seconds: curve[curve.length - 1]?.seconds ?? 0,
  };
}
