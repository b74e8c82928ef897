// `npm run data:check -- FILE`: lists, row by row, what keeps a data file from being used; exit code 1 when there is any.
import { type Command, InvalidArgumentError } from "commander";
import { ANY_ENDINGS, readAnyRows } from "../../corpus/files/any-rows";
import type { Columns } from "../../corpus/files/columns";
import type { Rows } from "../../corpus/files/headings";
import { DataFileError, describeProblem } from "../../corpus/files/problem";
import { itemsOfRows, SPLITS } from "../../corpus/read";
import { findEmptySplits, findLongSummaries, findOverlap } from "../../corpus/validate";
import { uncheckedNote } from "../check-at-hand";
import { findTooLong } from "../context-lengths";
import { loadStudy } from "../file/load";

interface Options {
  profile: string;
  columns?: Columns;
}

/** A list like "document=article,summary=highlights". */
export function columnList(text: string): Columns {
  const pairs = text.split(",").map((pair) => pair.split("="));
  if (pairs.some((pair) => pair.length !== 2 || pair.some((name) => name.trim() === "")))
    throw new InvalidArgumentError(`expected FIELD=COLUMN,…, found ${text}.`);
  return Object.fromEntries(pairs.map(([field, column]) => [field!.trim(), column!.trim()]));
}

/** What cannot be read at all is a list of problems too. */
async function rowsOrProblems(file: string, columns?: Columns): Promise<Rows> {
  try {
    return await readAnyRows(file, columns);
  } catch (error) {
    if (!(error instanceof DataFileError)) throw error;
    return { rows: [], names: [], line: 1, problems: [...error.problems], notes: [] };
  }
}

async function check(file: string, { profile, columns }: Options): Promise<void> {
  const { items, lines, notes, problems } = itemsOfRows(file, await rowsOrProblems(file, columns));
  const lengths = await findTooLong(loadStudy(profile), file, items, lines);
  const all = [
    ...problems,
    ...lengths.problems,
    ...findEmptySplits(file, items),
    ...findOverlap(file, items, lines),
    ...findLongSummaries(file, items, lines),
  ].sort((a, b) => a.line - b.line);
  for (const problem of all) console.log(describeProblem(problem));
  const counts = SPLITS.map((split) => `${split} ${items.filter((item) => item.split === split).length}`);
  console.log(`${items.length} items read: ${counts.join(", ")}.`);
  for (const note of [...notes, ...uncheckedNote(lengths.unchecked)]) console.log(note);
  console.log(
    all.length === 0
      ? "No problems found."
      : `${all.length} ${all.length === 1 ? "problem" : "problems"} found.`,
  );
  if (all.length > 0) process.exitCode = 1;
}

export const define = (command: Command): Command =>
  command
    .argument("<file>", `a ${ANY_ENDINGS} file`)
    .option("--profile <study>", "the study whose models the items must fit, by name or file", "tiny")
    .option(
      "--columns <list>",
      "which column is which field: document=article,summary=highlights",
      columnList,
    )
    .action(check);
