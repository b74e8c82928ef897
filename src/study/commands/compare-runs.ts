// Two runs of a profile side by side: which artifacts are the same, hash by hash, times and speeds left out.
// Run: npm run cli -- compare-runs data/runs/smoke OTHER/smoke
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { fingerprint } from "../fingerprint";

/** Folders of finished stages; shards are parts of theirs, and what else lies there is written from them. */
function stagesOf(runs: string): string[] {
  if (!fs.existsSync(runs)) throw new Error(`${runs}: there is no such folder of runs.`);
  return fs
    .readdirSync(runs)
    .filter((name) => fs.existsSync(path.join(runs, name, "result.json")) && !/-shard-[0-9a-f]+$/.test(name))
    .sort();
}

function compare(first: string, second: string): boolean {
  const stages = [...new Set([...stagesOf(first), ...stagesOf(second)])].sort();
  if (stages.length === 0) throw new Error(`${first} and ${second}: no finished stage in either.`);
  let files = 0;
  const differing: string[] = [];
  for (const stage of stages) {
    const [a, b] = [first, second].map((runs) => {
      const folder = path.join(runs, stage);
      return fs.existsSync(folder) ? fingerprint(folder) : {};
    }) as [Record<string, string>, Record<string, string>];
    for (const file of new Set([...Object.keys(a), ...Object.keys(b)])) {
      files++;
      if (a[file] === b[file]) continue;
      const how = !a[file] ? `only in ${second}` : !b[file] ? `only in ${first}` : "differs";
      differing.push(`${stage}/${file}: ${how}`);
    }
  }
  for (const line of differing) console.log(`✗ ${line}`);
  console.log(`${files - differing.length} of ${files} files of ${stages.length} stages are the same`);
  return differing.length === 0;
}

export const define = (command: Command): Command =>
  command
    .argument("<runs>", "a folder of finished stages, as data/runs/smoke")
    .argument("<other>", "another run of the same profile")
    .action((first: string, second: string) => {
      if (!compare(first, second)) process.exitCode = 1;
    });
