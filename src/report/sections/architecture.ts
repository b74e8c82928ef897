// Section 2: the chosen model's architecture, drawn and described from its configuration.
import type { Language } from "../../base/language";
import { architectureDiagram } from "../../figures/architecture";
import { type BlockStructure, blockStructure } from "../../models/block-structure";
import type { ModelConfig } from "../../results/models";
import type { StudyResults } from "../../results/study-results";
import type { DocumentBuilder } from "../document";
import { fixed } from "../format";
import { pathOf, type Quantity, quantity } from "../quantity";

/** A layer's number as shown; empty where the configuration has none. */
type Shown = Record<
  | "vocabulary"
  | "hidden"
  | "theta"
  | "slidingTheta"
  | "headSize"
  | "layers"
  | "heads"
  | "sharedHeads"
  | "group"
  | "window"
  | "attentionSoftcap"
  | "inner"
  | "finalSoftcap",
  string
>;

export interface ArchitectureWords {
  heading: string;
  diagramHeading: string;
  partsHeading: string;
  notMeasured: string;
  diagramIntro: string;
  figure: { caption: string; alt: string; name: string };
  gegluNote: string;
  partsIntro(differs: boolean): string;
  teacher(
    sizes: Record<"teacherLayers" | "teacherHidden" | "layers" | "hidden", string>,
    same: boolean,
  ): string;
  table: { caption: string; columns: [string, string, string] };
  /** The six layers: name, role, parts. */
  layers(shown: Shown, structure: BlockStructure & { tied: boolean }): [string, string, string][];
}

function shownParts(results: StudyResults, config: ModelConfig): Shown {
  const path = (key: string) => pathOf("results", "architecture", "student", key);
  const at = (key: keyof ModelConfig): Quantity | undefined => quantity({ results }, path(key));
  const n = (amount: Quantity | undefined) => (amount ? fixed(amount, 0) : "");
  const headSize =
    at("head_dim") ?? quantity({ results }, `ratio(${path("hidden_size")},${path("num_attention_heads")})`);
  return {
    vocabulary: n(at("vocab_size")),
    hidden: n(at("hidden_size")),
    theta: at("rope_theta") ? n(at("rope_theta")) : "10,000",
    headSize: n(headSize),
    layers: n(at("num_hidden_layers")),
    heads: n(at("num_attention_heads")),
    sharedHeads: n(at("num_key_value_heads")),
    group: n(quantity({ results }, `ratio(${path("num_attention_heads")},${path("num_key_value_heads")})`)),
    slidingTheta: n(at("rope_local_base_freq")),
    window: blockStructure(config).sliding ? n(at("sliding_window")) : "",
    attentionSoftcap: config.attn_logit_softcapping ? n(at("attn_logit_softcapping")) : "",
    inner: n(at("intermediate_size")),
    finalSoftcap: config.final_logit_softcapping ? n(at("final_logit_softcapping")) : "",
  };
}

/** Writes section 2. */
export function architectureSection(
  doc: DocumentBuilder,
  results: StudyResults,
  words: ArchitectureWords,
  language: Language,
): void {
  doc.heading(1, words.heading);
  doc.heading(2, words.diagramHeading);
  if (!results.architecture) {
    doc.paragraph(words.notMeasured);
    return;
  }
  const { student, teacher } = results.architecture;
  doc.paragraph(words.diagramIntro);
  doc.figure({
    id: "architecture",
    caption: words.figure.caption,
    alt: words.figure.alt,
    figure: architectureDiagram(student, words.figure.name, language),
  });
  doc.heading(2, words.partsHeading);
  const structure = blockStructure(student);
  // The original names the gate of another family.
  const renamed = structure.gate === "GeGLU";
  const size = (of: "student" | "teacher", key: string) =>
    fixed(quantity({ results }, pathOf("results", "architecture", of, key)) ?? Number.NaN, 0);
  doc.paragraph(
    words.partsIntro(renamed),
    renamed ? doc.footnote(words.gegluNote) : "",
    ...(teacher
      ? [
          " ",
          words.teacher(
            {
              teacherLayers: size("teacher", "num_hidden_layers"),
              teacherHidden: size("teacher", "hidden_size"),
              layers: size("student", "num_hidden_layers"),
              hidden: size("student", "hidden_size"),
            },
            teacher.vocab_size === student.vocab_size,
          ),
        ]
      : []),
  );
  const [name, role, parts] = words.table.columns;
  doc.table({
    id: "architecture",
    caption: words.table.caption,
    columns: [
      { label: name, align: "left", weight: 1.4 },
      { label: role, align: "left", weight: 1.6 },
      { label: parts, align: "left", weight: 2.6 },
    ],
    rows: words.layers(shownParts(results, student), {
      ...structure,
      tied: student.tie_word_embeddings ?? false,
    }),
  });
}
