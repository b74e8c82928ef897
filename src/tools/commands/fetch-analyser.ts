// Fetches the dictionary of a morphological analyser for ROUGE. Run: npm run cli -- fetch-analyser mecab
import { Argument, type Command } from "commander";
import type { Analyser } from "../../metrics/analyser-folder";
import { ANALYSERS, fetchAnalyser } from "../analysers";

const NAMES = Object.keys(ANALYSERS) as Analyser[];

export const define = (command: Command): Command =>
  command
    .addArgument(new Argument("[analysers...]", "which (default: all)").choices(NAMES))
    .action((analysers: Analyser[]) => {
      for (const name of analysers.length > 0 ? analysers : NAMES) {
        const { requirement, licence } = ANALYSERS[name];
        console.log(`${fetchAnalyser(name)}  from ${requirement}, licence: ${licence}`);
      }
    });
