// Measures without references against counts by hand, and the command that summarises a folder.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { measureAll, measureText } from "../../src/analysis/without-references";

const ROOT = resolve(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "summarise-"));
afterAll(() => rmSync(folder, { recursive: true }));

const document = "2024년 3월 5일 김민수 대리는 서울에서 회의를 열었다. 참석자는 12명이다.";

it("counts what a summary invents, copies and repeats", () => {
  const summaries = ["3월 7일 서울에서 회의를 열었다.", "모두 모두 모두 왔다.", "", "모두 모두 모두 왔다."];
  const rows = summaries.map((summary, i) => measureText(`${i}`, document, summary));
  // Of five words 3월 stands there, and 서울에서 회의를 열었다 in one piece; the seventh is not its date.
  expect(rows[0]).toEqual({
    ...{ id: "0", documentLength: [...document].length, length: 19, facts: 2, invented: ["3월 7일"] },
    ...{ copied: 0.8, longestCopy: 3 },
  });
  expect(rows[2]).toMatchObject({ length: 0, facts: 0, invented: [], copied: null });
  expect(measureAll(rows, summaries)).toMatchObject({
    ...{
      texts: 4,
      facts: 2,
      inventedFacts: 1,
      inventedShare: 0.5,
      withInvented: 1,
      stutter: 2,
      empty: 1,
      shared: 2,
      meanLength: 10.75,
    },
  });
  expect(measureAll([rows[2]!], [""])).toMatchObject({ facts: 0, inventedShare: null, copied: null });
  expect(measureAll(rows, summaries).copied).toBeCloseTo(0.8 / 3, 12);
});

it("summarises every file of a folder, long ones passage by passage, twice", () => {
  writeFileSync(join(folder, "회의.txt"), document);
  writeFileSync(
    join(folder, "긴글.txt"),
    Array.from({ length: 12 }, (_, i) => `${i + 1}번 안건은 ${i + 3}시에 다룬다.`).join(" "),
  );
  const command = ["src/cli.ts", "summarise", folder, "--model", "data/models/gemma2-student"];
  const run = (...options: string[]) =>
    spawnSync(process.execPath, ["--require", "tsx/cjs", ...command, "--new-tokens", "8", ...options], {
      cwd: ROOT,
      encoding: "utf8",
    });
  const { status, stdout, stderr } = run("--passage", "120", "--json");
  expect(status, stderr).toBe(0);
  const { texts, all } = JSON.parse(stdout);
  const ids = texts.map(({ id }: { id: string }) => id);
  expect(ids.slice(0, 2)).toEqual(["긴글.txt", "긴글.txt §2"]);
  expect(ids[ids.length - 1]).toBe("회의.txt");
  expect(all.texts).toBe(ids.length);
  expect(all.again).toBe(texts.filter(({ again }: { again: boolean }) => again).length);
  for (const { summary, length } of texts) expect([...summary].length).toBe(length);
  const table = run();
  expect(table.stdout).toMatch(/^회의\.txt: 45 characters -> \d+; copied \d\.\d\d/m);
  expect(table.stdout).toMatch(/^the same text in a second run +\d of 2$/m);
  expect(run("--system", "distilled").stderr).toMatch(/Give either --model or --system/);
});
