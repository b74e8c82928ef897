// Raters' files read back: workbooks, tables and what the page saves. Nothing doubtful counts, and all of it is said.
import { basename, extname } from "node:path";
import { parseJson } from "../../base/json";
import { decodeText } from "../../corpus/files/decode";
import { readBytes, readRows } from "../../corpus/files/rows";
import { CRITERIA, type Criterion, HIGHEST, LOWEST, type RatingKey } from "./plan";
import { NAME } from "./sheets";

export interface Mark {
  rater: string;
  text: string;
  criterion: Criterion;
  value: number;
}

export interface ReadMarks {
  marks: Mark[];
  raters: string[];
  /** Places without a mark: rater by text and criterion. */
  missing: number;
  /** What was left out, a sentence each. */
  notes: string[];
}

interface Entry {
  file: string;
  line: number;
  rater: string;
  text: string;
  criterion: Criterion;
  value: unknown;
}

/** What the page saves. */
function savedEntries(file: string): Entry[] {
  const saved = parseJson(decodeText(file, readBytes(file)).text) as { rater?: unknown; marks?: unknown };
  if (typeof saved?.rater !== "string" || !Array.isArray(saved.marks))
    throw new Error(
      `${file}: expected the file that a rating page saves, with rater and marks, found another.`,
    );
  const { rater } = saved;
  return saved.marks.map((mark: Omit<Entry, "file" | "line" | "rater">, i) => ({
    ...mark,
    file,
    line: i + 1,
    rater,
  }));
}

/** A workbook or table; the rater is the file's name. */
function tableEntries(file: string): Entry[] {
  const { rows, names } = readRows(file);
  const lacking = [NAME, ...CRITERIA.map(({ label }) => label)].filter((name) => !names.includes(name));
  if (lacking.length > 0)
    throw new Error(`${file}: expected a rating sheet, without the columns ${lacking.join(", ")}.`);
  const rater = basename(file, extname(file));
  return rows.flatMap(({ line, fields }) =>
    CRITERIA.map(({ id, label }) => ({
      ...{ file, line, rater, criterion: id },
      text: String(fields[NAME]),
      value: fields[label],
    })),
  );
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "");

/** Reads raters' files. What is no mark is left out, and two different marks for one place both are. Throws for another file. */
export function readMarks(files: readonly string[], key: RatingKey): ReadMarks {
  const notes: string[] = [];
  const given = new Map<string, Mark | undefined>();
  const raters = new Set<string>();
  for (const file of files)
    for (const entry of extname(file).toLowerCase() === ".json" ? savedEntries(file) : tableEntries(file)) {
      const { line, rater, text, criterion } = entry;
      const where = `${file}:${line} ${text} ${criterion}`;
      raters.add(rater);
      if (isEmpty(entry.value)) continue;
      const value = Number(entry.value);
      if (!Object.hasOwn(key.texts, text) || !CRITERIA.some(({ id }) => id === criterion)) {
        notes.push(`${where}: not in the key, left out.`);
      } else if (!Number.isInteger(value) || value < LOWEST || value > HIGHEST) {
        notes.push(
          `${where}: expected a mark from ${LOWEST} to ${HIGHEST}, found “${String(entry.value)}”, left out.`,
        );
      } else {
        const place = JSON.stringify([rater, text, criterion]);
        const before = given.get(place);
        if (!given.has(place)) given.set(place, { rater, text, criterion, value });
        else if (before?.value !== value) {
          given.set(place, undefined);
          notes.push(
            `${where}: marked twice, ${before?.value ?? "differently"} and ${value}; neither counts.`,
          );
        }
      }
    }
  const marks = [...given.values()].filter((mark): mark is Mark => mark !== undefined);
  const places = raters.size * Object.keys(key.texts).length * CRITERIA.length;
  return { marks, raters: [...raters], missing: places - marks.length, notes };
}
