// Shows what a cache of teacher logits holds. Run: npm run cli -- cache DIRECTORY [--json]
import type { Command } from "commander";
import { LogitCache } from "../../distillation/cache";
import { summarizeCache } from "../../distillation/cache-summary";

export const define = (command: Command): Command =>
  command
    .argument("<directory>", "folder of the cache, with header.json in it")
    .option("--json", "print one JSON object")
    .action((directory: string, { json }: { json?: boolean }) => {
      const cache = LogitCache.open(directory);
      const summary = summarizeCache(cache);
      cache.close();
      if (json) {
        console.log(JSON.stringify(summary, null, 1));
        return;
      }
      for (const [name, value] of Object.entries(summary)) console.log(`${name.padEnd(16)} ${value}`);
    });
