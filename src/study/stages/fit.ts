// What the training stages share: the encoded examples, and one run over the profile's epochs with its validation.
import { onGpu } from "../../engine/load-engine";
import { liveLoss } from "../../figures/live-loss";
import type { Decoder } from "../../models/decoder";
import { type Example, encodeItem } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import type { CurvePoint, TrainingRun } from "../../results/training";
import { BestParameters } from "../../training/best-parameters";
import type { Trainee } from "../../training/checkpoint";
import { epochBatches, stepsOf } from "../../training/finetune";
import { type StepBatch, train } from "../../training/loop";
import type { Profile } from "../profiles";
import type { BaseModel } from "./base-model";
import { checkModels } from "./check-models";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { Validation } from "./validation";

const MAX_GRADIENT_NORM = 1;
const WARMUP_SHARE = 0.05;

export interface Data {
  corpusHash: string;
  train: Example[];
  validation: Example[];
  /** The validation items' summaries. */
  validationTexts: string[];
}

/** The training and validation examples of the study, tokenised. Throws as `checkModels` does, before anything is trained. */
export async function examples(context: StudyContext, tokenizer: ChatTokenizer): Promise<Data> {
  await checkModels(context);
  const corpus = await corpusStage(context);
  const encode = (split: "train" | "validation") =>
    itemsOf(corpus, split).map((item) => encodeItem(tokenizer, item));
  return {
    corpusHash: corpus.value.hash,
    train: encode("train"),
    validation: encode("validation"),
    validationTexts: itemsOf(corpus, "validation").map(({ summary }) => summary),
  };
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
  const { label, directory, key, trainee, decoder, data, learningRate } = run;
  const totalSteps = stepsOf(data.train.length, epochs, batchSize);
  const batches = epochBatches(data.train, { seed: context.seed, batchSize });
  const validation = new Validation(run, context.profile);
  const { keep, everySteps = stepsOf(data.train.length, 1, batchSize) } = context.profile.validation;
  decoder.recompute = context.profile.recompute;
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
    compile: totalSteps >= context.profile.compileFrom && !onGpu(),
    checkpointSeconds: context.checkpointSeconds,
    onStep: liveLoss(label, totalSteps),
    validation: { everySteps, run: (step) => validation.measure(step) },
  });
  const keptStep = keep === "last" ? totalSteps : BestParameters.open(directory, trainee, key).restore();
  decoder.recompute = false;
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

/** Settings of a profile that change a training run's result, where they are not the default: part of its stage's key. */
export function runSettings({ validation, frozenWeights, compileFrom }: Profile): object {
  return {
    // The last bits differ: a graph fuses some ops.
    ...(Number.isFinite(compileFrom) && { compile: true }),
    ...(validation.keep !== "last" && { validation }),
    ...(frozenWeights !== "float32" && { frozenWeights }),
  };
}
