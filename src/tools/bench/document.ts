// docs/benchmarks.md from the measurements of docs/benchmarks.json. The text of a row stands in its own file of rows/.
import * as path from "node:path";
import { writeFileAtomic } from "../../base/atomic-write";
import type { CaseResult, GoalResult, Spread } from "./measure";
import { type Results, ROOT, type RowResult } from "./results";
import type { Row } from "./row";

const HEAD = `# Benchmarks

Written by \`npm run bench\` from docs/benchmarks.json; do not edit. \`npm run bench -- all\` measures every row that this commit has not been
measured for on this machine, \`npm run bench -- NAME --runs N\` measures one anew.

Both sides of a comparison run on the same machine in the same minutes, in turn (A B A B …), in processes of their own with the same
allocator settings (MALLOC_MMAP_MAX_=0, MALLOC_TRIM_THRESHOLD_=8000000000) and thread counts; tensors of TensorFlow, not torch's, lie in
its BFC allocator's regions (TF_CPU_ALLOCATOR_USE_BFC), as in all of this project's commands. Before anything is timed they must agree on what they
compute, within the tolerance of the case. A ratio is the first side over the second, smaller is better; "of medians" decides, "of minima" stands beside it.

GPU: not measured.
`;

const seconds = (value: number) =>
  value >= 1
    ? `${value.toFixed(2)} s`
    : value >= 1e-3
      ? `${(1e3 * value).toFixed(1)} ms`
      : `${(1e6 * value).toFixed(0)} µs`;
const bytes = (value: number) =>
  value >= 1e9
    ? `${(value / 1e9).toFixed(2)} GB`
    : value >= 1e6
      ? `${(value / 1e6).toFixed(0)} MB`
      : `${value.toFixed(0)} B`;

/** A figure in the unit that its name ends with. */
function shown(measure: string, value: number): string {
  if (/seconds$/i.test(measure)) return seconds(value);
  if (/bytes(PerToken)?$/i.test(measure)) return bytes(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

const spreadText = (measure: string, { minimum, median, runs }: Spread) =>
  runs === 1 || minimum === median
    ? shown(measure, median)
    : `${shown(measure, median)} (min ${shown(measure, minimum)}, n = ${runs})`;

const goalText = (goal: GoalResult) => {
  const figure = (value: number) => (!goal.alone ? `${value.toPrecision(3)} ×` : shown(goal.measure, value));
  return `${goal.measure}: ${figure(goal.found)} of medians, ${figure(goal.foundOfMinima)} of minima; goal ≤ ${figure(goal.atMost)}: ${goal.reached ? "reached" : "**not reached**"}`;
};

function caseLines({ name, sides, goals, agreement }: CaseResult): string[] {
  const lines = sides.map(({ name: side, measures, stopped }) => {
    const figures = Object.entries(measures).map(
      ([measure, spread]) => `${measure} ${spreadText(measure, spread)}`,
    );
    return `  - ${side}: ${figures.join("; ")}${stopped ? " (stopped there, not at its end: its time and memory are lower bounds)" : ""}`;
  });
  for (const goal of goals) lines.push(`  - ${goalText(goal)}`);
  const agreed = Object.entries(agreement).map(
    ([key, difference]) => `${key} ${difference.toExponential(1)}`,
  );
  if (agreed.length > 0) lines.push(`  - largest difference of the sides: ${agreed.join(", ")}`);
  return [`- **${name}**`, ...lines];
}

function rowLines(row: Row, result: RowResult | undefined): string[] {
  const lines = [`## ${row.name}`, "", row.title, "", row.method, ""];
  if (!result) return [...lines, `Not measured yet: \`npm run bench -- ${row.name}\`.`, ""];
  lines.push(...result.cases.flatMap(caseLines), "");
  if (row.remarks?.length) lines.push(...row.remarks.flatMap((remark) => [remark, ""]));
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  lines.push(
    `${result.date}, \`${result.command}\`, commit ${result.commit}. ${result.machine}. ${versions.join(", ")}.`,
    "",
  );
  return lines;
}

/** A ratio to a side that was stopped before its end is an upper bound. */
const bound = (sides: CaseResult["sides"]) => (sides.some((side) => side.stopped) ? "< " : "");

function summary(rows: readonly Row[], results: Results): string[] {
  const lines = ["| row | case | measure | ratio or figure | goal | |", "|---|---|---|---|---|---|"];
  for (const { name } of rows) {
    for (const { name: what, goals, sides } of results[name]?.cases ?? []) {
      for (const goal of goals) {
        const figure = (value: number) =>
          !goal.alone ? `${value.toPrecision(3)} ×` : shown(goal.measure, value);
        lines.push(
          `| ${name} | ${what} | ${goal.measure} | ${goal.alone ? "" : bound(sides)}${figure(goal.found)} | ≤ ${figure(goal.atMost)} | ${goal.reached ? "reached" : "not reached"} |`,
        );
      }
    }
  }
  return lines;
}

/** Writes docs/benchmarks.md. */
export function writeDocument(rows: readonly Row[], results: Results): void {
  const lines = [
    HEAD,
    ...summary(rows, results),
    "",
    ...rows.flatMap((row) => rowLines(row, results[row.name])),
  ];
  writeFileAtomic(path.join(ROOT, "docs/benchmarks.md"), `${lines.join("\n").trimEnd()}\n`);
}
