// What the training loop asks of an optimizer, and the pair that pre-training uses.
import type { Tensor, Variable } from "../engine/tf";
import type { NewTensor } from "../models/safetensors";
import { AdamW } from "./adamw";
import { Muon } from "./muon";

export interface Optimizer {
  /** Updates the parameters; gradients in their order. Returns the global norm before clipping to `maxNorm`. */
  apply(gradients: readonly Tensor[], learningRate: number, maxNorm: number): number;
  /** What a checkpoint must hold, besides the step, to go on with identical results. */
  state(): NewTensor[];
  restore(step: number, read: (name: string) => Float32Array): void;
  dispose(): void;
}

/** Muon for the matrices of the layers, AdamW for embedding, head and norms; Muon's rate is a multiple of AdamW's. */
export class MuonWithAdamW implements Optimizer {
  /** @param isMatrix per parameter, in order: whether Muon takes it */
  constructor(
    private readonly muon: Muon,
    private readonly adamW: AdamW,
    private readonly isMatrix: readonly boolean[],
    private readonly muonRateRatio: number,
  ) {}

  apply(gradients: readonly Tensor[], learningRate: number, maxNorm: number): number {
    this.muon.apply(
      gradients.filter((_, i) => this.isMatrix[i]),
      learningRate * this.muonRateRatio,
    );
    return this.adamW.apply(
      gradients.filter((_, i) => !this.isMatrix[i]),
      learningRate,
      maxNorm,
    );
  }

  state(): NewTensor[] {
    return [...this.muon.state(), ...this.adamW.state()];
  }

  restore(step: number, read: (name: string) => Float32Array): void {
    this.muon.restore(read);
    this.adamW.restore(step, read);
  }

  dispose(): void {
    this.muon.dispose();
    this.adamW.dispose();
  }
}

/** The pair for pre-training: Muon where `isMatrix`, AdamW with betas .9 and .98 for the rest. */
export function muonWithAdamW(
  names: readonly string[],
  parameters: readonly Variable[],
  isMatrix: readonly boolean[],
  muonRateRatio: number,
): MuonWithAdamW {
  const only = <T>(list: readonly T[], matrix: boolean) => list.filter((_, i) => isMatrix[i] === matrix);
  return new MuonWithAdamW(
    new Muon(only(parameters, true)),
    new AdamW(only(names, false), only(parameters, false), { beta2: 0.98 }),
    isMatrix,
    muonRateRatio,
  );
}
