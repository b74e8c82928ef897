// The five systems at several seeds, recorded beside the run. Run: npm run seeds [-- --seeds 0,1,2]
import type { Command } from "commander";
import { recordSeeds } from "../stages/seeds";
import { openStudy } from "../study";

/** Whole numbers, each once. */
function seedsIn(list: string): number[] {
  const seeds = list.split(",").map(Number);
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) throw new Error(`--seeds ${list}: ${twice} stands twice.`);
  return seeds;
}

export const define = (command: Command): Command =>
  command
    .option("--profile <name>", "smoke, tiny or paper", "tiny")
    .option(
      "--seeds <list>",
      "comma-separated seeds, first that of the run that the others stand beside",
      "0,1,2",
    )
    .action(async ({ profile, seeds }: { profile: string; seeds: string }) => {
      const [own, ...others] = seedsIn(seeds).map((seed) => openStudy(profile, seed));
      for (const { seed, systems } of await recordSeeds(own!, others)) {
        for (const testSet of ["in-domain", "other"] as const) {
          const scores = systems.map(
            (s) => `${s.system} ${s.scores[testSet]["rouge1.whitespace"]?.toFixed(3)}`,
          );
          console.log(`seed ${seed}, ${testSet}, ROUGE-1: ${scores.join(", ")}`);
        }
      }
      console.log("`npm run report` takes them over.");
    });
