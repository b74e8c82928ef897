// The last step: all tables of a study in one results.json beside samples.jsonl, where figures and report read them.
import * as path from "node:path";
import { writeFileAtomic, writeJson } from "../../base/atomic-write";
import { engineFacts } from "../../engine/facts";
import { decoderHubConfig } from "../../models/config";
import type { StudyResults } from "../../results/study-results";
import { mainSystem } from "../../results/systems";
import { defineJob, jobsIn } from "../define-stage";
import { keepStudy } from "../file/keep";
import { ROOT, RUNS } from "../stage";
import { recipeOf, studentModel, teacherSystem, trainedSystems } from "../systems";
import { auditStage } from "./audit";
import { baseModel } from "./base-model";
import { callsOf } from "./calls";
import type { StudyContext } from "./context";
import { corpusStage } from "./corpus";
import { lighterStage } from "./lighter";
import { modelRows } from "./model-rows";
import { repeatabilityOf, repeatabilityStage } from "./repeatability";
import { retrievalStage, type SearchChoice } from "./retrieval";
import { samplesIn } from "./samples";
import { scoreStage } from "./scores";
import { summaries } from "./summaries";
import { teacherLogitsJob } from "./teacher-logits";
import { trainSystem } from "./train";

function needsOf(study: StudyContext, choice: SearchChoice | undefined) {
  const { teacher } = recipeOf(study, mainSystem(study).id);
  const teaching = teacherSystem(study);
  return {
    corpus: corpusStage.job(study),
    models: modelRows.job(study),
    student: baseModel.job(study, studentModel(study)),
    teacher: teaching === undefined ? undefined : baseModel.job(study, recipeOf(study, teaching).base),
    runs: trainedSystems(study).map((system) => trainSystem.job(study, system)),
    logits: teacher?.source === "cache" && !teacher.server ? teacherLogitsJob(study, teacher) : undefined,
    written: Object.keys(study.recipes).map((system) => summaries.job(study, system)),
    scores: scoreStage.job(study),
    repeated: repeatabilityStage.job(study),
    audit: auditStage.job(study),
    retrieval: retrievalStage.job(study, choice),
  };
}

/** Collects the study's results and writes results.json and samples.jsonl under data/runs/<study>. */
export const resultsStage = defineJob({
  name: () => "results",
  needs: needsOf,
  make: (study, needs) => {
    const { corpus, models, student, teacher, runs, logits, written, scores, repeated, audit, retrieval } =
      needs;
    const { rows, ...search } = retrieval.value;
    const timed = [...runs, logits, ...written, scores, repeated, audit, retrieval];
    const value: StudyResults = {
      profile: study.name,
      seed: study.seed,
      synthetic: corpus.value.synthetic,
      machine: engineFacts(),
      counts: corpus.value.counts,
      models: models.value,
      recipes: study.recipes,
      systems: scores.value.systems,
      comparisons: scores.value.comparisons,
      training: runs.map((run) => run.value),
      ...(logits && { cache: logits.value }),
      seconds: Object.fromEntries(timed.flatMap((one) => (one ? [[one.stage, one.seconds]] : []))),
      retrieval: rows,
      search,
      architecture: {
        student: decoderHubConfig(student.folder),
        ...(teacher && { teacher: decoderHubConfig(teacher.folder) }),
      },
      repeatability: repeatabilityOf(mainSystem(study).id, repeated.value),
      calls: {
        ...callsOf([...jobsIn(needsOf(study, undefined)), lighterStage.job(study)]),
        results: "resultsStage",
      },
      provenance: scores.value.provenance,
      audit: audit.value,
    };
    const folder = path.join(RUNS, study.name);
    const file = path.join(folder, "results.json");
    writeFileAtomic(
      path.join(folder, "samples.jsonl"),
      samplesIn(scores.directory)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(""),
    );
    writeJson(file, value);
    keepStudy(study);
    return { file: path.relative(ROOT, file), value };
  },
});
