// Shows what a cache of teacher logits holds. Run: npm run cache -- DIRECTORY [--json]
import { Command } from "commander";
import { visible } from "../../base/visible";
import { LogitCache } from "../../distillation/cache";
import { summarizeCache } from "../../distillation/cache-summary";

new Command("cache")
  .description("Prints header, sizes, mean entropy and tail mass, and the measured error of a logit cache.")
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
  })
  .parseAsync()
  .catch((error: Error) => {
    console.error(visible(error.message));
    process.exit(1);
  });
