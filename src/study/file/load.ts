// Opens a study by name or file: reads it and what it extends, applies changes, checks the whole, and fills in the defaults.
import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { suggestion } from "../../base/nearest";
import { hashOf } from "../stage";
import { StudyError } from "../study-error";
import { checkFields, checkStudy, schemaAt } from "./check";
import type { ModelSource, Recipe, Study, Training } from "./definition";
import {
  type Draft,
  isObject,
  type Json,
  type JsonObject,
  merged,
  placeOf,
  readDraft,
  valueAt,
} from "./draft";

/** The studies that come with the project. */
export const STUDIES = path.resolve(__dirname, "../../../studies");

/** Names of the studies that come with the project. */
export const studyNames = (): string[] =>
  fs
    .readdirSync(STUDIES)
    .filter((file) => file.endsWith(".json") && file !== "study.schema.json")
    .map((file) => path.basename(file, ".json"))
    .sort();

/** The file that a name, or a path relative to `from`, means. Throws StudyError naming the known studies. */
export function studyFile(nameOrPath: string, from: string): string {
  if (/\.jsonc?$|[\\/]/.test(nameOrPath)) {
    const file = path.resolve(from, nameOrPath);
    if (!fs.existsSync(file)) throw new StudyError(`There is no study file ${nameOrPath}.`);
    return file;
  }
  const names = studyNames();
  if (!names.includes(nameOrPath)) {
    throw new StudyError(
      `There is no study "${nameOrPath}".${suggestion(nameOrPath, names)} Known: ${names.join(", ")}; or give the path of a study file.`,
    );
  }
  return path.join(STUDIES, `${nameOrPath}.json`);
}

/** A file with all that it extends beneath it, and the names of those studies. */
function whole(file: string, above: readonly string[] = []): { draft: Draft; extended: string[] } {
  if (above.includes(file)) {
    const names = [...above, file].map((each) => path.basename(each));
    throw new StudyError(`${names[0]}: studies extend each other in a circle: ${names.join(" -> ")}.`);
  }
  const own = readDraft(file);
  const { extends: base, ...value } = own.value;
  const named: JsonObject = { ...value, name: value.name ?? path.basename(file).replace(/\.jsonc?$/, "") };
  const draft = { ...own, value: named };
  if (base === undefined) return { draft, extended: [] };
  if (typeof base !== "string") {
    throw new StudyError(
      `${placeOf(own, ["extends"])}: extends: expected a name or a path, found ${JSON.stringify(base)}.`,
    );
  }
  let below: ReturnType<typeof whole>;
  try {
    below = whole(studyFile(base, path.dirname(file)), [...above, file]);
  } catch (error) {
    if (!(error instanceof StudyError)) throw error;
    throw new StudyError(`${placeOf(own, ["extends"])}: extends ${base}: ${error.message}`);
  }
  return { draft: merged(below.draft, draft), extended: [String(below.draft.value.name), ...below.extended] };
}

/** The draft with one change, "path=value": the value as JSON where its place takes more than words. Throws StudyError. */
function changed(draft: Draft, change: string): Draft {
  const cut = change.indexOf("=");
  const place = `--set ${change}`;
  if (cut < 1) {
    throw new StudyError(`${place}: expected PATH=VALUE, such as recipes.distilled.loss.temperature=2.`);
  }
  const at = change.slice(0, cut).split(".");
  for (const [i, name] of at.entries()) {
    const under = at.slice(0, i);
    const parent = schemaAt(under) as { properties?: object; additionalProperties?: unknown };
    const entries = Object.keys(valueAt(draft.value, under) ?? {});
    const isNew = parent.additionalProperties && i < at.length - 1 && !entries.includes(name);
    if (schemaAt([...under, name]) && !isNew) continue;
    const known = isNew ? entries : Object.keys(parent.properties ?? {});
    const where = under.join(".") || "a study";
    throw new StudyError(
      `${place}: ${where} has no "${name}".${suggestion(name, known)} Known: ${known.join(", ")}.`,
    );
  }
  const value = at.reduceRight<Json>((inner, name) => ({ [name]: inner }), typed(at, change.slice(cut + 1)));
  return merged(draft, { value: value as JsonObject, places: new Map([[at.join("\0"), place]]) });
}

/** A value from the command line as its place has it. */
function typed(at: readonly string[], text: string): Json {
  const { type, enum: words } = schemaAt(at) as { type?: string | string[]; enum?: unknown };
  const isWord = words !== undefined || [type].flat().includes("string");
  if (isWord && text !== "null") return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** The draft with each recipe that extends another put over that one's fields, but for its label. */
function withWholeRecipes(draft: Draft): Draft {
  const recipes = valueAt(draft.value, ["recipes"]);
  if (!isObject(recipes)) return draft;
  const wholeRecipe = (id: string, above: readonly string[]): JsonObject => {
    const { extends: base, ...own } = recipes[id] as JsonObject;
    if (base === undefined) return own;
    const place = placeOf(draft, ["recipes", id, "extends"]);
    const others = Object.keys(recipes).filter((other) => other !== id);
    if (typeof base !== "string" || !isObject(recipes[base]) || base === id) {
      const near = typeof base === "string" ? suggestion(base, others) : "";
      throw new StudyError(
        `${place}: recipes.${id}.extends: there is no other recipe ${JSON.stringify(base)}.${near} Known: ${others.join(", ")}.`,
      );
    }
    if (above.includes(base)) {
      throw new StudyError(`${place}: recipes that extend each other: ${[...above, id, base].join(" -> ")}.`);
    }
    const { label: _, ...inherited } = wholeRecipe(base, [...above, id]);
    return merged({ ...draft, value: inherited }, { ...draft, value: own }).value;
  };
  const entries = Object.entries(recipes).map(([id, recipe]): [string, Json] => [
    id,
    isObject(recipe) ? wholeRecipe(id, []) : recipe,
  ]);
  return { ...draft, value: { ...draft.value, recipes: Object.fromEntries(entries) } };
}

/** Throws StudyError where null was to take a field away and there was none. */
function refuseNulls(draft: Draft, value: Json = draft.value, at: string[] = []): void {
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    const path = [...at, name];
    if (inner === null) {
      const others = Object.keys(value).filter((other) => other !== name);
      throw new StudyError(
        `${placeOf(draft, path)}: ${path.join(".")}: null takes a field away, but there is none.${suggestion(name, others)}`,
      );
    }
    refuseNulls(draft, inner, path);
  }
}

/** A checked study from a draft: each recipe with its whole training, each GGUF file as a place that a folder may be too. */
function resolved({ value }: Draft, reuse: readonly string[]): Study {
  const study = value as unknown as Study;
  const { $schema: _, name, ...fields } = value;
  const trainingOf = (own: Partial<Training> = {}): Training => ({
    ...study.training,
    ...own,
    validation: { ...study.training.validation, ...own.validation },
  });
  const recipes = Object.entries(study.recipes).map(([id, recipe]): [string, Recipe] => [
    id,
    {
      ...recipe,
      label: { ko: recipe.label?.ko ?? id, en: recipe.label?.en ?? id },
      training: trainingOf(recipe.training),
    },
  ]);
  // With both, both stay and are refused.
  const models = Object.entries(study.models).map(([key, { gguf, ...model }]): [string, ModelSource] => [
    key,
    gguf === undefined ? model : model.folder === undefined ? { ...model, folder: gguf } : { ...model, gguf },
  ]);
  return {
    name: String(name),
    reuse: [...new Set([...(study.reuse ?? []), ...reuse])].filter((other) => other !== name),
    ...(fields as unknown as Omit<Study, "name" | "reuse">),
    models: Object.fromEntries(models),
    recipes: Object.fromEntries(recipes),
  };
}

/**
 * The study of a name or of a file (relative to `from`) with changes, each "path=value". With changes it has a name of its own,
 * so that its results never stand for the unchanged study's. Throws StudyError with the place of every problem.
 */
export function loadStudy(nameOrPath: string, changes: readonly string[] = [], from = process.cwd()): Study {
  const file = studyFile(nameOrPath, from);
  const { draft: unchanged, extended } = whole(file);
  let draft = unchanged;
  for (const change of changes) draft = changed(draft, change);
  const before = String(unchanged.value.name);
  if (changes.length > 0 && draft.value.name === before) {
    const name = `${before}-set-${hashOf(changes).slice(0, 8)}`;
    draft = { ...draft, value: { ...draft.value, name } };
    extended.unshift(before);
  }
  draft = withWholeRecipes(draft);
  refuseNulls(draft);
  checkFields(draft);
  const study = resolved(draft, extended);
  checkStudy(draft, study);
  const ours = path.join(STUDIES, `${study.name}.json`);
  if (fs.existsSync(ours) && ours !== file && !isDeepStrictEqual(study, loadStudy(study.name))) {
    throw new StudyError(
      `${placeOf(draft, ["name"])}: the name "${study.name}" is that of studies/${study.name}.json: give this study a name of its own.`,
    );
  }
  return study;
}

/** What a model is called in tables: its folder's last part or its repository; its key where it is made from another. */
export function modelName({ models }: Pick<Study, "models">, key: string): string {
  const { folder, thumbnail, hub } = models[key]!;
  return hub ?? path.basename(folder ?? thumbnail ?? key);
}
