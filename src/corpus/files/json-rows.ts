// JSON as rows: one object a line (JSON Lines), an array of them, or a collection's file; with the line on which each begins.
import { JsonError, parseJson, parseJsonWithLines } from "../../base/json";
import { collectedItems, holderOf } from "./collections";
import type { Row, Rows } from "./headings";
import { type Problem, unusable } from "./problem";

const ADVICE = "Write one JSON object a line, or an array of them; name a table .csv or .tsv.";

const kindOf = (value: unknown): string =>
  Array.isArray(value)
    ? "an array"
    : value === null
      ? "null"
      : `a ${typeof value === "string" ? "text" : typeof value}`;

interface Element {
  line: number;
  value?: unknown;
  /** What stands there instead of JSON. */
  fault?: string;
}

/** The lines of JSON Lines, each a value of its own. */
function jsonLines(text: string): Element[] {
  return text.split("\n").flatMap((raw, index): Element[] => {
    if (raw.trim() === "") return [];
    const line = index + 1;
    try {
      return [{ line, value: parseJson(raw) }];
    } catch (error) {
      const { reason } = error as JsonError;
      return [{ line, fault: /stands twice/.test(reason) ? reason : `text that is no JSON (${reason})` }];
    }
  });
}

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

function elements(file: string, text: string): Element[] {
  const [first = ""] = text.trimStart().split("\n");
  const isLines = parses(first) && (first.startsWith("{") || text.trim() !== first.trim());
  if (isLines || !/^\s*[[{]/.test(text)) return jsonLines(text);
  try {
    const { value, lines, memberLines } = parseJsonWithLines(text);
    if (Array.isArray(value)) return lines.map((line, i) => ({ line, value: value[i] as unknown }));
    const holder = holderOf(value);
    if (holder !== undefined) {
      const held = (value as Record<string, unknown[]>)[holder]!;
      return memberLines.get(holder)!.map((line, i) => ({ line, value: held[i] }));
    }
    // Some collections have a file an item.
    if (collectedItems(value as Record<string, unknown>)) return [{ line: 1, value }];
    throw unusable(
      file,
      "one JSON object a line, or an array of them",
      `one object over many lines, with the names ${Object.keys(value as object)
        .slice(0, 8)
        .join(", ")}`,
      "Write the array of items alone, or one item a line.",
      1,
      "(row)",
    );
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw unusable(
      file,
      "one JSON object a line, or an array of them",
      `text that is no JSON (${error.reason})`,
      ADVICE,
      error.line,
      "(row)",
    );
  }
}

/** Objects within an object that only holds them, as AI Hub's papers stand. */
const unfolded = (element: Element): Element[] => {
  const holder = holderOf(element.value);
  if (holder === undefined) return [element];
  const held = (element.value as Record<string, unknown[]>)[holder]!;
  return held.map((value) => ({ line: element.line, value }));
};

/**
 * Reads JSON Lines or an array, whatever the file's ending says, and the files of known collections. A plain text becomes a row
 * with the one field `plain`, if named.
 */
export function readJson(file: string, text: string, plain?: string): Rows {
  const rows: Row[] = [];
  const problems: Problem[] = [];
  const collections = new Map<string, number>();
  for (const { line, value, fault } of elements(file, text).flatMap(unfolded)) {
    if (fault === undefined && typeof value === "object" && value !== null && !Array.isArray(value)) {
      const collected = collectedItems(value as Record<string, unknown>);
      for (const fields of collected?.items ?? [value as Record<string, unknown>])
        rows.push({ line, fields });
      if (collected)
        collections.set(
          collected.collection,
          (collections.get(collected.collection) ?? 0) + collected.items.length,
        );
    } else if (fault === undefined && typeof value === "string" && plain !== undefined) {
      rows.push({ line, fields: { [plain]: value } });
    } else {
      const expected = "one JSON object a line, or an array of them";
      problems.push({ file, line, field: "(row)", expected, found: fault ?? kindOf(value), advice: ADVICE });
    }
  }
  const names = [...new Set(rows.flatMap(({ fields }) => Object.keys(fields)))];
  const [first, ...more] = problems;
  // A file that is something else altogether is one problem.
  if (rows.length === 0 && first && more.length > 0) {
    problems.splice(0, problems.length, {
      ...first,
      found: `${first.found}, and so on ${more.length} more lines`,
    });
  }
  const notes = [...collections].map(([name, count]) => `${count} items read as ${name}.`);
  return { rows, names, line: rows[0]?.line ?? 1, problems, notes };
}
