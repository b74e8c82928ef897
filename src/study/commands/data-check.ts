// `npm run data:check -- FILE`: lists, row by row, what keeps a data file from being used; exit code 1 when there is any.
import type { Command } from "commander";
import { describeProblem } from "../../corpus/files/problem";
import { ROW_ENDINGS } from "../../corpus/files/rows";
import { inspectItems, SPLITS } from "../../corpus/read";
import { findEmptySplits, findLongSummaries, findOverlap } from "../../corpus/validate";
import { uncheckedNote } from "../check-at-hand";
import { findTooLong } from "../context-lengths";
import { loadStudy } from "../file/load";

async function check(file: string, { profile }: { profile: string }): Promise<void> {
  const { items, lines, notes, problems } = inspectItems(file);
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
    .argument("<file>", `a ${ROW_ENDINGS} file`)
    .option("--profile <study>", "the study whose models the items must fit, by name or file", "tiny")
    .action(check);
