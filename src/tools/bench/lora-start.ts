// A LoRA adapter whose A is a formula, so that both sides of a bench start from the same numbers; B is zero.
import { ALL_PROJECTIONS, LoraAdapter } from "../../adapters/lora";
import { type AdapterConfig, targetsOf } from "../../adapters/peft-files";
import type { Decoder } from "../../models/decoder";

/** A[i] = sin(i + 1) / √in, row by row, as python/models.py makes it. */
export function startedLora(decoder: Decoder, rank: number, alpha: number): LoraAdapter {
  const config: AdapterConfig = {
    rank,
    alpha,
    targetModules: ALL_PROJECTIONS,
    rsLora: false,
    dora: false,
    rankPattern: {},
    alphaPattern: {},
    baseModel: "bench",
  };
  const weights = [...targetsOf(config, decoder.config)].map(([module, [out, inputs]]) => ({
    module,
    rank,
    scale: alpha / rank,
    inFeatures: inputs,
    outFeatures: out,
    a: Float32Array.from({ length: rank * inputs }, (_, i) => Math.sin(i + 1) / Math.sqrt(inputs)),
    b: new Float32Array(out * rank),
  }));
  return LoraAdapter.fromWeights(config, weights);
}
