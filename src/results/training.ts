// A training run as it is reported: its settings, its curve, its validation.
import type { SystemId } from "./systems";

export interface CurvePoint {
  /** Counted from 0. */
  step: number;
  loss: number;
  learningRate: number;
  gradientNorm: number;
  tokensPerSecond: number;
  seconds: number;
}

export interface TrainingRun {
  name: string;
  system: SystemId;
  settings: Record<string, number | string>;
  curve: CurvePoint[];
  validation: { step: number; loss: number; rouge1?: number }[];
  seconds: number;
}
