// LoRA (Hu et al. 2021) on a decoder's projections: initialised as peft does, trained beside the frozen base, merged.
import { Random } from "../engine/random";
import { add, matMul, scale } from "../engine/raw";
import { tf, type Variable } from "../engine/tf";
import type { Decoder } from "../models/decoder";
import type { AdapterConfig, LoraWeights } from "./peft-files";

/** The seven projections of a decoder layer. */
export const ALL_PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

interface LoraLayer {
  a: Variable;
  b: Variable;
  scale: number;
  rank: number;
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
    for (const [name, weight] of decoder.weights) {
      const module = name.replace(/\.weight$/, "");
      if (!config.targetModules.includes(module.split(".").pop()!)) continue;
      const [out, inputs] = weight.shape as [number, number];
      const rank = patternValue(config.rankPattern, module) ?? config.rank;
      const alpha = patternValue(config.alphaPattern, module) ?? config.alpha;
      const bound = 1 / Math.sqrt(inputs);
      const a = Float32Array.from({ length: rank * inputs }, () => (random.next() * 2 - 1) * bound);
      layers.set(module, {
        a: variable(a, [rank, inputs]),
        b: variable(new Float32Array(out * rank), [out, rank]),
        scale: alpha / (config.rsLora ? Math.sqrt(rank) : rank),
        rank,
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
          },
        ]),
      ),
    );
  }

  /** The stored form, for peft-files. */
  toWeights(): LoraWeights[] {
    return [...this.layers].map(([module, { a, b, scale, rank }]) => ({
      module,
      rank,
      scale,
      a: a.dataSync() as Float32Array,
      b: b.dataSync() as Float32Array,
      inFeatures: a.shape[1]!,
      outFeatures: b.shape[0]!,
    }));
  }

  get names(): string[] {
    return [...this.layers.keys()].flatMap((module) => [`${module}.lora_A`, `${module}.lora_B`]);
  }

  get parameters(): Variable[] {
    return [...this.layers.values()].flatMap(({ a, b }) => [a, b]);
  }

  dispose(): void {
    tf.dispose(this.parameters);
  }
}

/** A copy of the decoder whose projections are w + scale · b a; the decoder and the adapter stay as they are. */
export function merged(decoder: Decoder, adapter: LoraAdapter): Decoder {
  const weights = new Map(
    [...decoder.weights].map(([name, weight]) => {
      const layer = adapter.layers.get(name.replace(/\.weight$/, ""));
      const value = tf.tidy(() =>
        layer ? add(weight, scale(matMul(layer.b, layer.a), layer.scale)) : weight.clone(),
      );
      return [name, tf.keep(value)] as const;
    }),
  );
  return decoder.withWeights(weights);
}

/** peft's rule: the first pattern that matches the end of the module's name. */
function patternValue(pattern: Record<string, number>, module: string): number | undefined {
  const key = Object.keys(pattern).find((p) => new RegExp(`^(.*\\.)?(${p})$`).test(module));
  return key === undefined ? undefined : pattern[key];
}

function variable(data: Float32Array, shape: [number, number]): Variable {
  return tf.tidy(() => tf.variable(tf.tensor2d(data, shape)));
}
