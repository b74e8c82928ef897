// What a step of a recipe's student is: cross-entropy alone, or with what reaches it of one or several teachers, on given texts or its own.
import * as path from "node:path";
import type { Item } from "../../corpus/item";
import { distillStep, onPolicyStep } from "../../distillation/distill";
import { movedParameters } from "../../distillation/divergences/registry";
import { createProjectors } from "../../distillation/hidden-states";
import { needsDrawn } from "../../distillation/loss-conditions";
import { StudentTexts } from "../../distillation/student-texts";
import { tf, type Variable } from "../../engine/tf";
import { readDecoderConfig } from "../../models/config";
import type { Decoder } from "../../models/decoder";
import type { Example } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import { crossEntropyStep, epochBatches, stepsOf } from "../../training/finetune";
import type { StepBatch } from "../../training/loop";
import type { Recipe } from "../file/definition";
import type { StudyContext } from "./context";
import { crossVocabulary } from "./cross-vocabulary";
import type { Data, Fit } from "./fit";
import { richerPrompts } from "./richer-prompts";
import { openSeveral } from "./several-teachers";
import { openTeaching, type TeachingParts } from "./teaching";

/** What the steps are made from. */
export interface RecipeStart {
  recipe: Recipe;
  /** Absent without a teacher. */
  teaching?: TeachingParts;
  /** The training items. */
  train: readonly Item[];
  /** The student's base model. */
  folder: string;
  tokenizer: ChatTokenizer;
  data: Data;
  /** The run's. */
  directory: string;
}

export interface RecipeSteps {
  /** The data with the targets that are learnt. */
  data: Data;
  /** Trained beside the student, and no part of it. */
  projectors: Variable[];
  stepOf(decoder: Decoder): Fit["step"];
  close(): void;
}

/** Opens the teachers of a recipe and gives its steps. */
export async function openSteps(study: StudyContext, start: RecipeStart): Promise<RecipeSteps> {
  const { recipe, teaching, train, tokenizer, data } = start;
  const { teacher, loss, states, texts } = recipe;
  const { padId, vocabSize } = tokenizer;
  if (!teacher) {
    const stepOf = (decoder: Decoder) => (batch: Example[]) => crossEntropyStep(decoder, batch, padId);
    return { data, projectors: [], stepOf, close: () => {} };
  }
  const opened = await openTeaching(study, teacher, teaching!, tokenizer);
  const taught = opened.targets ? { ...data, train: opened.targets(data.train) } : data;
  const inMemory = opened.source as Decoder;
  const across =
    opened.tokenizer &&
    crossVocabulary(train, tokenizer, { decoder: inMemory, tokenizer: opened.tokenizer }, loss!);
  const prompted = teacher.prompt && richerPrompts(train, tokenizer, teacher.prompt);
  const several = teacher.others && (await openSeveral(study, teacher, teaching!.others, train));
  const widths = () => ({
    student: readDecoderConfig(start.folder).hiddenSize,
    teacher: inMemory.config.hiddenSize,
  });
  const projectors = states ? createProjectors(states, widths(), study.seed) : [];
  const fixed = {
    padId,
    vocabSize,
    prompted,
    ...(several && { several }),
    ...(states && { states: { ...states, projectors } }),
  };
  return {
    data: taught,
    projectors,
    stepOf: (decoder) => {
      const own = texts && studentTexts(study, start, decoder, taught.train);
      return (batch, { step, progress, before }) => {
        if (!loss) return crossEntropyStep(decoder, batch, padId);
        if (across) return across(decoder, batch);
        const moved = movedParameters(loss, progress, before);
        const options = { ...fixed, ...loss, ...moved };
        if (!own) return logging(distillStep(decoder, batch, opened.source, options), moved);
        const written = own.at(step);
        const given = texts.beside
          ? batch
          : batch.filter((_, i) => !written.some(({ place }) => place === i));
        return logging(onPolicyStep(decoder, given, written, inMemory, options), moved);
      };
    },
    close: () => {
      tf.dispose(projectors);
      several?.close();
      opened.close();
    },
  };
}

/** The student's own texts in the course of a run, kept in `texts.jsonl` of its folder. */
function studentTexts(
  { seed, decoding }: StudyContext,
  { recipe, tokenizer, directory }: RecipeStart,
  decoder: Decoder,
  items: readonly Example[],
): StudentTexts {
  const { texts, loss, training } = recipe;
  const { epochs, batchSize } = training;
  return new StudentTexts(
    decoder,
    tokenizer,
    path.join(directory, "texts.jsonl"),
    epochBatches(items, { seed, batchSize }),
    stepsOf(items.length, epochs, batchSize),
    {
      maxNewTokens: decoding.maxNewTokens,
      ...texts!,
      seed,
      scored: loss !== undefined && needsDrawn(loss),
    },
  );
}

/** A step whose record has further figures. */
const logging = (batch: StepBatch, figures: Record<string, number>): StepBatch => ({
  ...batch,
  measures: () => ({ ...batch.measures?.(), ...figures }),
});
