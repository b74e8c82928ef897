// A trained system as ordinary files with a model card, or any model as a GGUF file.
// Run: npm run export -- --system distilled --format onnx,safetensors,peft --out DIR
// or:  npm run export -- --model data/models/gemma2-student --format gguf --type Q8_0 --out DIR
import { type Command, InvalidArgumentError, Option } from "commander";
import { GGUF_TYPES, type GgufType } from "../../export/gguf/tensors";
import { mainSystem } from "../../results/systems";
import { exportModel, exportSystem, FORMATS, type Format } from "../export-system";
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
  model?: string;
  type: GgufType;
  format: Format[];
  out: string;
  profile: string;
  seed: number;
  data: string;
}

async function run({ system, model, format, type, out, profile, seed, data }: ExportOptions): Promise<void> {
  if (model !== undefined) {
    if (system !== undefined) throw new Error("Give either --model or --system.");
    if (format.join() !== "gguf") throw new Error("--model is written with --format gguf alone.");
    for (const note of await exportModel(model, type, out)) console.log(note);
    console.log(`${out}: ${model} as gguf, ${type}, with a Modelfile for Ollama`);
    return;
  }
  const study = openStudy(profile, seed, data);
  const chosen = system ?? mainSystem(study).id;
  const notes = await exportSystem(study, chosen, format, type, out);
  for (const note of notes) console.log(note);
  console.log(`${out}: ${chosen} as ${format.join(", ")}; the model card: ${out}/README.md`);
}

export const define = (command: Command): Command =>
  command
    .option("--system <id>", "which system of the study (default: the one that the study is about)")
    .option("--model <model>", "instead: a model folder, a GGUF file, or org/name[@revision] of the hub")
    .option("--format <list>", `of ${FORMATS.join()}`, formatList, ["onnx", "safetensors"])
    .addOption(
      new Option("--type <type>", "how a GGUF file stores weights")
        .choices(Object.keys(GGUF_TYPES))
        .default("F16"),
    )
    .requiredOption("--out <folder>", "where to; missing, empty or an earlier export")
    .option("--profile <name>", "whose run", "tiny")
    .option("--seed <n>", "seed of the run", Number, 0)
    .option("--data <file>", "the run's own data file", "")
    .action(run);
