// What one line of docs/benchmarks.md is made of: cases, each with one or two sides that compute the same thing.
import type { CaseResult } from "./measure";

/** A side of a comparison: a process of its own that prepares once and then runs when it is told to. */
export interface Side {
  /** As the tables show it. */
  name: string;
  runtime: "node" | "python";
  /** What the side's `prepare` is given. */
  spec: Record<string, unknown>;
}

/** A measure of the first side over that of the second may be at most this; without a second side, the measure itself. */
export interface Goal {
  measure: string;
  atMost: number;
}

export interface Case {
  name: string;
  sides: [Side] | [Side, Side];
  goals: Goal[];
  /** Bounds on the first side alone. */
  alone?: Goal[];
  /** How far the sides' check values may differ, as a share of the larger one (of 1 where both are below 1). */
  tolerance: number;
  /** Timed runs of each side; `--runs` wins. */
  runs: number;
  /** Only one process at a time, a new one for each run: for models that fill the memory. */
  apart?: boolean;
  /** A run of the second side is stopped after so many seconds; it then counts as that long, and the ratio is an upper bound. */
  limitSeconds?: number;
}

export interface Row {
  name: string;
  /** What is measured, against what, and what counts as reached. */
  title: string;
  /** How: sizes, warm-up, what is inside the timed part. */
  method: string;
  /** Where it falls short: why, what was tried, what would be next. */
  remarks?: string[];
  /** Too large for `all`. */
  onlyByName?: boolean;
  cases: () => Case[];
  /** Draws what the cases show. */
  figure?: (cases: readonly CaseResult[]) => Promise<void>;
  /** The side that runs in this project's engine; the Python side is python/<name>.py. */
  prepare?: (spec: never) => Promise<Prepared> | Prepared;
}

/** Measured figures of one run by name, smaller is better: "seconds", "peakBytes" ... */
export type Measures = Record<string, number>;

export interface Prepared {
  /** What both sides must agree on before anything is timed. */
  check: Record<string, number | readonly number[]>;
  run: () => Promise<Measures> | Measures;
}
