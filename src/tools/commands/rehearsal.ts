// Rehearsal of the studies whose models come from the hub: a hub on this machine offers these in thumbnail, and the whole study
// runs on them. Run: npm run cli -- rehearsal [--notebooks]    npm run cli -- rehearsal --study gemma3-pair
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Command } from "commander";
import { loadStudy } from "../../study/file/load";
import { COMMAND_LINE, ROOT, RUNS } from "../../study/stage";
import type { StudyContext } from "../../study/stages/context";
import { resultsStage } from "../../study/stages/results";
import { openStudy } from "../../study/study";
import { HubServer } from "../rehearsal/hub-server";
import { offerRepositories } from "../rehearsal/repositories";

interface Options {
  notebooks?: boolean;
  study: string;
}

const TOKEN = "hf_rehearsal";

/** The study of a name in few items. `rehearsal` is that of paper, with changes of its own. */
function inFewItems(name: string): StudyContext {
  if (name === "rehearsal") return openStudy(name, 0);
  const { data, training, decoding } = loadStudy("rehearsal");
  const { recipes, models, ...study } = loadStudy(name);
  const each = <T, U>(entries: Readonly<Record<string, T>>, change: (entry: T) => U) =>
    Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, change(entry)]));
  return {
    ...study,
    ...{ name: `rehearsal-${name}`, seed: 0, data, training, decoding },
    // The hub on this machine has its own commits.
    models: each(models, ({ revision: _, ...source }) => source),
    recipes: each(recipes, (recipe) => ({ ...recipe, training })),
  };
}

async function rehearse({ notebooks = false, study: name }: Options): Promise<void> {
  if (notebooks && name !== "rehearsal")
    throw new Error("--notebooks goes with the study paper: leave --study out.");
  const started = Date.now();
  const study = inFewItems(name);
  const runs = path.join(RUNS, study.name);
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
    else await resultsStage(study);
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
    console.log(`Rehearsal: ${((Date.now() - started) / 1000).toFixed(0)} s`);
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
    .option("--study <name>", "a study whose models come from the hub (default: that of paper)", "rehearsal")
    .action(rehearse);
