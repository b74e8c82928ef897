// What the lighter forms and the ways of decoding say, in English: what is lost where, and which form to take.
import { formName } from "../../figures/lighter";
import { bytes, fixed, percent, pValue, signed } from "../format";
import {
  allTextsEqual,
  divergences,
  fastestWays,
  type Loss,
  largestDetectable,
  lossesByForm,
  recommendedForms,
} from "../lighter-findings";
import type { LighterWords } from "../sections/lighter";
import { names } from "./names";

const loss = ({ testSet, metric, difference, low, high, pHolm }: Loss): string => {
  const interval = low && high ? `, 95% interval [${signed(low, 3)}, ${signed(high, 3)}]` : "";
  return `${names.metric(metric)} on ${names.testSet(testSet)} items (difference ${signed(difference, 3)}${interval}, Holm-adjusted ${pValue(pHolm)})`;
};

export const lighter: LighterWords = {
  heading: "A lighter model",
  intro: ({ texts }) =>
    `The plan to make the model lighter, carried out: the distilled student in forms of fewer bits, in the engine and as ONNX files for @huggingface/transformers, over ${fixed({ id: "results/lighter/texts", value: texts }, 0)} texts.`,
  cost: {
    caption: "Size, memory and speed of the forms",
    columns: ["Form", "File", "Memory", "First token (ms)", "Tokens/s", "Texts as fp32's"],
    note: "Memory is the growth of a fresh process from loading the form and writing one summary; times are of one text at a time.",
  },
  scores: { caption: "Quality of the forms with 95% intervals", form: "Form" },
  figure: {
    caption: "Scores of the forms, the smallest file at the bottom",
    alt: "Three dots with 95% intervals for each form",
  },
  sentences: (found) => {
    const forms = lossesByForm(found);
    const kept = forms.filter(({ losses }) => losses.length === 0).map(({ form }) => formName(form, "en"));
    const detectable = largestDetectable(found)
      .map((row) => `${fixed(row.detectable, 3)} in ${names.metric(row.metric)}`)
      .join(", ");
    const { engine, onnx } = recommendedForms(found);
    return [
      `On our data, rounding moves the next token's distribution by a mean KL divergence of ${divergences(
        found,
      )
        .map(({ name, kl }) => `${fixed(kl, 5)} nat (${name})`)
        .join(", ")}.`,
      ...forms
        .filter(({ losses }) => losses.length > 0)
        .map(
          ({ form, losses }) =>
            `On our data, ${formName(form, "en")} is below fp32 in ${losses.map(loss).join("; ")}.`,
        ),
      ...(kept.length > 0
        ? [
            `On our data, no significant loss against fp32 shows in any part for: ${kept.join(", ")}. Over all texts a loss could be seen from at most ${detectable} on.`,
          ]
        : []),
      `On our data, the rule recommends ${formName(engine.form, "en")} in the engine (${bytes(engine.fileBytes)}, ${percent(engine.share)} of fp32's file) and ${formName(onnx.form, "en")} elsewhere (${bytes(onnx.fileBytes)}, ${percent(onnx.share)} of the ONNX fp32 file): the smallest file among the forms that are not significantly below fp32 in ROUGE-1, BERTScore F1 or kept facts over all texts.`,
    ];
  },
  decoding: {
    caption: "Ways of decoding the same texts, one at a time",
    columns: ["Model", "Way", "Tokens/s", "Times plain", "Passes", "Accepted", "Texts as plain's"],
    method: {
      plain: "plain",
      lookup: "drafts looked up in the prompt",
      student: "drafts by the distilled student",
    },
    sentences: (found) => [
      ...fastestWays(found).map(({ system, way }) => {
        const rate = `${fixed(way.tokensPerSecond, 0)} tokens/s`;
        return way.method === "plain"
          ? `On our data, plain decoding is the fastest for the ${names.system(system)} (${rate}): drafts cost more than the passes that they save.`
          : `On our data, the ${names.system(system)} writes fastest with ${lighter.decoding.method[way.method]}: ${rate}, ${fixed(way.speedup, 2)} times plain decoding.`;
      }),
      allTextsEqual(found)
        ? "On our data, every way writes the same texts as plain decoding, token by token."
        : "On our data, some texts differ from plain decoding's; the table counts the equal ones.",
    ],
  },
};
