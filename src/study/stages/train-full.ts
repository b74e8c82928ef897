// Stages "train-full-student" and "train-distilled": all of the student's weights, without the teacher's logits and with.
import * as path from "node:path";
import { LogitCache } from "../../distillation/cache";
import { distillStep } from "../../distillation/distill";
import type { Decoder } from "../../models/decoder";
import { loadDecoder, saveDecoder } from "../../models/load";
import { type ChatTokenizer, loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import type { TrainingRun } from "../../results/training";
import { AdamW } from "../../training/adamw";
import type { Trainee } from "../../training/checkpoint";
import { crossEntropyStep } from "../../training/finetune";
import { removeCheckpoint } from "../../training/loop";
import { type Artifact, stage } from "../stage";
import { type BaseModel, baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { examples, type Fit, type FittedRun, fit, type RunPlace, runSettings } from "./fit";
import { teacherLogits } from "./teacher-logits";

export type FullSystem = "full-student" | "distilled";

/** Trains the student's weights, or finds them trained; its folder holds `model/` and the log. */
export async function trainFull(context: StudyContext, system: FullSystem): Promise<Artifact<TrainingRun>> {
  const { profile, seed } = context;
  const base: BaseModel = await baseModel(context, profile.student);
  const tokenizer = await loadTokenizer(base.folder);
  const data = await examples(context, tokenizer);
  const logits = system === "distilled" ? await teacherLogits(context) : undefined;
  const { learningRate } = profile.full;
  const { alpha, temperature } = profile.distillation;
  const teacher = logits && { logits: logits.key, alpha, temperature };
  const inputs = {
    base: base.hash,
    corpus: data.corpusHash,
    learningRate,
    epochs: profile.epochs,
    batchSize: profile.batchSize,
    seed,
    teacher,
    ...runSettings({ ...profile, frozenWeights: "float32" }),
  };
  const trained = await stage(profile.name, `train-${system}`, 1, inputs, async (directory, key) => {
    const cache = logits && openTeacherLogits(logits, tokenizer);
    const options = { padId: tokenizer.padId, divergence: "forward-kl", alpha, temperature } as const;
    const run = await fitAllWeights(
      context,
      { label: system, directory, key, base, tokenizer, data },
      (decoder) => {
        return (batch) =>
          cache
            ? distillStep(decoder, batch, cache, options)
            : crossEntropyStep(decoder, batch, tokenizer.padId);
      },
    );
    cache?.close();
    const settings = cache ? { ...run.settings, alpha, temperature } : run.settings;
    return { name: system, system, ...run, settings };
  });
  removeCheckpoint(trained.directory);
  return trained;
}

/** The study's cache, checked against the student's tokenizer; close it when done. */
export const openTeacherLogits = ({ directory }: Artifact<unknown>, tokenizer: ChatTokenizer): LogitCache =>
  LogitCache.open(path.join(directory, "cache"), {
    tokenizerHash: tokenizer.hash,
    vocabSize: tokenizer.vocabSize,
  });

/** Trains all weights of a base model with the steps that `stepOf` makes, and leaves them in `model/` with the base model's tokenizer. */
export async function fitAllWeights(
  context: StudyContext,
  { base, ...place }: RunPlace,
  stepOf: (decoder: Decoder) => Fit["step"],
): Promise<FittedRun> {
  const decoder = loadDecoder(base.folder, { trainable: true });
  const names = [...decoder.weights.keys()];
  const parameters = names.map((name) => decoder.weights.get(name) as Trainee["parameters"][number]);
  const trainee = { names, parameters, optimizer: new AdamW(names, parameters) };
  const { learningRate } = context.profile.full;
  const run = await fit(context, { ...place, trainee, decoder, learningRate, step: stepOf(decoder) });
  const model = path.join(place.directory, "model");
  copyTokenizer(base.folder, model);
  saveDecoder(model, decoder);
  decoder.dispose();
  return run;
}
