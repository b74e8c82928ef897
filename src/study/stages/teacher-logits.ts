// The logits that a recipe's student learns from: those of its teacher's model over the training data's summaries.
import type { Job } from "../define-stage";
import type { RecipeTeacher } from "../file/definition";
import type { Artifact } from "../stage";
import type { StudyContext } from "./context";
import { modelLogits, type TeacherLogits } from "./model-logits";
import { modelNeeds } from "./train";

/** The stage that holds them. */
export const teacherLogitsJob = (study: StudyContext, teacher: RecipeTeacher): Job<Artifact<TeacherLogits>> =>
  modelLogits.job(study, { teacher, model: modelNeeds(study, teacher.recipe) });

/** Captures a teacher's logits, or finds them captured. */
export const teacherLogits = (study: StudyContext, teacher: RecipeTeacher) =>
  teacherLogitsJob(study, teacher).make();
