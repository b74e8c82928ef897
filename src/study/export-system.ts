// A trained system as ordinary files: ONNX for @huggingface/transformers, safetensors, PEFT's adapter, and a model card.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { readGgufMetadata } from "../base/gguf/file";
import { ggufOf } from "../base/gguf/place";
import { exportDecoder, ONNX_FILES, type OnnxVariant } from "../export/decoder";
import { modelCard } from "../export/model-card";
import { copyModelFiles } from "../export/model-files";
import { replaceFolder } from "../export/own-folder";
import { saveDecoder } from "../models/load";
import { INT8 } from "../quantization/scheme";
import { baseModel } from "./stages/base-model";
import type { StudyContext } from "./stages/context";
import { corpusStage } from "./stages/corpus";
import { planFrom, quantizationStage } from "./stages/quantization";
import { scoreStage } from "./stages/scores";
import { systemDecoder, trainSystem } from "./stages/train";
import { recipeOf } from "./systems";

export const FORMATS = ["onnx", "safetensors", "peft"] as const;
export type Format = (typeof FORMATS)[number];

const WHAT: Record<OnnxVariant, string> = {
  fp32: 'ONNX, fp32 weights (`dtype: "fp32"`)',
  int8: 'ONNX, 8-bit weights in groups of 32 (`dtype: "q8"`)',
  q4: 'ONNX, 4- and 8-bit weights, chosen part by part by measured divergence (`dtype: "q4"`)',
};

/** The licence that a model folder's card, or a GGUF file, states in its metadata. */
function licenceOf(place: string): string | undefined {
  const gguf = ggufOf(place);
  if (gguf !== undefined) return readGgufMetadata(gguf).optionalText("general.license");
  const card = path.join(place, "README.md");
  if (!fs.existsSync(card)) return undefined;
  return /^---\n[\s\S]*?^license: *(\S+)$[\s\S]*?^---$/m.exec(fs.readFileSync(card, "utf8"))?.[1];
}

/** Writes all three ONNX files of a system with configuration and tokenizer, as `pipeline("text-generation", out)` takes them. */
export async function writeOnnxFolder(context: StudyContext, system: string, out: string): Promise<void> {
  const { decoder, base, modelKey } = await openSystem(context, system);
  const plan = planFrom((await quantizationStage(context, system, modelKey)).value);
  const read = (name: string) => decoder.weights.get(name)!.dataSync() as Float32Array;
  const schemes = { fp32: () => undefined, int8: () => INT8, q4: (name: string) => plan.get(name) };
  const chunks: Record<string, number> = {};
  for (const variant of Object.keys(ONNX_FILES) as OnnxVariant[]) {
    const written = exportDecoder(decoder.config, read, out, variant, schemes[variant]);
    chunks[ONNX_FILES[variant]] = written.chunks;
  }
  copyModelFiles(base.folder, out, chunks);
  decoder.dispose();
}

async function openSystem(context: StudyContext, system: string) {
  const recipe = recipeOf(context, system);
  const base = await baseModel(context, recipe.base);
  const trained = recipe.tune === "none" ? undefined : await trainSystem(context, system);
  const { decoder } = await systemDecoder(context, system);
  return { decoder, base, trained, modelKey: trained?.key ?? base.hash };
}

/**
 * Writes a system into `out` in the formats asked for, whole or not at all. LoRA is merged first; its adapter goes to
 * `peft/`. Throws where `out` holds other files. Returns notes on what a format could not give.
 */
export async function exportSystem(
  context: StudyContext,
  system: string,
  formats: readonly Format[],
  out: string,
): Promise<string[]> {
  const notes: string[] = [];
  await replaceFolder(out, "model", async (folder) => {
    const { decoder, base, trained } = await openSystem(context, system);
    if (formats.includes("onnx")) await writeOnnxFolder(context, system, folder);
    if (formats.includes("safetensors")) {
      saveDecoder(folder, decoder, "F32");
      if (!formats.includes("onnx")) copyModelFiles(base.folder, folder);
    }
    if (formats.includes("peft")) {
      const adapter = trained && path.join(trained.directory, "adapter");
      if (adapter && fs.existsSync(adapter))
        fs.cpSync(adapter, path.join(folder, "peft"), { recursive: true });
      else
        notes.push(
          `No PEFT adapter: the system "${system}" ${trained ? "trained all its weights" : "is the base model"}.`,
        );
    }
    const corpus = await corpusStage(context);
    const scores = (await scoreStage(context)).value.systems.find((row) => row.system === system);
    const files = (fs.readdirSync(folder, { recursive: true }) as string[])
      .filter((file) => /\.(onnx|onnx_data.*|safetensors)$/.test(file))
      .sort()
      .map((file) => ({
        file,
        bytes: fs.statSync(path.join(folder, file)).size,
        what: describe(file),
      }));
    const card = modelCard({
      system,
      profile: context.name,
      synthetic: corpus.value.synthetic,
      base: base.name,
      baseLicence: licenceOf(base.folder),
      parameters: decoder.parameters,
      counts: corpus.value.counts,
      training: trained?.value,
      scores,
      files,
      notes,
    });
    writeFileAtomic(path.join(folder, "README.md"), card);
    decoder.dispose();
    return { system, profile: context.name, seed: context.seed, formats, files };
  });
  return notes;
}

function describe(file: string): string {
  const variant = (Object.keys(ONNX_FILES) as OnnxVariant[]).find(
    (each) => path.basename(file) === ONNX_FILES[each],
  );
  if (variant) return WHAT[variant];
  if (file.startsWith("peft")) return "LoRA adapter as PEFT loads it";
  return file.endsWith(".safetensors") ? "safetensors, fp32 weights" : "weights of the ONNX file beside it";
}
