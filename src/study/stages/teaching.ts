// What of a teacher reaches a student, by the recipe's source: stored logits, the teacher itself, or the texts that it wrote.
import * as path from "node:path";
import { LogitCache } from "../../distillation/cache";
import { withCachedTargets } from "../../distillation/cached-targets";
import type { Decoder } from "../../models/decoder";
import type { Example } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import type { RecipeTeacher } from "../file/definition";
import type { StudyContext } from "./context";
import { modelLogits } from "./model-logits";
import { modelTexts } from "./model-texts";
import type { SystemModel } from "./system-model";

/** An opened teacher. */
export interface Teaching {
  source: LogitCache | Decoder;
  /** The examples with what the teacher wrote as targets; absent where the reference summaries are learnt. */
  targets?: (examples: readonly Example[]) => Example[];
  close(): void;
}

const stageOf = (context: StudyContext, teacher: RecipeTeacher, model: SystemModel) =>
  teacher.source === "cache" ? modelLogits(context, model, teacher) : modelTexts(context, model, teacher);

/** The key of what the student learns from: of the stage that holds it, or of the teacher's own weights. */
export const teachingOf = async (
  context: StudyContext,
  teacher: RecipeTeacher,
  model: SystemModel,
): Promise<string> =>
  teacher.source === "online" ? model.hash : (await stageOf(context, teacher, model)).key;

/** Opens it; throws where a cache was made with another tokenizer than the student's. */
export async function openTeaching(
  context: StudyContext,
  teacher: RecipeTeacher,
  model: SystemModel,
  tokenizer: ChatTokenizer,
): Promise<Teaching> {
  if (teacher.source === "online") {
    const { decoder } = await model.open();
    return { source: decoder, close: () => decoder.dispose() };
  }
  const { directory } = await stageOf(context, teacher, model);
  const cache = LogitCache.open(path.join(directory, "cache"), {
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
