// Numbers of the committed base models, read from the models' own files, for the claims check.
import * as fs from "node:fs";
import * as path from "node:path";
import { studyCorpus } from "../corpus/corpus";
import { readDecoderConfig, tensorShapes } from "../models/config";
import type { StudyResults } from "../results/study-results";
import { loadStudy } from "./file/load";
import { ROOT } from "./stage";

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Parameters and file sizes of the models, the configurations and the corpus' counts, where the results are of the committed ones. */
export function fromModels(results: StudyResults): object {
  if (!results.synthetic || results.profile !== "tiny") return {};
  const study = loadStudy(results.profile);
  const folder = (name: string) => path.join(ROOT, "data/models", name);
  const config = (model: string) =>
    JSON.parse(fs.readFileSync(path.join(ROOT, study.models[model]!.folder!, "config.json"), "utf8"));
  const items = studyCorpus(undefined, study.data.counts);
  return {
    models: results.models.map(({ model }) => ({
      model,
      parameters: [...tensorShapes(readDecoderConfig(folder(model))).values()]
        .map(product)
        .reduce((a, b) => a + b, 0),
      fileBytes: fs
        .readdirSync(folder(model))
        .filter((file) => file.endsWith(".safetensors"))
        .reduce((sum, file) => sum + fs.statSync(path.join(folder(model), file)).size, 0),
    })),
    architecture: { student: config("student"), teacher: config("teacher") },
    counts: Object.fromEntries(
      Object.keys(results.counts).map((split) => [
        split,
        items.filter((item) => item.split === split).length,
      ]),
    ),
  };
}
