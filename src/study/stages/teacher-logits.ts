// Stage "teacher-logits" as a recipe's teacher has it: the logits of the teacher's model over the training data's summaries.
import type { RecipeTeacher } from "../file/definition";
import type { Shard } from "../shard";
import type { StudyContext } from "./context";
import { modelLogits, modelLogitsShard } from "./model-logits";
import { modelOf } from "./train";

/** Captures a teacher's logits, joining `shards` parts, or finds them captured. */
export const teacherLogits = async (context: StudyContext, teacher: RecipeTeacher, shards = 1) =>
  modelLogits(context, await modelOf(context, teacher.recipe), teacher, shards);

/** Captures one shard of them, for another machine to do or this one. */
export const teacherLogitsShard = async (context: StudyContext, teacher: RecipeTeacher, shard: Shard) =>
  modelLogitsShard(context, await modelOf(context, teacher.recipe), teacher, shard);
