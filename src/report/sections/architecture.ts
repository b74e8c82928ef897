// Section 2: the chosen model's architecture, drawn and described from its configuration.
import { architectureDiagram } from "../../figures/architecture";
import { blockStructure } from "../../models/block-structure";
import type { ModelConfig } from "../../results/models";
import type { StudyResults } from "../../results/study-results";
import { joined, type Said, say } from "../catalogue/said";
import { type DocumentBuilder, left } from "../document";
import { count } from "../format";
import { derived, place } from "../origin";
import { quantity } from "../quantity";

/** The six layers: name, role, parts. Names are those of the original, which has them in English. */
function layers(results: StudyResults, config: ModelConfig): Said[][] {
  const path = (key: keyof ModelConfig) => place("results", "architecture", "student", key);
  const at = (key: keyof ModelConfig): Said => count(quantity({ results }, path(key)));
  const ratio = (a: keyof ModelConfig, b: keyof ModelConfig): Said =>
    count(quantity({ results }, derived("ratio", path(a), path(b))));
  const { gate, postNorms, queryKeyNorm, scalesEmbedding, sliding } = blockStructure(config);
  const hidden = at("hidden_size");
  const optional = (given: unknown, said: () => Said): Said[] => (given ? [said()] : []);
  const softcap = (key: "attn_logit_softcapping" | "final_logit_softcapping") =>
    optional(config[key], () => say("layer.softcap", { softcap: at(key) }));
  const tied = config.tie_word_embeddings ?? false;
  return [
    [
      "Token Embedding",
      say("layer.embedding.role"),
      [
        say("layer.embedding.parts", { vocabulary: at("vocab_size"), hidden }),
        ...optional(scalesEmbedding, () => say("layer.embedding.scaled", { hidden })),
      ],
    ],
    [
      "Positional Encoding (RoPE)",
      say("layer.rope.role"),
      say("layer.rope.parts", {
        theta: config.rope_theta === undefined ? "10,000" : at("rope_theta"),
        sliding: joined(
          optional(config.rope_local_base_freq, () =>
            say("layer.rope.sliding", { theta: at("rope_local_base_freq") }),
          ),
          "",
        ),
        headSize:
          config.head_dim === undefined ? ratio("hidden_size", "num_attention_heads") : at("head_dim"),
      }),
    ],
    [
      "Transformer Decoder Block",
      say("layer.block.role"),
      say("layer.block.parts", { layers: at("num_hidden_layers"), norm: postNorms ? "RMSNorm → " : "" }),
    ],
    [
      "Self-Attention (GQA)",
      say("layer.attention.role"),
      joined(
        [
          say("layer.attention.parts", {
            ...{ heads: at("num_attention_heads"), shared: at("num_key_value_heads") },
            group: ratio("num_attention_heads", "num_key_value_heads"),
          }),
          ...optional(queryKeyNorm, () => say("layer.attention.norm")),
          ...(sliding ? [say(`layer.attention.${sliding}`, { window: at("sliding_window") })] : []),
          ...softcap("attn_logit_softcapping"),
        ],
        "; ",
      ),
    ],
    [
      "Feed-Forward Network (FFN)",
      say("layer.ffn.role"),
      say("layer.ffn.parts", { gate, hidden, inner: at("intermediate_size") }),
    ],
    [
      "Language Modeling Head",
      say("layer.head.role"),
      joined([say(tied ? "layer.head.tied" : "layer.head.own"), ...softcap("final_logit_softcapping")], "; "),
    ],
  ];
}

/** Writes section 2. */
export function architectureSection(doc: DocumentBuilder, { results }: { results: StudyResults }): void {
  doc.heading(1, "architecture.heading");
  doc.heading(2, "architecture.diagram");
  if (!results.architecture) {
    doc.paragraph(say("architecture.unmeasured"));
    return;
  }
  const { student, teacher } = results.architecture;
  doc.paragraph(say("architecture.intro"));
  const name = doc.words(say("architecture.student"));
  doc.figure("architecture", architectureDiagram(student, name, doc.language));
  doc.heading(2, "architecture.parts");
  // The original names the gate of another family.
  const renamed = blockStructure(student).gate === "GeGLU";
  const size = (of: "student" | "teacher", key: string) =>
    count(quantity({ results }, place("results", "architecture", of, key)));
  const sizes = (of: "student" | "teacher") => [size(of, "num_hidden_layers"), size(of, "hidden_size")];
  const [layersOf, hidden, teacherLayers, teacherHidden] = [...sizes("student"), ...sizes("teacher")];
  doc.paragraph(
    say(renamed ? "architecture.renamed" : "architecture.named"),
    renamed ? doc.footnote("architecture.geglu") : "",
    ...(teacher
      ? [
          " ",
          say("architecture.teacher", {
            ...{ layers: layersOf!, hidden: hidden!, teacherLayers: teacherLayers! },
            teacherHidden: teacherHidden!,
            vocabulary: say(
              teacher.vocab_size === student.vocab_size ? "architecture.shared" : "architecture.unshared",
            ),
          }),
        ]
      : []),
  );
  doc.table("architecture", [left(1.4), left(1.6), left(2.6)], layers(results, student));
}
