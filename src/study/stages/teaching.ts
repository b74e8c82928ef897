// What of a teacher reaches a student, by the recipe's source: stored logits, the teacher itself, or the texts that it wrote.
import * as path from "node:path";
import { LogitCache } from "../../distillation/cache";
import { withCachedTargets } from "../../distillation/cached-targets";
import type { Decoder } from "../../models/decoder";
import type { Example } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import type { Finished } from "../define-stage";
import type { RecipeTeacher } from "../file/definition";
import type { StudyContext } from "./context";
import { modelLogits } from "./model-logits";
import { modelTexts } from "./model-texts";
import { type ModelJobs, modelHash, openModel } from "./system-model";

/** An opened teacher. */
export interface Teaching {
  source: LogitCache | Decoder;
  /** The examples with what the teacher wrote as targets; absent where the reference summaries are learnt. */
  targets?: (examples: readonly Example[]) => Example[];
  close(): void;
}

/** The teacher's model, and the stage that holds what the student learns from; a teacher in memory has none. */
export const teachingNeeds = (study: StudyContext, teacher: RecipeTeacher, model: ModelJobs) => ({
  model,
  stored:
    teacher.source === "online"
      ? undefined
      : (teacher.source === "cache" ? modelLogits : modelTexts).job(study, { teacher, model }),
});
type TeachingParts = Finished<ReturnType<typeof teachingNeeds>>;

/** The key of what the student learns from: of the stage that holds it, or of the teacher's own weights. */
export const teachingKey = ({ model, stored }: TeachingParts): string => stored?.key ?? modelHash(model);

/** Opens it; throws where a cache was made with another tokenizer than the student's. */
export async function openTeaching(
  study: StudyContext,
  teacher: RecipeTeacher,
  { model, stored }: TeachingParts,
  tokenizer: ChatTokenizer,
): Promise<Teaching> {
  if (!stored) {
    const { decoder } = await openModel(study, model);
    return { source: decoder, close: () => decoder.dispose() };
  }
  const cache = LogitCache.open(path.join(stored.directory, "cache"), {
    tokenizerHash: tokenizer.hash,
    vocabSize: tokenizer.vocabSize,
  });
  const own = teacher.source !== "cache";
  return {
    source: cache,
    ...(own && { targets: (examples: readonly Example[]) => withCachedTargets(examples, cache) }),
    close: () => cache.close(),
  };
}
