// Stages "train-…": LoRA teacher and student, full-parameter student with the teacher's logits and without.
import * as fs from "node:fs";
import * as path from "node:path";
import { ALL_PROJECTIONS, LoraAdapter } from "../../adapters/lora";
import { readAdapter, writeAdapter } from "../../adapters/peft-files";
import { LogitCache } from "../../distillation/cache";
import { distillStep } from "../../distillation/distill";
import type { CurvePoint, SystemId, TrainingRun } from "../../evaluation/results";
import type { Decoder } from "../../models/decoder";
import { loadDecoder, saveDecoder } from "../../models/load";
import { type Example, encodeItem } from "../../prompts/example";
import { type ChatTokenizer, loadTokenizer } from "../../prompts/tokenizer";
import { AdamW } from "../../training/adamw";
import type { Trainee } from "../../training/checkpoint";
import { crossEntropyStep, epochBatches, stepsOf, validationLoss } from "../../training/finetune";
import { removeCheckpoint, type StepBatch, train } from "../../training/loop";
import type { LoraSettings } from "../profiles";
import { type Artifact, stage } from "../stage";
import { type BaseModel, baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { teacherLogits } from "./teacher-logits";

const MAX_GRADIENT_NORM = 1;
const WARMUP_SHARE = 0.05;

type TrainedSystem = Exclude<SystemId, "untuned">;

/** Trains a system, or finds it trained. Its folder holds `adapter/` (LoRA) or `model/` (full parameters) and the log. */
export function trainSystem(context: StudyContext, system: TrainedSystem): Promise<Artifact<TrainingRun>> {
  switch (system) {
    case "lora-teacher":
      return trainLora(context, system, context.profile.teacher, context.profile.lora.teacher);
    case "lora-student":
      return trainLora(context, system, context.profile.student, context.profile.lora.student);
    case "full-student":
      return trainFull(context, system);
    case "distilled":
      return trainFull(context, system, true);
  }
}

/** The decoder of a system as it answers: base, base with the adapter merged in, or the trained weights. */
export async function systemDecoder(
  context: StudyContext,
  system: SystemId,
): Promise<{ decoder: Decoder; tokenizer: ChatTokenizer }> {
  const base = await baseModel(
    context,
    system === "lora-teacher" ? context.profile.teacher : context.profile.student,
  );
  const tokenizer = await loadTokenizer(base.folder);
  if (system === "untuned") return { decoder: loadDecoder(base.folder), tokenizer };
  const { directory } = await trainSystem(context, system);
  if (system === "full-student" || system === "distilled") {
    return { decoder: loadDecoder(path.join(directory, "model")), tokenizer };
  }
  const decoder = loadDecoder(base.folder);
  const { config, weights } = readAdapter(path.join(directory, "adapter"));
  decoder.adapter = LoraAdapter.fromWeights(config, weights).layers;
  return { decoder, tokenizer };
}

interface Data {
  corpusHash: string;
  train: Example[];
  validation: Example[];
}

async function examples(context: StudyContext, tokenizer: ChatTokenizer): Promise<Data> {
  const corpus = await corpusStage(context);
  const encode = (split: "train" | "validation") =>
    itemsOf(corpus, split).map((item) => encodeItem(tokenizer, item));
  return { corpusHash: corpus.value.hash, train: encode("train"), validation: encode("validation") };
}

async function trainLora(
  context: StudyContext,
  system: TrainedSystem,
  name: string,
  lora: LoraSettings,
): Promise<Artifact<TrainingRun>> {
  const { profile, seed } = context;
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
  return stage(profile.name, `train-${system}`, 1, inputs, async (directory, key) => {
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
}

async function trainFull(
  context: StudyContext,
  system: TrainedSystem,
  distilled = false,
): Promise<Artifact<TrainingRun>> {
  const { profile, seed } = context;
  const base: BaseModel = await baseModel(context, profile.student);
  const tokenizer = await loadTokenizer(base.folder);
  const data = await examples(context, tokenizer);
  const logits = distilled ? await teacherLogits(context) : undefined;
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
  };
  return stage(profile.name, `train-${system}`, 1, inputs, async (directory, key) => {
    const decoder = loadDecoder(base.folder, { trainable: true });
    const names = [...decoder.weights.keys()];
    const parameters = names.map((name) => decoder.weights.get(name) as Trainee["parameters"][number]);
    const trainee = { names, parameters, optimizer: new AdamW(names, parameters) };
    const cache =
      logits &&
      LogitCache.open(path.join(logits.directory, "cache"), {
        tokenizerHash: tokenizer.hash,
        vocabSize: tokenizer.vocabSize,
      });
    const step = (batch: Example[]) =>
      cache
        ? distillStep(decoder, batch, cache, {
            padId: tokenizer.padId,
            loss: "forward-kl",
            alpha,
            temperature,
            tail: "bucket",
          })
        : crossEntropyStep(decoder, batch, tokenizer.padId);
    const run = await fit(context, {
      system,
      directory,
      key,
      trainee,
      decoder,
      tokenizer,
      data,
      learningRate,
      step,
    });
    cache?.close();
    saveModel(path.join(directory, "model"), decoder, base.folder);
    decoder.dispose();
    return { ...run, settings: cache ? { ...run.settings, alpha, temperature } : run.settings };
  });
}

interface Fit {
  system: TrainedSystem;
  directory: string;
  key: string;
  trainee: Trainee;
  decoder: Decoder;
  tokenizer: ChatTokenizer;
  data: Data;
  learningRate: number;
  step: (batch: Example[]) => StepBatch;
}

/** Trains for the profile's epochs with the validation loss after each, and frees the optimizer. */
async function fit(context: StudyContext, run: Fit): Promise<TrainingRun> {
  const { epochs, batchSize } = context.profile;
  const { system, directory, key, trainee, decoder, tokenizer, data, learningRate } = run;
  const totalSteps = stepsOf(data.train.length, epochs, batchSize);
  const batches = epochBatches(data.train, { seed: context.seed, batchSize });
  const validation = validationLog(directory);
  const records = await train(trainee, {
    label: system,
    directory,
    settings: key,
    schedule: {
      peak: learningRate,
      warmupSteps: Math.round(WARMUP_SHARE * totalSteps),
      totalSteps,
      decay: "linear",
    },
    batch: (step) => run.step(batches(step)),
    maxGradientNorm: MAX_GRADIENT_NORM,
    validation: {
      everySteps: stepsOf(data.train.length, 1, batchSize),
      run: (step) => validation.write(step, validationLoss(decoder, data.validation, tokenizer.padId)),
    },
  });
  removeCheckpoint(directory);
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
    name: system,
    system,
    settings: { epochs, batchSize, learningRate, steps: totalSteps, seed: context.seed },
    curve,
    validation: validation.read(),
    seconds: curve[curve.length - 1]?.seconds ?? 0,
  };
}

/** Validation losses on disk, one line a time, so that a resumed run keeps the earlier ones. */
function validationLog(directory: string) {
  const file = path.join(directory, "validation.jsonl");
  const read = (): TrainingRun["validation"] =>
    fs.existsSync(file)
      ? fs
          .readFileSync(file, "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line))
      : [];
  return {
    read,
    write(step: number, loss: number) {
      const kept = read().filter((row) => row.step < step);
      fs.writeFileSync(file, [...kept, { step, loss }].map((row) => `${JSON.stringify(row)}\n`).join(""));
    },
  };
}

/** The trained weights beside the base model's tokenizer, a folder that loads anywhere. */
function saveModel(folder: string, decoder: Decoder, base: string): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const file of ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]) {
    fs.copyFileSync(path.join(base, file), path.join(folder, file));
  }
  saveDecoder(folder, decoder);
}
