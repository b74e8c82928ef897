// The one item type of the study: a Korean document with its reference summary.

export type Split = "train" | "validation" | "test-in-domain" | "test-other";

export interface Item {
  id: string;
  document: string;
  summary: string;
  /** More reference summaries of the same document: scores take the best of all, training learns `summary`. */
  otherSummaries?: string[];
  topic: string;
  split: Split;
  /** Slot values known to stand in the document; only the generated corpus has them. */
  facts?: string[];
}
