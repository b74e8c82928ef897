// The real models that benches load: their GGUF files, written once as safetensors so that Python reads the same numbers.
import * as fs from "node:fs";
import * as path from "node:path";
import { loadDecoder, saveDecoder } from "../../models/load";
import { fetchRealModel, type RealModelName } from "../real-models";
import { ROOT } from "./results";

/** Folder of a real model; fetched and written at the first call (0.5 and 1.1 GB). */
export function realModel(name: RealModelName): string {
  const folder = path.join(ROOT, "data/cache/real", name);
  if (fs.existsSync(path.join(folder, "model.safetensors"))) return folder;
  fs.mkdirSync(folder, { recursive: true });
  const decoder = loadDecoder(fetchRealModel(name));
  saveDecoder(folder, decoder);
  decoder.dispose();
  return folder;
}
