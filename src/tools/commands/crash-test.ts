// Kills every stage of the study with SIGKILL at random points and checks that resuming gives what an uninterrupted run gives.
// Run: npm run cli -- crash-test [--kills 100 --seed 1 --stage teacher-logits]
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Command, Option } from "commander";
import { progress } from "../../base/progress";
import { wholeNumber } from "../../study/commands/whole-number";
import { crashTest, KILLED, type KilledStage } from "../crash-test/campaign";
import { TIME_FIELDS } from "../crash-test/compare";

async function run({
  kills,
  seed,
  stage,
}: {
  kills: number;
  seed: number;
  stage?: KilledStage;
}): Promise<void> {
  console.log(`seed ${seed}: the kills at writes can be repeated with --seed ${seed}`);
  const started = Date.now();
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "crash-test-"));
  const bar = progress("crash-test", kills);
  const reports = await crashTest({
    kills,
    seed,
    ...(stage && { stages: [stage] }),
    scratch,
    onKill: (done, note) => bar.update(done, note),
  });
  bar.finish();
  const rows = [
    ["stage", "kills", "at writes", "at times", "resumed runs", "losses"],
    ...reports.map((r) => [r.stage, r.kills, r.atWrites, r.atTimes, r.runs, r.losses.length].map(String)),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    console.log(row.map((cell, i) => (i ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join("  "));
  const losses = reports.flatMap((report) => report.losses.map((loss) => `${report.stage}: ${loss}`));
  const done = reports.reduce((sum, report) => sum + report.kills, 0);
  console.log(
    `${done} kills, ${losses.length} losses, ${((Date.now() - started) / 1000).toFixed(0)} s. Not compared: TensorBoard's event ` +
      `files, the stages' clocks, the model card's time, and the fields ${TIME_FIELDS.join(", ")}.`,
  );
  for (const loss of losses) console.log(loss);
  if (losses.length > 0) {
    console.log(`What was left is in ${scratch}.`);
    process.exitCode = 1;
  } else fs.rmSync(scratch, { recursive: true });
}

export const define = (command: Command): Command =>
  command
    .option("--kills <n>", "kills in all", wholeNumber(Infinity), 100)
    .option("--seed <n>", "seed of the points", wholeNumber(Infinity), 1)
    .addOption(new Option("--stage <name>", "only this stage").choices(Object.keys(KILLED)))
    .action(run);
