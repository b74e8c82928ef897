// What the stages ask of a study's recipes: which are trained, in what order, from which models.
import { mainSystem, type Recipes, type SystemId, withRole } from "../results/systems";
import { type Recipe, type Study, teachersOf } from "./file/definition";
import { StudyError } from "./study-error";

/** The recipe of a system. Throws StudyError naming the known ones. */
export function recipeOf({ recipes }: Pick<Study, "recipes">, id: string): Recipe {
  const recipe = Object.hasOwn(recipes, id) ? recipes[id] : undefined;
  if (!recipe) throw new StudyError(`There is no recipe "${id}". Known: ${Object.keys(recipes).join(", ")}.`);
  return recipe;
}

/** How many teachings lie between a recipe and the last that learns from it. */
function height(recipes: Study["recipes"], id: string): number {
  const students = Object.keys(recipes).filter((other) => teachersOf(recipes[other]!).includes(id));
  return students.length === 0 ? 0 : 1 + Math.max(...students.map((student) => height(recipes, student)));
}

/** The systems that are trained, teachers before their students. */
export const trainedSystems = (study: Pick<Study, "recipes">): SystemId[] =>
  Object.keys(study.recipes)
    .filter((id) => study.recipes[id]!.tune !== "none")
    .map((id) => ({ id, height: height(study.recipes, id) }))
    .sort((a, b) => b.height - a.height)
    .map(({ id }) => id);

/** Key of the model that the main system is made of. */
export const studentModel = (study: Recipes): string => mainSystem(study).recipe.base;

/** The system that teaches the main one; undefined where nobody does. */
export const teacherSystem = (study: Recipes): SystemId | undefined => withRole(study, "teacher")?.id;

/** Keys of the models that teach and learn together, each pair once. */
export function teachings({ recipes }: Pick<Study, "recipes">): [teacher: string, student: string][] {
  const pairs = Object.values(recipes).flatMap((recipe) =>
    teachersOf(recipe).map((teacher): [string, string] => [recipes[teacher]!.base, recipe.base]),
  );
  return [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
}

/** Those of `teachings` that compare token by token, and so must have one vocabulary. */
export const ofOneVocabulary = ({ recipes }: Pick<Study, "recipes">): [teacher: string, student: string][] =>
  teachings({
    recipes: Object.fromEntries(
      Object.entries(recipes).map(([id, recipe]) => {
        const { teacher, ...untaught } = recipe;
        return [id, teacher?.source === "other-vocabulary" ? untaught : recipe];
      }),
    ),
  });

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
