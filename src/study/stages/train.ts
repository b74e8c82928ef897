// Stages "train-…": a recipe's student, an adapter or all weights, by cross-entropy alone or with a teacher.
import * as path from "node:path";
import { ALL_PROJECTIONS, LoraAdapter } from "../../adapters/lora";
import { writeAdapter } from "../../adapters/peft-files";
import { moves } from "../../distillation/divergences/registry";
import type { Variable } from "../../engine/tf";
import type { Decoder } from "../../models/decoder";
import { loadDecoder, saveDecoder } from "../../models/load";
import { loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import { FakeQuantizedDecoder } from "../../quantization/fake-quantized-decoder";
import type { TrainingRun } from "../../results/training";
import { AdamW } from "../../training/adamw";
import { stepsOf } from "../../training/finetune";
import { removeCheckpoint } from "../../training/loop";
import { defineStage, finished } from "../define-stage";
import { QUANTISED, type Recipe } from "../file/definition";
import type { Artifact } from "../stage";
import { StudyError } from "../study-error";
import { recipeOf } from "../systems";
import { type BaseModel, baseModel } from "./base-model";
import { checkModels } from "./check-models";
import type { StudyContext } from "./context";
import { type CorpusArtifact, corpusStage, itemsOf } from "./corpus";
import { examples, type Fit, type FittedRun, fit } from "./fit";
import { openSteps, type RecipeSteps } from "./recipe-steps";
import { type ModelJobs, modelHash, openModel } from "./system-model";
import { inMemory, teachingKey, teachingNeeds } from "./teaching";

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
      teaching: teacher && teachingNeeds(study, teacher, (recipe) => modelNeeds(study, recipe)),
    };
  },
  key: (study, { base, corpus, teaching }, system) => {
    const { tune, lora, quantised, optimiser, teacher, texts, states, loss, training } = recipeOf(
      study,
      system,
    );
    const { epochs, batchSize, validation } = training;
    const { maxNewTokens } = study.decoding;
    return {
      base: base.hash,
      corpus: corpus.value.hash,
      seed: study.seed,
      tune,
      lora,
      ...(quantised && { quantised }),
      optimiser,
      loss,
      teacher: teacher && {
        source: teacher.source,
        ...(teacher.prompt && { prompt: teacher.prompt }),
        ...(teacher.others && {
          weight: teacher.weight,
          topics: teacher.topics,
          others: teacher.others.map(({ weight, topics }, i) => ({
            key: modelHash(teaching!.others[i]!),
            weight,
            topics,
          })),
        }),
        key: teachingKey(teaching!),
      },
      ...(states && { states }),
      ...(texts && { texts: { maxNewTokens, ...texts } }),
      epochs,
      batchSize,
      validation,
      ...(validation.rougeItems > 0 && { maxNewTokens }),
      ...(tune === "lora" && { frozenWeights: study.frozenWeights }),
      // The last bits differ: a graph fuses some ops.
      compiled: isCompiled(study, corpus, system),
    };
  },
  run: async ({ study, needs, directory, key }, system): Promise<TrainingRun> => {
    const { base, corpus, teaching } = needs;
    const recipe = recipeOf(study, system);
    const { training } = recipe;
    const tokenizer = await loadTokenizer(base.folder);
    const data = examples(corpus, tokenizer);
    const steps = await openSteps(study, {
      recipe,
      ...(teaching && { teaching }),
      train: itemsOf(corpus, "train"),
      folder: base.folder,
      tokenizer,
      data,
      directory,
    });
    const compiled = isCompiled(study, corpus, system);
    const place = { label: system, directory, key, tokenizer, ...steps, compiled, training };
    const run =
      recipe.tune === "lora"
        ? await fitAdapter(study, place, base, recipe)
        : await fitAllWeights(study, place, base, recipe);
    steps.close();
    return { name: system, system, ...run };
  },
  found: removeCheckpoint,
});

function isCompiled(study: StudyContext, { value }: Artifact<CorpusArtifact>, system: string): boolean {
  const recipe = recipeOf(study, system);
  const { epochs, batchSize } = recipe.training;
  return stepsOf(value.counts.train, epochs, batchSize) >= graphsFrom(recipe);
}

/** Steps from which on a run is compiled: a teacher in memory, a target that moves and rounded weights make no graph. */
function graphsFrom({ training, teacher, loss, quantised }: Recipe): number {
  const byOp = quantised || (teacher && inMemory(teacher)) || (loss && moves(loss));
  return byOp || training.compileFrom === "never" ? Number.POSITIVE_INFINITY : training.compileFrom;
}

/** Where, on what and by which steps is trained. */
type Place = Omit<Fit, "trainingState" | "decoder" | "learningRate" | "step"> & RecipeSteps;

/** Trains these parameters of a decoder, and the projectors of hidden states beside them. */
function fitParameters(
  context: StudyContext,
  place: Place,
  decoder: Decoder,
  { optimiser }: Recipe,
  trained: { names: readonly string[]; parameters: readonly Variable[] },
): Promise<FittedRun> {
  const names = [...trained.names, ...place.projectors.map((_, i) => `projector.${i}`)];
  const parameters = [...trained.parameters, ...place.projectors];
  const trainingState = { names, parameters, optimizer: new AdamW(names, parameters) };
  return fit(context, { ...place, trainingState, decoder, ...optimiser!, step: place.stepOf(decoder) });
}

/** Trains all weights of a base model and leaves them in `model/` with its tokenizer. */
async function fitAllWeights(
  context: StudyContext,
  place: Place,
  base: BaseModel,
  recipe: Recipe,
): Promise<FittedRun> {
  const { loss, quantised } = recipe;
  const loaded = loadDecoder(base.folder, { trainable: true });
  const through = quantised && new FakeQuantizedDecoder(loaded, QUANTISED[quantised].grid);
  const decoder = through || loaded;
  const names = [...decoder.weights.keys()];
  const parameters = names.map((name) => decoder.weights.get(name) as Variable);
  const run = await fitParameters(context, place, decoder, recipe, { names, parameters });
  const model = path.join(place.directory, "model");
  copyTokenizer(base.folder, model);
  const left = through ? through.rounded() : decoder;
  saveDecoder(model, left);
  left.dispose();
  if (through) through.dispose();
  return { ...run, settings: { ...run.settings, ...shownLoss(loss) } };
}

/** Trains an adapter on a frozen base model and leaves it in `adapter/`, in PEFT's format. */
async function fitAdapter(
  context: StudyContext,
  place: Place,
  base: BaseModel,
  recipe: Recipe,
): Promise<FittedRun> {
  const { lora, loss } = recipe;
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
  const run = await fitParameters(context, place, decoder, recipe, adapter);
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
