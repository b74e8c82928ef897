// What a study file may not say: first by the schema, then what no schema can tell. Every problem with its place.
import * as fs from "node:fs";
import * as path from "node:path";
import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import { suggestion } from "../../base/nearest";
import { StudyError } from "../study-error";
import { contradictions, type Problem } from "./contradictions";
import type { Study } from "./definition";
import { type Draft, type Json, placeOf, valueAt } from "./draft";
import type { Schema } from "./schema-words";

export const SCHEMA_FILE = path.resolve(__dirname, "../../../studies/study.schema.json");

let compiled: { schema: Schema; validate: ValidateFunction } | undefined;

function validator() {
  if (!compiled) {
    const schema = JSON.parse(fs.readFileSync(SCHEMA_FILE, "utf8")) as Schema;
    const ajv = new Ajv({ allErrors: true, verbose: true, strict: false });
    compiled = { schema, validate: ajv.compile(schema) };
  }
  return compiled;
}

/** The schema of the field at a path; undefined where the schema knows none. */
export function schemaAt(at: readonly string[]): Schema | undefined {
  let schema: Schema | undefined = validator().schema;
  for (const name of at) {
    const { properties, additionalProperties } = schema as {
      properties?: Record<string, Schema>;
      additionalProperties?: Schema | false;
    };
    schema =
      properties && Object.hasOwn(properties, name) ? properties[name] : additionalProperties || undefined;
    if (!schema) return undefined;
  }
  return schema;
}

const shown = (value: unknown): string => {
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
};
const listed = (names: readonly string[]): string => names.join(", ");
const an = (type: unknown): string => (/^[aeiou]/.test(String(type)) ? `an ${type}` : `a ${type}`);

/** A fault that the schema finds, in words; undefined for one that another one says better. */
function schemaProblem(error: ErrorObject): Problem | undefined {
  const at = error.instancePath
    .split("/")
    .slice(1)
    .map((name) => name.replace(/~1/g, "/").replace(/~0/g, "~"));
  const { keyword, params, data } = error;
  const found = `found ${shown(data)}`;
  const say = (message: string): Problem => ({ at, message });
  switch (keyword) {
    case "additionalProperties": {
      const name = params.additionalProperty as string;
      const known = Object.keys((error.parentSchema as { properties: object }).properties);
      return {
        at: [...at, name],
        message: `unknown field.${suggestion(name, known)} Known here: ${listed(known)}.`,
      };
    }
    case "required":
      return {
        at: [...at, params.missingProperty],
        message: `missing; ${describe(at, params.missingProperty)}`,
      };
    case "type": {
      if (params.type === "null") return say("no parameter of this divergence: take it away.");
      const types = [params.type].flat().filter((type) => type !== "null");
      return say(`expected ${types.map(an).join(" or ")}, ${found}.`);
    }
    case "enum": {
      const words = params.allowedValues as string[];
      const near = typeof data === "string" ? suggestion(data, words) : "";
      return say(`expected one of ${listed(words)}; ${found}.${near}`);
    }
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
      return say(
        `expected ${{ minimum: "at least", maximum: "at most", exclusiveMinimum: "above" }[keyword]} ${params.limit}, ${found}.`,
      );
    case "minLength":
    case "minItems":
      return say(`must not be empty.`);
    case "uniqueItems":
      return say(`the same entry stands twice, ${found}.`);
    case "pattern":
      if (error.propertyName !== undefined) {
        const name = error.propertyName;
        return {
          at: [...at, name],
          message: `a name here is of small letters, digits and "-", found ${shown(name)}.`,
        };
      }
      return say(`expected letters, digits, ".", "-" and "_", ${found}.`);
    case "contains":
      return say(`expected ${shown((error.schema as { const: unknown }).const)} among them, ${found}.`);
    case "anyOf":
      return say(`expected a whole number from 1 or "never", ${found}.`);
    default:
      return undefined;
  }
}

/** What the schema says of a field that is missing. */
function describe(at: readonly string[], name: string): string {
  const description = schemaAt([...at, name])?.description;
  return typeof description === "string" ? description.split("\n")[0]! : "";
}

/** Fields that a whole study must have, whoever it extends. */
const REQUIRED = [
  ...["models", "data", "compared", "recipes", "frozenWeights"].map((name) => [name]),
  ...["epochs", "batchSize", "recompute", "compileFrom", "validation"].map((name) => ["training", name]),
  ...["rougeItems", "keep"].map((name) => ["training", "validation", name]),
  ["decoding", "maxNewTokens"],
  ["evaluation", "tokenizers"],
  ["encoder", "model"],
  ["encoder", "layer"],
];

/** The paths that a recipe must have, by what it says of itself. */
function requiredOf(recipe: Json): string[][] {
  const [tune, texts, teacher, source] = [["tune"], ["texts"], ["teacher"], ["teacher", "source"]].map((at) =>
    valueAt(recipe, at),
  );
  const computes = source === "online" || source === "other-vocabulary";
  const when = (condition: boolean, ...paths: string[]) =>
    condition ? paths.map((each) => each.split(".")) : [];
  return [
    ...when(true, "base", "tune"),
    ...when(tune === "lora" || tune === "full", "optimiser.learningRate"),
    ...when(tune === "lora", "lora.rank", "lora.alpha"),
    ...when(teacher !== undefined, "teacher.recipe", "teacher.source"),
    ...when(teacher !== undefined && !computes, "teacher.topK"),
    ...when(valueAt(recipe, ["states"]) !== undefined, "states.loss", "states.weight", "states.layers"),
    ...when(
      valueAt(recipe, ["teacher", "server"]) !== undefined,
      "teacher.server.url",
      "teacher.server.model",
    ),
    ...when(texts !== undefined, "texts.from", "texts.share", "texts.temperature", "texts.buffer"),
    ...when(teacher !== undefined && source !== "texts", "loss.divergence", "loss.alpha", "loss.temperature"),
  ];
}

function missingFields(value: Json): Problem[] {
  const missing = (required: string[][], under: string[] = []): Problem[] =>
    required
      .map((at) => [...under, ...at])
      .filter((at) => valueAt(value, at) === undefined)
      .map((at) => ({ at, message: `missing; ${describe(at.slice(0, -1), at[at.length - 1]!)}` }));
  const recipes = Object.entries(valueAt(value, ["recipes"]) ?? {}) as [string, Json][];
  return [
    ...missing(REQUIRED),
    ...recipes.flatMap(([id, recipe]) => missing(requiredOf(recipe), ["recipes", id])),
  ];
}

/** Throws StudyError with all problems, each with file, line and column, what was expected and what was found. */
function refuse(draft: Draft, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map(({ at, message }) => `${placeOf(draft, at)}: ${at.join(".")}: ${message}`);
  throw new StudyError([...new Set(lines)].join("\n"));
}

/** Checks a draft by the schema and for missing fields. Throws StudyError. */
export function checkFields(draft: Draft): void {
  const { validate } = validator();
  validate(draft.value);
  const faults = (validate.errors ?? []).flatMap((error) => schemaProblem(error) ?? []);
  refuse(draft, [...faults, ...missingFields(draft.value)]);
}

/** Checks what fits the schema for what cannot be. Throws StudyError. */
export const checkStudy = (draft: Draft, study: Study): void => refuse(draft, contradictions(study));
