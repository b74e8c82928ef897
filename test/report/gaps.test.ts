// Runs that measured less: whatever is missing is said to be missing, and the report is written all the same.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cellText, type ReportDocument } from "../../src/report/document";
import { toMarkdown } from "../../src/report/markdown";
import { unmarked } from "../../src/report/marks";
import { loadReportSettings } from "../../src/report/settings";
import { fixtureReport } from "./fixture-report";

function table(doc: ReportDocument, id: string): string[][] {
  const found = doc.blocks.find((block) => block.kind === "table" && block.id === id);
  if (found?.kind !== "table") throw new Error(`no table ${id}`);
  return found.rows.map((row) => row.map((cell) => unmarked(cellText(cell))));
}

describe("a run without", () => {
  it("tests, seeds, retrieval, architecture or samples says so", () => {
    const doc = fixtureReport((results) => {
      results.comparisons = [];
      delete results.seeds;
      delete results.retrieval;
      delete results.architecture;
    });
    const text = toMarkdown(doc);
    expect(text).toContain("요약을 임베딩한 검색 성능: 측정하지 않음.");
    expect(text).toContain("시드의 수: 측정하지 않음 (시드 하나만 실행함).");
    expect(text).toContain("모델의 설정이 결과에 들어 있지 않다(측정하지 않음).");
    expect(text).toContain("CE 전체 미세조정 학생): 측정하지 않음");
    expect(text).not.toMatch(/NaN|undefined|null|Infinity|\[[가-힣]+\/[가-힣]+\]/);
    expect(table(doc, "claims").map((row) => row[1])).toEqual(["측정하지 않음", "정정함", "측정하지 않음"]);
  });

  it("some systems writes no sentence about them that has numbers", () => {
    const doc = fixtureReport((results) => {
      results.systems = results.systems.filter((row) => row.system === "untuned");
      results.comparisons = [];
      results.training = [];
      delete results.seeds;
    });
    const text = toMarkdown(doc);
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
    expect(table(doc, "claims").map((row) => row[1])).toEqual(Array(3).fill("측정하지 않음"));
  });

  it("scores (null where nothing was measured) shows a dash", () => {
    const doc = fixtureReport((results) => {
      for (const column of ["precision", "recall", "f"]) {
        results.systems[0]!.scores.all[`bertscore.${column}`] = null;
      }
    });
    const row = table(doc, "bertscore").find((cells) => cells[1] === "이번 실행, 전체")!;
    expect(row.slice(2)).toEqual(["–", "–", "–"]);
    expect(toMarkdown(doc)).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});

describe.each(["ko", "en"] as const)("a test set in which nothing was measured (%s)", (language) => {
  /** Everything of the other topics that `isGone` names: no values, no intervals, no comparisons. */
  const without = (isGone: (metric: string) => boolean) =>
    fixtureReport((results) => {
      for (const system of [...results.systems, ...(results.lighter?.rows ?? [])]) {
        const [scores, intervals] = [system.scores.other, system.interval95.other];
        for (const id of Object.keys(scores)) if (isGone(id)) scores[id] = null;
        for (const id of Object.keys(intervals)) if (isGone(id)) delete intervals[id];
      }
      results.comparisons = results.comparisons.filter(
        ({ testSet, metric }) => testSet !== "other" || !isGone(metric),
      );
      // One seed's own runs would be set beside it.
      delete results.seeds;
    }, language);

  it("references without a fact have no share of kept facts: a dash, never 0", () => {
    const doc = without((metric) => metric === "keptFacts");
    const other = table(doc, "facts").filter((_, i) => i % 3 === 1);
    expect(other).toHaveLength(5);
    for (const row of other) expect(row[2]).toBe("–");
    expect(toMarkdown(doc)).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it("a set without items has no score at all", () => {
    const doc = without(() => true);
    for (const id of ["bertscore", "rouge", "rouge-tokenizers", "facts"]) {
      const rows = table(doc, id).filter((row) => /다른 분야|other topics/.test(row.slice(0, 2).join()));
      expect(rows.length, id).toBeGreaterThan(0);
      for (const row of rows) expect(row.slice(2).join(" "), id).toMatch(/^–( –)*$/);
    }
    expect(toMarkdown(doc)).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});

describe("settings", () => {
  it("fills the header fields, and names a field that it does not know", () => {
    const path = join(mkdtempSync(join(tmpdir(), "report-")), "settings.json");
    writeFileSync(path, '{"course":"과정","members":["가","나"]}');
    expect(loadReportSettings(path)).toMatchObject({ course: "과정", members: ["가", "나"], stage: "" });
    writeFileSync(path, '{"cuorse":"과정"}');
    expect(() => loadReportSettings(path)).toThrow(/unknown field "cuorse"/);
    writeFileSync(path, '{"members":"가"}');
    expect(() => loadReportSettings(path)).toThrow(/a list of texts/);
  });
});
