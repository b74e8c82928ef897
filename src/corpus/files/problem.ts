// What is wrong with a file of people's data: where, what was expected, what stands there, what to do.
import { visible } from "../../base/visible";

export interface Problem {
  file: string;
  /** Line of the file on which the row begins, counted from 1. */
  line: number;
  field: string;
  expected: string;
  found: string;
  advice: string;
}

/** A cell whose text cannot be told from what the file stores; a problem only where its column is used. */
export class UnreadCell {
  constructor(
    readonly expected: string,
    readonly found: string,
    readonly advice: string,
  ) {}
}

/** One problem on one line, fit for a terminal whatever stands in the file. */
export const describeProblem = (p: Problem): string =>
  visible(`${p.file}:${p.line} ${p.field}: expected ${p.expected}, found ${p.found}. ${p.advice}`);

/** What was repaired or left out on reading, fit for a terminal. */
export const describeNote = (file: string, note: string): string => visible(`${file}: ${note}`);

const SHOWN = 20;

/** A data file that cannot be used, with every problem found in it, and what was noticed besides. */
export class DataFileError extends Error {
  override readonly name = "DataFileError";

  constructor(
    readonly problems: readonly Problem[],
    notes: readonly string[] = [],
  ) {
    const more = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more`] : [];
    super([...problems.slice(0, SHOWN).map(describeProblem), ...more, ...notes].join("\n"));
  }
}

/** The error that a file as a whole cannot be used. */
export const unusable = (
  file: string,
  expected: string,
  found: string,
  advice: string,
  line = 1,
  field = "(file)",
): DataFileError => new DataFileError([{ file, line, field, expected, found, advice }]);
