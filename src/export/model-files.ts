// What lies beside the weights in an exported folder: configuration, generation settings, tokenizer, chat template.
import * as path from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { decoderHubConfig } from "../models/config";
import { wrappedFamily } from "../models/families/families";
import { writeHubJson } from "../models/json-files";
import { modelSource } from "../models/source";
import { copyTokenizer } from "../prompts/tokenizer-files";

/**
 * Copies a model's configuration (a multimodal one's decoder alone) and tokenizer into `out`. `chunks` says, by ONNX file, how many files of external data
 * lie beside it; transformers.js opens them only where config.json names them.
 */
export function copyModelFiles(place: string, out: string, chunks: Record<string, number> = {}): void {
  const source = modelSource(place);
  const own = source.json("config.json");
  const config: Record<string, unknown> = wrappedFamily(own.model_type) ? decoderHubConfig(place) : own;
  const external = Object.fromEntries(Object.entries(chunks).filter(([, count]) => count > 0));
  if (Object.keys(external).length > 0)
    config["transformers.js_config"] = { use_external_data_format: external };
  writeHubJson(path.join(out, "config.json"), config);
  const generation = "generation_config.json";
  if (source.has(generation)) writeFileAtomic(path.join(out, generation), source.bytes(generation));
  copyTokenizer(place, out);
}
