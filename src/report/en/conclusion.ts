// Words of section 5 and the appendix in English.
import type { Contrast } from "../findings";
import type { ConclusionWords } from "../sections/conclusion";
import { NOT_MEASURED, names } from "./names";
import { ENGLISH_TIME } from "./time";

function finalModel(inside: Contrast["verdict"], outside: Contrast["verdict"]): string {
  const named = `The final model is the ${names.system("distilled")}, as in the original.`;
  if (inside === "unmeasured" || outside === "unmeasured")
    return `${named} Its comparison with the control without a teacher: ${NOT_MEASURED}.`;
  const words = { left: "is above", right: "is below", tie: "ties with" };
  return `${named} In ROUGE-1 (whitespace) it ${words[inside]} the control without a teacher in-domain and ${words[outside]} it on other topics.`;
}

export const conclusion: ConclusionWords = {
  heading: "5. Conclusion and plans",
  points: { finalModel: "Final model. ", use: "Use. ", plan1: "Plan 1. ", plan2: "Plan 2. " },
  finalModel,
  use: "A summary is made of each paragraph and taken as the text to embed for search.",
  plans: [
    "Embed the summaries, look at the results and improve. The first measurement is below.",
    "Make the model lighter to shorten the running time.",
  ],
  retrieval: {
    notMeasured: `Search with embedded summaries: ${NOT_MEASURED}.`,
    caption: "Search by what is embedded",
    columns: ["Embedded text", "nDCG@10", "MRR", "recall@1", "recall@5", "recall@10"],
    alt: "nDCG, MRR and recall as dots for each embedded text",
    best: (name, score, distilled) =>
      `The highest nDCG@10 has: ${name} (${score}).${distilled ? ` The ${distilled.name} have ${distilled.score}.` : ""}`,
    untested: "These differences were not tested.",
  },
  appendix: {
    heading: "Appendix. How this report was made",
    sources: (profile) =>
      `All numbers of this run were read from data/runs/${profile}/results.json and samples.jsonl, the original's values from data/published.json. Each table has a CSV of the same name under tables, each figure JSON, SVG and PNG under figures. “Where the numbers are” below a table names the place of each number, which is its id in data/claims.json; npm run check goes through them one by one.`,
    caption: "Machine and time of the run",
    columns: ["Item", "Value"],
    rows: { profile: "profile", seed: "seed", data: "data", total: "time, sum" },
    synthetic: "synthetic",
    own: "the user's own",
    machine: {
      node: "Node.js",
      tfjs: "TensorFlow.js",
      tensorflow: "TensorFlow",
      device: "device",
      processor: "processor",
      threads: "threads",
      memory: "memory",
      platform: "platform",
    },
    time: (stage) => `time, ${stage}`,
    stages: {
      "teacher-logits": "storing teacher's logits",
      scores: "scoring",
      repeatability: "same input again",
      audit: "audit of the published table",
      retrieval: "search",
    },
    training: (system) => `training: ${system}`,
    summaries: (system) => `summaries: ${system}`,
  },
  time: ENGLISH_TIME,
};
