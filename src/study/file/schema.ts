// The JSON Schema of a study file (draft-07, as editors take it). studies/study.schema.json is written from it:
// npm run study -- --schema
import { TOKENIZER_NAMES } from "../../metrics/rouge/tokenizers";
import { type ModelSource, QUANTISED, type Recipe, type Study, type Training } from "./definition";
import { loss, states, teacher, texts } from "./schema-teaching";
import { above0, choice, entries, flag, object, optional, type Schema, text, whole } from "./schema-words";

const model = object<ModelSource>(
  "Where a model comes from: folder, gguf, hub, thumbnail or from, one of them.",
  {
    folder: text(
      "A folder with the model's Hugging Face files or one GGUF file, relative to the repository root.",
    ),
    gguf: text("A GGUF file, of several parts the first, relative to the repository root."),
    hub: text(
      "A model repository of the hub, such as google/gemma-2-2b-it, or one GGUF file of it: org/name/file.gguf, of a model in parts the first.",
    ),
    revision: text(
      "Commit, tag or branch of the hub's repository. Of a branch the commit met first is kept in the run's revisions.json and asked for from then on.",
    ),
    thumbnail: text(
      "A model with random weights, two layers deep, of the architecture and with the tokenizer of the model in this folder: for tests.",
    ),
    width: whole("Hidden size of the thumbnail; a multiple of 8.", 8),
    from: text(
      "Another of the study's models, out of which this one is made: with `vocabulary` or `layers`, or with another `chatTemplate`.",
    ),
    vocabulary: object<NonNullable<ModelSource["vocabulary"]>>(
      "Tokens that the training and validation items do not need are left out of tokenizer, embedding and head. Whatever spells any other text stays: bytes, special tokens, single letters.",
      {
        share: {
          description: "The least share of all tokens that a token must make up; 0: every one that occurs.",
          type: "number",
          minimum: 0,
          maximum: 1,
        },
      },
    ),
    layers: object<NonNullable<ModelSource["layers"]>>(
      "Layers are left out, one by one that whose absence raises the loss on training items least.",
      {
        keep: whole("Layers that stay.", 1),
        texts: whole("Training items that the loss is measured on, from the first.", 1),
      },
    ),
    chatTemplate: text(
      "File of a chat template (Jinja), relative to the repository root, for a base model that has none, or in place of its own.",
    ),
    standsFor: optional(text("The published model whose place it takes beside the report's results.")),
  },
);

const training = object<Training>(
  "How every student is trained; a recipe's own `training` replaces single fields.",
  {
    epochs: whole("Times that each training item is seen.", 1),
    batchSize: whole("Items of one optimizer step.", 1),
    validation: object<Training["validation"]>("What is measured in the course of a run.", {
      everySteps: optional(whole("Steps from one validation to the next; absent: one epoch.", 1)),
      rougeItems: whole("Validation items for which texts are written and scored by ROUGE-1.", 0),
      keep: choice("Which weights a run leaves.", {
        last: "those of its last step",
        loss: "those with the lowest validation loss",
        rouge1: "those with the highest ROUGE-1 on rougeItems",
      }),
    }),
    recompute: flag("Gradient checkpointing: less memory, the same numbers, about a third more time."),
    compileFrom: {
      description:
        'Runs of at least so many steps are compiled into one graph a step; "never": every step goes op by op. Worth it for small models.',
      anyOf: [{ type: "integer", minimum: 1 }, { const: "never" }],
    },
  },
);

const recipe = object<Recipe & { extends: string }>(
  "How one student comes about, or which untrained model takes part.",
  {
    extends: text(
      "Another recipe of this study to begin from: all its fields but label, merged as files are.",
    ),
    label: object<Recipe["label"]>("Its name in the report; absent: its id.", {
      ko: text("Its name in Korean."),
      en: text("Its name in English."),
    }),
    base: text("Which of the study's models it begins from."),
    tune: choice("What is trained.", {
      none: "nothing: the base model as it is",
      lora: "a LoRA adapter on all projections of the frozen base model",
      full: "all weights",
    }),
    lora: optional(
      object<NonNullable<Recipe["lora"]>>("The adapter of tune: lora.", {
        rank: whole("Rank of the two matrices.", 1),
        alpha: above0("The adapter's product is scaled by alpha / rank."),
      }),
    ),
    states: optional(states),
    quantised: optional({
      ...choice(
        "The student is trained through matrices rounded to 4 bits, straight-through, and leaves them rounded; absent: it is not.",
        Object.fromEntries(Object.entries(QUANTISED).map(([name, { about }]) => [name, about])),
      ),
      type: "string",
    }),
    optimiser: optional(
      object<NonNullable<Recipe["optimiser"]>>(
        "AdamW with gradients clipped to norm 1; the rate rises over the first 5 % of the steps and then falls to 0 in a line.",
        { learningRate: above0("The highest rate.") },
      ),
    ),
    teacher: optional(teacher),
    texts: optional(texts),
    loss: optional(loss()),
    training: optional({
      ...training,
      description: "What this recipe has of its own of the study's training.",
    }),
  },
);

/** The whole file: the study's own fields, with `extends` and `$schema`. */
export const studySchema = (): Schema => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Study",
  ...object<Study & { $schema: string; extends: string }>(
    "What is compared, and how each system comes about.",
    {
      $schema: text("Where this schema lies, for editors."),
      extends: text(
        "A study to begin from: one of studies/ by its name, or a file relative to this one. Objects are merged field by field, null takes a field away, all else replaces.",
      ),
      name: {
        ...text("Folder of the run below data/runs; absent: the file's name."),
        pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]*$",
      },
      reuse: {
        description:
          "Studies whose finished stages are taken over where all that went into them is equal; those that are extended belong to them.",
        type: "array",
        items: { type: "string" },
      },
      models: entries("The models of the study by names of your choice.", model),
      data: object<Study["data"]>("The texts: the generated corpus, or a file of your own.", {
        counts: object<NonNullable<Study["data"]["counts"]>>("Items of the generated corpus.", {
          train: whole("Training items.", 1),
          validation: whole("Validation items.", 1),
          "test-in-domain": whole("Test items like the training data.", 1),
          "test-other": whole("Test items of other topics and formats.", 1),
        }),
        file: text(
          "A JSONL, JSON, CSV, TSV or Excel file, relative to the repository root: see docs/own-data.md.",
        ),
      }),
      compared: {
        description: "The models that are compared untuned, in the order of the table; the student first.",
        type: "array",
        minItems: 1,
        uniqueItems: true,
        items: { type: "string" },
      },
      training,
      recipes: entries("The systems by ids of your choice, in the order of tables and figures.", recipe),
      decoding: object<Study["decoding"]>("How every system writes: greedily.", {
        maxNewTokens: whole("Most tokens of a summary.", 1),
      }),
      evaluation: object<Study["evaluation"]>("By what everything written is scored.", {
        tokenizers: {
          description:
            "Tokenizers by which ROUGE is counted, beside the student's own subwords. Tables and tests rest on whitespace and on default, the published table's.",
          type: "array",
          uniqueItems: true,
          items: { enum: TOKENIZER_NAMES },
          allOf: ["whitespace", "default"].map((name) => ({ contains: { const: name } })),
        },
      }),
      encoder: object<Study["encoder"]>("The encoder of BERTScore and of the search.", {
        model: text("Which of the study's models it is."),
        layer: whole("Layer whose states BERTScore compares; 0 is the embedding.", 0),
      }),
      frozenWeights: choice("How base models that are not trained lie in memory.", {
        float32: "as fp32",
        bfloat16: "as bf16, half the memory where their files are bf16",
      }),
    },
  ),
});
