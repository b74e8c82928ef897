// One side of a case in this project's engine. Started by processes.ts: node worker.ts ROW SPEC.json, speaks JSON lines on file 3.
import * as fs from "node:fs";
import * as readline from "node:readline";
import { peakBytes } from "./memory";
import { rows } from "./rows";

const say = (message: object) => fs.writeSync(3, `${JSON.stringify(message)}\n`);

async function serve(name: string, specFile: string): Promise<void> {
  const row = rows.find((candidate) => candidate.name === name);
  if (!row?.prepare) throw new Error(`The row "${name}" has no side in this engine.`);
  const { check, run } = await row.prepare(JSON.parse(fs.readFileSync(specFile, "utf8")) as never);
  say({ check });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line !== "run") break;
    say({ measures: { ...(await run()), peakBytes: peakBytes() } });
  }
  process.exit(0);
}

serve(process.argv[2]!, process.argv[3]!).catch((error: Error) => {
  say({ error: error.stack ?? error.message });
  process.exit(1);
});
