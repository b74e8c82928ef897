// The stages that the crash test kills, each as a function of the folder of runs, on inputs smaller than smoke's.
import * as path from "node:path";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import { reportOf, writeReport } from "../../report/write";
import { BASE_MODELS } from "../../study/base-models";
import { loadStudy } from "../../study/file/load";
import { pretrainModel } from "../../study/pretrain-model";
import { ROOT, RUNS } from "../../study/stage";
import { baseModel } from "../../study/stages/base-model";
import type { StudyContext } from "../../study/stages/context";
import { corpusStage } from "../../study/stages/corpus";
import { resultsStage } from "../../study/stages/results";
import { scoreStage } from "../../study/stages/scores";
import { summaries } from "../../study/stages/summaries";
import { teacherLogits } from "../../study/stages/teacher-logits";
import { trainSystem } from "../../study/stages/train";
import { decodersOf } from "../../study/systems";

/** The study of these stages: smoke made smaller. */
export const CRASH_CONTEXT: StudyContext = {
  ...loadStudy("smoke", [
    'data.counts={"train": 20, "validation": 4, "test-in-domain": 3, "test-other": 3}',
    "training.batchSize=2",
    // As tiny trains.
    "training.compileFrom=1",
    "decoding.maxNewTokens=8",
  ]),
  name: "smoke",
  // Nothing of a finished run: what the campaign kills is to be made.
  reuse: [],
  seed: 0,
  // A checkpoint after every step: each kill meets another state on the disk.
  checkpointSeconds: 0,
};

async function pretraining(): Promise<void> {
  const name = "gemma2-student";
  const committed = path.join(ROOT, "data/models", name);
  const folder = path.join(RUNS, "pretraining/model");
  copyTokenizer(committed, folder);
  const recipe = BASE_MODELS.find((model) => model.folder === name)!;
  const small = {
    ...recipe,
    config: {
      ...recipe.config,
      hiddenSize: 16,
      intermediateSize: 32,
      numHiddenLayers: 2,
      headDim: 8,
      attentionScale: 8 ** -0.5,
      embeddingScale: 4,
      slidingLayers: recipe.config.slidingLayers.slice(0, 2),
    },
    settings: { ...recipe.settings, steps: 8, batchSize: 2, warmupSteps: 2 },
  };
  await pretrainModel(small, folder, path.join(RUNS, "pretraining/run"), 0);
}

/** In the order of the study. `setup` runs what the stages share and is never killed. */
export const CRASH_STAGES = {
  setup: async () => {
    await corpusStage(CRASH_CONTEXT);
    for (const model of decodersOf(CRASH_CONTEXT)) await baseModel(CRASH_CONTEXT, model);
  },
  "pre-training": pretraining,
  lora: () => trainSystem(CRASH_CONTEXT, "lora-teacher"),
  capture: () => teacherLogits(CRASH_CONTEXT, CRASH_CONTEXT.recipes.distilled!.teacher!),
  distillation: () => trainSystem(CRASH_CONTEXT, "distilled"),
  generation: () => summaries(CRASH_CONTEXT, "distilled"),
  others: async () => {
    for (const system of ["untuned", "lora-student", "full-student", "lora-teacher"] as const)
      await summaries(CRASH_CONTEXT, system);
  },
  scoring: () => scoreStage(CRASH_CONTEXT),
  results: () => resultsStage(CRASH_CONTEXT),
  report: async () => {
    const folder = path.join(RUNS, CRASH_CONTEXT.name);
    await writeReport(reportOf(folder, "ko"), path.join(folder, "reports"));
  },
} satisfies Record<string, () => Promise<unknown>>;

export type CrashStage = keyof typeof CRASH_STAGES;
