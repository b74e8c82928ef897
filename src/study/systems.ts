// The systems of a study, which are its recipes: their order, and those that findings and stages look for by their role.
import type { SystemId } from "../results/system-id";
import type { Recipe, Role, Study } from "./file/definition";
import { StudyError } from "./study-error";

/** All systems, in the order of tables and figures. */
export const systemsOf = ({ recipes }: Pick<Study, "recipes">) => Object.keys(recipes) as SystemId[];

/** The recipe of a system. Throws StudyError naming the known ones. */
export function recipeOf({ recipes }: Pick<Study, "recipes">, id: string): Recipe {
  const recipe = Object.hasOwn(recipes, id) ? recipes[id] : undefined;
  if (!recipe) throw new StudyError(`There is no recipe "${id}". Known: ${Object.keys(recipes).join(", ")}.`);
  return recipe;
}

/** The system with a role; undefined where the study has none. */
export const withRole = (study: Pick<Study, "recipes">, role: Role): SystemId | undefined =>
  systemsOf(study).find((id) => study.recipes[id]!.role === role);

/** How many teachings lie between a recipe and the last that learns from it. */
function height(recipes: Study["recipes"], id: string): number {
  const students = Object.keys(recipes).filter((other) => recipes[other]!.teacher?.recipe === id);
  return students.length === 0 ? 0 : 1 + Math.max(...students.map((student) => height(recipes, student)));
}

/** The systems that are trained, teachers before their students. */
export const trainedSystems = (study: Pick<Study, "recipes">): SystemId[] =>
  systemsOf(study)
    .filter((id) => study.recipes[id]!.tune !== "none")
    .map((id) => ({ id, height: height(study.recipes, id) }))
    .sort((a, b) => b.height - a.height)
    .map(({ id }) => id);

/** The system that the study is about: the distilled one, else the last that is trained and teaches nobody, else the last. */
export function mainSystem(study: Pick<Study, "recipes">): SystemId {
  const ids = systemsOf(study);
  const students = ids.filter((id) => study.recipes[id]!.tune !== "none" && height(study.recipes, id) === 0);
  return withRole(study, "distilled") ?? students[students.length - 1] ?? ids[ids.length - 1]!;
}

/** Key of the model that the main system is made of. */
export const studentModel = (study: Pick<Study, "recipes">): string => study.recipes[mainSystem(study)]!.base;

/** The system that teaches the main one; undefined where nobody does. */
export const teacherSystem = (study: Pick<Study, "recipes">): string | undefined =>
  withRole(study, "teacher") ?? study.recipes[mainSystem(study)]!.teacher?.recipe;

/** Keys of the models that teach and learn together, each pair once. */
export function teachings({ recipes }: Pick<Study, "recipes">): [teacher: string, student: string][] {
  const pairs = Object.values(recipes).flatMap(({ base, teacher }): [string, string][] =>
    teacher ? [[recipes[teacher.recipe]!.base, base]] : [],
  );
  return [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
}

/** Keys of the models that are trained or teach: the learned splits are for them. */
export const learners = (study: Pick<Study, "recipes">): Set<string> =>
  new Set([
    ...trainedSystems(study).map((id) => study.recipes[id]!.base),
    ...teachings(study).map(([teacher]) => teacher),
  ]);

/** Keys of all models that are compared or made into systems. */
export const decodersOf = ({ compared, recipes }: Study): string[] => [
  ...new Set([...Object.values(recipes).map(({ base }) => base), ...compared]),
];
