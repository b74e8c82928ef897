// The report of the fixture tables (made-up numbers), and a way to change them for a test.
import type { Comparison, StudyResults, SystemId, TestSet } from "../../src/evaluation/results";
import type { Language } from "../../src/figures/labels";
import type { ReportDocument } from "../../src/report/document";
import { loadPublished } from "../../src/report/published";
import { report } from "../../src/report/report";
import { LANGUAGES } from "../../src/report/write";
import { fixtureResults, fixtureSamples } from "../figures/fixture-figures";

export const EMPTY_SETTINGS = {
  course: "",
  stage: "",
  deliverable: "",
  submitted: "",
  repository: "",
  members: [],
};

export function fixtureReport(
  change: (results: StudyResults) => void = () => undefined,
  language: Language = "ko",
): ReportDocument {
  const results = fixtureResults();
  change(results);
  return report(LANGUAGES[language], results, fixtureSamples(), loadPublished(), EMPTY_SETTINGS);
}

/** The comparison of two systems, to be changed in place. */
export function pairOf(
  results: StudyResults,
  a: SystemId,
  b: SystemId,
  testSet: TestSet,
  metric: string,
): Comparison {
  const found = results.comparisons.find(
    (row) =>
      row.testSet === testSet &&
      row.metric === metric &&
      [a, b].includes(row.a) &&
      [a, b].includes(row.b) &&
      row.a !== row.b,
  );
  if (!found) throw new Error(`the fixture has no comparison of ${a} and ${b} in ${metric} on ${testSet}`);
  return found;
}
