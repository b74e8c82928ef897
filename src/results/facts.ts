// Facts of a text by kind, and how many of them a summary keeps.

export type FactKind = "number" | "date" | "time" | "phone" | "score" | "person" | "place" | "name" | "quote";

export interface FactCounts {
  /** Facts of the reference, and how many of them the summary keeps. */
  expected: number;
  kept: number;
  /** Facts of the summary, and how many of them the document lacks. */
  stated: number;
  invented: number;
}
