// The stages that the crash test kills, each as a function of the folder of runs, on inputs smaller than profile smoke's.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../../engine/atomic-write";
import { reportOf, writeReport } from "../../report/write";
import { BASE_MODELS } from "../base-models";
import { pretrainModel } from "../pretrain-model";
import { profileNamed } from "../profiles";
import { ROOT, RUNS } from "../stage";
import { baseModel } from "../stages/base-model";
import type { StudyContext } from "../stages/context";
import { corpusStage } from "../stages/corpus";
import { resultsStage } from "../stages/results";
import { scoreStage } from "../stages/scores";
import { summaries } from "../stages/summaries";
import { teacherLogits } from "../stages/teacher-logits";
import { trainSystem } from "../stages/train-system";

const smoke = profileNamed("smoke");
const context: StudyContext = {
  profile: {
    ...smoke,
    counts: { train: 20, validation: 4, "test-in-domain": 3, "test-other": 3 },
    batchSize: 2,
    maxNewTokens: 8,
    bootstrapSamples: 20,
  },
  seed: 0,
  // A checkpoint after every step: each kill meets another state on the disk.
  checkpointSeconds: 0,
};

async function pretraining(): Promise<void> {
  const name = "gemma2-student";
  const committed = path.join(ROOT, "data/models", name);
  const folder = path.join(RUNS, "pretraining/model");
  for (const file of ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"]) {
    writeFileAtomic(path.join(folder, file), fs.readFileSync(path.join(committed, file)));
  }
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
    await corpusStage(context);
    for (const { folder } of context.profile.compared) await baseModel(context, folder);
    await baseModel(context, context.profile.teacher);
  },
  "pre-training": pretraining,
  lora: () => trainSystem(context, "lora-teacher"),
  capture: () => teacherLogits(context),
  distillation: () => trainSystem(context, "distilled"),
  generation: () => summaries(context, "distilled"),
  others: async () => {
    for (const system of ["untuned", "lora-student", "full-student", "lora-teacher"] as const)
      await summaries(context, system);
  },
  scoring: () => scoreStage(context),
  results: () => resultsStage(context),
  report: async () => {
    const folder = path.join(RUNS, context.profile.name);
    await writeReport(reportOf(folder, "ko"), path.join(folder, "reports"));
  },
} satisfies Record<string, () => Promise<unknown>>;

export type CrashStage = keyof typeof CRASH_STAGES;
