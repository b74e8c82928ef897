// One line of samples.jsonl: an item of a test split with what every system wrote about it and how it scored.
import type { SystemId } from "./results";

export interface SampleRow {
  id: string;
  testSet: "in-domain" | "other";
  topic: string;
  document: string;
  reference: string;
  outputs: Record<SystemId, string>;
  scores: Record<
    SystemId,
    Record<string /* as in interval95: "rouge1.whitespace", "bertscore.f", "keptFacts" */, number>
  >;
}
