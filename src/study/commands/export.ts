// A trained system as ordinary files with a model card. Run: npm run export -- --system distilled --format onnx,safetensors,peft --out DIR
import { type Command, InvalidArgumentError } from "commander";
import { mainSystem } from "../../results/systems";
import { exportSystem, FORMATS, type Format } from "../export-system";
import { openStudy } from "../study";

function formatList(text: string): Format[] {
  const wanted = text.split(",").map((part) => part.trim());
  const unknown = wanted.filter((format) => !FORMATS.includes(format as Format));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`unknown: ${unknown.join()}; known: ${FORMATS.join()}.`);
  return wanted as Format[];
}

interface ExportOptions {
  system?: string;
  format: Format[];
  out: string;
  profile: string;
  seed: number;
  data: string;
}

export const define = (command: Command): Command =>
  command
    .option("--system <id>", "which system (default: the distilled one)")
    .option("--format <list>", `of ${FORMATS.join()}`, formatList, ["onnx", "safetensors"])
    .requiredOption("--out <folder>", "where to; missing, empty or an earlier export")
    .option("--profile <name>", "whose run", "tiny")
    .option("--seed <n>", "seed of the run", Number, 0)
    .option("--data <file>", "the run's own data file", "")
    .action(async ({ system, format, out, profile, seed, data }: ExportOptions) => {
      const study = openStudy(profile, seed, data);
      const chosen = system ?? mainSystem(study).id;
      const notes = await exportSystem(study, chosen, format, out);
      for (const note of notes) console.log(note);
      console.log(`${out}: ${chosen} as ${format.join(", ")}; the model card: ${out}/README.md`);
    });
