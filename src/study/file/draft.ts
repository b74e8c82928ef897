// A study file as it is written, JSON with comments, and what `extends` and changes make of it: the values and where each stands.
import * as fs from "node:fs";
import * as path from "node:path";
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { StudyError } from "../study-error";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A study that is not checked yet. */
export interface Draft {
  value: JsonObject;
  /** File, line and column of each field, by its path; a change's own text where it came from the command line. */
  places: Map<string, string>;
}

const keyOf = (at: readonly string[]): string => at.join("\0");

/** Where a field stands, or the nearest field around it. */
export function placeOf({ places }: Draft, at: readonly string[]): string {
  for (let length = at.length; length >= 0; length--) {
    const place = places.get(keyOf(at.slice(0, length)));
    if (place !== undefined) return place;
  }
  return "";
}

/** The field at a path, undefined where there is none. */
export const valueAt = (value: Json, at: readonly string[]): Json | undefined =>
  at.reduce<Json | undefined>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);

/** Reads one file, JSON with comments and trailing commas. Throws StudyError with line and column. */
export function readDraft(file: string): Draft {
  const text = fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  const shown = path.relative(process.cwd(), file) || file;
  const place = (offset: number) => {
    const before = text.slice(0, offset).split("\n");
    return `${shown}:${before.length}:${before[before.length - 1]!.length + 1}`;
  };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors[0]) {
    const found = text.slice(errors[0].offset, errors[0].offset + 20).split("\n")[0];
    const kind = printParseErrorCode(errors[0].error).replace(/(?<=[a-z])(?=[A-Z])/g, " ");
    throw new StudyError(
      `${place(errors[0].offset)}: this is no JSON: ${kind.toLowerCase()} at ${JSON.stringify(found)}.`,
    );
  }
  if (root?.type !== "object") throw new StudyError(`${shown}: expected an object in braces, as a study is.`);
  const places = new Map<string, string>();
  const read = (node: Node, at: string[]): Json => {
    if (node.type === "array")
      return (node.children ?? []).map((child, i) => read(child, [...at, String(i)]));
    if (node.type !== "object") return node.value as Json;
    const object: JsonObject = {};
    for (const { children } of node.children ?? []) {
      const [name, value] = children as [Node, Node];
      const field = name.value as string;
      if (Object.hasOwn(object, field)) {
        throw new StudyError(`${place(name.offset)}: the name "${field}" stands twice in one object.`);
      }
      // As a plain name it would set the object's prototype and vanish.
      if (field === "__proto__") throw new StudyError(`${place(name.offset)}: __proto__: unknown field.`);
      places.set(keyOf([...at, field]), place(name.offset));
      object[field] = read(value, [...at, field]);
    }
    return object;
  };
  places.set("", shown);
  return { value: read(root, []) as JsonObject, places };
}

/** Where one of these is named, the others of its place and what belongs to them are dropped: a place has one source. */
const ALTERNATIVES: { at: RegExp; of: Record<string, string[]> }[] = [
  {
    at: /^models\0[^\0]+$/,
    of: {
      folder: [],
      gguf: [],
      hub: ["revision"],
      thumbnail: ["width"],
      from: ["vocabulary", "layers", "chatTemplate"],
    },
  },
  { at: /^data$/, of: { counts: [], file: [] } },
];

/** The base with a change's fields put over it; null takes one away, and stays where there is none yet to take. */
export function merged(base: Draft, change: Draft): Draft {
  const places = new Map([...base.places, ...change.places]);
  const merge = (under: JsonObject, over: JsonObject, at: string[]): JsonObject => {
    const result = { ...under };
    const alternatives = ALTERNATIVES.find((each) => each.at.test(keyOf(at)))?.of ?? {};
    const named = Object.keys(alternatives).filter((source) => source in over);
    if (named.length > 0) {
      for (const [source, belongings] of Object.entries(alternatives)) {
        if (!named.includes(source)) delete result[source];
        for (const each of belongings) delete result[each];
      }
    }
    for (const [name, value] of Object.entries(over)) {
      const inner = [...at, name];
      const before = result[name];
      if (value === null && before !== undefined) {
        delete result[name];
        for (const key of base.places.keys()) if (key.startsWith(`${keyOf(inner)}\0`)) places.delete(key);
      } else if (isObject(value)) {
        result[name] = merge(isObject(before) ? before : {}, value, inner);
      } else {
        result[name] = value;
      }
    }
    return result;
  };
  return { value: merge(base.value, change.value, []), places };
}
