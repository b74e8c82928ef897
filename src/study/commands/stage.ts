// One stage of the study, or one shard of it: what a cluster's jobs run. Stages that it needs are found or run too.
// Run: npm run stage -- NAME [--profile P --seed S --shard 2/4 | --merge 4]    npm run stage -- --list
import * as path from "node:path";
import type { Command } from "commander";
import { writeJson } from "../../base/atomic-write";
import { fingerprint } from "../fingerprint";
import { parseShard } from "../shard";
import { ROOT } from "../stage";
import { namedStages } from "../stages/by-name";
import { openStudy } from "../study";

interface StageOptions {
  profile: string;
  seed: number;
  data?: string;
  shard?: string;
  merge?: number;
  stamp?: string;
  list?: boolean;
}

async function runStage(name: string | undefined, options: StageOptions): Promise<void> {
  const context = openStudy(options.profile, options.seed, options.data);
  const stages = namedStages(context);
  if (options.list) {
    for (const [known, { shard }] of stages) console.log(shard ? `${known}  (in shards)` : known);
    return;
  }
  const found = name === undefined ? undefined : stages.get(name);
  if (!name || !found) {
    throw new Error(`Unknown stage ${JSON.stringify(name ?? "")}. Known: ${[...stages.keys()].join(", ")}.`);
  }
  if ((options.shard || options.merge) && !found.shard) {
    const sharded = [...stages].filter(([, { shard }]) => shard).map(([known]) => known);
    throw new Error(`Stage ${name} has no shards. Stages that have: ${sharded.join(", ")}.`);
  }
  const started = Date.now();
  const made = options.shard
    ? await found.shard!(context, parseShard(options.shard))
    : await found.run(context, options.merge ?? 1);
  const folder = made && path.relative(ROOT, made.directory);
  const files = made ? fingerprint(made.directory) : {};
  if (options.stamp) writeJson(options.stamp, { stage: name, shard: options.shard, folder, files });
  const took = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `✓ ${name}${options.shard ? ` ${options.shard}` : ""} (${took} s)${folder ? ` -> ${folder}` : ""}`,
  );
}

export const define = (command: Command): Command =>
  command
    .argument("[name]", "which stage; --list shows them")
    .option("--profile <name>", "smoke, tiny, paper or rehearsal", "tiny")
    .option("--seed <n>", "seed of data order and adapter initialisation", Number, 0)
    .option("--data <file>", "your own JSONL, JSON, CSV, TSV or Excel file instead of the generated corpus")
    .option("--shard <i/n>", "only this part of a stage that has shards")
    .option("--merge <n>", "join a stage's n shards; those that are not done yet are run first", Number)
    .option("--stamp <file>", "write the stage's folder and the hashes of its files into this file")
    .option("--list", "print the names of all stages")
    .action(runStage);
