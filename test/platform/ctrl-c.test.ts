// Ctrl-C of long commands: the running stage keeps a checkpoint, the command says how to go on, and going on works.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { root, temporaryFolder, writeNotebook } from "./notebook";

const folder = temporaryFolder();
const profile = `ctrl-c-${process.pid}`;
const runs = join(folder, "runs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command of the project and sends SIGINT to it as soon as `due` says so. */
function interrupted(
  args: string[],
  due: (said: string) => boolean,
): Promise<{ code: number | null; said: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ["scripts/run.mjs", ...args], {
      cwd: root,
      env: { ...process.env, STUDY_RUNS: runs },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        said += chunk;
      });
    }
    const clock = setInterval(() => {
      if (!due(said)) return;
      clearInterval(clock);
      child.kill("SIGINT");
    }, 50);
    child.on("close", (code) => {
      clearInterval(clock);
      done({ code, said });
    });
  });
}

const training = () => {
  const stages = existsSync(join(runs, profile)) ? readdirSync(join(runs, profile)) : [];
  const stage = stages.find((name) => name.startsWith("train-lora-student"));
  return stage && join(runs, profile, stage);
};
const stepsLogged = () => {
  const log = training() && join(training()!, "log.jsonl");
  return log && existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0;
};

it("the notebook runner ends with a checkpoint of the running training, and the next run goes on", async () => {
  const file = join(folder, "long.ipynb");
  writeNotebook(file, [
    `import { loadStudy } from "./src/study/file/load";
import { trainSystem } from "./src/study/stages/train";
const context = { ...loadStudy("smoke"), models: loadStudy("tiny").models, name: "${profile}", seed: 0,
  data: { counts: { train: 240, validation: 4, "test-in-domain": 2, "test-other": 2 } } };
await trainSystem(context, "lora-student");`,
  ]);
  const args = ["scripts/run_notebook.py", file, "--out", join(folder, "out")];
  const first = await interrupted(args, () => stepsLogged() >= 3);
  expect(first.said).toContain("the running cell ends in order");
  expect(first.said).toContain("interrupted");
  expect(first.code, first.said).toBe(130);
  expect(existsSync(join(training()!, "checkpoint.safetensors"))).toBe(true);
  const reached = stepsLogged();
  expect(reached).toBeLessThan(60);

  const second = await interrupted(args, () => false);
  expect(second.code, second.said).toBe(0);
  const steps = readFileSync(join(training()!, "log.jsonl"), "utf8").trimEnd().split("\n");
  expect(steps.map((line) => JSON.parse(line).step)).toEqual(Array.from({ length: 60 }, (_, i) => i));
});

it("the study says how to go on", async () => {
  const args = ["src/cli.ts", "study", "--profile", "smoke"];
  const { code, said } = await interrupted(args, (text) => /cell 2\//.test(text));
  expect(said).toContain("run the same command again to go on from here");
  expect(code).toBe(130);
});
