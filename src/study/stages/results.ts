// The last step: all tables of a study in one results.json beside samples.jsonl, where figures and report read them.
import * as path from "node:path";
import { writeFileAtomic, writeJson } from "../../base/atomic-write";
import { engineFacts } from "../../engine/facts";
import { decoderHubConfig } from "../../models/config";
import type { ModelConfig } from "../../results/models";
import type { StudyResults } from "../../results/study-results";
import { mainSystem } from "../../results/systems";
import { keepStudy } from "../file/keep";
import { ROOT, RUNS } from "../stage";
import { recipeOf, studentModel, teacherSystem, trainedSystems } from "../systems";
import { auditStage } from "./audit";
import { baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage } from "./corpus";
import { modelRows } from "./model-rows";
import { repeatabilityOf, repeatabilityStage } from "./repeatability";
import { retrievalStage, type SearchChoice } from "./retrieval";
import { sampleRows } from "./samples";
import { scoreStage } from "./scores";
import { summaries } from "./summaries";
import { teacherLogits } from "./teacher-logits";
import { trainSystem } from "./train";

/**
 * Collects the study's results and writes results.json and samples.jsonl under data/runs/<study>; `choice` is the
 * encoder and the queries of the search.
 */
export async function resultsStage(
  context: StudyContext,
  choice: SearchChoice = {},
): Promise<{ file: string; value: StudyResults }> {
  const main = mainSystem(context).id;
  const teaching = recipeOf(context, main).teacher;
  const teacher = teacherSystem(context);
  const corpus = await corpusStage(context);
  const scores = await scoreStage(context);
  const runs = [];
  for (const system of trainedSystems(context)) runs.push(await trainSystem(context, system));
  const logits = teaching?.source === "cache" ? await teacherLogits(context, teaching) : undefined;
  const retrieval = await retrievalStage(context, choice);
  const { rows, ...search } = retrieval.value;
  const repeated = await repeatabilityStage(context);
  const audit = await auditStage(context);
  const written = [];
  for (const system of Object.keys(context.recipes))
    written.push([`summaries-${system}`, (await summaries(context, system)).seconds] as const);
  const value: StudyResults = {
    profile: context.name,
    seed: context.seed,
    synthetic: corpus.value.synthetic,
    machine: engineFacts(),
    counts: corpus.value.counts,
    models: await modelRows(context),
    recipes: context.recipes,
    systems: scores.value.systems,
    comparisons: scores.value.comparisons,
    training: runs.map((run) => run.value),
    ...(logits && { cache: logits.value }),
    seconds: Object.fromEntries([
      ...runs.map((run) => [`train-${run.value.system}`, run.seconds] as const),
      ...(logits ? [["teacher-logits", logits.seconds] as const] : []),
      ...written,
      ["scores", scores.seconds] as const,
      ["repeatability", repeated.seconds] as const,
      ["audit", audit.seconds] as const,
      ["retrieval", retrieval.seconds] as const,
    ]),
    retrieval: rows,
    search,
    architecture: {
      student: await hubConfig(context, studentModel(context)),
      ...(teacher !== undefined && { teacher: await hubConfig(context, recipeOf(context, teacher).base) }),
    },
    repeatability: repeatabilityOf(main, repeated.value),
    provenance: scores.value.provenance,
    audit: audit.value,
  };
  const folder = path.join(RUNS, context.name);
  const file = path.join(folder, "results.json");
  const samples = await sampleRows(context);
  writeFileAtomic(
    path.join(folder, "samples.jsonl"),
    samples.map((row) => `${JSON.stringify(row)}\n`).join(""),
  );
  writeJson(file, value);
  keepStudy(context);
  return { file: path.relative(ROOT, file), value };
}

async function hubConfig(context: StudyContext, name: string): Promise<ModelConfig> {
  const { folder } = await baseModel(context, name);
  return decoderHubConfig(folder);
}
