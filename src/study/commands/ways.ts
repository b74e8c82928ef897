// The ways to distil, trained, scored and recorded in data/ways-<profile>.json. Run: npm run ways [-- --profile NAME]
import type { Command } from "commander";
import { recordWays } from "../stages/ways";
import { openStudy } from "../study";

export const define = (command: Command): Command =>
  command
    .option("--profile <name>", "smoke, tiny or paper", "tiny")
    .option("--seed <n>", "seed of data order and adapter initialisation", Number, 0)
    .action(async ({ profile, seed }: { profile: string; seed: number }) => {
      await recordWays(
        openStudy(profile, seed),
        ({ student, source, loss = "-", validationLoss, scores }) => {
          const [inDomain, other] = [scores["in-domain"], scores.other].map((s) => s.rouge1.toFixed(3));
          const name = [student.padEnd(4), source.padEnd(16), loss.padEnd(10)].join(" ");
          console.log(`${name} validation ${validationLoss.toFixed(3)}  ROUGE-1 ${inDomain} and ${other}`);
        },
      );
    });
