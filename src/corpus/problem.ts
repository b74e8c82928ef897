// What is wrong with a row of a data file: where, what was expected, what stands there, what to do.
import { visible } from "../base/visible";

export interface Problem {
  file: string;
  /** Line of the file on which the row begins, counted from 1. */
  line: number;
  field: string;
  expected: string;
  found: string;
  advice: string;
}

/** One problem on one line, fit for a terminal whatever stands in the file. */
export const describeProblem = (p: Problem): string =>
  visible(`${p.file}:${p.line} ${p.field}: expected ${p.expected}, found ${p.found}. ${p.advice}`);

const SHOWN = 20;

/** A data file that cannot be used, with every problem found in it. */
export class DataFileError extends Error {
  override readonly name = "DataFileError";

  constructor(readonly problems: readonly Problem[]) {
    const more = problems.length > SHOWN ? [`… and ${problems.length - SHOWN} more`] : [];
    super([...problems.slice(0, SHOWN).map(describeProblem), ...more].join("\n"));
  }
}
