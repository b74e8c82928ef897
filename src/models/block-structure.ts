// What a decoder's blocks are made of, from its config.json alone: for drawings and descriptions.
import { ConfigFields } from "./config-fields";
import { familyOf } from "./families/families";

export interface BlockStructure {
  gate: "GeGLU" | "SwiGLU";
  /** Whether attention and feed-forward are normed once more before they are added. */
  postNorms: boolean;
  /** Whether each query and key head is normed. */
  queryKeyNorm: boolean;
  /** Whether embeddings are multiplied by the root of their width. */
  scalesEmbedding: boolean;
  /** Which layers slide: every other one, more than half, fewer; absent: none. */
  sliding?: "alternating" | "most" | "some";
}

function slidingKind(layers: readonly boolean[]): BlockStructure["sliding"] {
  const count = layers.filter(Boolean).length;
  if (count === 0) return undefined;
  if (layers.every((slides, i) => i === 0 || slides !== layers[i - 1])) return "alternating";
  return count > layers.length / 2 ? "most" : "some";
}

/** The structure that a config.json of a known family describes; throws for another. */
export function blockStructure(config: { model_type: string; num_hidden_layers: number }): BlockStructure {
  const family = familyOf(config.model_type);
  if (!family) throw new Error(`A model of type "${config.model_type}" is of no family known here.`);
  const fields = new ConfigFields("config.json", { ...family.absent, ...config });
  const { postNorms, queryKeyNorm, scalesEmbedding } = family;
  return {
    gate: family.activation.is === "silu" ? "SwiGLU" : "GeGLU",
    postNorms,
    queryKeyNorm,
    scalesEmbedding,
    sliding: slidingKind(family.sliding(fields, config.num_hidden_layers).layers),
  };
}
