// The report names the systems as their study does, and says nothing of a system that the study does not have.
import { expect, it } from "vitest";
import { LANGUAGES, type Language } from "../../src/base/language";
import { toMarkdown } from "../../src/report/markdown";
import { report } from "../../src/report/report";
import { loadPublished } from "../../src/results/published";
import type { StudyResults } from "../../src/results/study-results";
import { fixtureResults, fixtureSamples } from "../figures/fixture-figures";
import { EMPTY_SETTINGS } from "./fixture-report";

const written = (
  language: Language,
  results: StudyResults,
  samples: ReturnType<typeof fixtureSamples> = fixtureSamples(),
): string => toMarkdown(report(language, { results, samples, published: loadPublished() }, EMPTY_SETTINGS));

/** Other ids and names of as many systems; the new names take the particles of the old ones. */
const RENAMED: [from: string, to: string][] = [
  ["lora-student", "adapter-1"],
  ["full-student", "ganz"],
  ["lora-teacher", "riese"],
  ["untuned", "roh"],
  ["distilled", "kurz"],
  ["증류 학생", "짧은 학생"],
  ["distilled student", "short pupil"],
  ["kurz student", "short pupil"],
  ["CE 전체 미세조정 학생", "온 학생"],
  ["full fine-tuned student (CE only)", "whole pupil"],
  ["Distilled student", "Short pupil"],
  ["Full fine-tuned student (CE only)", "Whole pupil"],
];
const renamed = (text: string): string =>
  RENAMED.reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
const withOtherNames = <Value>(value: Value): Value => JSON.parse(renamed(JSON.stringify(value)));

it("says of renamed systems what it says of the study's own", () => {
  for (const language of LANGUAGES) {
    const own = written(language, fixtureResults());
    const other = written(language, withOtherNames(fixtureResults()), withOtherNames(fixtureSamples()));
    const differing = renamed(own)
      .split("\n")
      .map((line, i) => [line, other.split("\n")[i]])
      .filter(([expected, found]) => renamed(found!) !== expected);
    expect(differing).toEqual([]);
    expect(other).toContain(language === "ko" ? "짧은 학생" : "short pupil");
    expect(other).not.toMatch(/증류 학생|distilled student|CE 전체|full fine-tuned student \(/);
  }
});

it("leaves out what is about a role that no system has", () => {
  const without = (...ids: string[]): StudyResults => {
    const results = fixtureResults();
    for (const id of ids) delete (results.recipes as Record<string, unknown>)[id];
    const known = ({ system }: { system: string }) => !ids.includes(system);
    return {
      ...results,
      systems: results.systems.filter(known),
      training: results.training.filter(known),
      comparisons: results.comparisons.filter(({ a, b }) => !ids.includes(a) && !ids.includes(b)),
      seeds: results.seeds?.map((seed) => ({ ...seed, systems: seed.systems.filter(known) })),
    };
  };
  for (const language of LANGUAGES) {
    const headings = (text: string) => text.split("\n").filter((line) => line.startsWith("#"));
    const whole = headings(written(language, fixtureResults()));
    const noControl = written(language, without("full-student"));
    expect(noControl).not.toMatch(/CE 전체 미세조정 학생|full fine-tuned|NaN|undefined/);
    expect(whole.filter((line) => !headings(noControl).includes(line))).toEqual([
      language === "ko"
        ? "#### 교사가 보탠 것: 증류와 대조군"
        : "#### What the teacher brought: distillation and the control",
    ]);
    const noUntuned = written(language, without("untuned"));
    expect(noUntuned).not.toMatch(/미조정 학생|untuned student|NaN|undefined/);
  }
});
