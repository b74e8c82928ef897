// Fetches real models as GGUF files. Run: npm run cli -- fetch-real [MODEL …]
import * as fs from "node:fs";
import { Argument, type Command } from "commander";
import { fetchRealModel, REAL_MODELS, type RealModelName } from "../real-models";

const NAMES = Object.keys(REAL_MODELS) as RealModelName[];

export const define = (command: Command): Command =>
  command
    .addArgument(new Argument("[models...]", "which (default: all)").choices(NAMES))
    .addHelpText(
      "after",
      `\n${NAMES.map((name) => `${name}: ${REAL_MODELS[name].file}, licence: ${REAL_MODELS[name].licence}`).join("\n")}`,
    )
    .action((models: RealModelName[]) => {
      for (const name of models.length > 0 ? models : NAMES) {
        const file = fetchRealModel(name);
        const megabytes = (fs.statSync(file).size / 1e6).toFixed(1);
        console.log(`${file}  ${megabytes} MB, licence: ${REAL_MODELS[name].licence}`);
      }
    });
