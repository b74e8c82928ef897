// Words of section 4.2 in English.

import type { Contrast } from "../findings";
import { fixed, percent } from "../format";
import type { ClaimVerdict } from "../original-claims";
import type { Quantity } from "../quantity";
import type { InterpretationWords, OriginalClaims, SystemAmounts } from "../sections/interpretation";
import { NOT_MEASURED, names } from "./names";
import {
  contrastSentence,
  controlSummary,
  disagreementSentences,
  forgettingSentence,
  lengthSentence,
  orderingSentence,
  seedSentence,
} from "./sentences";

const each = (rows: SystemAmounts[], say: (name: string, amounts: Quantity[]) => string): string =>
  rows.map(({ system, amounts }) => say(names.system(system), amounts)).join(", ");

function validation(distilled: Quantity | undefined, control: Quantity | undefined): string {
  if (distilled === undefined || control === undefined) return `Last validation losses: ${NOT_MEASURED}.`;
  const same = fixed(distilled.value, 3) === fixed(control.value, 3);
  const words = same
    ? "they agree to three decimals"
    : `the distilled student is ${distilled.value < control.value ? "lower" : "higher"}`;
  return `The last validation loss (nats per token) is ${fixed(distilled, 3)} for the distilled student and ${fixed(control, 3)} for the full fine-tuned one: ${words} (values of one run, not tested).`;
}

const VERDICTS: Record<ClaimVerdict, string> = {
  confirmed: "confirmed",
  partly: "confirmed in part",
  corrected: "corrected",
  unmeasured: NOT_MEASURED,
};

const rivals = (sides: Contrast[], verdict: Contrast["verdict"]): string =>
  sides
    .filter((side) => side.verdict === verdict)
    .map((side) => `${names.system(side.right)} (${names.testSet(side.testSet)})`)
    .join(", ") || "none";

function claimRows({ well, core, same }: OriginalClaims): [string, string, string][] {
  const share = (value: Quantity | undefined) => (value === undefined ? NOT_MEASURED : percent(value));
  return [
    [
      "The distilled model does comparatively well.",
      VERDICTS[well.verdict],
      well.verdict === "unmeasured"
        ? "Not all differences between the distilled student and the other students were tested."
        : `In ROUGE-1 (whitespace) the distilled student is above: ${rivals(well.sides, "left")}. Ties: ${rivals(well.sides, "tie")}. Below: ${rivals(well.sides, "right")}.`,
    ],
    [
      "It extracts the core of a text not badly.",
      VERDICTS[core.verdict],
      core.verdict === "unmeasured"
        ? "There are no results of the distilled student."
        : `Of the reference's facts the distilled student keeps ${share(core.kept["in-domain"])} in-domain and ${share(core.kept.other)} on other topics; of the facts it writes it invents ${share(core.invented["in-domain"])} and ${share(core.invented.other)} (keeping half or more counts as confirmed).`,
    ],
    [
      "The same input gives almost the same text.",
      VERDICTS[same.verdict],
      !same.items || !same.identical || !same.share
        ? "These results have no run that gives the same input twice."
        : `Of ${fixed(same.items, 0)} inputs given twice, ${fixed(same.identical, 0)} (${percent(same.share)}) gave the same text. This is greedy decoding; it says nothing of sampling.`,
    ],
  ];
}

export const interpretation: InterpretationWords = {
  heading: "4.2 Reading of the results",
  numberingNote:
    "The original has no 4.2 and no 5. Our 4.2 is the original's 4.3, our 5 is the original's 6.",
  intro: [
    "This is the original's 4.3.",
    " Every sentence below is made by rules from this run's numbers. “Above” and “below” mean a significant difference after Holm's correction, “tie” that no significant difference was found.",
  ],
  items: ({ inDomain, other }) =>
    `The evaluation used ${inDomain} texts very like the training data (in-domain) and ${other} texts of other topics and formats.`,
  orders: {
    heading: "Did the original's order come out?",
    ordering: orderingSentence,
    seeds: seedSentence,
  },
  control: {
    heading: "What the teacher brought: distillation and the control",
    summary: controlSummary,
    contrast: contrastSentence,
    validation,
  },
  metrics: {
    heading: "Disagreement of BERTScore and ROUGE",
    disagreement: disagreementSentences,
    length: lengthSentence,
  },
  hangul: {
    heading: "The default tokenizer and Hangul",
    intro:
      "The default tokenizer of ROUGE keeps Latin letters and digits only and deletes all Hangul. So ROUGE with it compares no more than the numbers and Latin words of the summaries.",
    empty: (items, rows) =>
      rows.length === 0
        ? `Items without a token left by the default tokenizer: ${NOT_MEASURED}.`
        : `Of all ${items} items, so many have no token left by the default tokenizer: ${each(rows, (name, [count]) => `${name} ${fixed(count!, 0)}`)}.`,
    moved: (rows) =>
      rows.length === 0
        ? `ROUGE-1 by other tokenizers: ${NOT_MEASURED}.`
        : `ROUGE-1 of the same outputs changes with the tokenizer alone (whitespace → default): ${each(rows, (name, [from, to]) => `${name} ${fixed(from!, 3)} → ${fixed(to!, 3)}`)}.`,
  },
  forgetting: {
    heading: "Forgetting on other topics",
    sentence: forgettingSentence,
    none: `Scores on other topics: ${NOT_MEASURED}.`,
  },
  facts: {
    heading: "Kept facts",
    sentence: (rows) =>
      rows.length === 0
        ? `Kept facts: ${NOT_MEASURED}.`
        : `Share of the reference's facts kept over all test items: ${each(rows, (name, [kept, invented]) => `${name} ${percent(kept!)} (invented ${percent(invented!)})`)}.`,
  },
  claims: {
    heading: "The original's claims in the light of this run",
    caption: "The three claims of the original",
    columns: ["Claim", "Verdict", "Reason"],
    rows: claimRows,
  },
};
