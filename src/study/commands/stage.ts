// One stage of the study, or one shard of it: what a cluster's jobs run. Stages that it needs are found or run too.
// Run: npm run stage -- NAME [--profile P --seed S --shard 2/4 | --merge 4]    npm run stage -- --list
import * as path from "node:path";
import type { Command } from "commander";
import { writeJson } from "../../base/atomic-write";
import { suggestion } from "../../base/nearest";
import type { Job } from "../define-stage";
import { fingerprint } from "../fingerprint";
import { jobsOf } from "../jobs";
import { parseShard } from "../shard";
import { type Artifact, ROOT } from "../stage";
import { openStudy } from "../study";

interface StageOptions {
  profile: string;
  seed: number;
  data?: string;
  shard?: string;
  merge?: number;
  stamp?: string;
  list?: boolean;
  graph?: boolean;
}

/** The graph as JSON: what each job needs, and whether it has shards. */
const graph = (study: string, jobs: readonly Job[]): string =>
  JSON.stringify({
    study,
    jobs: jobs.map((job) => ({
      name: job.name,
      needs: job.needs().map(({ name }) => name),
      shards: job.hasShards,
    })),
  });

async function runStage(name: string | undefined, options: StageOptions): Promise<void> {
  const context = openStudy(options.profile, options.seed, options.data);
  const jobs = jobsOf(context);
  if (options.list || options.graph) {
    if (options.graph) console.log(graph(context.name, jobs));
    else for (const job of jobs) console.log(job.hasShards ? `${job.name}  (in shards)` : job.name);
    return;
  }
  const job = jobs.find((known) => known.name === name);
  if (!job) {
    const known = jobs.map((one) => one.name);
    throw new Error(
      `Unknown stage ${JSON.stringify(name ?? "")}.${suggestion(name ?? "", known)} Known: ${known.join(", ")}.`,
    );
  }
  if ((options.shard || options.merge) && !job.hasShards) {
    const sharded = jobs.filter(({ hasShards }) => hasShards).map((one) => one.name);
    throw new Error(`Stage ${job.name} has no shards. Stages that have: ${sharded.join(", ")}.`);
  }
  const started = Date.now();
  const made = options.shard
    ? await job.shard(parseShard(options.shard))
    : await job.make(options.merge ?? 1);
  // Not all jobs are stages with a folder of their own.
  const { directory } = (made ?? {}) as Partial<Artifact<unknown>>;
  const folder = directory && path.relative(ROOT, directory);
  const files = directory ? fingerprint(directory) : {};
  if (options.stamp) writeJson(options.stamp, { stage: job.name, shard: options.shard, folder, files });
  const took = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `✓ ${job.name}${options.shard ? ` ${options.shard}` : ""} (${took} s)${folder ? ` -> ${folder}` : ""}`,
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
    .option("--graph", "print all stages with what each needs, as JSON")
    .action(runStage);
