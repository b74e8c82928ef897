// The systems of a study as its recipes say them: order, names, and what each stands for. A study file and the results of a run
// both hold the recipes; report, figures, tables and notebooks ask here. In a file of its own: a notebook's first cell compiles
// nothing else for it.
import type { Language } from "../base/language";

/** The id of a study's recipe. */
export type SystemId = string;

/** What a system is in a study: what findings speak of. "control" is full fine-tuning without a teacher. */
export type Role = "untuned" | "lora" | "control" | "distilled" | "teacher";

/** What of a recipe says what its system is; a study's recipe has more. */
export interface SystemRecipe {
  label: Readonly<Record<Language, string>>;
  /** A key of the study's models. */
  base: string;
  tune: "none" | "lora" | "full";
  teacher?: { recipe: SystemId; others?: readonly { recipe: SystemId }[] };
}

export interface Recipes {
  /** By id, in the order of tables and figures. */
  recipes: Readonly<Record<SystemId, SystemRecipe>>;
}

export interface System {
  id: SystemId;
  label: SystemRecipe["label"];
  role: Role;
  recipe: SystemRecipe;
}

/** All systems of a study or of its results, in the order of tables and figures. */
export function systemsOf({ recipes }: Recipes): System[] {
  const teachers = new Set(
    Object.values(recipes).flatMap(({ teacher }) =>
      [...(teacher ? [teacher] : []), ...(teacher?.others ?? [])].map(({ recipe }) => recipe),
    ),
  );
  return Object.entries(recipes).map(([id, recipe]) => ({
    id,
    label: recipe.label,
    role: teachers.has(id) ? "teacher" : roleOfStudent(recipe),
    recipe,
  }));
}

function roleOfStudent({ tune, teacher }: SystemRecipe): Role {
  if (tune === "none") return "untuned";
  if (teacher) return "distilled";
  return tune === "lora" ? "lora" : "control";
}

/** The system that the study is about: the first distilled one, else the last that is trained and teaches nobody, else the last. */
export function mainSystem(of: Recipes): System {
  const systems = systemsOf(of);
  const students = systems.filter(({ role }) => role === "lora" || role === "control");
  return (
    systems.find(({ role }) => role === "distilled") ??
    students[students.length - 1] ??
    systems[systems.length - 1]!
  );
}

/**
 * The system that findings about a role speak of: the main one or its teacher where that has the role, else the first with the
 * main one's base model, else the first. Undefined where the study has none: those findings are left out.
 */
export function withRole(of: Recipes, role: Role): System | undefined {
  const main = mainSystem(of);
  const all = systemsOf(of).filter((system) => system.role === role);
  return (
    all.find(({ id }) => id === main.id || id === main.recipe.teacher?.recipe) ??
    all.find(({ recipe }) => recipe.base === main.recipe.base) ??
    all[0]
  );
}

/** Rows in the order of the systems; those of a system that is not among them come last. */
export function inOrder<Row extends { system: SystemId }>(
  rows: readonly Row[],
  systems: readonly System[],
): Row[] {
  const place = ({ system }: Row) => {
    const found = systems.findIndex(({ id }) => id === system);
    return found < 0 ? systems.length : found;
  };
  return [...rows].sort((a, b) => place(a) - place(b));
}
