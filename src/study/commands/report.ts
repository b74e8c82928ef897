// Rebuilds every figure, the report in both languages, the generated parts of the READMEs and the claims from the saved
// tables of a run, in seconds and without the engine. Run: npm run report [-- --profile tiny --lang ko]
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { committed, readJson } from "../../base/json-file";
import { LANGUAGES, type Language } from "../../base/language";
import { suggestion } from "../../base/nearest";
import { publish, REPORT_FOLDERS } from "../../report/publish";
import { newestRecords } from "../../report/records";
import { readRun } from "../../report/run-files";
import { reportOf, writeReport } from "../../report/write";
import { commitAtHand } from "../commit";
import { RUNS } from "../stage";

interface Options {
  profile: string;
  lang?: Language;
  run?: string;
  out?: string;
}

const anew = (record: string): string =>
  record.startsWith("data/claims") ? committed(record) : "Delete it: the next whole run writes it anew.";

/** The commit that a run's record names; that at hand where the run left none. */
function commitOf(folder: string): string {
  for (const file of ["record.json", "claims.json"]) {
    const record = join(folder, file);
    if (existsSync(record)) return readJson<{ commit: string }>(record, anew(record)).commit;
  }
  return commitAtHand();
}

async function rebuild(options: Options): Promise<void> {
  const started = Date.now();
  const runs = RUNS;
  const folder = options.run ?? join(runs, options.profile);
  const fresh = !options.run && options.profile === "tiny" && !existsSync(join(folder, "results.json"));
  const from = fresh ? "reports" : folder;
  if (!options.run && !fresh && !existsSync(folder)) {
    const known = existsSync(runs)
      ? readdirSync(runs).filter((name) => existsSync(join(runs, name, "results.json")))
      : [];
    throw new Error(
      `There is no run of a study "${options.profile}" below ${runs}.${suggestion(options.profile, known)} Run it first: npm run study -- ${options.profile}.`,
    );
  }
  const { results, samples, leftOut } = readRun(from);
  for (const line of leftOut) console.error(line);
  // The project publishes its own study alone: other runs have their report beside their results.
  const own = !options.run && results.profile === "tiny" && results.synthetic;
  const out = options.out ?? (own ? "reports" : join(folder, "reports"));
  let written: string[];
  if (own && !options.out && !options.lang) {
    const records = newestRecords("reports", runs, "tiny");
    written = await publish({ results, samples, records, commit: commitOf(fresh ? "data" : folder) });
  } else {
    written = [];
    for (const language of options.lang ? [options.lang] : LANGUAGES) {
      written.push(...(await writeReport(reportOf(from, language), join(out, REPORT_FOLDERS[language]))));
    }
  }
  const took = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `${written.length} files in ${took} s; the report: ${out}/report.html, in English ${out}/en/report.html`,
  );
}

export const define = (command: Command): Command =>
  command
    .option("--profile <study>", "whose run", "tiny")
    .addOption(new Option("--lang <code>", "only the report of this language").choices(LANGUAGES))
    .option(
      "--run <folder>",
      "folder of the run's results.json (default: data/runs/<profile>, in a fresh clone reports)",
    )
    .option("--out <folder>", "where to write (default: reports; other profiles, own data: below the run)")
    .action(rebuild);
