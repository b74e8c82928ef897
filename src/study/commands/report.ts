// Rebuilds every figure and the report from the saved tables of a run, in seconds and without the engine.
// Run: npm run report [-- --profile tiny --lang ko]
import { Command, Option } from "commander";
import type { Language } from "../../figures/labels";
import { LANGUAGES, MissingResults, reportOf, writeReport } from "../../report/write";

async function main(): Promise<void> {
  const command = new Command("report")
    .description("Write figures, tables and the report of the last run under reports/.")
    .addOption(
      new Option("--profile <name>", "which run")
        .choices(["smoke", "tiny", "paper", "rehearsal"])
        .default("tiny"),
    )
    .addOption(
      new Option("--lang <code>", "language of the report").choices(Object.keys(LANGUAGES)).default("ko"),
    )
    .option("--run <folder>", "folder of the run's results.json (default: data/runs/<profile>)")
    .option("--out <folder>", "where to write (default: reports, in English reports/en)")
    .parse();
  const options = command.opts<{ profile: string; lang: Language; run?: string; out?: string }>();
  const started = Date.now();
  const doc = reportOf(options.run ?? `data/runs/${options.profile}`, options.lang);
  const out = options.out ?? (options.lang === "ko" ? "reports" : `reports/${options.lang}`);
  const written = await writeReport(doc, out);
  const took = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${written.length} files under ${out}/ in ${took} s; the report: ${out}/report.html`);
}

main().catch((error: Error) => {
  console.error(error instanceof MissingResults ? error.message : error.stack);
  process.exitCode = 1;
});
