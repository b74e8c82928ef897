// A study's file as the stages read it.
import type { Split } from "../corpus/item";
import type { Study } from "./file/definition";
import { loadStudy, modelName } from "./file/load";
import { ROOT } from "./stage";

export type ProfileName = string;

export interface LoraSettings {
  rank: number;
  alpha: number;
  learningRate: number;
}

export interface Profile {
  name: ProfileName;
  /** Items of the generated corpus per split; a data file of the user's brings its own. */
  counts: Record<Split, number>;
  /** Model folders below data/models (smoke: made with random weights at the first run). */
  student: string;
  teacher: string;
  /** The four compared models; the student is the first. */
  compared: readonly { folder: string; publishedName: string }[];
  /** Encoder of BERTScore and its layer. */
  encoder: { folder: string; layer: number };
  epochs: number;
  batchSize: number;
  lora: { student: LoraSettings; teacher: LoraSettings };
  /** Full-parameter runs, with the teacher and without: the same rate and steps, so that only the teacher differs. */
  full: { learningRate: number };
  distillation: { alpha: number; temperature: number; topK: number };
  /** During training: the loss on every validation item, and ROUGE-1 of texts written for the first `rougeItems`. */
  validation: {
    /** Absent: after each epoch. */
    everySteps?: number;
    rougeItems: number;
    /** Which weights a run leaves: its last, or those with the lowest loss or the highest ROUGE-1 in validation. */
    keep: "last" | "loss" | "rouge1";
  };
  /** Frozen base models in the engine; "bfloat16" halves their memory where their files are bfloat16. */
  frozenWeights: "float32" | "bfloat16";
  /** Gradient checkpointing in training: less memory, the same numbers, about a third more time. */
  recompute: boolean;
  /**
   * Training runs of at least so many steps are one TensorFlow graph a step: for models small enough that calling ops is what
   * takes the time. Recording and loading the graph takes as long as some dozen steps.
   */
  compileFrom: number;
  maxNewTokens: number;
}

/** The profile of a study's name, or of a file's path relative to the repository root. Throws StudyError. */
export const profileNamed = (nameOrPath: string): Profile => profileOf(loadStudy(nameOrPath, [], ROOT));

/** A study as the stages read it. */
export function profileOf(study: Study): Profile {
  const { models, recipes, training, data, compared, encoder, decoding, frozenWeights } = study;
  const lora = (id: string): LoraSettings => ({
    ...recipes[id]!.lora!,
    learningRate: recipes[id]!.optimiser!.learningRate,
  });
  const { teacher, loss, optimiser } = recipes.distilled!;
  return {
    name: study.name,
    counts: data.counts!,
    student: modelName(models.student!),
    teacher: modelName(models.teacher!),
    compared: compared.map((key) => {
      const folder = modelName(models[key]!);
      return { folder, publishedName: models[key]!.standsFor ?? folder };
    }),
    encoder: { folder: modelName(models[encoder.model]!), layer: encoder.layer },
    epochs: training.epochs,
    batchSize: training.batchSize,
    lora: { student: lora("lora-student"), teacher: lora("lora-teacher") },
    full: optimiser!,
    distillation: { alpha: loss!.alpha, temperature: loss!.temperature, topK: teacher!.topK! },
    validation: training.validation,
    frozenWeights,
    recompute: training.recompute,
    compileFrom: training.compileFrom === "never" ? Number.POSITIVE_INFINITY : training.compileFrom,
    maxNewTokens: decoding.maxNewTokens,
  };
}
