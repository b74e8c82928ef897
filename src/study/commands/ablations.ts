// Many recipes trained, scored and recorded in data/<study>.json. Run: npm run ablations [-- STUDY]
import type { Command } from "commander";
import { PRIMARY } from "../../metrics/registry";
import { valueText } from "../../metrics/value-text";
import { recordAblations } from "../ablations";
import { openStudy } from "../study";

export const define = (command: Command): Command =>
  command
    .argument("[study]", "a study with the recipes: its name, or the path of its file", "ablations-tiny")
    .option("--seed <n>", "seed of data order and adapter initialisation", Number, 0)
    .action(async (study: string, { seed }: { seed: number }) => {
      await recordAblations(openStudy(study, seed), ({ recipe, validationLoss, scores }) => {
        const shown = PRIMARY.filter(({ id }) => id in scores.other).map((metric) => {
          const [inDomain, other] = [scores["in-domain"], scores.other].map((values) =>
            valueText(metric, values[metric.id]),
          );
          return `${metric.label.en} ${inDomain} and ${other}`;
        });
        console.log([recipe.padEnd(28), `validation ${validationLoss.toFixed(3)}`, ...shown].join("  "));
      });
    });
