// Which gate a model's feed-forward layers really use: the engine's values beside both formulas in float64.
import { tf } from "../engine/tf";
import type { DecoderConfig } from "./config";
import { gatedActivation } from "./gated-activation";

export interface GatePoint {
  x: number;
  engine: number;
  gelu: number;
  silu: number;
}

const gelu = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const silu = (x: number): number => x / (1 + Math.exp(-x));

/** The gate of an activation at 81 points from -4 to 4, and its largest distance from each formula. */
export function gateCheck(activation: DecoderConfig["activation"]): {
  points: GatePoint[];
  fromGelu: number;
  fromSilu: number;
} {
  const xs = Array.from({ length: 81 }, (_, i) => (i - 40) / 10);
  const values = tf.tidy(() =>
    gatedActivation(tf.tensor2d([xs]), tf.ones([1, xs.length]), activation).dataSync(),
  );
  const points = xs.map((x, i) => ({ x, engine: values[i]!, gelu: gelu(x), silu: silu(x) }));
  return {
    points,
    fromGelu: Math.max(...points.map((p) => Math.abs(p.engine - p.gelu))),
    fromSilu: Math.max(...points.map((p) => Math.abs(p.engine - p.silu))),
  };
}
