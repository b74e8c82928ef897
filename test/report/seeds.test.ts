// One run, one set of seeds: the run's own row is the run, and what was recorded beside another run is left out.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { textOf } from "../../src/report/catalogue/said";
import { seedFinding, seedsWithOrder } from "../../src/report/findings/orderings";
import { unmarked } from "../../src/report/marks";
import { readmeBlocks } from "../../src/report/readme/blocks";
import { readRun } from "../../src/report/run-files";
import type { SeedRecord } from "../../src/results/seeds";
import type { StudyResults } from "../../src/results/study-results";
import type { SystemId } from "../../src/results/systems";
import { fixtureResults } from "../figures/fixture-figures";
import { fixtureReport } from "./fixture-report";

const hashes = Object.fromEntries(
  ["untuned", "lora-student", "full-student", "distilled", "lora-teacher"].map((id) => [id, `hash of ${id}`]),
) as Record<SystemId, string>;

/** A run with provenance and without seeds, and what `npm run seeds` leaves beside it. */
function recorded(): { results: StudyResults; record: SeedRecord } {
  const { seeds, ...results } = fixtureResults();
  const provenance = { models: hashes, predictions: hashes } as StudyResults["provenance"];
  return {
    results: { ...results, ...(provenance && { provenance }) },
    record: { beside: { seed: 0, models: hashes, predictions: hashes }, seeds: seeds! },
  };
}

function folderWith(results: object, record?: object): string {
  const folder = mkdtempSync(join(tmpdir(), "run-"));
  writeFileSync(join(folder, "results.json"), JSON.stringify(results));
  writeFileSync(join(folder, "samples.jsonl"), "");
  if (record) writeFileSync(join(folder, "seeds.json"), JSON.stringify(record));
  return folder;
}

describe("seeds recorded beside a run", () => {
  it("are taken over where models and texts are the run's", () => {
    const { results, record } = recorded();
    const run = readRun(folderWith(results, record));
    expect(run.leftOut).toEqual([]);
    expect(run.results.seeds?.map(({ seed }) => seed)).toEqual([1, 2]);
  });

  it("are left out, and it is said, where they are of another run", () => {
    const { results, record } = recorded();
    const other = { ...record.beside, predictions: { ...hashes, distilled: "other texts" } };
    const run = readRun(folderWith(results, { ...record, beside: other }));
    expect(run.results.seeds).toBeUndefined();
    expect(run.leftOut.join()).toMatch(/seeds\.json is of another run .*differ: distilled.*`npm run seeds`/);
    const seed = readRun(folderWith(results, { ...record, beside: { ...record.beside, seed: 7 } }));
    expect(seed.leftOut.join()).toMatch(/its own seed is 7 and the run's 0/);
  });

  it("cannot hold the run's own seed a second time", () => {
    const { results, record } = recorded();
    const twice = { ...results, seeds: [{ seed: 0, systems: results.systems }, ...record.seeds] };
    expect(() => readRun(folderWith(twice))).toThrow(/seed 0 is the run's own and stands once more/);
  });
});

describe("the run's own seed", () => {
  it("has one figure in figure, table and sentence", () => {
    const change = (results: StudyResults) => {
      const distilled = results.systems.find(({ system }) => system === "distilled")!;
      distilled.scores["in-domain"]["rouge1.whitespace"] = 0.777;
    };
    const results = fixtureResults();
    change(results);
    // 0.777 is above the control's 0.348; at the other seeds 0.352 is below 0.354 and 0.360.
    const count = seedsWithOrder(results, "distilled", "full-student", "in-domain")!;
    expect([count.holds.value, count.seeds.value]).toEqual([1, 3]);
    const table = unmarked(readmeBlocks("en", results, {}).seeds!);
    expect(table).toMatch(/^\| 0 \| in-domain \|.* 0\.777 \|/m);
    const figure = fixtureReport(change, "en").blocks.find(
      (block) => block.kind === "figure" && block.id === "seeds",
    );
    const [own] = (figure as { figure: { data: { name: string; y: number[] }[] } }).figure.data;
    expect(own!.name).toBe("seed 0");
    expect(own!.y).toContain(0.777);
  });

  it("alone is said to be alone", () => {
    const { results } = recorded();
    expect(readmeBlocks("en", results, {}).seeds).toContain("No other seed was run.");
    expect(textOf(seedFinding(results, "distilled", "full-student", "other"), "en")).toContain(
      "only one seed",
    );
  });
});
