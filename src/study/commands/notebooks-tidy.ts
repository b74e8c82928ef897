// Puts the outputs of executed copies, tidied, into the notebooks that are committed; nothing is computed.
// Run: npm run cli -- notebooks:tidy [--from reports/notebooks --to notebooks]
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "../../base/atomic-write";
import { ROOT } from "../stage";
import { type Notebook, tidyNotebook } from "../tidy-notebook";

const SOURCES = path.join(ROOT, "notebooks");

function tidyAll(from: string, to: string): void {
  const read = (file: string) => JSON.parse(fs.readFileSync(file, "utf8")) as Notebook;
  for (const file of fs.readdirSync(SOURCES).sort()) {
    if (!file.endsWith(".ipynb")) continue;
    const executed = path.join(from, file);
    if (!fs.existsSync(executed)) {
      throw new Error(`${executed} is missing. Run \`npm run study\` first, then this again.`);
    }
    const tidy = tidyNotebook(read(path.join(SOURCES, file)), read(executed), file);
    const text = `${JSON.stringify(tidy, null, 1)}\n`;
    writeFileAtomic(path.join(to, file), text);
    console.log(`✓ ${path.join(to, file)} (${(Buffer.byteLength(text) / 1000).toFixed(0)} kB)`);
  }
}

export const define = (command: Command): Command =>
  command
    .option("--from <folder>", "executed copies", "reports/notebooks")
    .option("--to <folder>", "where to write", "notebooks")
    .action(({ from, to }: { from: string; to: string }) => tidyAll(from, to));
