// Downloads a model from the hub into the cache that Python's huggingface_hub uses too.
// Run: npm run download -- google/gemma-2-2b-it [--revision COMMIT]
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { downloadModel } from "../../models/hub";

export const define = (command: Command): Command =>
  command
    .argument("<repository>", "organisation/name, or one GGUF file of it: organisation/name/file.gguf")
    .option("--revision <name>", "branch, tag or commit", "main")
    .addHelpText(
      "after",
      "\nEnvironment: HF_TOKEN (gated models), HF_HOME or HF_HUB_CACHE (where), HF_ENDPOINT (a mirror), HF_HUB_OFFLINE.",
    )
    .action(async (repository: string, options: { revision: string }) => {
      const { folder: place, revision, downloaded } = await downloadModel(repository, options.revision);
      const folder = fs.statSync(place).isDirectory() ? place : path.dirname(place);
      const files = fs.readdirSync(folder).sort();
      const sizes = files.map((file) => fs.statSync(path.join(folder, file)).size);
      for (const [i, file] of files.entries()) console.log(`${megabytes(sizes[i]!).padStart(12)}  ${file}`);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      console.log(
        `\n${repository}\ncommit      ${revision}\nfolder      ${folder}\nfiles       ${files.length}, ${megabytes(total)}; ` +
          `downloaded now ${megabytes(downloaded)}, every download verified by hash`,
      );
    });

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 3 : 1)} MB`;
}
