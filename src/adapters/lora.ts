// LoRA (Hu et al. 2021) and DoRA (Liu et al. 2024) on a decoder's projections: initialised as peft does, trained beside the frozen base, merged.

import { Random } from "../base/random";
import { float32Weight, type Weight } from "../engine/frozen";
import { tf, type Variable } from "../engine/tf";
import { Decoder } from "../models/decoder";
import { updatedWeight } from "../models/linear";
import { type AdapterConfig, type LoraWeights, rankOf, scaleOf, targetsOf } from "./peft-files";

/** The seven projections of a decoder layer. */
export const ALL_PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

interface LoraLayer {
  a: Variable;
  b: Variable;
  scale: number;
  rank: number;
  /** DoRA's magnitudes [out]. */
  magnitude?: Variable;
}

/** Low-rank updates of a decoder's projections, by module name. */
export class LoraAdapter {
  constructor(
    readonly config: AdapterConfig,
    readonly layers: ReadonlyMap<string, LoraLayer>,
  ) {}

  /** A new adapter: A uniform in ±1/√in (kaiming with a = √5, as peft), B zero, so that the model starts unchanged. */
  static create(decoder: Decoder, config: AdapterConfig, seed: number): LoraAdapter {
    const random = new Random(seed);
    const layers = new Map<string, LoraLayer>();
    for (const [module, [out, inputs]] of targetsOf(config, decoder.config)) {
      const rank = rankOf(config, module);
      const bound = 1 / Math.sqrt(inputs);
      const a = Float32Array.from({ length: rank * inputs }, () => (random.next() * 2 - 1) * bound);
      layers.set(module, {
        a: variable(a, [rank, inputs]),
        b: variable(new Float32Array(out * rank), [out, rank]),
        scale: scaleOf(config, module),
        rank,
        ...(config.dora && { magnitude: rowNorms(decoder.weights.get(`${module}.weight`)!) }),
      });
    }
    if (layers.size === 0)
      throw new Error(`No module of the model is named ${config.targetModules.join(", ")}.`);
    return new LoraAdapter(config, layers);
  }

  /** An adapter from its stored form. */
  static fromWeights(config: AdapterConfig, weights: readonly LoraWeights[]): LoraAdapter {
    return new LoraAdapter(
      config,
      new Map(
        weights.map((w) => [
          w.module,
          {
            a: variable(w.a, [w.rank, w.inFeatures]),
            b: variable(w.b, [w.outFeatures, w.rank]),
            scale: w.scale,
            rank: w.rank,
            ...(w.magnitude && { magnitude: variable(w.magnitude, [w.outFeatures]) }),
          },
        ]),
      ),
    );
  }

  /** The stored form, for peft-files. */
  toWeights(): LoraWeights[] {
    return [...this.layers].map(([module, { a, b, scale, rank, magnitude }]) => ({
      module,
      rank,
      scale,
      a: a.dataSync() as Float32Array,
      b: b.dataSync() as Float32Array,
      ...(magnitude && { magnitude: magnitude.dataSync() as Float32Array }),
      inFeatures: a.shape[1]!,
      outFeatures: b.shape[0]!,
    }));
  }

  get names(): string[] {
    return [...this.layers].flatMap(([module, { magnitude }]) => [
      `${module}.lora_A`,
      `${module}.lora_B`,
      ...(magnitude ? [`${module}.lora_magnitude_vector`] : []),
    ]);
  }

  get parameters(): Variable[] {
    return [...this.layers.values()].flatMap(({ a, b, magnitude }) =>
      magnitude ? [a, b, magnitude] : [a, b],
    );
  }

  dispose(): void {
    tf.dispose(this.parameters);
  }
}

/** A decoder that owns the adapter with which it answers: both are freed together. */
export class AdaptedDecoder extends Decoder {
  /** @param base taken over, with its weights */
  constructor(
    base: Decoder,
    private readonly own: LoraAdapter,
  ) {
    super(base.config, base.weights);
    this.adapter = own.layers;
  }

  override dispose(): void {
    super.dispose();
    this.own.dispose();
  }
}

/** A copy of the decoder whose projections are w + scale · b a, with DoRA rescaled to the magnitudes; the decoder and the adapter stay as they are. All its weights are fp32, also where the base is frozen in bfloat16. */
export function merged(decoder: Decoder, adapter: LoraAdapter): Decoder {
  const weights = new Map(
    [...decoder.weights].map(([name, weight]) => {
      const layer = adapter.layers.get(name.replace(/\.weight$/, ""));
      const value = tf.tidy(() => (layer ? updatedWeight(weight, layer) : float32Weight(weight)));
      return [name, tf.keep(value)] as const;
    }),
  );
  return decoder.withWeights(weights);
}

/** The fp32 values of one weight of a decoder as it answers: with the update of its active adapter, if it has one. */
export function mergedValues(decoder: Decoder, name: string): Float32Array {
  const weight = decoder.weights.get(name)!;
  const layer = decoder.adapter?.get(name.replace(/\.weight$/, ""));
  const value = tf.tidy(() => (layer ? updatedWeight(weight, layer) : float32Weight(weight)));
  const values = value.dataSync() as Float32Array;
  value.dispose();
  return values;
}

/**
 * The reverse of `merged` for a decoder whose base is no longer at hand: w - scale · b a, exact to rounding.
 * Throws for DoRA, which forgets the lengths of the base's rows.
 */
export function unmerged(decoder: Decoder, adapter: LoraAdapter): Decoder {
  if (adapter.config.dora) {
    throw new Error("A merged DoRA adapter cannot be taken out again: load the base model instead.");
  }
  const weights = new Map(
    [...decoder.weights].map(([name, weight]) => {
      const layer = adapter.layers.get(name.replace(/\.weight$/, ""));
      const value = tf.tidy(() =>
        layer ? updatedWeight(weight, { ...layer, scale: -layer.scale }) : float32Weight(weight),
      );
      return [name, tf.keep(value)] as const;
    }),
  );
  return decoder.withWeights(weights);
}

function variable(data: Float32Array, shape: number[]): Variable {
  return tf.tidy(() => tf.variable(tf.tensor(data, shape)));
}

/** DoRA starts from the lengths of the frozen weight's rows, so that the model starts unchanged. */
function rowNorms(weight: Weight): Variable {
  return tf.tidy(() => tf.variable(tf.norm(float32Weight(weight), "euclidean", 1)));
}
