// Stages "train-…": a recipe's student, an adapter or all weights, by cross-entropy alone or with a teacher.
import * as path from "node:path";
import { AdaptedDecoder, ALL_PROJECTIONS, LoraAdapter, merged } from "../../adapters/lora";
import { readAdapter, writeAdapter } from "../../adapters/peft-files";
import { distillStep } from "../../distillation/distill";
import { moves, optionsDuring } from "../../distillation/divergences/registry";
import type { Decoder } from "../../models/decoder";
import { loadDecoder, saveDecoder } from "../../models/load";
import { type ChatTokenizer, loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import type { SystemId } from "../../results/systems";
import type { TrainingRun } from "../../results/training";
import { AdamW } from "../../training/adamw";
import type { Trainee } from "../../training/checkpoint";
import { crossEntropyStep, stepsOf } from "../../training/finetune";
import { removeCheckpoint } from "../../training/loop";
import type { Recipe } from "../file/definition";
import { type Artifact, stage } from "../stage";
import { StudyError } from "../study-error";
import { recipeOf } from "../systems";
import { type BaseModel, baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { examples, type Fit, type FittedRun, fit } from "./fit";
import type { SystemModel } from "./system-model";
import { openTeaching, teachingOf } from "./teaching";

/** Trains a recipe's student, or finds it trained; its folder holds `model/` or `adapter/` and the log. */
export async function trainSystem(context: StudyContext, system: string): Promise<Artifact<TrainingRun>> {
  const recipe = recipeOf(context, system);
  const { tune, lora, optimiser, teacher, loss, training } = recipe;
  if (tune === "none") throw new StudyError(`The recipe "${system}" trains nothing (tune: none).`);
  const base = await baseModel(context, recipe.base);
  const tokenizer = await loadTokenizer(base.folder);
  const data = await examples(context, tokenizer);
  const { epochs, batchSize, validation } = training;
  const teaching = teacher && (await modelOf(context, teacher.recipe));
  const compiled = stepsOf(data.train.length, epochs, batchSize) >= graphsFrom(recipe);
  const inputs = {
    base: base.hash,
    corpus: data.corpusHash,
    seed: context.seed,
    tune,
    lora,
    optimiser,
    loss,
    teacher: teacher && { source: teacher.source, key: await teachingOf(context, teacher, teaching!) },
    epochs,
    batchSize,
    validation,
    ...(validation.rougeItems > 0 && { maxNewTokens: context.decoding.maxNewTokens }),
    ...(tune === "lora" && { frozenWeights: context.frozenWeights }),
    // The last bits differ: a graph fuses some ops.
    compiled,
  };
  const trained = await stage(context, `train-${system}`, 2, inputs, async (directory, key) => {
    const opened = teacher && (await openTeaching(context, teacher, teaching!, tokenizer));
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
    const place = { label: system, directory, key, tokenizer, data: taught, compiled, training };
    const run =
      tune === "lora"
        ? await fitAdapter(context, place, base, recipe, stepOf)
        : await fitAllWeights(context, place, base, recipe, stepOf);
    opened?.close();
    return { name: system, system: system as SystemId, ...run };
  });
  removeCheckpoint(trained.directory);
  return trained;
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

/** What stands for the model that a system writes with: the base model's files, or the training run. */
export async function modelHash(context: StudyContext, system: string): Promise<string> {
  const { tune, base } = recipeOf(context, system);
  return tune === "none" ? (await baseModel(context, base)).hash : (await trainSystem(context, system)).key;
}

/** A system's model, for who learns from it. */
export const modelOf = async (context: StudyContext, system: string): Promise<SystemModel> => ({
  hash: await modelHash(context, system),
  open: () => systemDecoder(context, system),
});

/** The decoder of a system as it answers: the base, the base with its adapter, or the trained weights. */
export async function systemDecoder(
  context: StudyContext,
  system: string,
): Promise<{ decoder: Decoder; tokenizer: ChatTokenizer }> {
  const { tune, base: key } = recipeOf(context, system);
  const base = await baseModel(context, key);
  const tokenizer = await loadTokenizer(base.folder);
  const frozen = context.frozenWeights;
  if (tune === "none") return { decoder: loadDecoder(base.folder, { frozen }), tokenizer };
  const { directory } = await trainSystem(context, system);
  const decoder =
    tune === "full"
      ? loadDecoder(path.join(directory, "model"), { frozen })
      : adaptedDecoder(base.folder, path.join(directory, "adapter"), frozen);
  return { decoder, tokenizer };
}

/**
 * A base model with a stored adapter: merged into its weights, which is faster to generate with, or beside them where they
 * stay bfloat16, since a merged bfloat16 weight would round the adapter away (peft's issue 1388) and fp32 would not fit.
 */
function adaptedDecoder(base: string, folder: string, frozen: StudyContext["frozenWeights"]): Decoder {
  const plain = loadDecoder(base, { frozen });
  const { config, weights } = readAdapter(folder);
  const adapter = LoraAdapter.fromWeights(config, weights);
  if (frozen === "bfloat16") return new AdaptedDecoder(plain, adapter);
  const decoder = merged(plain, adapter);
  plain.dispose();
  adapter.dispose();
  return decoder;
}
