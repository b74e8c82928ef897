// Stage "audit": the published table's two doubts and the systems' errors, looked at on this run's own outputs.
import { audit } from "../../analysis/audit";
import type { Audit } from "../../results/audit";
import { loadPublished, publishedBeside } from "../../results/published";
import { defineStage } from "../define-stage";
import { studentModel } from "../systems";
import { baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { repeatabilityStage } from "./repeatability";
import { samplesIn } from "./samples";
import { studyTokenizers } from "./scorer";
import { scoreStage } from "./scores";

const publishedFor = (study: StudyContext) => publishedBeside(loadPublished().systems, study);

/** Computes the audit of all systems, or finds it computed. */
export const auditStage = defineStage({
  name: () => "audit",
  version: 2,
  needs: (study) => ({
    scores: scoreStage.job(study),
    repeated: repeatabilityStage.job(study),
    student: baseModel.job(study, studentModel(study)),
  }),
  key: (study, { scores, repeated }) => ({
    scores: scores.key,
    repeated: repeated.key,
    published: publishedFor(study),
  }),
  run: async ({ study, needs: { scores, repeated, student } }): Promise<Audit> => {
    const tokenizers = await studyTokenizers(study, student);
    return audit({
      samples: samplesIn(scores.directory),
      systems: Object.keys(study.recipes),
      tokenizers: tokenizers.filter(({ name }) => !name.startsWith("subword:")),
      published: publishedFor(study),
      repeated: repeated.value,
    });
  },
});
