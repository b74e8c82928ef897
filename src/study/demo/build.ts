// The demo's folder: page, worker, exported model and the libraries' files, complete in itself.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../../base/atomic-write";
import { ONNX_FILES } from "../../export/decoder";
import { replaceFolder } from "../../export/own-folder";
import { INSTRUCTION } from "../../prompts/example";
import { ROOT } from "../stage";

const PAGE = ["index.html", "page.mjs", "worker.mjs"];
const LIBRARY = path.join(ROOT, "node_modules/@huggingface/transformers/dist/transformers.min.js");
const RUNTIME = path.join(ROOT, "node_modules/onnxruntime-web/dist");
const RUNTIME_FILES = /^ort-wasm-simd-threaded\.asyncify\.(mjs|wasm)$/;

/** What the page says of itself and how it writes. */
export interface DemoSettings {
  about: string;
  maxNewTokens: number;
}

/** Fills `out` with the page, the model that `writeModel` puts into a folder, and the libraries that run it. */
export async function buildDemo(
  out: string,
  { about, maxNewTokens }: DemoSettings,
  writeModel: (folder: string) => Promise<void>,
): Promise<void> {
  await replaceFolder(out, "demo", async (folder) => {
    await writeModel(path.join(folder, "model"));
    const bytes = Object.fromEntries(
      (["q4", "fp32"] as const).map((dtype) => [
        dtype,
        fs.statSync(path.join(folder, "model/onnx", ONNX_FILES[dtype])).size,
      ]),
    );
    const vendor = path.join(folder, "vendor");
    fs.mkdirSync(vendor);
    fs.copyFileSync(LIBRARY, path.join(vendor, path.basename(LIBRARY)));
    for (const file of fs.readdirSync(RUNTIME).filter((name) => RUNTIME_FILES.test(name)))
      fs.copyFileSync(path.join(RUNTIME, file), path.join(vendor, file));
    for (const file of PAGE) fs.copyFileSync(path.join(__dirname, file), path.join(folder, file));
    const settings = { about, maxNewTokens, instruction: INSTRUCTION, bytes };
    writeJson(path.join(folder, "settings.json"), settings);
    return settings;
  });
}
