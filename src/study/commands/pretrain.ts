// Pre-trains the tiny base models. Run: npm run cli -- pretrain [FOLDER...] [--steps N]
import * as path from "node:path";
import type { Command } from "commander";
import { BASE_MODELS } from "../base-models";
import { pretrainModel } from "../pretrain-model";
import { ROOT, RUNS } from "../stage";

export const define = (command: Command): Command =>
  command
    .argument(
      "[folders...]",
      `models to train: ${BASE_MODELS.map((m) => m.folder).join(", ")} (default: all)`,
    )
    .option("--steps <n>", "train fewer or more steps than the recipe says", Number)
    .action(async (folders: string[], { steps }: { steps?: number }) => {
      const unknown = folders.filter((folder) => !BASE_MODELS.some((m) => m.folder === folder));
      if (unknown.length > 0)
        throw new Error(
          `Unknown model ${unknown.join(", ")}. Known: ${BASE_MODELS.map((m) => m.folder).join(", ")}.`,
        );
      for (const recipe of BASE_MODELS) {
        if (folders.length > 0 && !folders.includes(recipe.folder)) continue;
        await pretrainModel(
          steps ? { ...recipe, settings: { ...recipe.settings, steps } } : recipe,
          path.join(ROOT, "data/models", recipe.folder),
          path.join(RUNS, "pretrain", recipe.folder),
        );
      }
    });
