// Compares the project's own code with reference data. Run: npm run parity -- FOLDER...
import { Command } from "commander";
import { visible } from "../../base/visible";
import type { Case } from "../parity/case";
import { checkFolder } from "../parity/folders";

function line({ ok, name, largest, tolerance, note }: Case): string {
  const numbers = `largest difference ${largest.toExponential(2)}, tolerance ${tolerance}`;
  return `${ok ? "ok  " : "FAIL"} ${name}: ${numbers}${note ? ` (${note})` : ""}`;
}

new Command("parity")
  .description(
    "Runs every case of folders with reference data (layout: test/fixtures/oracles) through the project's own code. " +
      "Exits with 1 when a tolerance is exceeded or a case is not understood.",
  )
  .argument("<folders...>", "folders with a MANIFEST.json, or folders of such folders")
  .option("--failures", "print only the cases that fail")
  .action(async (folders: string[], { failures }: { failures?: boolean }) => {
    let total = 0;
    let failed = 0;
    for (const root of folders) {
      for (const { folder, kind, cases } of await checkFolder(root)) {
        const wrong = cases.filter(({ ok }) => !ok).length;
        for (const one of cases) if (!failures || !one.ok) console.log(line(one));
        console.log(`${folder} (${kind}): ${cases.length - wrong} of ${cases.length} cases agree`);
        total += cases.length;
        failed += wrong;
      }
    }
    if (failed > 0 || total === 0) process.exitCode = 1;
  })
  .parseAsync()
  .catch((error: Error) => {
    console.error(visible(error.message));
    process.exit(1);
  });
