// The stages of the study by name, in the order in which they can run: what `npm run stage` and the cluster call.

import type { Shard } from "../shard";
import type { Artifact } from "../stage";
import { auditStage } from "./audit";
import { baseModel } from "./base-model";
import { compareModel } from "./compare-models";
import { type StudyContext, SYSTEMS } from "./context";
import { corpusStage } from "./corpus";
import { probeStage } from "./fact-probe";
import { modelRows } from "./model-rows";
import { repeatabilityStage } from "./repeatability";
import { resultsStage } from "./results";
import { retrievalStage } from "./retrieval";
import { encoderFiles } from "./scorer";
import { scoreStage } from "./scores";
import { summaries, summariesShard } from "./summaries";
import { teacherLogits, teacherLogitsShard } from "./teacher-logits";
import { trainSystem } from "./train-system";

type Made = Artifact<unknown> | undefined;

/** For a stage that leaves its files in more folders than one. */
const withoutFolder = (): Made => undefined;

/** How to run a stage whole, joining `shards` parts where it has any, and how to run one of its shards. */
export interface NamedStage {
  run: (context: StudyContext, shards: number) => Promise<Made>;
  shard?: (context: StudyContext, shard: Shard) => Promise<Made>;
}

/** All stages of a study by name; compared models are counted from 1, as their names differ from profile to profile. */
export function namedStages({ profile }: StudyContext): Map<string, NamedStage> {
  const stages = new Map<string, NamedStage>([
    ["corpus", { run: corpusStage }],
    ["base-models", { run: (context) => baseModels(context).then(withoutFolder) }],
  ]);
  for (const [i, { folder }] of profile.compared.entries()) {
    stages.set(`compare-${i + 1}`, { run: (context) => compareModel(context, folder) });
  }
  stages.set("model-scores", { run: (context) => modelRows(context).then(withoutFolder) });
  stages.set("train-lora-teacher", { run: (context) => trainSystem(context, "lora-teacher") });
  stages.set("teacher-logits", { run: teacherLogits, shard: teacherLogitsShard });
  for (const system of ["lora-student", "full-student", "distilled"] as const) {
    stages.set(`train-${system}`, { run: (context) => trainSystem(context, system) });
  }
  for (const system of SYSTEMS) {
    stages.set(`summaries-${system}`, {
      run: (context, shards) => summaries(context, system, shards),
      shard: (context, shard) => summariesShard(context, system, shard),
    });
  }
  stages.set("scores", { run: scoreStage });
  stages.set("fact-probe", { run: probeStage });
  stages.set("repeatability", { run: repeatabilityStage });
  stages.set("audit", { run: auditStage });
  stages.set("retrieval", { run: (context) => retrievalStage(context) });
  stages.set("results", { run: (context) => resultsStage(context).then(withoutFolder) });
  return stages;
}

/** Makes the thumbnails of profile smoke or downloads the models of profile paper; the others' lie in data/models. */
async function baseModels(context: StudyContext): Promise<void> {
  const { profile } = context;
  const names = [profile.student, profile.teacher, ...profile.compared.map(({ folder }) => folder)];
  for (const name of new Set(names)) await baseModel(context, name);
  await encoderFiles(context);
}
