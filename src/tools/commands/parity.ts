// Compares the project's own code with reference data. Run: npm run parity -- FOLDER...
import type { Command } from "commander";
import type { Case } from "../parity/case";
import { checkFolder } from "../parity/folders";

function line({ ok, name, largest, tolerance, note }: Case): string {
  const numbers = `largest difference ${largest.toExponential(2)}, tolerance ${tolerance}`;
  return `${ok ? "ok  " : "FAIL"} ${name}: ${numbers}${note ? ` (${note})` : ""}`;
}

export const define = (command: Command): Command =>
  command
    .argument(
      "<folders...>",
      "folders with a MANIFEST.json (layout: test/fixtures/oracles), or folders of such folders",
    )
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
    });
