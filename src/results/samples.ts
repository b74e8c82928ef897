// One line of samples.jsonl: an item of a test split with what every system wrote about it and how it scored.
import type { SystemId } from "./systems";

export interface SampleRow {
  id: string;
  testSet: "in-domain" | "other";
  topic: string;
  document: string;
  reference: string;
  /** More references of the item, of which scores take the best. */
  otherReferences?: string[];
  outputs: Record<SystemId, string>;
  /** By metric id; a metric that has no value for the item is left out. */
  scores: Record<SystemId, Record<string, number>>;
  /** Facts of the reference that a system's text lacks, and those of the text that the document lacks, as written. */
  facts?: Record<SystemId, { lost: string[]; invented: string[] }>;
  /** sha256, first 16 hex digits; `prompt` of the token ids that the student was given. */
  hashes?: { document: string; reference: string; prompt: string; outputs: Record<SystemId, string> };
}
