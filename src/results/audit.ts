// The audit of the published table on one run's outputs.
import type { FactCounts, FactKind } from "./facts";
import type { Scores } from "./scores";
import type { SystemId } from "./systems";

export interface Copied {
  /** Words of the summary (runs of letters and digits). */
  words: number;
  /** Share of the summary's words that belong to a copied span; undefined where it has no word. */
  coverage: number | undefined;
  /** Words of the longest copied span. */
  longest: number;
  /** Share of the summary's trigrams of words that the document has; undefined where it has no trigram. */
  trigrams: number | undefined;
}

export interface Correlation {
  points: number;
  /** null where one side is constant or there are fewer than three points. */
  rho: number | null;
  interval95: [number, number] | null;
}

export type Grouping = "topic" | "length" | "format";

export interface ErrorGroup {
  by: Grouping;
  group: string;
  system: SystemId;
  items: number;
  scores: Scores;
}

export interface LatinHits {
  items: number;
  /** Items with at least one shared token. */
  withHits: number;
  /** Items with shared tokens of which every one is of Latin letters, digits and signs only. */
  latinOnly: number;
  /** Shared tokens of all items. */
  hits: number;
  latinHits: number;
}

export interface PublishedDifference {
  a: SystemId;
  b: SystemId;
  /** Our metric, whose scatter is taken. */
  metric: string;
  /** Published score of a minus that of b. */
  difference: number;
  /** Standard deviation of the paired differences of the same two systems here. */
  deviation: number;
  /** Smallest true difference that n items find four times in five, by n. */
  detectable: Record<number, number>;
  /** Whether all test items together (206) can tell the published difference from none. */
  verdict: "within" | "beyond";
}

export interface Repetition {
  /** Mean sentences a text. */
  sentences: number;
  /** Texts that say a sentence twice. */
  repeatedSentence: number;
  /** Texts that say a word three times running. */
  stutter: number;
  empty: number;
}

/** How often a system writes the same text again for the same document. */
export interface RepeatedRun {
  /** In the same batches, in batches of another size and order, or one document at a time. */
  composition: "same" | "other" | "single";
  items: number;
  identical: number;
}

export interface ItemOfNote {
  system: SystemId;
  id: string;
  topic: string;
  scores: Scores;
  lost: string[];
  invented: string[];
}

type Who = SystemId | "all";

export interface Audit {
  items: number;
  /** ROUGE-1's shared tokens by tokenizer and system. */
  latin: ({ tokenizer: string; system: SystemId } & LatinHits)[];
  /** Characters of the output against BERTScore: precision, recall, F. */
  length: ({ system: Who; column: "precision" | "recall" | "f"; meanCharacters: number } & Correlation)[];
  /** ROUGE-1 (whitespace) against BERTScore F. */
  agreement: ({ system: Who } & Correlation)[];
  published: PublishedDifference[];
  groups: ErrorGroup[];
  /** Means over a system's texts, of shares over those that have words or trigrams; `reference` is what the references themselves copy. */
  copied: (Omit<Copied, "coverage" | "trigrams"> & {
    coverage: number | null;
    trigrams: number | null;
    system: SystemId | "reference";
  })[];
  facts: ({ system: SystemId; kind: FactKind } & FactCounts)[];
  repetition: ({ system: SystemId } & Repetition)[];
  best: ItemOfNote[];
  worst: ItemOfNote[];
  /** Of the main system. */
  repeated: RepeatedRun[];
}
