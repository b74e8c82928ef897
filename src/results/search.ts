// The search over embedded summaries: measures of every index, tests between them, misses and the map.

export interface RetrievalRow {
  index: string;
  ndcg10: number;
  mrr: number;
  recall1: number;
  recall5: number;
  recall10: number;
  map?: number;
}

/** Two indexes on the same queries in nDCG@10; all pairs are one family for Holm. `difference` is a minus b. */
export interface IndexComparison {
  a: string;
  b: string;
  difference: number;
  interval95: [number, number];
  p: number;
  pHolm: number;
  effectSize: number;
  detectable: number;
  verdict: "a" | "b" | "tie";
}

/** Queries that did not find their item among the first ten, and those of which the indexed text lacks a fact. */
export interface Misses {
  index: string;
  missed: number;
  missedWithoutFact: number;
  found: number;
  foundWithoutFact: number;
}

export interface MapPoint {
  index: string;
  id: string;
  topic: string;
  x: number;
  y: number;
}

export interface SearchStudy {
  encoder: { name: string; engine: "tensorflow" | "onnx"; layer: number | "last"; hash: string };
  queries: number;
  /** "facts": made from held facts; "file": the user's own. */
  source: "facts" | "file";
  rows: RetrievalRow[];
  comparisons: IndexComparison[];
  misses: Misses[];
  map: MapPoint[];
  /** Share of the map's variance on its two axes. */
  explained: [number, number];
}
