// `npm run data:check -- FILE`: lists, row by row, what keeps a data file from being used; exit code 1 when there is any.
import type { Command } from "commander";
import { describeProblem } from "../../corpus/problem";
import { inspectItems, SPLITS } from "../../corpus/read";
import { findOverlap } from "../../corpus/validate";

function check(file: string): void {
  const { items, lines, composed, problems } = inspectItems(file);
  const all = [...problems, ...findOverlap(file, items, lines)].sort((a, b) => a.line - b.line);
  for (const problem of all) console.log(describeProblem(problem));
  const counts = SPLITS.map((split) => `${split} ${items.filter((item) => item.split === split).length}`);
  console.log(`${items.length} items read: ${counts.join(", ")}.`);
  if (composed > 0)
    console.log(`${composed} texts had decomposed Hangul (NFD); they are composed (NFC) on reading.`);
  console.log(all.length === 0 ? "No problems found." : `${all.length} problems found.`);
  if (all.length > 0) process.exitCode = 1;
}

export const define = (command: Command): Command => command.argument("<file>").action(check);
