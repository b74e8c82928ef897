// Stages "train-lora-…": an adapter on the frozen teacher or student.
import * as path from "node:path";
import { ALL_PROJECTIONS, LoraAdapter, merged } from "../../adapters/lora";
import { readAdapter, writeAdapter } from "../../adapters/peft-files";
import type { TrainingRun } from "../../evaluation/results";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import type { Example } from "../../prompts/example";
import { type ChatTokenizer, loadTokenizer } from "../../prompts/tokenizer";
import { AdamW } from "../../training/adamw";
import { crossEntropyStep } from "../../training/finetune";
import { removeCheckpoint } from "../../training/loop";
import { type Artifact, stage } from "../stage";
import { baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { examples, fit } from "./fit";

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
  };
  const trained = await stage(profile.name, `train-${system}`, 1, inputs, async (directory, key) => {
    const decoder = loadDecoder(base.folder);
    const config = {
      ...lora,
      targetModules: ALL_PROJECTIONS,
      rsLora: false,
      dora: false,
      rankPattern: {},
      alphaPattern: {},
      baseModel: name,
    };
    const adapter = LoraAdapter.create(decoder, config, seed);
    decoder.adapter = adapter.layers;
    const trainee = {
      names: adapter.names,
      parameters: adapter.parameters,
      optimizer: new AdamW(adapter.names, adapter.parameters),
    };
    const step = (batch: Example[]) => crossEntropyStep(decoder, batch, tokenizer.padId);
    const run = await fit(context, {
      system,
      directory,
      key,
      trainee,
      decoder,
      tokenizer,
      data,
      learningRate: lora.learningRate,
      step,
    });
    writeAdapter(path.join(directory, "adapter"), config, adapter.toWeights());
    adapter.dispose();
    decoder.dispose();
    return { ...run, settings: { ...run.settings, rank: lora.rank, alpha: lora.alpha } };
  });
  removeCheckpoint(trained.directory);
  return trained;
}

/** The base model with the trained adapter merged into its projections: faster to generate with. */
export async function loraDecoder(
  context: StudyContext,
  system: LoraSystem,
): Promise<{ decoder: Decoder; tokenizer: ChatTokenizer }> {
  const base = await baseModel(context, context.profile[sideOf(system)]);
  const { directory } = await trainLora(context, system);
  const plain = loadDecoder(base.folder);
  const { config, weights } = readAdapter(path.join(directory, "adapter"));
  const adapter = LoraAdapter.fromWeights(config, weights);
  const decoder = merged(plain, adapter);
  plain.dispose();
  adapter.dispose();
  return { decoder, tokenizer: await loadTokenizer(base.folder) };
}
