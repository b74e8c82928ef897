// A study as its file defines it, once `extends`, changes and defaults are in: what every stage reads.
import type { Split } from "../../corpus/item";
import type { StatesOptions } from "../../distillation/hidden-states";
import type { DistillationOptions } from "../../distillation/losses";

/** Where a model comes from: `folder`, `hub`, `thumbnail` or `from`, one of them; a file's `gguf` is a `folder` once it is opened. */
export interface ModelSource {
  /** Hugging Face files in a folder, or a GGUF file, relative to the repository root. */
  folder?: string;
  gguf?: string;
  /** A repository of the hub or a GGUF file in it, and the commit, tag or branch of it; a branch is pinned at the first download. */
  hub?: string;
  revision?: string;
  /** Random weights, two layers of `width`, of the architecture and with the tokenizer of the model in this folder. */
  thumbnail?: string;
  width?: number;
  /** Another of the study's models, of which this one has fewer tokens or layers, or another chat template. */
  from?: string;
  /** Tokens that make up less than `share` of the training and validation items are left out. */
  vocabulary?: { share: number };
  /** So many layers stay: those whose absence costs the first `texts` training items least. */
  layers?: { keep: number; texts: number };
  /** File of a Jinja template, relative to the repository root, in place of the model's own. */
  chatTemplate?: string;
  /** The published model whose place it takes in the comparison with the report. */
  standsFor?: string;
}

/** What a student is trained through, by the name of the form that it is stored in. */
export const QUANTISED = {
  int4: { grid: "own", about: "symmetric codes in groups of 32" },
  "int4-asymmetric": { grid: "asymmetric", about: "codes with a zero point of their own in groups of 32" },
} as const;

/** Richer prompts of a teacher that may be the student's own model (self-distillation). */
export const TEACHER_PROMPTS = {
  reference: "the reference summary stands in the prompt",
  examples: "two training items with their summaries stand before the document",
} as const;

/** Where the teacher's part of a recipe comes from; what each means stands in the schema. */
export type TeacherSource = "cache" | "online" | "other-vocabulary" | "texts" | "texts-and-logits";

export interface RecipeTeacher {
  /** The recipe whose model teaches. */
  recipe: string;
  source: TeacherSource;
  /** Tokens that a cache keeps of each distribution. */
  topK?: number;
  /** Tokens drawn from the rest of each distribution, for the loss's tail "sampled". */
  samples?: number;
  /** What a teacher in memory is told beyond the student's prompt. */
  prompt?: keyof typeof TEACHER_PROMPTS;
  /** An OpenAI-compatible endpoint that holds its model: the recipe then gives the tokenizer alone, and none of its weights is read. */
  server?: { url: string; model: string };
  /** Its weight beside others, 1 where absent, and the topics that it is for. */
  weight?: number;
  topics?: readonly string[];
  /** Further teachers in memory, whose distributions are mixed with its own. */
  others?: readonly OtherTeacher[];
}

/** A teacher beside the first; with topics it teaches their items alone, and those without topics teach what is left. */
export type OtherTeacher = Pick<RecipeTeacher, "recipe" | "weight" | "topics">;

/** The recipes whose models teach a student. */
export const teachersOf = ({ teacher }: Pick<Recipe, "teacher">): string[] =>
  teacher ? [teacher.recipe, ...(teacher.others ?? []).map(({ recipe }) => recipe)] : [];

/** Texts that the student writes itself while it learns, in place of those of the data (GKD). */
export interface RecipeTexts {
  from: "student";
  /** Share of the items whose text is the student's. */
  share: number;
  /** Whether the data's text is learnt too where the student writes its own; absent: not. */
  beside?: boolean;
  temperature: number;
  topP?: number;
  /** Most tokens of a text; absent: the study's decoding.maxNewTokens. */
  maxNewTokens?: number;
  /** Steps whose texts are written at once. */
  buffer: number;
}

export interface Training {
  epochs: number;
  batchSize: number;
  /** During training: the loss on every validation item, and ROUGE-1 of texts written for the first `rougeItems`. */
  validation: {
    /** Absent: after each epoch. */
    everySteps?: number;
    rougeItems: number;
    /** Which weights a run leaves: its last, or those with the lowest loss or the highest ROUGE-1 in validation. */
    keep: "last" | "loss" | "rouge1";
  };
  /** Gradient checkpointing: less memory, the same numbers, about a third more time. */
  recompute: boolean;
  /**
   * Training runs of at least so many steps are one TensorFlow graph a step: for models small enough that calling ops is what
   * takes the time. Recording and loading the graph takes as long as some dozen steps.
   */
  compileFrom: number | "never";
}

/** How a student comes about. */
export interface Recipe {
  label: { ko: string; en: string };
  /** A key of the study's models. */
  base: string;
  tune: "none" | "lora" | "full";
  lora?: { rank: number; alpha: number };
  /** Hidden states of student and teacher that are compared besides; the projector is no part of the student. */
  states?: StatesOptions;
  /** The matrices' grid that the student is trained through, where it is to be stored in 4 bits. */
  quantised?: keyof typeof QUANTISED;
  optimiser?: { learningRate: number };
  teacher?: RecipeTeacher;
  texts?: RecipeTexts;
  loss?: DistillationOptions;
  /** The study's, with the recipe's own fields in their place. */
  training: Training;
}

export interface Study {
  name: string;
  /** Studies whose finished stages are taken over where all that went in is equal. */
  reuse: readonly string[];
  models: Readonly<Record<string, ModelSource>>;
  /** Items of the generated corpus per split, or a data file of the user's own. */
  data: { counts: Record<Split, number>; file?: undefined } | { file: string; counts?: undefined };
  /** Keys of the models that are compared untuned, in the order of the table. */
  compared: readonly string[];
  training: Training;
  /** By id, in the order of tables and figures. */
  recipes: Readonly<Record<string, Recipe>>;
  decoding: { maxNewTokens: number };
  /** Tokenizers by which ROUGE is counted, beside the student's own subwords. */
  evaluation: { tokenizers: readonly string[] };
  /** Encoder of BERTScore and of the search, and the layer whose states it compares. */
  encoder: { model: string; layer: number };
  /** Frozen base models in the engine; "bfloat16" halves their memory where their files are bfloat16. */
  frozenWeights: "float32" | "bfloat16";
}
