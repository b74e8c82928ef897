// Who makes the numbers of a stage: the call in a notebook's cell, or a command. In the order in which the stages run.

export const MAKERS: Record<string, { call: string } | { command: string }> = {
  corpus: { call: "corpusStage(study)" },
  models: { call: "modelRows(study)" },
  "teacher-logits": { call: "teacherLogits(study, " },
  train: { call: "trainSystem(study, " },
  scores: { call: "scoreStage(study)" },
  retrieval: { call: "retrievalStage(study" },
  results: { call: "resultsStage(study" },
  lighter: { call: "lighterResults(study)" },
  seeds: { command: "npm run seeds" },
  study: { command: "npm run study" },
  tests: { command: "npm test" },
  report: { command: "npm run report" },
  published: { command: "data/published.json" },
};

/** Trainings are one kind, whoever is trained. */
export const kindOf = (stage: string): string => (stage.startsWith("train-") ? "train" : stage);
