// GGUF files as the models of a study: thumbnails, LoRA, logits, full tuning and distillation begin at them.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { writeGguf } from "../../src/base/gguf/write";
import { readDecoderConfig } from "../../src/models/config";
import { loadDecoder } from "../../src/models/load";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { loadStudy } from "../../src/study/file/load";
import { ROOT } from "../../src/study/stage";
import { baseModel } from "../../src/study/stages/base-model";
import { trainSystem } from "../../src/study/stages/train";
import { contentsOf } from "../models/gguf/contents";

const name = `test-gguf-${process.pid}`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gguf-base-"));
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
  fs.rmSync(path.join(ROOT, "data/runs", name), { recursive: true, force: true });
});

/** A model of test/fixtures/gguf whose context takes the corpus's documents. */
function longer(model: string, architecture: string): string {
  const { metadata, tensors } = contentsOf(path.join(__dirname, `../fixtures/gguf/${model}.gguf`));
  const file = path.join(folder, `${model}.gguf`);
  writeGguf(file, { ...metadata, [`${architecture}.context_length`]: { uint32: 1024 } }, tensors);
  return file;
}

const smoke = loadStudy("smoke");
const gemma = longer("gemma2", "gemma2");
const study = {
  ...smoke,
  name,
  models: {
    ...smoke.models,
    student: { folder: gemma },
    teacher: { thumbnail: gemma, width: 16 },
    llama32: { thumbnail: longer("llama3", "llama"), width: 16 },
  },
  data: { counts: { train: 4, validation: 1, "test-in-domain": 1, "test-other": 1 } },
  seed: 0,
};

it("a thumbnail has the file's architecture and tokenizer", async () => {
  for (const key of ["teacher", "llama32"] as const) {
    const made = await baseModel(study, key);
    const file = study.models[key].thumbnail;
    const [own, original] = [readDecoderConfig(made.folder), readDecoderConfig(file)];
    expect(own).toMatchObject({ modelType: original.modelType, numHiddenLayers: 2, hiddenSize: 16 });
    expect((await loadTokenizer(made.folder)).hash).toBe((await loadTokenizer(file)).hash);
    loadDecoder(made.folder).dispose();
  }
});

it("a student is distilled from a teacher with LoRA, and is a folder like any other", async () => {
  const { directory, value } = await trainSystem(study, "distilled");
  expect(value.curve.every(({ loss }) => Number.isFinite(loss) && loss > 0)).toBe(true);
  const trained = path.join(directory, "model");
  expect(readDecoderConfig(trained)).toEqual(readDecoderConfig(gemma));
  const [before, after] = [loadDecoder(gemma), loadDecoder(trained)];
  expect([...after.weights.keys()]).toEqual([...before.weights.keys()]);
  const changed = [...after.weights].filter(([key, weight]) => {
    const values = before.weights.get(key)!.dataSync();
    return (weight.dataSync() as Float32Array).some((value, i) => value !== values[i]);
  });
  expect(changed.length).toBe(after.weights.size);
  for (const decoder of [before, after]) decoder.dispose();
  expect((await loadTokenizer(trained)).prompt("글")).toEqual((await loadTokenizer(gemma)).prompt("글"));
});
