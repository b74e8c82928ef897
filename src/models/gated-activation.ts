// The gate of a gated feed-forward layer (Shazeer 2020): GeGLU with tanh GELU for Gemma-2, SwiGLU for the others.
import { withGradient } from "../engine/gradient";
import { add, mul, scalar, scale, sigmoid, sigmoidGradient, square, sub } from "../engine/raw";
import type { Tensor } from "../engine/tf";

const ROOT = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/** gelu_tanh(gate) · up or silu(gate) · up, elementwise over [rows, width]. */
export function gatedActivation(gate: Tensor, up: Tensor, activation: "gelu_tanh" | "silu"): Tensor {
  return activation === "silu" ? swiGlu(gate, up) : geGlu(gate, up);
}

/** ½ (1 + tanh z) is sigmoid(2z), which saves three passes over the width. */
function geGlu(gate: Tensor, up: Tensor): Tensor {
  return withGradient(
    [gate, up],
    () => {
      const squared = square(gate);
      const share = sigmoid(mul(gate, add(scale(squared, 2 * ROOT * CUBIC), scalar(2 * ROOT))));
      const active = mul(gate, share);
      return { value: mul(active, up), saved: [gate, up, squared, share, active] };
    },
    (dy, [gate, up, squared, share, active]) => {
      const inner = add(scale(squared!, 6 * ROOT * CUBIC), scalar(2 * ROOT));
      const slope = add(share!, mul(gate!, sigmoidGradient(share!, inner)));
      return [mul(mul(dy, up!), slope), mul(dy, active!)];
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
