// JSON from outside, read strictly: with the line where it breaks, and without a name that stands twice in one object, of which
// JSON.parse keeps the last without a word.
import { type JSONVisitor, visit } from "jsonc-parser";

/** Text that is no JSON, or an object with a name twice. */
export class JsonError extends Error {
  override readonly name = "JsonError";

  constructor(
    readonly reason: string,
    /** Counted from 1. */
    readonly line: number,
  ) {
    super(`line ${line}: ${reason}`);
  }
}

export interface ParsedJson {
  value: unknown;
  /** Where the value is an array, the line on which each element begins, counted from 1. */
  lines: number[];
  /** Where the value is an object, the same of each of its members that is an array, by name. */
  memberLines: ReadonlyMap<string, readonly number[]>;
}

/** The line of the first fault in text that JSON.parse refuses. */
function faultyLine(text: string): number {
  let line: number | undefined;
  const onError = (_error: number, _offset: number, _length: number, startLine: number) => {
    line ??= startLine + 1;
  };
  visit(text, { onError }, { disallowComments: true });
  return line ?? 1;
}

/** Parses JSON (RFC 8259) with the lines of the elements of an array, or of an object's arrays. Throws JsonError. */
export function parseJsonWithLines(text: string): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonError((error as Error).message, faultyLine(text));
  }
  const lines: number[] = [];
  const memberLines = new Map<string, number[]>();
  let member = "";
  /** The names so far of each open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  const element = (line: number) => {
    if (open.length === 1 && open[0] === undefined) lines.push(line + 1);
    if (open.length === 2 && open[0] !== undefined && open[1] === undefined) {
      const known = memberLines.get(member);
      if (known) known.push(line + 1);
      else memberLines.set(member, [line + 1]);
    }
  };
  const visitor: JSONVisitor = {
    onObjectBegin(_offset, _length, line) {
      element(line);
      open.push(new Set());
    },
    onArrayBegin(_offset, _length, line) {
      element(line);
      open.push(undefined);
    },
    onLiteralValue: (_value, _offset, _length, line) => element(line),
    onObjectProperty(name, _offset, _length, line) {
      const names = open[open.length - 1];
      if (names?.has(name)) throw new JsonError(`the name "${name}" stands twice in one object`, line + 1);
      names?.add(name);
      if (open.length === 1) member = name;
    },
    onObjectEnd: () => open.pop(),
    onArrayEnd: () => open.pop(),
  };
  try {
    visit(text, visitor);
  } catch (error) {
    // JSON.parse goes deeper than the visitor's calls can.
    throw error instanceof RangeError ? new JsonError("objects nested too deeply", 1) : error;
  }
  return { value, lines, memberLines };
}

/** Parses JSON (RFC 8259). Throws JsonError for other text and for a name that stands twice in one object. */
export const parseJson = (text: string): unknown => parseJsonWithLines(text).value;
