// A decoder whose matrices lie in the engine in few bits, and the plan that says which matrix is stored how.
import type { Weight } from "../engine/frozen";
import { PackedTensor } from "../engine/packed";
import { tensorShapes } from "../models/config";
import type { Decoder } from "../models/decoder";
import { quantize } from "./groupwise";
import { type Scheme, storedBytes } from "./scheme";

/** How each matrix is stored, by Hugging Face name; a matrix that is not named stays as it is. */
export type QuantizationPlan = ReadonlyMap<string, Scheme>;

/** The matrices of a decoder, the embedding (and an untied head) among them. */
export const matricesOf = (decoder: Decoder): string[] =>
  [...tensorShapes(decoder.config)].filter(([, shape]) => shape.length === 2).map(([name]) => name);

/** The same scheme for every matrix. */
export const uniformPlan = (decoder: Decoder, scheme: Scheme): QuantizationPlan =>
  new Map(matricesOf(decoder).map((name) => [name, scheme]));

/**
 * A copy of a decoder with its matrices rounded as the plan says; what is not named is shared with `decoder`, which must
 * outlive the copy. Free what was made with `disposePacked`, not with the copy's `dispose`.
 */
export function quantizedDecoder(decoder: Decoder, plan: QuantizationPlan): Decoder {
  const weights = new Map<string, Weight>(decoder.weights);
  for (const [name, scheme] of plan) {
    const weight = decoder.weights.get(name);
    if (weight?.shape.length !== 2)
      throw new Error(`The plan names "${name}", which is no matrix of the model.`);
    const matrix = quantize(weight.dataSync() as Float32Array, weight.shape as [number, number], scheme);
    weights.set(name, PackedTensor.of(matrix));
  }
  return decoder.withWeights(weights);
}

/** Frees the matrices that `quantizedDecoder` made. */
export function disposePacked(decoder: Decoder): void {
  for (const weight of decoder.weights.values()) if (weight instanceof PackedTensor) weight.dispose();
}

/** Bytes of a decoder's matrices under a plan; `unpacked` for each weight of a matrix that it does not name. */
export function planBytes(decoder: Decoder, plan: QuantizationPlan, unpacked: number): number {
  return matricesOf(decoder).reduce((sum, name) => {
    const { shape, size } = decoder.weights.get(name)!;
    const scheme = plan.get(name);
    return sum + (scheme ? storedBytes(shape as number[], scheme) : unpacked * size);
  }, 0);
}
