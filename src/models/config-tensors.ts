// The tensors that a decoder's configuration implies, and its weight files, checked against them.
import type { DecoderConfig } from "./config";
import { ConfigError } from "./config-fields";
import { familyOf } from "./families/families";
import { GgufWeights } from "./gguf/weights";
import { WeightFiles } from "./safetensors";
import { modelSource } from "./source";
import type { Weights } from "./weights";

/** Every tensor that a decoder of this configuration has: Hugging Face name to shape (linear layers are [out, in]). */
export function tensorShapes(config: DecoderConfig): Map<string, number[]> {
  const { hiddenSize, intermediateSize, headDim } = config;
  const queries = config.numAttentionHeads * headDim;
  const keys = config.numKeyValueHeads * headDim;
  const shapes = new Map<string, number[]>([["model.embed_tokens.weight", [config.vocabSize, hiddenSize]]]);
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const add = (name: string, shape: number[]) => shapes.set(`model.layers.${layer}.${name}.weight`, shape);
    add("input_layernorm", [hiddenSize]);
    add("self_attn.q_proj", [queries, hiddenSize]);
    add("self_attn.k_proj", [keys, hiddenSize]);
    add("self_attn.v_proj", [keys, hiddenSize]);
    add("self_attn.o_proj", [hiddenSize, queries]);
    if (config.queryKeyNorm) {
      add("self_attn.q_norm", [headDim]);
      add("self_attn.k_norm", [headDim]);
    }
    add("post_attention_layernorm", [hiddenSize]);
    if (config.postNorms) {
      add("pre_feedforward_layernorm", [hiddenSize]);
      add("post_feedforward_layernorm", [hiddenSize]);
    }
    add("mlp.gate_proj", [intermediateSize, hiddenSize]);
    add("mlp.up_proj", [intermediateSize, hiddenSize]);
    add("mlp.down_proj", [hiddenSize, intermediateSize]);
  }
  shapes.set("model.norm.weight", [hiddenSize]);
  if (!config.tieWordEmbeddings) shapes.set("lm_head.weight", [config.vocabSize, hiddenSize]);
  return shapes;
}

/** A folder's weights, out of a model of more parts too. */
function openFolder(folder: string, config: DecoderConfig): Weights {
  const files = WeightFiles.open(folder);
  const wrapper = familyOf(config.modelType)?.wrapper;
  if (!wrapper) return files;
  try {
    files.rename((stored) => {
      if (wrapper.otherParts.some((part) => stored.startsWith(part))) return undefined;
      const [prefix, own] = wrapper.prefixes.find(([prefix]) => stored.startsWith(prefix)) ?? ["", ""];
      return own + stored.slice(prefix.length);
    });
    return files;
  } catch (error) {
    files.close();
    throw error;
  }
}

/**
 * Opens the weights of a decoder's folder or GGUF file under the names of `tensorShapes` and checks them.
 * Throws SafetensorsError, GgufError, or ConfigError as `checkTensors` does.
 */
export function openWeights(place: string, config: DecoderConfig): Weights {
  const source = modelSource(place);
  const weights = source.gguf ? GgufWeights.open(source.place, config) : openFolder(place, config);
  try {
    checkTensors(weights, config, source.gguf ? "its metadata" : "config.json");
    return weights;
  } catch (error) {
    weights.close();
    throw error;
  }
}

/**
 * Checks that the files hold exactly the tensors of the configuration; throws ConfigError that names what is
 * missing, extra or of another shape; `stated` is what the message calls the configuration. A stored copy of a tied head and buffers of rotary frequencies are let pass.
 */
export function checkTensors(files: Weights, config: DecoderConfig, stated = "config.json"): void {
  const shapes = tensorShapes(config);
  const problems: string[] = [];
  for (const [name, shape] of shapes) {
    if (!files.has(name)) {
      problems.push(`missing ${name} [${shape.join(", ")}]`);
      continue;
    }
    const found = files.shape(name);
    if (found.join() !== shape.join()) {
      problems.push(`${name}: expected shape [${shape.join(", ")}], found [${found.join(", ")}]`);
    }
    const problem = files.problem(name);
    if (problem !== undefined) problems.push(`${name}: ${problem}`);
  }
  for (const name of files.names()) {
    const tolerated =
      /(^|\.)rotary_emb\.inv_freq$/.test(name) || (config.tieWordEmbeddings && name === "lm_head.weight");
    if (!shapes.has(name) && !tolerated) problems.push(`unexpected ${name}`);
  }
  if (problems.length > 0) {
    const more = problems.length > 8 ? `; and ${problems.length - 8} more` : "";
    throw new ConfigError(
      `${files.source}: the tensors do not fit ${stated} (${config.modelType}): ${problems.slice(0, 8).join("; ")}${more}`,
    );
  }
}
