// The schema of what reaches a recipe's student besides the data: teachers, their losses, hidden states, its own texts.
import type { DivergenceParameter } from "../../distillation/divergences/divergence";
import { STATE_LOSSES, type StatesOptions } from "../../distillation/hidden-states";
import { LOSSES } from "../../distillation/loss-names";
import { TAIL_MODES } from "../../distillation/losses";
import { type OtherTeacher, type RecipeTeacher, type RecipeTexts, TEACHER_PROMPTS } from "./definition";
import { above0, choice, flag, object, optional, type Schema, text, whole } from "./schema-words";

const beside = {
  weight: optional(above0("Its weight among the teachers of an item; absent: 1.")),
  topics: optional({
    description: "The topics of the items that it teaches; absent: those that no other teacher names.",
    type: "array",
    minItems: 1,
    items: { type: "string" },
  }),
};

export const teacher = object<RecipeTeacher>("Who teaches, and what of it reaches the student.", {
  recipe: text(
    "The recipe whose model teaches; one of this study's, with the same tokenizer unless the source says otherwise.",
  ),
  source: choice("Where the teacher's part comes from.", {
    cache: "its logits over the reference summaries, stored once: topK tokens and the exact rest",
    online: "its logits over the reference summaries, computed beside the student in every step",
    "other-vocabulary":
      "its distributions over the reference summaries in its own tokens, beside the student in every step; with a divergence across vocabularies",
    texts: "the summaries that it writes itself, as targets (Kim & Rush 2016); no loss but cross-entropy",
    "texts-and-logits": "the summaries that it writes itself, with its logits taken while it wrote",
  }),
  topK: optional({ ...whole("Tokens that a cache keeps of each distribution.", 1), maximum: 1023 }),
  samples: optional({
    ...whole('Tokens drawn from the rest of each distribution, for the tail "sampled".', 1),
    maximum: 1023,
  }),
  prompt: optional({
    ...choice(
      "What a teacher in memory is told beyond the student's prompt; absent: nothing.",
      TEACHER_PROMPTS,
    ),
    type: "string",
  }),
  server: optional(
    object<NonNullable<RecipeTeacher["server"]>>(
      "An OpenAI-compatible endpoint that holds the teacher and tells top log-probabilities by token id (vLLM, llama.cpp); the recipe then gives the tokenizer alone.",
      {
        url: text('Up to "/v1", such as http://127.0.0.1:8000.'),
        model: text("The model's name as the server calls it."),
      },
    ),
  ),
  ...beside,
  others: optional({
    description:
      "Further teachers in memory with the same tokenizer, whose distributions are mixed with its own.",
    type: "array",
    minItems: 1,
    items: {
      ...object<OtherTeacher>("A teacher beside the first.", {
        recipe: text("The recipe whose model teaches."),
        ...beside,
      }),
      required: ["recipe"],
    },
  }),
});

export const states = object<StatesOptions>(
  "Hidden states of a teacher in memory that the student's are compared with, besides the divergence; a projector to the teacher's width is trained and thrown away.",
  {
    loss: choice("How states are compared.", STATE_LOSSES),
    weight: above0("What the mean over the pairs of layers is multiplied by."),
    layers: {
      description:
        "Pairs of student's and teacher's layers, by the blocks before them: 0 is the embedding's output, the number of blocks the last one's.",
      type: "array",
      minItems: 1,
      items: { type: "array", minItems: 2, maxItems: 2, items: { type: "integer", minimum: 0 } },
    },
  },
);

export const texts = object<RecipeTexts>(
  "Texts that the student writes itself while it learns, scored by a teacher in memory (GKD, arXiv 2306.13649).",
  {
    from: choice("Who writes.", {
      student:
        "the student as it is in the course of its training; its texts are kept in texts.jsonl of the run",
    }),
    share: {
      description:
        "Share of the items whose text is the student's (GKD's lambda); the others keep the data's.",
      type: "number",
      exclusiveMinimum: 0,
      maximum: 1,
    },
    beside: optional({
      ...flag(
        "Whether the data's text is learnt too where the student writes its own: pairs of both; absent: it is not.",
      ),
      type: "boolean",
    }),
    temperature: above0("Temperature of the draws."),
    topP: optional({
      description: "Draws are from the likeliest tokens whose probability reaches this; absent: from all.",
      type: "number",
      exclusiveMinimum: 0,
      maximum: 1,
    }),
    maxNewTokens: optional(whole("Most tokens of a text; absent: those of decoding.", 1)),
    buffer: whole(
      "Steps whose texts are written at once, by the student as it is before the first of them.",
      1,
    ),
  },
);

/** Of all divergences; the checks say which of the parameters a divergence takes. */
export function loss(): Schema {
  const named = new Map<string, DivergenceParameter & { of: string[] }>();
  for (const { name, parameters = {} } of LOSSES) {
    for (const [parameter, about] of Object.entries(parameters)) {
      named.set(parameter, { ...about, of: [...(named.get(parameter)?.of ?? []), `"${name}"`] });
    }
  }
  const parameters = [...named].map(([parameter, { description, minimum, maximum, of }]) => {
    const schema = { description: `For ${of.join(", ")}. ${description}`, type: "number", minimum, maximum };
    return [parameter, optional(schema)] as const;
  });
  return {
    description: "alpha · cross-entropy + (1 - alpha) · temperature² · divergence(teacher, student).",
    type: "object",
    additionalProperties: false,
    properties: {
      divergence: choice(
        "How far the student's distribution is from the teacher's.",
        Object.fromEntries(LOSSES.map(({ name, description }) => [name, description])),
      ),
      alpha: {
        description: "Share of cross-entropy against the target tokens.",
        type: "number",
        minimum: 0,
        maximum: 1,
      },
      temperature: above0(
        "Both distributions are softened by it (Hinton et al. 2015). Stored logits are exact at 1, 2 and 4.",
      ),
      tail: optional({
        ...choice("What becomes of the tokens that a cache does not list; absent: bucket.", TAIL_MODES),
        type: "string",
      }),
      ...Object.fromEntries(parameters),
    },
    // Which parameters belong to which divergence, for editors and for the checks alike.
    allOf: LOSSES.map(({ name, parameters = {} }) => ({
      if: { properties: { divergence: { const: name } }, required: ["divergence"] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        required: Object.keys(parameters),
        properties: Object.fromEntries(
          LOSSES.flatMap((other) => Object.keys(other.parameters ?? {}))
            .filter((parameter) => !(parameter in parameters))
            .map((parameter) => [parameter, { type: "null" }]),
        ),
      },
    })),
  };
}
