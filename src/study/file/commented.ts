// A study file to begin from: every field of a study with its value and, where it first stands, what it means.
import { schemaAt } from "./check";
import { isObject, type Json, type JsonObject } from "./draft";

const WIDTH = 118;

/** Words in lines of comments. */
function comment(text: string, indent: string): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(" ").filter(Boolean)) {
      const last = lines[lines.length - 1];
      if (last !== undefined && indent.length + 3 + last.length + 1 + word.length <= WIDTH)
        lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines.map((line) => `${indent}// ${line}`);
  });
}

/** The object as JSON with comments from the schema: a field's is given where it first stands. */
export function commented(value: JsonObject): string {
  const said = new Set<string>();
  const write = (object: JsonObject, at: string[]): string[] => {
    const indent = "  ".repeat(at.length + 1);
    const fields = Object.entries(object).filter((field): field is [string, Json] => field[1] !== undefined);
    return fields.flatMap(([name, inner], i) => {
      const description = schemaAt([...at, name])?.description;
      const isNew = typeof description === "string" && !said.has(description);
      if (isNew) said.add(description);
      const comma = i < fields.length - 1 ? "," : "";
      const key = `${indent}${JSON.stringify(name)}: `;
      const lines = isObject(inner)
        ? [`${key}{`, ...write(inner, [...at, name]), `${indent}}${comma}`]
        : [`${key}${JSON.stringify(inner).replace(/,(?=")/g, ", ")}${comma}`];
      return [...(isNew ? comment(description, indent) : []), ...lines];
    });
  };
  return ["{", ...write(value, []), "}", ""].join("\n");
}
