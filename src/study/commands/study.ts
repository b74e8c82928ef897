// The whole study: every notebook in order through the kernel, then the report.
// Run: npm run study [-- STUDY --set recipes.distilled.loss.temperature=2]    npm run study -- --init my-study.json
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { writeFileAtomic, writeJson } from "../../base/atomic-write";
import { COMPARED } from "../../metrics/registry";
import { valueText } from "../../metrics/value-text";
import { modelSource } from "../../models/source";
import type { StudyRecord } from "../../report/records";
import type { TestSet } from "../../results/scores";
import type { StudyResults } from "../../results/study-results";
import { checkAtHand } from "../check-at-hand";
import { commitAtHand } from "../commit";
import { installedBytes, trackedBytes } from "../disk-use";
import { SCHEMA_FILE } from "../file/check";
import { commented } from "../file/commented";
import type { Study } from "../file/definition";
import type { JsonObject } from "../file/draft";
import { keepStudy, keptStudy } from "../file/keep";
import { loadStudy, STUDIES, studyNames } from "../file/load";
import { COMMAND_LINE, hashFiles, hashOf, ROOT, RUNS } from "../stage";
import { type Notebook, notebookSources } from "../tidy-notebook";

interface StudyOptions {
  profile: string;
  set: string[];
  seed: number;
  data?: string;
  force?: boolean;
  dryRun?: boolean;
  reports?: string;
  init?: string;
  schema?: boolean;
}

const NOTEBOOKS = path.join(ROOT, "notebooks");

/** All files below a folder with one of the endings, sorted. */
function filesBelow(folder: string, ending: RegExp): string[] {
  return (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => ending.test(file) && !file.includes(".ipynb_checkpoints"))
    .map((file) => path.join(folder, file))
    .sort();
}

/** The files of a study's models that lie on this machine as they are. */
const modelFiles = ({ models }: Study): string[] =>
  Object.values(models)
    .flatMap(({ folder, thumbnail }) => folder ?? thumbnail ?? [])
    .map((place) => path.resolve(ROOT, place))
    .filter((place) => fs.existsSync(place))
    .flatMap((place) => modelSource(place).files);

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

async function study(named: string | undefined, options: StudyOptions): Promise<void> {
  const started = Date.now();
  const data = options.data ? path.relative(ROOT, path.resolve(options.data)) : "";
  const chosen = {
    ...loadStudy(named ?? options.profile, options.set),
    ...(data && { data: { file: data } }),
  };
  const dataFile = chosen.data.file === undefined ? undefined : path.resolve(ROOT, chosen.data.file);
  if (dataFile && !fs.existsSync(dataFile))
    throw new Error(`${data ? `--data ${options.data}` : `data.file ${dataFile}`}: there is no such file.`);
  // What is wrong with models or data ends the run here, not in a notebook.
  for (const note of await checkAtHand(chosen)) console.log(note);
  const runs = path.join(RUNS, chosen.name);
  const fromNothing = !fs.existsSync(runs);
  // Another study, or data of the user's own, keeps its reports apart: reports/ is the project's own study.
  const ours = chosen.name === "tiny" && !dataFile && !options.reports && !process.env.STUDY_RUNS;
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
  const models = hashFiles(modelFiles(chosen));
  const dataHash = dataFile ? hashFiles([dataFile]) : "";
  const own = !studyNames().includes(chosen.name);
  if (options.dryRun) console.log(`${JSON.stringify(chosen, null, 2)}\n`);
  else keepStudy(chosen);

  const notebooks = filesBelow(NOTEBOOKS, /\.ipynb$/);
  for (const notebook of notebooks) {
    const name = path.basename(notebook, ".ipynb");
    const executed = path.join(reports, "notebooks", `${name}.ipynb`);
    const key = hashOf({
      notebook: sourcesOf(notebook),
      code,
      models,
      dataHash,
      seed: options.seed,
      study: chosen,
    });
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
        `profile=${own ? path.relative(ROOT, keptStudy(chosen)) : chosen.name}`,
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
    // It knows all stages, and with them the engine.
    const { estimateLines, estimateStudy } = require("../estimate") as typeof import("../estimate");
    for (const line of ["", ...estimateLines(estimateStudy(chosen))]) console.log(line);
    return;
  }
  const results = JSON.parse(fs.readFileSync(path.join(runs, "results.json"), "utf8")) as StudyResults;
  if (fromNothing) recordStudy(path.join(runs, "record.json"), started, seconds, results);
  await run(process.execPath, [
    ...[...COMMAND_LINE, "report", "--profile", chosen.name],
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

/** The systems' scores as lines of text. */
function printTable({ systems }: StudyResults, set: TestSet): void {
  const metrics = COMPARED.filter(({ id }) => systems.some(({ scores }) => id in scores[set]));
  console.log(`\n${set} (${systems[0]!.items[set]} items)`);
  console.log([`${"system".padEnd(14)}`, ...metrics.map(({ label }) => label.en)].join("  "));
  for (const { system, scores } of systems) {
    const cells = metrics.map((metric) =>
      valueText(metric, scores[set][metric.id]).padStart(metric.label.en.length),
    );
    console.log([system.padEnd(14), ...cells].join("  "));
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found ${text}.`);
  return Number(text);
}

/** Writes a study file to change: all fields of `tiny`, each explained. Throws where there is a file already. */
function init(file: string): void {
  if (fs.existsSync(file)) throw new Error(`${file} is there already: choose another name.`);
  const schema = path.relative(path.dirname(path.resolve(file)), path.join(STUDIES, "study.schema.json"));
  const { name: _, reuse, ...fields } = loadStudy("tiny");
  const recipes = Object.fromEntries(
    Object.entries(fields.recipes).map(([id, { training, ...recipe }]) => [id, recipe]),
  );
  const value = { $schema: schema, extends: "tiny", ...fields, recipes } as unknown as JsonObject;
  writeFileAtomic(file, commented(value));
  console.log(
    `${file}: the study tiny, every field explained. Take away what you leave as it is: tiny is extended.`,
  );
}

/** Writes studies/study.schema.json anew, which names what the code knows: its divergences among others. */
function writeSchema(): void {
  // Loaded here alone: the registries that it names load the engine.
  const { studySchema } = require("../file/schema") as typeof import("../file/schema");
  writeJson(SCHEMA_FILE, studySchema());
}

const together = (value: string, before: string[]): string[] => [...before, value];

export const define = (command: Command): Command =>
  command
    .argument("[study]", "one of studies/ by its name, or the path of a study file")
    .option("--profile <study>", "the same as the argument", "tiny")
    .option(
      "--set <path=value>",
      "change a field, such as recipes.distilled.loss.temperature=2; may be repeated",
      together,
      [],
    )
    .option("--init <file>", "write a study file with every field explained, and end")
    .option("--schema", "write studies/study.schema.json anew from the code, and end")
    .option("--seed <n>", "seed of data order and adapter initialisation", wholeNumber, 0)
    .option("--data <file>", "your own JSONL, JSON, CSV, TSV or Excel file instead of the generated corpus")
    .option("--force", "execute the notebooks even when nothing changed (finished stages are still reused)")
    .option(
      "--dry-run",
      "only show the study and list what would run, with the disk, memory and time that it would take",
    )
    .option("--reports <folder>", "where report and executed notebooks go")
    .action((named: string | undefined, options: StudyOptions) => {
      if (options.schema) return writeSchema();
      return options.init === undefined ? study(named, options) : init(options.init);
    });
