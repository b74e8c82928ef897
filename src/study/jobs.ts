// All that a study makes, derived from what its last stages need: what `npm run stage`, a cluster and the estimate go by.
import { type Job, withNeeds } from "./define-stage";
import type { StudyContext } from "./stages/context";
import { corpusStage } from "./stages/corpus";
import { probeStage } from "./stages/fact-probe";
import { lighterStage } from "./stages/lighter";
import { modelLogits } from "./stages/model-logits";
import { modelRows } from "./stages/model-rows";
import { resultsStage } from "./stages/results";
import { retrievalStage } from "./stages/retrieval";
import { scoreStage } from "./stages/scores";
import { trainSystem } from "./stages/train";

/** Every job once, a job after what it needs. */
export const jobsOf = (study: StudyContext): Job[] =>
  withNeeds([resultsStage.job(study), probeStage.job(study)]);

/** The definitions whose results the report shows, by what a notebook's cell calls; a family's definition stands under its own helper. */
const CALLED: Record<string, unknown> = {
  ...{ corpusStage, modelRows, trainSystem, scoreStage, retrievalStage, resultsStage },
  ...{ teacherLogits: modelLogits, lighterResults: lighterStage },
};

/** By name of a stage, in the order in which they run: what a notebook's cell calls to make it. */
export function callsOf(study: StudyContext): Record<string, string> {
  const names = new Map(Object.entries(CALLED).map(([name, definition]) => [definition, name]));
  const jobs = withNeeds([resultsStage.job(study), lighterStage.job(study)]);
  return Object.fromEntries(
    jobs.flatMap(({ stage, definition }) => {
      const name = names.get(definition);
      return name === undefined ? [] : [[stage, name]];
    }),
  );
}
