// The scored items with every system's text, as the score stage left them.
import * as fs from "node:fs";
import * as path from "node:path";
import type { SampleRow } from "../../results/samples";
import type { StudyContext } from "./context";
import { scoreStage } from "./scores";

/** One row a test item, in the corpus's order, as they lie in the score stage's folder. */
export function samplesIn(directory: string): SampleRow[] {
  const lines = fs.readFileSync(path.join(directory, "samples.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as SampleRow);
}

/** The same, scored now if need be. */
export const sampleRows = async (context: StudyContext): Promise<SampleRow[]> =>
  samplesIn((await scoreStage(context)).directory);
