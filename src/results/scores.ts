// What was measured on the systems: scores a test set with 95 % intervals, and paired tests between systems.
import type { SystemId } from "./systems";

export type TestSet = "in-domain" | "other" | "all"; // 100 / 106 / 206 items

export interface PRF {
  precision: number;
  recall: number;
  f: number;
}

export type RougeType = "rouge1" | "rouge2" | "rougeL" | "rougeLsum";

/** A test set's values by metric id ("rouge1.whitespace", "bertscore.f", "keptFacts"); null where no item has one. */
export type Scores = Record<string, number | null>;

export interface SystemResult {
  system: SystemId;
  model: string;
  items: Record<TestSet, number>;
  scores: Record<TestSet, Scores>;
  /** Of the means among the scores. */
  interval95: Record<TestSet, Record<string, [number, number]>>;
}

export interface Comparison {
  a: SystemId;
  b: SystemId;
  testSet: TestSet;
  /** A metric's id. */
  metric: string;
  difference: number /* a minus b */;
  interval95?: [number, number] /* of the difference */;
  p: number;
  pHolm: number;
  effectSize: number;
  detectable: number;
  verdict: "a" | "b" | "tie";
}
