// What was measured on the systems: scores a test set with 95 % intervals, and paired tests between systems.
import type { SystemId } from "./system-id";

export type TestSet = "in-domain" | "other" | "all"; // 100 / 106 / 206 items

export interface PRF {
  precision: number;
  recall: number;
  f: number;
}

export type RougeType = "rouge1" | "rouge2" | "rougeL" | "rougeLsum";

export interface ScoreSet {
  items: number;
  rouge: Record<string /* tokenizer name */, Record<RougeType, PRF>>;
  bertscore: PRF;
  keptFacts: number;
  inventedFacts: number;
  meanCharacters: number;
  emptyForTokenizer: Record<string, number>;
}

export interface SystemResult {
  system: SystemId;
  model: string;
  scores: Record<TestSet, ScoreSet>;
  interval95: Record<
    TestSet,
    Record<string /* e.g. "rouge1.whitespace" | "bertscore.f" | "keptFacts" */, [number, number]>
  >;
}

export interface Comparison {
  a: SystemId;
  b: SystemId;
  testSet: TestSet;
  metric: string;
  difference: number /* a minus b */;
  interval95?: [number, number] /* of the difference */;
  p: number;
  pHolm: number;
  effectSize: number;
  detectable: number;
  verdict: "a" | "b" | "tie";
}
