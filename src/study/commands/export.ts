// A trained system as ordinary files with a model card. Run: npm run export -- --system distilled --format onnx,safetensors,peft --out DIR
import { type Command, InvalidArgumentError, Option } from "commander";
import type { SystemId } from "../../results/system-id";
import { exportSystem, FORMATS, type Format } from "../export-system";
import { SYSTEMS } from "../stages/context";
import { openStudy } from "../study";

function formatList(text: string): Format[] {
  const wanted = text.split(",").map((part) => part.trim());
  const unknown = wanted.filter((format) => !FORMATS.includes(format as Format));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`unknown: ${unknown.join()}; known: ${FORMATS.join()}.`);
  return wanted as Format[];
}

interface ExportOptions {
  system: SystemId;
  format: Format[];
  out: string;
  profile: string;
  seed: number;
  data: string;
}

export const define = (command: Command): Command =>
  command
    .addOption(new Option("--system <name>", "which system").choices([...SYSTEMS]).default("distilled"))
    .option("--format <list>", `of ${FORMATS.join()}`, formatList, ["onnx", "safetensors"])
    .requiredOption("--out <folder>", "where to; missing, empty or an earlier export")
    .option("--profile <name>", "whose run", "tiny")
    .option("--seed <n>", "seed of the run", Number, 0)
    .option("--data <file>", "the run's own data file", "")
    .action(async ({ system, format, out, profile, seed, data }: ExportOptions) => {
      const notes = await exportSystem(openStudy(profile, seed, data), system, format, out);
      for (const note of notes) console.log(note);
      console.log(`${out}: ${system} as ${format.join(", ")}; the model card: ${out}/README.md`);
    });
