// The architectures of GGUF files that are read: what their metadata say in the words of config.json, and their tensors' names.
// After llama.cpp's conversion/{llama,gemma,qwen}.py and src/models/{llama,gemma2,gemma3,qwen3}.cpp.
import type { GgufMetadata } from "../../base/gguf/metadata";

type Json = Record<string, unknown>;

export interface Architecture {
  /** The `model_type` of config.json. */
  modelType: string;
  /** Names of a layer's tensors: GGUF's below `blk.N.`, config.json's family's below `model.layers.N.`. */
  layer: Readonly<Record<string, string>>;
  /** Whether the rows of queries and keys lie in pairs of a plane, as the original Llama has them, not in halves. */
  interleaved: boolean;
  /** The family's own fields of config.json. */
  fields(
    keys: ArchitectureKeys,
    sizes: { layers: number; hidden: number; heads: number; headDim: number },
  ): Json;
}

/** Metadata below `llama.` or another architecture's name; each access is remembered, so that what nobody read can be reported. */
export class ArchitectureKeys {
  private readonly known = new Set<string>();

  constructor(
    private readonly metadata: GgufMetadata,
    private readonly architecture: string,
  ) {}

  private key(name: string): string {
    const key = `${this.architecture}.${name}`;
    this.known.add(key);
    return key;
  }

  get(name: string): unknown {
    return this.metadata.get(this.key(name));
  }

  number(name: string): number {
    return shortest(this.metadata.number(this.key(name)));
  }

  optionalNumber(name: string): number | undefined {
    const value = this.metadata.optionalNumber(this.key(name));
    return value === undefined ? undefined : shortest(value);
  }

  optionalText(name: string): string | undefined {
    return this.metadata.optionalText(this.key(name));
  }

  fail(name: string, expected: string): never {
    return this.metadata.fail(this.key(name), expected);
  }

  /** Throws where a key is there with another value than one of `allowed`. */
  fixed(name: string, ...allowed: unknown[]): void {
    const value = this.get(name);
    if (value !== undefined && !allowed.includes(value)) this.fail(name, allowed.join(" or "));
  }

  /** Throws for a key that was not read: it may change what the model computes. */
  rejectUnknown(): void {
    const unknown = this.metadata
      .keys()
      .find((key) => key.startsWith(`${this.architecture}.`) && !this.known.has(key));
    if (unknown !== undefined)
      this.metadata.fail(unknown, "no such key: it may change what the model computes");
  }
}

/** The shortest decimal number that is the same one in fp32: 1e-5 was stored as 9.999999747378752e-06. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

/** `layer_types` of windows in all layers but each `period`th, or as the file lists them. */
function layerTypes(keys: ArchitectureKeys, layers: number, period: number): string[] {
  const pattern = keys.get("attention.sliding_window_pattern") ?? period;
  const good = Array.isArray(pattern)
    ? pattern.length === layers && pattern.every((slides) => typeof slides === "boolean")
    : Number.isSafeInteger(pattern) && (pattern as number) > 0;
  if (!good)
    keys.fail("attention.sliding_window_pattern", `a whole number above 0, or ${layers} times true or false`);
  return Array.from({ length: layers }, (_, layer) => {
    const slides = Array.isArray(pattern) ? pattern[layer] : (layer + 1) % (pattern as number) !== 0;
    return slides ? "sliding_attention" : "full_attention";
  });
}

const ATTENTION = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};
const TWO_NORMS = { ...ATTENTION, ffn_norm: "post_attention_layernorm" };
const FOUR_NORMS = {
  ...ATTENTION,
  post_attention_norm: "post_attention_layernorm",
  ffn_norm: "pre_feedforward_layernorm",
  post_ffw_norm: "post_feedforward_layernorm",
};
const HEAD_NORMS = { attn_q_norm: "self_attn.q_norm", attn_k_norm: "self_attn.k_norm" };

/** Layers of the largest Gemma of a generation. */
const LARGEST: Readonly<Record<string, number>> = { gemma2: 46, gemma3: 62 };

/** The largest Gemma of a generation scales by the width a head would have, not by the one it has; no key says so. */
export const scaledBy = (
  layers: number,
  architecture: string,
  sizes: { hidden: number; heads: number; headDim: number },
): number => (layers === LARGEST[architecture] ? Math.floor(sizes.hidden / sizes.heads) : sizes.headDim);

/** By `general.architecture`. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  llama: {
    modelType: "llama",
    layer: TWO_NORMS,
    interleaved: true,
    fields(keys) {
      keys.fixed("expert_count", 0);
      keys.fixed("expert_used_count", 0);
      return { hidden_act: "silu" };
    },
  },
  qwen3: {
    modelType: "qwen3",
    layer: { ...TWO_NORMS, ...HEAD_NORMS },
    interleaved: false,
    fields: () => ({ hidden_act: "silu" }),
  },
  gemma2: {
    modelType: "gemma2",
    layer: FOUR_NORMS,
    interleaved: false,
    fields: (keys, sizes) => ({
      hidden_activation: "gelu_pytorch_tanh",
      query_pre_attn_scalar: scaledBy(sizes.layers, "gemma2", sizes),
      attn_logit_softcapping: keys.optionalNumber("attn_logit_softcapping") ?? 50,
      final_logit_softcapping: keys.optionalNumber("final_logit_softcapping") ?? 30,
      sliding_window: keys.optionalNumber("attention.sliding_window") ?? 4096,
      layer_types: layerTypes(keys, sizes.layers, 2),
    }),
  },
  gemma3: {
    modelType: "gemma3_text",
    layer: { ...FOUR_NORMS, ...HEAD_NORMS },
    interleaved: false,
    fields(keys, sizes) {
      const window = keys.optionalNumber("attention.sliding_window");
      return {
        hidden_activation: "gelu_pytorch_tanh",
        query_pre_attn_scalar: scaledBy(sizes.layers, "gemma3", sizes),
        final_logit_softcapping: keys.optionalNumber("final_logit_softcapping") ?? null,
        // A model whose layers all see everything states no window.
        sliding_window: window ?? keys.number("context_length"),
        layer_types: layerTypes(keys, sizes.layers, window === undefined ? 1 : 6),
        rope_local_base_freq: keys.optionalNumber("rope.freq_base_swa") ?? 10_000,
      };
    },
  },
};

/** The architecture that a file's metadata name. Throws GgufError for one that is not read. */
export function architectureOf(metadata: GgufMetadata): { name: string; architecture: Architecture } {
  const name = metadata.text("general.architecture");
  const architecture = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  return architecture
    ? { name, architecture }
    : metadata.fail("general.architecture", Object.keys(ARCHITECTURES).join(", "));
}
