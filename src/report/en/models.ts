// Words of section 1 in English.
import { fixed } from "../format";
import type { Choice, ModelsWords } from "../sections/models";

function choice({
  chosen,
  strongest,
  chosenQuality,
  strongestQuality,
  distillable,
  original,
}: Choice): string[] {
  const score = (value: typeof chosenQuality) => fixed(value ?? Number.NaN, 3);
  return [
    distillable === 0
      ? "None of the compared models can be distilled, so the next criterion, base quality, decided."
      : distillable === 1
        ? `Only ${chosen.model} meets the first criterion (it can be distilled), so the choice ends there.`
        : "Several models meet the first criterion (they can be distilled); of these the one with the best base quality was taken.",
    strongest === chosen
      ? `Its base quality (before tuning, ROUGE-1 by whitespace, all items) is also the highest at ${score(chosenQuality)}, which fits the original's “best performance”.`
      : `Base quality is highest for ${strongest.model} at ${score(strongestQuality)}; ${chosen.model} has ${score(chosenQuality)}. The original's reason “best performance” did not come out in this run.`,
    chosen.publishedName === original
      ? `The model that stands for ${original}, the original's choice, was chosen in this run too.`
      : `The original chose ${original}; by this run's numbers the model that stands for ${chosen.publishedName} is chosen.`,
  ];
}

export const models: ModelsWords = {
  heading: "1. Comparison and choice of the model",
  notMeasured: "Comparison of models: not measured.",
  intro:
    "The original's four models were compared by its criteria in their order. The first is whether a model can be distilled (is there a larger model with the same vocabulary?), then come base quality, size and running time. The numbers are this run's measurements of the models before tuning.",
  decision: {
    caption: "Models and the decision by each criterion",
    columns: { model: "Model", kind: "Kind", parameters: "Parameters", speed: "Tokens/s", reason: "Reason" },
    standsFor: (published) => `(stands for ${published})`,
    reason: ({ sibling, bestQuality, smallest, fastest, chosen }) =>
      [
        sibling
          ? `can be distilled: a larger model (${sibling}) has the same vocabulary`
          : "no larger model with the same vocabulary: out of logit distillation",
        ...(bestQuality ? ["best base quality"] : []),
        ...(smallest ? ["smallest"] : []),
        ...(fastest ? ["fastest"] : []),
        ...(chosen ? ["chosen"] : []),
      ].join("; "),
    note: "ROUGE-1 is F1 with the whitespace tokenizer; scores are means over all test items.",
  },
  cost: {
    caption: "Size and running cost of the models",
    columns: {
      model: "Model",
      file: "File",
      memory: "Memory",
      firstToken: "First token (ms)",
      speed: "Tokens/s",
    },
  },
  samples: {
    caption: "Output of the untuned models",
    columns: { model: "Model", item: "Item", output: "Output" },
    empty: "(empty output)",
  },
  figure: {
    caption: "Size, base quality and generation speed of the four models",
    alt: "Left: ROUGE-1 against parameters; right: tokens per second of each model",
  },
  finalModel: (chosen) => `Chosen model: ${chosen.model} (stands for ${chosen.publishedName}). `,
  choice,
};
