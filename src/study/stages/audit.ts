// Stage "audit": the published table's two doubts and the systems' errors, looked at on this run's own outputs.
import { audit } from "../../analysis/audit";
import type { Audit } from "../../results/audit";
import { loadPublished, publishedBeside } from "../../results/published";
import { type Artifact, stage } from "../stage";
import type { StudyContext } from "./context";
import { repeatabilityStage } from "./repeatability";
import { sampleRows } from "./samples";
import { studyTokenizers } from "./scorer";
import { scoreStage } from "./scores";

/** Computes the audit of all systems, or finds it computed. */
export async function auditStage(context: StudyContext): Promise<Artifact<Audit>> {
  const scores = await scoreStage(context);
  const repeated = await repeatabilityStage(context);
  const published = publishedBeside(loadPublished().systems, context);
  const inputs = { scores: scores.key, repeated: repeated.key, published };
  return stage(context, "audit", 1, inputs, async () => {
    const tokenizers = await studyTokenizers(context);
    return audit({
      samples: await sampleRows(context),
      systems: Object.keys(context.recipes),
      tokenizers: tokenizers.filter(({ name }) => !name.startsWith("subword:")),
      published,
      repeated: repeated.value,
    });
  });
}
