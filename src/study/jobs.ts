// All that a study makes, derived from what its last stages need: what `npm run stage`, a cluster and the estimate go by.
import { type Job, withNeeds } from "./define-stage";
import type { StudyContext } from "./stages/context";
import { probeStage } from "./stages/fact-probe";
import { resultsStage } from "./stages/results";

/** Every job once, a job after what it needs. */
export const jobsOf = (study: StudyContext): Job[] =>
  withNeeds([resultsStage.job(study), probeStage.job(study)]);
