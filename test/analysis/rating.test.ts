// Rating sheets: blind and shuffled, filled by rules in both forms, read back, and analysed against numbers known beforehand.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
// @ts-expect-error: jsdom ships no types
import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { readMarks } from "../../src/analysis/rating/marks";
import { CRITERIA, planRatings } from "../../src/analysis/rating/plan";
import { ratingResults } from "../../src/analysis/rating/results";
import { ratingPage, ratingWorkbook } from "../../src/analysis/rating/sheets";
import { readRows } from "../../src/corpus/files/rows";
import type { SampleRow } from "../../src/results/samples";

const SYSTEMS = ["good", "middling", "bad"];
const samples = Array.from({ length: 12 }, (_, i) => ({
  id: `item-${i}`,
  testSet: "other",
  topic: "주제",
  document: `${i}번째 원문 <b>굵게</b> "따옴표".`,
  reference: "기준",
  outputs: Object.fromEntries(SYSTEMS.map((system) => [system, `${i}번째 요약, ${system.length}자.`])),
  scores: Object.fromEntries(
    SYSTEMS.map((system, k) => [
      system,
      { "rouge1.whitespace": 0.9 - 0.3 * k + i / 1000, keptFacts: 0.1 * k },
    ]),
  ),
})) as unknown as SampleRow[];
const folder = mkdtempSync(join(tmpdir(), "rating-"));
const plan = planRatings(samples, { items: 8, raters: 2, seed: 1 });

/** What a rater thinks of a system, by a rule. */
const opinion = (rater: number, text: string): number =>
  5 -
  SYSTEMS.indexOf(plan.key.texts[text]!.system) * 2 +
  (rater === 1 && plan.key.texts[text]!.system === "bad" ? 1 : 0);

/** A filled workbook as a CSV, which Excel writes too. */
function filled(
  rater: number,
  change: (cells: string[], text: string) => string[] = (cells) => cells,
): string {
  const path = join(folder, `rater-${rater + 1}.csv`);
  const rows = plan.sheets[rater]!.map(({ name }) =>
    [
      name,
      ...change(
        CRITERIA.map(() => String(opinion(rater, name))),
        name,
      ),
    ].join(","),
  );
  writeFileSync(path, [["id", ...CRITERIA.map(({ label }) => label)].join(","), ...rows, ""].join("\n"));
  return path;
}

describe("the sheets", () => {
  it("hold all systems' summaries of the drawn items, blind, each rater in another order", () => {
    expect(Object.keys(plan.key.texts)).toHaveLength(24);
    const [first, second] = plan.sheets;
    expect(first!.map(({ name }) => name)).not.toEqual(second!.map(({ name }) => name));
    expect([...first!].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      [...second!].sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    const page = ratingPage("rater-1", first!);
    for (const secret of [...SYSTEMS, "item-"]) expect(page).not.toContain(secret);
    expect(page).not.toMatch(/<b>굵게|https?:/);
    for (const { name, document, summary } of first!) {
      const { item, system } = plan.key.texts[name]!;
      const row = samples.find(({ id }) => id === item)!;
      expect([document, summary]).toEqual([row.document, row.outputs[system]]);
    }
    expect(() => planRatings(samples, { items: 13, raters: 1, seed: 0 })).toThrow("expected 1 to 12 items");
  });

  it("the workbook has them in the sheet's order, with columns for the marks", () => {
    const path = join(folder, "sheet.xlsx");
    writeFileSync(path, ratingWorkbook(plan.sheets[0]!));
    const { rows, names } = readRows(path);
    expect(names).toEqual(["id", "원문", "요약", "사실성", "포괄성", "간결성", "유창성", "메모"]);
    expect(rows.map(({ fields }) => fields.id)).toEqual(plan.sheets[0]!.map(({ name }) => name));
    expect(rows[0]!.fields.원문).toBe(plan.sheets[0]![0]!.document);
  });

  it("the page counts marks, keeps them, and saves a file that is read back", async () => {
    const dom = new JSDOM(ratingPage("rater-1", plan.sheets[0]!), {
      runScripts: "dangerously",
      url: "https://rating.test/",
    });
    const { document } = dom.window;
    for (const { name } of plan.sheets[0]!)
      for (const { id } of CRITERIA) {
        const wanted = document.querySelector(`input[name="${name} ${id}"][value="${opinion(0, name)}"]`);
        wanted.click();
      }
    expect(document.getElementById("done")!.textContent).toBe("96");
    expect(JSON.parse(dom.window.localStorage.getItem("ratings:rater-1")!)).toHaveLength(96);
    let saved: Blob | undefined;
    const createObjectURL = (blob: Blob): string => {
      saved = blob;
      return "blob:x";
    };
    Object.assign(dom.window.URL, { createObjectURL });
    Object.assign(dom.window.HTMLAnchorElement.prototype, { click() {} });
    document.getElementById("save")!.click();
    const reader = new dom.window.FileReader();
    const text = new Promise<string>((done) => {
      reader.onload = () => done(String(reader.result));
    });
    reader.readAsText(saved!);
    const path = join(folder, "saved.json");
    writeFileSync(path, await text);
    const { marks, missing, raters } = readMarks([path], plan.key);
    expect([marks.length, missing, raters]).toEqual([96, 0, ["rater-1"]]);
    for (const { text: name, value } of marks) expect(value).toBe(opinion(0, name));
  });
});

describe("marks", () => {
  it("missing, wrong and double ones are told; of two that differ neither counts", () => {
    const [a, b, c, d] = plan.sheets[0]!.map(({ name }) => name);
    const first = filled(0, (cells, text) => {
      if (text === a) return ["", ...cells.slice(1)];
      if (text === b) return ["7", ...cells.slice(1)];
      return cells;
    });
    const again = join(folder, "again.json");
    const double = { text: c, criterion: "faithful", value: opinion(0, c!) === 5 ? 4 : 5 };
    const same = { text: d, criterion: "faithful", value: opinion(0, d!) };
    writeFileSync(
      again,
      JSON.stringify({ rater: "rater-1", marks: [double, same, { ...same, text: "t9999" }] }),
    );
    const { marks, missing, notes } = readMarks([first, again], plan.key);
    expect([marks.length, missing]).toEqual([93, 3]);
    expect(notes).toHaveLength(3);
    expect(notes[0]).toMatch(
      new RegExp(`rater-1\\.csv:3 ${b} faithful: expected a mark from 1 to 5, found “7”`),
    );
    expect(notes[1]).toMatch(/again\.json:1 .*marked twice/);
    expect(notes[2]).toMatch(/t9999 faithful: not in the key/);
    const other = join(folder, "other.csv");
    writeFileSync(other, "a,b\n1,2\n");
    expect(() => readMarks([other], plan.key)).toThrow(/without the columns id, 사실성/);
  });

  it("give agreement, means, wins, strengths and each metric's correlation", () => {
    const { marks, raters } = readMarks([filled(0), filled(1)], plan.key);
    const found = ratingResults(marks, raters, plan.key, samples);
    const means = Object.fromEntries(
      found.means.filter(({ criterion }) => criterion === "covers").map(({ system, mean }) => [system, mean]),
    );
    expect(means).toEqual({ good: 5, middling: 3, bad: 1.5 });
    expect(found.agreement[0]!.alpha).toBeGreaterThan(0.8);
    for (const { a, b, share, compared } of found.wins) {
      expect(compared).toBe(16);
      expect(share).toBe(SYSTEMS.indexOf(a) < SYSTEMS.indexOf(b) ? 1 : 0);
    }
    // Nobody ever lost to a worse one: no finite strengths.
    expect(found.strengths).toBeNull();
    const rho = (metric: string) => found.correlations.find((one) => one.metric === metric)!.rho!;
    expect(rho("rouge1.whitespace")).toBeGreaterThan(0.9);
    expect(rho("keptFacts")).toBeCloseTo(-1, 10);
    expect(readFileSync(join(folder, "rater-1.csv"), "utf8")).toContain("t0001");
  });
});
