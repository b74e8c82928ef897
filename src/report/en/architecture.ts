// Words of section 2 in English.
import type { ArchitectureWords } from "../sections/architecture";
import { NOT_MEASURED } from "./names";

const SLIDING = {
  alternating: (window: string) => `layers in turn sliding window of ${window} tokens and full`,
  most: (window: string) => `most layers with a sliding window of ${window} tokens, the others full`,
  some: (window: string) => `some layers with a sliding window of ${window} tokens, the others full`,
};

export const architecture: ArchitectureWords = {
  heading: "2. Model and architecture",
  diagramHeading: "2.1 Drawing of the architecture",
  partsHeading: "2.2 Its parts",
  notMeasured: `The model's configuration is not among the results (${NOT_MEASURED}).`,
  diagramIntro:
    "The original has no drawing. The figure below is drawn from the configuration that this run's student model really used.",
  figure: {
    caption: "The student model (drawn from its configuration)",
    alt: "Bottom up: token embedding, decoder block (RMSNorm, grouped-query attention, residual, gated feed-forward network), last RMSNorm, language model head",
    name: "student model",
  },
  gegluNote:
    "The original calls the feed-forward network SwiGLU; the gate of Gemma-2 uses GELU (tanh approximation), not SiLU, and is GeGLU.",
  partsIntro: (differs) =>
    differs
      ? "The numbers in the table are the student's. The name of the feed-forward network differs from the original's."
      : "The numbers in the table are the student's.",
  teacher: ({ teacherLayers, teacherHidden, layers, hidden }, same) =>
    `The teacher has the same structure with ${teacherLayers} layers of width ${teacherHidden} (the student ${layers} of ${hidden}); ${same ? "their vocabulary is the same, so that logits compare one to one" : "their vocabularies differ in size"}.`,
  table: { caption: "Layers and their roles", columns: ["Layer", "Role", "Parts"] },
  layers: (n, { gate, postNorms, queryKeyNorm, scalesEmbedding, sliding, tied }) => [
    [
      "Token Embedding",
      "Turns subword tokens into vectors.",
      `SentencePiece-style vocabulary ${n.vocabulary}, width ${n.hidden}${scalesEmbedding ? `, times √${n.hidden}` : ""}`,
    ],
    [
      "Positional Encoding (RoPE)",
      "Rotates queries and keys by position, which tells relative positions.",
      `θ = ${n.theta}${n.slidingTheta && ` (sliding layers ${n.slidingTheta})`}, head size ${n.headSize}`,
    ],
    [
      "Transformer Decoder Block",
      "Reworks the context layer by layer.",
      `${n.layers} layers; RMSNorm → attention → ${postNorms ? "RMSNorm → " : ""}residual, RMSNorm → FFN → ${postNorms ? "RMSNorm → " : ""}residual`,
    ],
    [
      "Self-Attention (GQA)",
      "Gathers what is needed from earlier tokens.",
      `${n.heads} query heads, ${n.sharedHeads} key-value heads (shared by ${n.group} each)` +
        (queryKeyNorm ? "; RMSNorm of each query and key head" : "") +
        (sliding ? `; ${SLIDING[sliding](n.window)}` : "") +
        (n.attentionSoftcap ? `; softcap ${n.attentionSoftcap}` : ""),
    ],
    [
      "Feed-Forward Network (FFN)",
      "Transforms each token nonlinearly.",
      `${gate} gate, ${n.hidden} → ${n.inner} → ${n.hidden}`,
    ],
    [
      "Language Modeling Head",
      "Gives the logits of the next token.",
      `${tied ? "weights tied to the embedding" : "weights of its own"}` +
        (n.finalSoftcap ? `; softcap ${n.finalSoftcap}` : ""),
    ],
  ],
};
