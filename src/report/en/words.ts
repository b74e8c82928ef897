// The report in English.
import type { ReportWords } from "../report";
import { architecture } from "./architecture";
import { audit } from "./audit";
import { conclusion } from "./conclusion";
import { interpretation } from "./interpretation";
import { lighter } from "./lighter";
import { models } from "./models";
import { names } from "./names";
import { results } from "./results";
import { search } from "./search";
import { training } from "./training";

export const english: ReportWords = {
  language: "en",
  names,
  title: "Results of training",
  subtitle: "Comparison and distillation of models that summarise Korean paragraphs: a reproduction",
  fields: {
    course: "Course",
    stage: "Stage of the deliverable",
    deliverable: "Deliverable",
    submitted: "Submitted",
    repository: "Repository",
    members: "Authors",
  },
  noValue: "(not given)",
  noticeHead: "Before reading. ",
  notice: ({ synthetic, originalModels, sizes, published }) => {
    const data = synthetic
      ? "The data of this run are synthetic, made by rules."
      : "The data of this run are the user's own.";
    const what = originalModels
      ? "The models are those of the original report."
      : "The models are not those of the original report but very small ones of the same architectures.";
    const range = sizes ? ` The compared models have ${sizes.smallest} to ${sizes.largest} parameters.` : "";
    return `${data} ${what}${range} The results here are this run's; the published values of the original (${published}) stand beside them for comparison and are not results of this run.`;
  },
  document: {
    table: "Table",
    figure: "Figure",
    notes: "Notes",
    source: "Note:",
    origin: "Where the numbers are:",
  },
  models,
  architecture,
  training,
  results,
  interpretation,
  audit,
  conclusion,
  search,
  lighter,
};
