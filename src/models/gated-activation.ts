// The gate of a gated feed-forward layer (Shazeer 2020): GeGLU with tanh GELU for Gemma-2, SwiGLU for the others.
import { withGradient } from "../engine/gradient";
import { add, mul, scalar, scale, sigmoid, square, sub, tanh, tanhGradient } from "../engine/raw";
import type { Tensor } from "../engine/tf";

const ROOT = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** gelu_tanh(gate) · up or silu(gate) · up, elementwise over [rows, width]. */
export function gatedActivation(gate: Tensor, up: Tensor, activation: "gelu_tanh" | "silu"): Tensor {
  return activation === "silu" ? swiGlu(gate, up) : geGlu(gate, up);
}

function geGlu(gate: Tensor, up: Tensor): Tensor {
  return withGradient(
    [gate, up],
    () => {
      const squared = square(gate);
      const inner = tanh(mul(scale(gate, ROOT), add(scale(squared, CUBIC), scalar(1))));
      const share = scale(add(inner, scalar(1)), 0.5);
      const active = mul(gate, share);
      return { value: mul(active, up), saved: [gate, up, squared, inner, share, active] };
    },
    (dy, [gate, up, squared, inner, share, active]) => {
      const slope = mul(
        scale(gate!, 0.5 * ROOT),
        tanhGradient(inner!, add(scale(squared!, 3 * CUBIC), scalar(1))),
      );
      return [mul(mul(dy, up!), add(share!, slope)), mul(dy, active!)];
    },
  );
}

function swiGlu(gate: Tensor, up: Tensor): Tensor {
  return withGradient(
    [gate, up],
    () => {
      const share = sigmoid(gate);
      const active = mul(gate, share);
      return { value: mul(active, up), saved: [up, share, active] };
    },
    (dy, [up, share, active]) => {
      // d silu = share + active · (1 - share)
      const slope = add(share!, mul(active!, sub(scalar(1), share!)));
      return [mul(mul(dy, up!), slope), mul(dy, active!)];
    },
  );
}
