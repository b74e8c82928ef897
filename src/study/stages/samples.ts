// The scored items with every system's text, as the score stage left them.
import * as fs from "node:fs";
import * as path from "node:path";
import type { SampleRow } from "../../results/samples";
import type { StudyContext } from "./context";
import { scoreStage } from "./scores";

/** One row a test item, in the corpus's order. */
export async function sampleRows(context: StudyContext): Promise<SampleRow[]> {
  const { directory } = await scoreStage(context);
  const lines = fs.readFileSync(path.join(directory, "samples.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as SampleRow);
}
