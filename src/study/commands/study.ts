// The whole study: every notebook in order through the kernel, then the report. Run: npm run study [-- --profile NAME]
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { writeJson } from "../../base/atomic-write";
import { readStudyItems } from "../../corpus/validate";
import type { StudyRecord } from "../../report/records";
import type { TestSet } from "../../results/scores";
import type { StudyResults } from "../../results/study-results";
import { commitAtHand } from "../commit";
import { installedBytes, trackedBytes } from "../disk-use";
import { estimateLines, estimateStudy } from "../estimate";
import { profileNamed } from "../profiles";
import { COMMAND_LINE, hashFiles, hashOf, ROOT, RUNS } from "../stage";
import { type Notebook, notebookSources } from "../tidy-notebook";

interface StudyOptions {
  profile: string;
  seed: number;
  data?: string;
  force?: boolean;
  dryRun?: boolean;
  reports?: string;
}

const NOTEBOOKS = path.join(ROOT, "notebooks");

/** All files below a folder with one of the endings, sorted. */
function filesBelow(folder: string, ending: RegExp): string[] {
  return (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => ending.test(file) && !file.includes(".ipynb_checkpoints"))
    .map((file) => path.join(folder, file))
    .sort();
}

/** A notebook without its outputs: those are no reason to run it again. */
const sourcesOf = (file: string) => notebookSources(JSON.parse(fs.readFileSync(file, "utf8")) as Notebook);

/** Runs a program to its end; ends this one with its exit code when it fails, and says how to go on after Ctrl-C. */
async function run(program: string, args: string[]): Promise<void> {
  const child = spawn(program, args, { cwd: ROOT, stdio: "inherit" });
  // A terminal sends Ctrl-C to the child itself; from anywhere else it is passed on. The child ends in order first.
  const interrupt = () => {
    if (!process.stdin.isTTY) child.kill("SIGINT");
  };
  process.on("SIGINT", interrupt);
  const [code, signal] = await new Promise<[number | null, string | null]>((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => done([code, signal]));
  });
  process.off("SIGINT", interrupt);
  if (code === 0) return;
  if (code === 130 || signal === "SIGINT") {
    console.error(
      "Interrupted. Finished stages and checkpoints are kept: run the same command again to go on from here.",
    );
    process.exit(130);
  }
  process.exit(code ?? 1);
}

async function study(options: StudyOptions): Promise<void> {
  const started = Date.now();
  const profile = profileNamed(options.profile);
  if (options.data && !fs.existsSync(options.data))
    throw new Error(`--data ${options.data}: there is no such file.`);
  // A file with problems ends the run here, not in a notebook.
  if (options.data) for (const note of readStudyItems(options.data).notes) console.log(note);
  const data = options.data ? path.relative(ROOT, path.resolve(options.data)) : "";
  const runs = path.join(RUNS, profile.name);
  const fromNothing = !fs.existsSync(runs);
  // Another profile, or data of the user's own, keeps its reports apart: reports/ is the project's own study.
  const ours = profile.name === "tiny" && !data && !options.reports && !process.env.STUDY_RUNS;
  const reports = options.reports
    ? path.resolve(options.reports)
    : ours
      ? path.join(ROOT, "reports")
      : path.join(runs, "reports");
  const seconds: Record<string, number> = {};
  const stamps = path.join(runs, "notebooks.json");
  const known: Record<string, string> = fs.existsSync(stamps)
    ? JSON.parse(fs.readFileSync(stamps, "utf8"))
    : {};
  const code = hashFiles([
    ...filesBelow(path.join(ROOT, "src"), /\.ts$/),
    path.join(ROOT, "package-lock.json"),
    path.join(ROOT, "engine.json"),
  ]);
  const models = hashFiles(filesBelow(path.join(ROOT, "data/models"), /\.(json|jinja|safetensors)$/));
  const dataHash = data ? hashFiles([path.join(ROOT, data)]) : "";

  const notebooks = filesBelow(NOTEBOOKS, /\.ipynb$/);
  for (const notebook of notebooks) {
    const name = path.basename(notebook, ".ipynb");
    const executed = path.join(reports, "notebooks", `${name}.ipynb`);
    const key = hashOf({ notebook: sourcesOf(notebook), code, models, dataHash, seed: options.seed });
    const unchanged = !options.force && known[name] === key && fs.existsSync(executed);
    if (unchanged || options.dryRun) {
      console.log(`${unchanged ? "✓" : "…"} ${name}${unchanged ? " (unchanged)" : ""}`);
      continue;
    }
    const began = performance.now();
    await run(path.join(ROOT, ".venv/bin/python"), [
      path.join(ROOT, "scripts/run_notebook.py"),
      notebook,
      "--out",
      path.join(reports, "notebooks"),
      ...[
        "-p",
        `profile=${profile.name}`,
        "-p",
        `seed=${options.seed}`,
        "-p",
        `data=${JSON.stringify(data)}`,
      ],
    ]);
    seconds[name] = (performance.now() - began) / 1000;
    known[name] = key;
    writeJson(stamps, known);
  }
  if (options.dryRun) {
    for (const line of ["", ...estimateLines(estimateStudy(profile, options.data))]) console.log(line);
    return;
  }
  const results = JSON.parse(fs.readFileSync(path.join(runs, "results.json"), "utf8")) as StudyResults;
  if (fromNothing) recordStudy(path.join(runs, "study.json"), started, seconds, results);
  await run(process.execPath, [
    ...[...COMMAND_LINE, "report", "--profile", profile.name],
    ...(ours ? [] : ["--out", reports]),
  ]);
  for (const set of ["in-domain", "other", "all"] as const) printTable(results, set);
  console.log(`\nReport: ${path.relative(ROOT, path.join(reports, "report.html"))}`);
  console.log(`Time: ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

/** What this run took, for the README: only of a run that began with nothing finished. */
function recordStudy(
  file: string,
  started: number,
  notebooks: Record<string, number>,
  { machine }: StudyResults,
): void {
  const record: StudyRecord = {
    commit: commitAtHand(),
    seconds: (Date.now() - started) / 1000,
    notebooks,
    machine,
    clone: trackedBytes(),
    installed: installedBytes(),
  };
  writeJson(file, record);
}

/** The systems' scores as lines of text. ROUGE over whitespace words. */
function printTable(results: StudyResults, set: TestSet): void {
  console.log(`\n${set} (${results.systems[0]!.scores[set].items} items)`);
  console.log(`${"system".padEnd(14)}  ROUGE-1  ROUGE-2  ROUGE-Lsum  BERTScore F1  kept facts`);
  for (const { system, scores } of results.systems) {
    const { rouge, bertscore, keptFacts } = scores[set];
    const { rouge1, rouge2, rougeLsum } = rouge.whitespace!;
    const cells = [
      rouge1.f.toFixed(3).padStart(7),
      rouge2.f.toFixed(3).padStart(7),
      rougeLsum.f.toFixed(3).padStart(10),
      bertscore.f.toFixed(3).padStart(12),
      keptFacts.toFixed(3).padStart(10),
    ];
    console.log(`${system.padEnd(14)}  ${cells.join("  ")}`);
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found ${text}.`);
  return Number(text);
}

export const define = (command: Command): Command =>
  command
    .option("--profile <name>", "smoke, tiny, paper or rehearsal", "tiny")
    .option("--seed <n>", "seed of data order and adapter initialisation", wholeNumber, 0)
    .option("--data <file>", "your own JSONL, JSON, CSV, TSV or Excel file instead of the generated corpus")
    .option("--force", "execute the notebooks even when nothing changed (finished stages are still reused)")
    .option("--dry-run", "only list what would run, with disk, memory and time it would take")
    .option("--reports <folder>", "where report and executed notebooks go")
    .action(study);
