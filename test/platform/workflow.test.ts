// The Snakemake workflow without running a job: its rules ask for every stage of the study, and each profile is understood.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jobsOf } from "../../src/study/jobs";
import { openStudy } from "../../src/study/study";
import { root } from "./notebook";

const runs = mkdtempSync(join(tmpdir(), "내 연구 "));
afterAll(() => rmSync(runs, { recursive: true, force: true }));

function dryRun(profile: string, ...config: string[]) {
  return spawnSync(
    process.execPath,
    [
      ...["scripts/workflow.mjs", "--profile", `workflow/profiles/${profile}`, "-n", "-p"],
      ...["--config", "profile=smoke", ...config],
    ],
    { cwd: root, encoding: "utf8", env: { ...process.env, STUDY_RUNS: runs } },
  );
}

const NOT_INSTALLED = 3;
const first = dryRun("local", "shards=3");
const said = first.stdout + first.stderr;
if (first.status === NOT_INSTALLED) console.log(`workflow test skipped: ${first.stderr.trim()}`);

describe.skipIf(first.status === NOT_INSTALLED)("the Snakemake workflow", () => {
  it("runs every stage of the study once, and those that have shards in shards too", () => {
    expect(first.status, said).toBe(0);
    const calls = [...said.matchAll(/cli\.ts stage --profile smoke --seed 0 (.*) --stamp/g)].map(
      ([, call]) => call!,
    );
    const expected = jobsOf(openStudy("smoke", 0)).flatMap(({ name, hasShards }) =>
      hasShards ? [...[1, 2, 3].map((part) => `${name} --shard ${part}/3`), `${name} --merge 3`] : [name],
    );
    expect(calls.sort()).toEqual(expected.sort());
    // A shell takes the stamp's path as one word.
    expect(said).toContain(`corpus --stamp '${runs}/smoke/stages/seed-0/corpus.json'`);
  });

  it("profile slurm is understood", () => {
    const run = dryRun("slurm");
    expect(run.status, run.stdout + run.stderr).toBe(0);
    const jobs = jobsOf(openStudy("smoke", 0));
    // In two shards and what joins them; and the rule that asks for all.
    const count = jobs.reduce((sum, { hasShards }) => sum + (hasShards ? 3 : 1), 1);
    expect(run.stdout).toMatch(new RegExp(`^total +${count}$`, "m"));
  });

  it("profile kubernetes runs jobs in the volume's repository, stamps through the volume too", () => {
    const run = dryRun("kubernetes", "home=/study/repository");
    expect(run.status, run.stdout + run.stderr).toBe(0);
    expect(run.stdout + run.stderr).toMatch(
      /cd '\/study\/repository' && node .* corpus --stamp "\$OLDPWD"\/'\.snakemake\/storage\/fs\/study\/stamps\//,
    );
  });

  it("a data file that is not there is refused by name", () => {
    const run = dryRun("local", "data=none.jsonl");
    expect(run.status).not.toBe(0);
    expect(run.stdout + run.stderr).toMatch(/none\.jsonl: there is no such file/);
  });
});
