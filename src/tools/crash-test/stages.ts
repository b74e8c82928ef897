// The stages that the crash test kills, each as a function of the folder of runs, on inputs smaller than smoke's.
import * as path from "node:path";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import { reportOf, writeReport } from "../../report/write";
import { BASE_MODELS } from "../../study/base-models";
import { withNeeds } from "../../study/define-stage";
import { loadStudy } from "../../study/file/load";
import { pretrainModel } from "../../study/pretrain-model";
import { ROOT, RUNS } from "../../study/stage";
import type { StudyContext } from "../../study/stages/context";
import { resultsStage } from "../../study/stages/results";

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

const JOBS = withNeeds([resultsStage.job(CRASH_CONTEXT)]);

/** The study's stages by name, with what comes before the first and after the last. */
export const CRASH_STAGES: Record<string, () => Promise<unknown>> = {
  "pre-training": pretraining,
  ...Object.fromEntries(JOBS.map((job) => [job.stage, () => job.make()])),
  report: async () => {
    const folder = path.join(RUNS, CRASH_CONTEXT.name);
    await writeReport(reportOf(folder, "ko"), path.join(folder, "reports"));
  },
};

/** Stages and all that they need, in the order of the study. */
export function orderOf(stages: readonly string[]): string[] {
  const named = stages.includes("report") ? [...stages, "results"] : stages;
  const wanted = JOBS.filter(({ stage }) => named.includes(stage));
  const needed = withNeeds(wanted).map(({ stage }) => stage);
  return Object.keys(CRASH_STAGES).filter((stage) => stages.includes(stage) || needed.includes(stage));
}
