// A trained system as ordinary files: ONNX for @huggingface/transformers, GGUF for llama.cpp and Ollama, safetensors, PEFT's
// adapter, and a model card; a model source as a GGUF file.
import * as fs from "node:fs";
import * as path from "node:path";
import { mergedValues } from "../adapters/lora";
import { writeFileAtomic } from "../base/atomic-write";
import { readGgufMetadata } from "../base/gguf/file";
import { ggufOf } from "../base/gguf/place";
import { exportDecoder, ONNX_FILES, type OnnxVariant } from "../export/decoder";
import { modelfile } from "../export/gguf/modelfile";
import type { GgufType } from "../export/gguf/tensors";
import { exportGguf, type GgufModel, ggufFileName } from "../export/gguf/write";
import { modelCard } from "../export/model-card";
import { copyModelFiles } from "../export/model-files";
import { replaceFolder } from "../export/own-folder";
import { openWeights, readDecoderConfig } from "../models/config";
import { saveDecoder } from "../models/load";
import { modelPlace } from "../models/place";
import { INT8 } from "../quantization/scheme";
import { finished } from "./define-stage";
import type { StudyContext } from "./stages/context";
import { corpusStage } from "./stages/corpus";
import { planFrom, quantizationStage } from "./stages/quantization";
import { scoreStage } from "./stages/scores";
import { openModel } from "./stages/system-model";
import { modelNeeds } from "./stages/train";

export const FORMATS = ["onnx", "gguf", "safetensors", "peft"] as const;
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
  const { decoder, base } = await openSystem(context, system);
  const plan = planFrom((await quantizationStage(context, system)).value);
  const read = (name: string) => mergedValues(decoder, name);
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
  const model = await finished(modelNeeds(context, system));
  const { decoder } = await openModel(context, model);
  return { decoder, ...model };
}

/** Writes a model's GGUF file in a form and an Ollama Modelfile beside it into `folder`. Returns notes as `exportGguf` does. */
async function writeGgufFolder(model: GgufModel, type: GgufType, folder: string): Promise<string[]> {
  const file = ggufFileName(model.name, type);
  const notes = await exportGguf(model, type, path.join(folder, file));
  const text = await modelfile(model.tokenizer, file, model.config.eosTokenIds);
  writeFileAtomic(path.join(folder, "Modelfile"), text);
  return notes;
}

/**
 * Writes a model source (a folder, a GGUF file, a hub model) into `out` as a GGUF file in a form, whole or not at all, without the
 * engine. Throws where `out` holds other files, and as `exportGguf` does. Returns its notes.
 */
export async function exportModel(asked: string, type: GgufType, out: string): Promise<string[]> {
  const found = await modelPlace(asked);
  const { place } = found;
  const name = found.name.replace(/\.gguf$/i, "");
  const config = readDecoderConfig(place);
  const weights = openWeights(place, config);
  let notes: string[] = [];
  try {
    await replaceFolder(out, "gguf", async (folder) => {
      const read = (weight: string) => weights.float32(weight);
      const model = { config, read, tokenizer: place, name, licence: licenceOf(place) };
      notes = await writeGgufFolder(model, type, folder);
      return { model: name, type };
    });
    return notes;
  } finally {
    weights.close();
  }
}

/**
 * Writes a system into `out` in the formats asked for, whole or not at all. LoRA is merged first; its adapter goes to
 * `peft/`. Throws where `out` holds other files. Returns notes on what a format could not give.
 */
export async function exportSystem(
  context: StudyContext,
  system: string,
  formats: readonly Format[],
  type: GgufType,
  out: string,
): Promise<string[]> {
  const notes: string[] = [];
  await replaceFolder(out, "model", async (folder) => {
    const { decoder, base, trained } = await openSystem(context, system);
    if (formats.includes("onnx")) await writeOnnxFolder(context, system, folder);
    const read = (name: string) => mergedValues(decoder, name);
    if (formats.includes("gguf")) {
      const { folder: tokenizer } = base;
      const licence = licenceOf(tokenizer);
      const model = { config: decoder.config, read, tokenizer, name: system, licence };
      notes.push(...(await writeGgufFolder(model, type, folder)));
    }
    if (formats.includes("safetensors")) {
      saveDecoder(folder, decoder, "F32", read);
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
      .filter((file) => /\.(onnx|onnx_data.*|gguf|safetensors)$/.test(file))
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
  if (file.endsWith(".gguf")) return "GGUF for llama.cpp; Ollama takes the Modelfile beside it";
  if (file.startsWith("peft")) return "LoRA adapter as PEFT loads it";
  return file.endsWith(".safetensors") ? "safetensors, fp32 weights" : "weights of the ONNX file beside it";
}
