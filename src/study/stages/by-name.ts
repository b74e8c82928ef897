// The stages of the study by name, in the order in which they can run: what `npm run stage` and the cluster call.

import { mainSystem } from "../../results/systems";
import type { Shard } from "../shard";
import type { Artifact } from "../stage";
import { decodersOf, recipeOf, trainedSystems } from "../systems";
import { auditStage } from "./audit";
import { baseModel } from "./base-model";
import { compareModel } from "./compare-models";
import type { StudyContext } from "./context";
import { corpusStage } from "./corpus";
import { probeStage } from "./fact-probe";
import { modelRows } from "./model-rows";
import { repeatabilityStage } from "./repeatability";
import { resultsStage } from "./results";
import { retrievalStage } from "./retrieval";
import { scoreStage } from "./scores";
import { summaries, summariesShard } from "./summaries";
import { teacherLogits, teacherLogitsShard } from "./teacher-logits";
import { trainSystem } from "./train";

type Made = Artifact<unknown> | undefined;

/** For a stage that leaves its files in more folders than one. */
const withoutFolder = (): Made => undefined;

/** How to run a stage whole, joining `shards` parts where it has any, and how to run one of its shards. */
export interface NamedStage {
  run: (context: StudyContext, shards: number) => Promise<Made>;
  shard?: (context: StudyContext, shard: Shard) => Promise<Made>;
}

/** All stages of a study by name; compared models are counted from 1, as their names differ from study to study. */
export function namedStages(study: StudyContext): Map<string, NamedStage> {
  const stages = new Map<string, NamedStage>([
    ["corpus", { run: corpusStage }],
    ["base-models", { run: (context) => baseModels(context).then(withoutFolder) }],
  ]);
  for (const [i, model] of study.compared.entries()) {
    stages.set(`compare-${i + 1}`, { run: (context) => compareModel(context, model) });
  }
  stages.set("model-scores", { run: (context) => modelRows(context).then(withoutFolder) });
  for (const system of trainedSystems(study)) {
    const { teacher } = recipeOf(study, system);
    const name = logitsOf(study, system);
    if (teacher && name) {
      stages.set(name, {
        run: (context, shards) => teacherLogits(context, teacher, shards),
        shard: (context, shard) => teacherLogitsShard(context, teacher, shard),
      });
    }
    stages.set(`train-${system}`, { run: (context) => trainSystem(context, system) });
  }
  for (const system of Object.keys(study.recipes)) {
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

/**
 * Name of the stage with the logits that a system learns from: the main one's has no addition, and systems that learn from the
 * same logits have the first one's.
 */
function logitsOf(study: StudyContext, system: string): string | undefined {
  const taughtBy = (id: string) => {
    const { recipe, source, topK, samples } = recipeOf(study, id).teacher ?? {};
    return source === "cache" ? [recipe, topK, samples].join() : undefined;
  };
  const logits = taughtBy(system);
  if (logits === undefined) return undefined;
  const main = mainSystem(study).id;
  const first = [main, ...trainedSystems(study)].find((id) => taughtBy(id) === logits);
  return first === main ? "teacher-logits" : `teacher-logits-${first}`;
}

/** Makes thumbnails and downloads models of the hub; the others lie in their folders. */
async function baseModels(context: StudyContext): Promise<void> {
  for (const model of [...decodersOf(context), context.encoder.model]) await baseModel(context, model);
}
