// The whole study: every notebook in order through the kernel, then the report. Run: npm run study [-- --profile NAME]
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { Command } from "commander";
import { writeJson } from "../../engine/atomic-write";
import type { StudyResults, TestSet } from "../../evaluation/results";
import { profileNamed } from "../profiles";
import { hashFiles, hashOf, ROOT, RUNS } from "../stage";
import { type Notebook, notebookSources } from "../tidy-notebook";

interface StudyOptions {
  profile: string;
  seed: number;
  data?: string;
  force?: boolean;
  dryRun?: boolean;
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

function run(program: string, args: string[]): void {
  const { status } = spawnSync(program, args, { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

function study(options: StudyOptions): void {
  const started = Date.now();
  const profile = profileNamed(options.profile);
  if (options.data && !fs.existsSync(options.data))
    throw new Error(`--data ${options.data}: there is no such file.`);
  const data = options.data ? path.relative(ROOT, path.resolve(options.data)) : "";
  const runs = path.join(RUNS, profile.name);
  // A profile other than the default keeps its reports apart, so that a test never overwrites the study's.
  const reports = profile.name === "tiny" ? path.join(ROOT, "reports") : path.join(runs, "reports");
  const stamps = path.join(runs, "notebooks.json");
  const known: Record<string, string> = fs.existsSync(stamps)
    ? JSON.parse(fs.readFileSync(stamps, "utf8"))
    : {};
  const code = hashFiles([
    ...filesBelow(path.join(ROOT, "src"), /\.ts$/),
    path.join(ROOT, "package-lock.json"),
    path.join(ROOT, "engine.json"),
  ]);
  const models = hashFiles(filesBelow(path.join(ROOT, "data/models"), /\.(json|safetensors)$/));
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
    run(path.join(ROOT, ".venv/bin/python"), [
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
    known[name] = key;
    writeJson(stamps, known);
  }
  if (options.dryRun) return;
  run(process.execPath, [
    "--require",
    "tsx/cjs",
    path.join(__dirname, "report.ts"),
    "--profile",
    profile.name,
    "--out",
    reports,
  ]);
  const results = JSON.parse(fs.readFileSync(path.join(runs, "results.json"), "utf8")) as StudyResults;
  for (const set of ["in-domain", "other", "all"] as const) printTable(results, set);
  console.log(`\nReport: ${path.relative(ROOT, path.join(reports, "report.html"))}`);
  console.log(`Time: ${((Date.now() - started) / 1000).toFixed(0)} s`);
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

new Command("study")
  .description(
    "Runs every notebook of the study through the kernel and writes the report. What is unchanged is not run again.",
  )
  .option("--profile <name>", "smoke, tiny, paper or rehearsal", "tiny")
  .option("--seed <n>", "seed of data order and adapter initialisation", Number, 0)
  .option("--data <file>", "your own JSONL or CSV file instead of the generated corpus")
  .option("--force", "execute the notebooks even when nothing changed (finished stages are still reused)")
  .option("--dry-run", "only list what would run")
  .action((options: StudyOptions) => {
    try {
      study(options);
    } catch (error) {
      console.error((error as Error).message);
      process.exit(1);
    }
  })
  .parse();
