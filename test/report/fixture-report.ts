// The report of the fixture tables (made-up numbers), and a way to change them for a test.
import type { Language } from "../../src/base/language";
import type { ReportDocument } from "../../src/report/document";
import { report } from "../../src/report/report";
import { loadPublished } from "../../src/results/published";
import type { Comparison, TestSet } from "../../src/results/scores";
import type { StudyResults } from "../../src/results/study-results";
import type { SystemId } from "../../src/results/systems";
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
  return report(language, { results, samples: fixtureSamples(), published: loadPublished() }, EMPTY_SETTINGS);
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
