// Stages "train-…": a recipe's student, an adapter or all weights, by cross-entropy alone or with a teacher.
import * as path from "node:path";
import { ALL_PROJECTIONS, LoraAdapter } from "../../adapters/lora";
import { writeAdapter } from "../../adapters/peft-files";
import { distillStep } from "../../distillation/distill";
import { moves, optionsDuring } from "../../distillation/divergences/registry";
import type { Decoder } from "../../models/decoder";
import { loadDecoder, saveDecoder } from "../../models/load";
import { loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import type { TrainingRun } from "../../results/training";
import { AdamW } from "../../training/adamw";
import type { Trainee } from "../../training/checkpoint";
import { crossEntropyStep, stepsOf } from "../../training/finetune";
import { removeCheckpoint } from "../../training/loop";
import { defineStage, finished } from "../define-stage";
import type { Recipe } from "../file/definition";
import type { Artifact } from "../stage";
import { StudyError } from "../study-error";
import { recipeOf } from "../systems";
import { type BaseModel, baseModel } from "./base-model";
import { checkModels } from "./check-models";
import type { StudyContext } from "./context";
import { type CorpusArtifact, corpusStage } from "./corpus";
import { examples, type Fit, type FittedRun, fit } from "./fit";
import { type ModelJobs, openModel } from "./system-model";
import { openTeaching, teachingKey, teachingNeeds } from "./teaching";

/** What a system's model is made of. */
export function modelNeeds(study: StudyContext, system: string): ModelJobs {
  const { tune, base } = recipeOf(study, system);
  return {
    base: baseModel.job(study, base),
    trained: tune === "none" ? undefined : trainSystem.job(study, system),
  };
}

/** Trains a recipe's student, or finds it trained; its folder holds `model/` or `adapter/` and the log. */
export const trainSystem = defineStage({
  name: (_, system: string) => `train-${system}`,
  version: 2,
  load: (study, system) => ({ kind: "train", recipe: recipeOf(study, system) }),
  needs: (study, system) => {
    const { tune, base, teacher } = recipeOf(study, system);
    if (tune === "none") throw new StudyError(`The recipe "${system}" trains nothing (tune: none).`);
    return {
      checked: checkModels.job(study),
      base: baseModel.job(study, base),
      corpus: corpusStage.job(study),
      teaching: teacher && teachingNeeds(study, teacher, modelNeeds(study, teacher.recipe)),
    };
  },
  key: (study, { base, corpus, teaching }, system) => {
    const { tune, lora, optimiser, teacher, loss, training } = recipeOf(study, system);
    const { epochs, batchSize, validation } = training;
    return {
      base: base.hash,
      corpus: corpus.value.hash,
      seed: study.seed,
      tune,
      lora,
      optimiser,
      loss,
      teacher: teacher && { source: teacher.source, key: teachingKey(teaching!) },
      epochs,
      batchSize,
      validation,
      ...(validation.rougeItems > 0 && { maxNewTokens: study.decoding.maxNewTokens }),
      ...(tune === "lora" && { frozenWeights: study.frozenWeights }),
      // The last bits differ: a graph fuses some ops.
      compiled: isCompiled(study, corpus, system),
    };
  },
  run: async ({ study, needs, directory, key }, system): Promise<TrainingRun> => {
    const { base, corpus, teaching } = needs;
    const recipe = recipeOf(study, system);
    const { loss, teacher, training } = recipe;
    const tokenizer = await loadTokenizer(base.folder);
    const data = examples(corpus, tokenizer);
    const opened = teacher && (await openTeaching(study, teacher, teaching!, tokenizer));
    const taught = opened?.targets ? { ...data, train: opened.targets(data.train) } : data;
    const stepOf =
      (decoder: Decoder): Fit["step"] =>
      (batch, progress) =>
        opened && loss
          ? distillStep(decoder, batch, opened.source, {
              padId: tokenizer.padId,
              vocabSize: tokenizer.vocabSize,
              ...optionsDuring(loss, progress),
            })
          : crossEntropyStep(decoder, batch, tokenizer.padId);
    const compiled = isCompiled(study, corpus, system);
    const place = { label: system, directory, key, tokenizer, data: taught, compiled, training };
    const run =
      recipe.tune === "lora"
        ? await fitAdapter(study, place, base, recipe, stepOf)
        : await fitAllWeights(study, place, base, recipe, stepOf);
    opened?.close();
    return { name: system, system, ...run };
  },
  found: removeCheckpoint,
});

function isCompiled(study: StudyContext, { value }: Artifact<CorpusArtifact>, system: string): boolean {
  const recipe = recipeOf(study, system);
  const { epochs, batchSize } = recipe.training;
  return stepsOf(value.counts.train, epochs, batchSize) >= graphsFrom(recipe);
}

/** Steps from which on a run is compiled: a teacher in memory and a target that moves make no graph. */
function graphsFrom({ training, teacher, loss }: Recipe): number {
  if (training.compileFrom === "never" || teacher?.source === "online" || (loss && moves(loss))) {
    return Number.POSITIVE_INFINITY;
  }
  return training.compileFrom;
}

type Place = Omit<Fit, "trainee" | "decoder" | "learningRate" | "step">;
type StepOf = (decoder: Decoder) => Fit["step"];

/** Trains all weights of a base model and leaves them in `model/` with its tokenizer. */
async function fitAllWeights(
  context: StudyContext,
  place: Place,
  base: BaseModel,
  { optimiser, loss }: Recipe,
  stepOf: StepOf,
): Promise<FittedRun> {
  const decoder = loadDecoder(base.folder, { trainable: true });
  const names = [...decoder.weights.keys()];
  const parameters = names.map((name) => decoder.weights.get(name) as Trainee["parameters"][number]);
  const trainee = { names, parameters, optimizer: new AdamW(names, parameters) };
  const run = await fit(context, { ...place, trainee, decoder, ...optimiser!, step: stepOf(decoder) });
  const model = path.join(place.directory, "model");
  copyTokenizer(base.folder, model);
  saveDecoder(model, decoder);
  decoder.dispose();
  return { ...run, settings: { ...run.settings, ...shownLoss(loss) } };
}

/** Trains an adapter on a frozen base model and leaves it in `adapter/`, in PEFT's format. */
async function fitAdapter(
  context: StudyContext,
  place: Place,
  base: BaseModel,
  { optimiser, lora, loss }: Recipe,
  stepOf: StepOf,
): Promise<FittedRun> {
  const decoder = loadDecoder(base.folder, { frozen: context.frozenWeights });
  const config = {
    ...lora!,
    targetModules: ALL_PROJECTIONS,
    rsLora: false,
    dora: false,
    rankPattern: {},
    alphaPattern: {},
    baseModel: base.name,
  };
  const adapter = LoraAdapter.create(decoder, config, context.seed);
  decoder.adapter = adapter.layers;
  const { names, parameters } = adapter;
  const trainee = { names, parameters, optimizer: new AdamW(names, parameters) };
  const run = await fit(context, { ...place, trainee, decoder, ...optimiser!, step: stepOf(decoder) });
  writeAdapter(path.join(place.directory, "adapter"), config, adapter.toWeights());
  adapter.dispose();
  decoder.dispose();
  const { rank, alpha } = lora!;
  return { ...run, settings: { ...run.settings, rank, alpha, ...shownLoss(loss) } };
}

/** What of a loss stands among a run's settings. */
const shownLoss = (loss: Recipe["loss"]) => loss && { alpha: loss.alpha, temperature: loss.temperature };

/** The decoder of a system as it answers, trained now if need be. */
export const systemDecoder = async (study: StudyContext, system: string) =>
  openModel(study, await finished(modelNeeds(study, system)));
