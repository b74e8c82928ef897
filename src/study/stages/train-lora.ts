// Stages "train-lora-…": an adapter on the frozen teacher or student.
import * as path from "node:path";
import { AdaptedDecoder, ALL_PROJECTIONS, LoraAdapter, merged } from "../../adapters/lora";
import { readAdapter, writeAdapter } from "../../adapters/peft-files";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import { type ChatTokenizer, loadTokenizer } from "../../prompts/tokenizer";
import type { TrainingRun } from "../../results/training";
import { AdamW } from "../../training/adamw";
import { crossEntropyStep } from "../../training/finetune";
import { removeCheckpoint } from "../../training/loop";
import type { LoraSettings, Profile } from "../profiles";
import { type Artifact, stage } from "../stage";
import { type BaseModel, baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { examples, type Fit, type FittedRun, fit, type RunPlace, runSettings } from "./fit";

export type LoraSystem = "lora-teacher" | "lora-student";

const sideOf = (system: LoraSystem) => (system === "lora-teacher" ? "teacher" : "student");

/** Trains an adapter, or finds it trained; its folder holds `adapter/` in PEFT's format and the log. */
export async function trainLora(context: StudyContext, system: LoraSystem): Promise<Artifact<TrainingRun>> {
  const { profile, seed } = context;
  const name = profile[sideOf(system)];
  const lora = profile.lora[sideOf(system)];
  const base = await baseModel(context, name);
  const tokenizer = await loadTokenizer(base.folder);
  const data = await examples(context, tokenizer);
  const inputs = {
    base: base.hash,
    corpus: data.corpusHash,
    lora,
    epochs: profile.epochs,
    batchSize: profile.batchSize,
    seed,
    ...runSettings(profile),
  };
  const trained = await stage(profile.name, `train-${system}`, 1, inputs, async (directory, key) => {
    const place = { label: system, directory, key, base, tokenizer, data };
    const run = await fitAdapter(context, place, name, lora, (decoder) => {
      return (batch) => crossEntropyStep(decoder, batch, tokenizer.padId);
    });
    return { name: system, system, ...run };
  });
  removeCheckpoint(trained.directory);
  return trained;
}

/** Trains an adapter on a frozen base model with the steps that `stepOf` makes, and leaves it in `adapter/`. */
export async function fitAdapter(
  context: StudyContext,
  { base, ...place }: RunPlace,
  baseName: string,
  lora: LoraSettings,
  stepOf: (decoder: Decoder) => Fit["step"],
): Promise<FittedRun> {
  const decoder = loadDecoder(base.folder, { frozen: context.profile.frozenWeights });
  const config = {
    ...lora,
    targetModules: ALL_PROJECTIONS,
    rsLora: false,
    dora: false,
    rankPattern: {},
    alphaPattern: {},
    baseModel: baseName,
  };
  const adapter = LoraAdapter.create(decoder, config, context.seed);
  decoder.adapter = adapter.layers;
  const { names, parameters } = adapter;
  const trainee = { names, parameters, optimizer: new AdamW(names, parameters) };
  const { learningRate } = lora;
  const run = await fit(context, { ...place, trainee, decoder, learningRate, step: stepOf(decoder) });
  writeAdapter(path.join(place.directory, "adapter"), config, adapter.toWeights());
  adapter.dispose();
  decoder.dispose();
  return { ...run, settings: { ...run.settings, rank: lora.rank, alpha: lora.alpha } };
}

/** The base model answering with its trained adapter. */
export async function loraDecoder(
  context: StudyContext,
  system: LoraSystem,
): Promise<{ decoder: Decoder; tokenizer: ChatTokenizer }> {
  const base = await baseModel(context, context.profile[sideOf(system)]);
  const { directory } = await trainLora(context, system);
  const decoder = adaptedDecoder(context.profile, base, path.join(directory, "adapter"));
  return { decoder, tokenizer: await loadTokenizer(base.folder) };
}

/**
 * A base model with a stored adapter: merged into its weights, which is faster to generate with, or beside them where they
 * stay bfloat16, since a merged bfloat16 weight would round the adapter away (peft's issue 1388) and fp32 would not fit.
 */
export function adaptedDecoder({ frozenWeights }: Profile, base: BaseModel, folder: string): Decoder {
  const plain = loadDecoder(base.folder, { frozen: frozenWeights });
  const { config, weights } = readAdapter(folder);
  const adapter = LoraAdapter.fromWeights(config, weights);
  if (frozenWeights === "bfloat16") return new AdaptedDecoder(plain, adapter);
  const decoder = merged(plain, adapter);
  plain.dispose();
  adapter.dispose();
  return decoder;
}
