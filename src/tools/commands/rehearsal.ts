// Rehearsal of profile "paper": a hub on this machine offers its models in thumbnail, and the whole study runs on them.
// Run: npm run cli -- rehearsal [--notebooks]
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Command } from "commander";
import { COMMAND_LINE, ROOT, RUNS } from "../../study/stage";
import { resultsStage } from "../../study/stages/results";
import { openStudy } from "../../study/study";
import { HubServer } from "../rehearsal/hub-server";
import { offerRepositories } from "../rehearsal/repositories";

const TOKEN = "hf_rehearsal";

async function rehearse(notebooks: boolean): Promise<void> {
  const started = Date.now();
  const runs = path.join(RUNS, "rehearsal");
  fs.rmSync(runs, { recursive: true, force: true });
  const hub = await HubServer.start();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "rehearsal-home-"));
  try {
    hub.token = TOKEN;
    await offerRepositories(hub);
    // What a user sets for the real study; HF_HUB_CACHE would win over HF_HOME.
    Object.assign(process.env, { HF_ENDPOINT: hub.endpoint, HF_HOME: home, HF_TOKEN: TOKEN });
    for (const name of ["HF_HUB_CACHE", "HF_HUB_OFFLINE"]) delete process.env[name];
    if (notebooks) await runStudy();
    else await resultsStage(openStudy("rehearsal", 0));
    const commits: Record<string, string> = JSON.parse(
      fs.readFileSync(path.join(runs, "revisions.json"), "utf8"),
    );
    for (const [repository, commit] of Object.entries(commits)) {
      const shards = hub.requests.filter(
        ({ host, path: asked }) =>
          host === "storage" && asked.includes(`${encodeURIComponent(repository)}/model`),
      );
      console.log(`${repository.padEnd(48)} ${commit.slice(0, 12)}  ${shards.length} weight file(s)`);
    }
    console.log(`Rehearsal of profile paper: ${((Date.now() - started) / 1000).toFixed(0)} s`);
  } finally {
    await hub.stop();
    fs.rmSync(home, { recursive: true, force: true });
  }
}

/** The study as a user runs it: every notebook through the kernel, then the report. */
async function runStudy(): Promise<void> {
  const child = spawn(process.execPath, [...COMMAND_LINE, "study", "--profile", "rehearsal"], {
    cwd: ROOT,
    stdio: "inherit",
  });
  const code = await new Promise((resolve) => child.on("exit", resolve));
  if (code !== 0) throw new Error(`the study ended with exit code ${code}`);
}

export const define = (command: Command): Command =>
  command
    .option("--notebooks", "through the notebooks and the report instead of the stages alone")
    .action(({ notebooks = false }: { notebooks?: boolean }) => rehearse(notebooks));
