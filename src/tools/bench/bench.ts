// Measures rows of docs/benchmarks.md beside their Python peers. Run: npm run bench -- [NAME… | all] [--runs N]
import type { Command } from "commander";
import { writeDocument } from "./document";
import { type CaseResult, measure } from "./measure";
import { ensurePython } from "./python-environment";
import { readResults, setting, storeResult } from "./results";
import type { Row } from "./row";
import { rows } from "./rows";

function chosen(names: readonly string[]): Row[] {
  if (names.length === 1 && names[0] === "all") {
    const { machine, commit } = setting();
    const results = readResults();
    // What was measured from these very sources on this machine is not measured again: an interrupted run goes on.
    const isDone = ({ name }: Row) =>
      !commit.endsWith("+") && results[name]?.commit === commit && results[name].machine === machine;
    return rows.filter((row) => !row.onlyByName && !isDone(row));
  }
  return names.map((name) => {
    const row = rows.find((candidate) => candidate.name === name);
    if (!row)
      throw new Error(`There is no bench "${name}". Known: ${rows.map((r) => r.name).join(", ")}, all.`);
    return row;
  });
}

async function measureRow(row: Row, runs: number | undefined): Promise<void> {
  const started = performance.now();
  const cases: CaseResult[] = [];
  for (const what of row.cases()) {
    const result = await measure(row.name, what, runs ?? what.runs);
    cases.push(result);
    for (const { measure: name, found, atMost, reached } of result.goals) {
      console.log(
        `${row.name}, ${what.name}: ${name} ${found.toPrecision(3)}, goal ${atMost}${reached ? "" : ", not reached"}`,
      );
    }
    if (result.goals.length === 0) console.log(`${row.name}, ${what.name}: measured`);
  }
  const results = storeResult(row.name, {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    command: `npm run bench -- ${row.name}${runs ? ` --runs ${runs}` : ""}`,
    ...setting(),
    cases,
  });
  await row.figure?.(cases);
  writeDocument(rows, results);
  console.log(`${row.name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

export const define = (command: Command): Command =>
  command
    .argument("[names...]", "benches, or all; without a name they are listed")
    .option("--runs <n>", "timed runs of each side", Number)
    .option("--document", "only write docs/benchmarks.md anew from docs/benchmarks.json")
    .action(async (names: string[], { runs, document }: { runs?: number; document?: boolean }) => {
      if (document) return writeDocument(rows, readResults());
      if (names.length === 0) {
        for (const { name, title, onlyByName } of rows) {
          console.log(`${name.padEnd(12)} ${title}${onlyByName ? " (not in all)" : ""}`);
        }
        return;
      }
      ensurePython();
      for (const row of chosen(names)) {
        try {
          await measureRow(row, runs);
        } catch (error) {
          // The other rows are still worth measuring; this one keeps what it had.
          console.error(`${row.name}: ${(error as Error).message}`);
          process.exitCode = 1;
        }
      }
    });
