// The five systems at several seeds, recorded in data/seeds-<profile>.json. Run: npm run seeds [-- --seeds 0,1,2]
import type { Command } from "commander";
import { recordSeeds } from "../stages/seeds";
import { openStudy } from "../study";

export const define = (command: Command): Command =>
  command
    .option("--profile <name>", "smoke, tiny or paper", "tiny")
    .option("--seeds <list>", "comma-separated seeds", "0,1,2")
    .action(async ({ profile, seeds }: { profile: string; seeds: string }) => {
      const recorded = await recordSeeds(openStudy(profile, 0), seeds.split(",").map(Number));
      for (const { seed, systems } of recorded) {
        for (const testSet of ["in-domain", "other"] as const) {
          const scores = systems.map(
            (s) => `${s.system} ${s.scores[testSet].rouge.whitespace!.rouge1.f.toFixed(3)}`,
          );
          console.log(`seed ${seed}, ${testSet}, ROUGE-1: ${scores.join(", ")}`);
        }
      }
    });
