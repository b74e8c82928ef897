// Fetches real models, language models as GGUF files, the encoder "e5" as a folder, and real texts, ten bills.
// Run: npm run cli -- fetch-real [MODEL … | bills]
import * as fs from "node:fs";
import { Argument, type Command } from "commander";
import {
  fetchRealEncoder,
  fetchRealModel,
  REAL_ENCODER,
  REAL_ENCODER_FOLDER,
  REAL_MODELS,
  type RealModelName,
} from "../real-models";
import { BILLS, fetchBills } from "../real-texts";

const ENCODER = "e5";
const NAMES = [...(Object.keys(REAL_MODELS) as RealModelName[]), ENCODER] as const;
type Name = (typeof NAMES)[number];
const TEXTS = "bills";

const licenceOf = (name: Name): string => (name === ENCODER ? REAL_ENCODER : REAL_MODELS[name]).licence;
const shown = (name: Name): string => (name === ENCODER ? REAL_ENCODER_FOLDER : REAL_MODELS[name].file);

export const define = (command: Command): Command =>
  command
    .addArgument(new Argument("[what...]", "which (default: all)").choices([...NAMES, TEXTS]))
    .addHelpText(
      "after",
      `\n${NAMES.map((name) => `${name}: ${shown(name)}, licence: ${licenceOf(name)}`).join("\n")}` +
        `\n${TEXTS}: ten bills of the National Assembly of Korea, out of KoNLPy's corpus kobill`,
    )
    .action((asked: string[]) => {
      const wanted = (name: string) => asked.length === 0 || asked.includes(name);
      for (const name of NAMES.filter(wanted)) {
        const place = name === ENCODER ? fetchRealEncoder() : fetchRealModel(name);
        const weights = name === ENCODER ? `${place}/model.safetensors` : place;
        const megabytes = (fs.statSync(weights).size / 1e6).toFixed(1);
        console.log(`${place}  ${megabytes} MB, licence: ${licenceOf(name)}`);
      }
      if (wanted(TEXTS)) console.log(`${BILLS}  ${fetchBills().length} texts`);
    });
