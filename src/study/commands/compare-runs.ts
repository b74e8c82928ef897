// Two runs of a study side by side: which artifacts are the same, hash by hash, times and speeds left out.
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

type Files = Record<string, string>;

const nameOf = (stage: string): string => stage.replace(/-[0-9a-f]{12}$/, "");

/** Hashes of a run's stages by what pairs them with the other run's; across versions that is the name, which seeds share. */
function openRun(runs: string, acrossVersions: boolean): Map<string, Files[]> {
  const stages = stagesOf(runs);
  const names = new Map<string, string>();
  for (const stage of acrossVersions ? stages : []) {
    const { key } = JSON.parse(fs.readFileSync(path.join(runs, stage, "result.json"), "utf8"));
    names.set(key as string, `<${nameOf(stage)}>`);
  }
  const found = new Map<string, Files[]>();
  for (const stage of stages) {
    const name = acrossVersions ? nameOf(stage) : stage;
    found.set(name, [...(found.get(name) ?? []), fingerprint(path.join(runs, stage), names)]);
  }
  return found;
}

const differences = (a: Files, b: Files): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((file) => a[file] !== b[file]);

/** Pairs of stages of one name, those that differ least first; a stage without a partner stands beside nothing. */
function paired(first: Files[], second: Files[]): [Files, Files][] {
  const rest = [...second];
  const pairs = first.map((a): [Files, Files] => {
    const counts = rest.map((b) => differences(a, b).length);
    const at = counts.indexOf(Math.min(...counts));
    return [a, at < 0 ? {} : rest.splice(at, 1)[0]!];
  });
  return [...pairs, ...rest.map((b): [Files, Files] => [{}, b])];
}

function compare(first: string, second: string, acrossVersions: boolean): boolean {
  const [one, other] = [openRun(first, acrossVersions), openRun(second, acrossVersions)];
  const names = [...new Set([...one.keys(), ...other.keys()])].sort();
  if (names.length === 0) throw new Error(`${first} and ${second}: no finished stage in either.`);
  let files = 0;
  let stages = 0;
  const differing: string[] = [];
  for (const name of names) {
    for (const [a, b] of paired(one.get(name) ?? [], other.get(name) ?? [])) {
      stages++;
      files += new Set([...Object.keys(a), ...Object.keys(b)]).size;
      for (const file of differences(a, b)) {
        const how = !a[file] ? `only in ${second}` : !b[file] ? `only in ${first}` : "differs";
        differing.push(`${name}/${file}: ${how}`);
      }
    }
  }
  for (const line of differing) console.log(`✗ ${line}`);
  console.log(`${files - differing.length} of ${files} files of ${stages} stages are the same`);
  return differing.length === 0;
}

export const define = (command: Command): Command =>
  command
    .argument("<runs>", "a folder of finished stages, as data/runs/smoke")
    .argument("<other>", "another run of the same study")
    .option(
      "--across-versions",
      "pair stages by their names and read their keys as those: for two versions of the code",
    )
    .action((first: string, second: string, { acrossVersions = false }: { acrossVersions?: boolean }) => {
      if (!compare(first, second, acrossVersions)) process.exitCode = 1;
    });
