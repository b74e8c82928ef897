// Words of sections 4 and 4.1 in English.
import type { ResultsWords } from "../sections/results";
import { NOT_MEASURED, ROUGE2SUM_LABEL } from "./names";

export const results: ResultsWords = {
  heading: "4. Results and evaluation",
  summaryHeading: "4.1 Summary of the results",
  notMeasured: `Scores of the systems: ${NOT_MEASURED}.`,
  columns: { system: "System", source: "Source", testSet: "Test items" },
  original: (model) => `original (${model})`,
  noOriginal: "original (none)",
  thisRun: (testSet) => `this run, ${testSet}`,
  items: (testSet, count) => `${testSet} ${count}`,
  source: (items) =>
    `Test items of this run: ${items}. The original does not say which test items its table is about.`,
  bertscore: {
    heading: "BERTScore",
    caption: "BERTScore: the original and this run",
    note: (samePaper) =>
      `The two BERTScores ${samePaper ? "may not have the same encoder and settings" : "have different encoders"}: their heights cannot be compared, only the order of the systems.`,
  },
  rouge: {
    heading: "ROUGE evaluation",
    caption: "ROUGE F1: the original (tokenizer not stated) and this run (whitespace tokenizer)",
    rouge2sum: ROUGE2SUM_LABEL,
    note: "The original does not name its ROUGE tokenizer. If it was the default one, its values come from texts without any Hangul and cannot be compared with those of the whitespace tokenizer.",
  },
  tokenizers: { caption: "ROUGE-1 F1 by tokenizer" },
  facts: {
    heading: "Kept and invented facts",
    intro:
      "BERTScore and ROUGE hardly see a wrong fact. So a third measure stands beside them: how many of the reference's facts (numbers, dates, names) a summary keeps, and how many of its own it invents.",
    caption: "Kept and invented facts, length of the summaries",
  },
  intervals: { caption: "Main scores with 95% confidence intervals" },
  figures: {
    systems: {
      caption:
        "ROUGE-1, BERTScore F1 and kept facts of the five systems (at the bottom: values of the original, on axes of their own)",
      alt: "For each system its scores in-domain and on other topics as dots with 95% intervals; below, on other axes, the original's values as hollow diamonds",
    },
    tokenizers: {
      caption: "How ROUGE-1 changes with the tokenizer",
      alt: "Across: tokenizers; up: ROUGE-1 F1; one line a system",
    },
    length: {
      caption: "Length of an output and its BERTScore F1",
      alt: "One dot an output; across: characters; up: BERTScore F1",
    },
    seeds: { caption: "ROUGE-1 by seed", alt: "For each system its ROUGE-1 of every seed as dots" },
  },
  samples: {
    heading: "Examples of output",
    intro: "The first two items of each test set, not picked; texts stand as the models gave them.",
    caption: (id, testSet, topic) => `Examples of output: ${id} (${testSet}, ${topic})`,
    columns: { kind: "What", text: "Text" },
    document: "document",
    reference: "reference summary",
    empty: "(empty output)",
  },
};
