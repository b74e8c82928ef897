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
import { serverLogits } from "./server-logits";
import { type ModelJobs, modelHash, openModel } from "./system-model";

/** An opened teacher. */
export interface Teaching {
  source: LogitCache | Decoder;
  /** Of a teacher with another vocabulary, which reads the texts in its own tokens. */
  tokenizer?: ChatTokenizer;
  /** The examples with what the teacher wrote as targets; absent where the reference summaries are learnt. */
  targets?: (examples: readonly Example[]) => Example[];
  close(): void;
}

/** Whether the teacher itself computes beside the student. */
export const inMemory = ({ source }: RecipeTeacher): boolean =>
  source === "online" || source === "other-vocabulary";

/** The teacher's model, unless it lies behind a server; the stage that holds what the student learns from, unless it is in memory; other teachers. */
export const teachingNeeds = (
  study: StudyContext,
  teacher: RecipeTeacher,
  modelOf: (recipe: string) => ModelJobs,
) => ({
  model: teacher.server ? undefined : modelOf(teacher.recipe),
  stored: inMemory(teacher) ? undefined : storedJob(study, teacher, modelOf),
  others: (teacher.others ?? []).map(({ recipe }) => modelOf(recipe)),
});
export type TeachingParts = Finished<ReturnType<typeof teachingNeeds>>;

function storedJob(study: StudyContext, teacher: RecipeTeacher, modelOf: (recipe: string) => ModelJobs) {
  if (teacher.server) return serverLogits.job(study, teacher);
  const captured = { teacher, model: modelOf(teacher.recipe) };
  return teacher.source === "cache" ? modelLogits.job(study, captured) : modelTexts.job(study, captured);
}

/** The key of what the student learns from: of the stage that holds it, or of the teacher's own weights. */
export const teachingKey = ({ model, stored }: TeachingParts): string => stored?.key ?? modelHash(model!);

/** Opens it; throws where a cache was made with another tokenizer than the student's. */
export async function openTeaching(
  study: StudyContext,
  teacher: RecipeTeacher,
  { model, stored }: TeachingParts,
  tokenizer: ChatTokenizer,
): Promise<Teaching> {
  if (!stored) {
    const { decoder, tokenizer: own } = await openModel(study, model!);
    const other = teacher.source === "other-vocabulary";
    return { source: decoder, ...(other && { tokenizer: own }), close: () => decoder.dispose() };
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
