// A user's own file that no study can be made of: refused by the corpus stage, the estimate and the command, before anything is trained.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { estimateStudy } from "../../src/study/estimate";
import { loadStudy } from "../../src/study/file/load";
import { ROOT } from "../../src/study/stage";
import { corpusStage, itemsOf } from "../../src/study/stages/corpus";

const folder = fs.mkdtempSync(path.join(tmpdir(), "own-data-"));
const study = { ...loadStudy("smoke"), name: `own-data-${process.pid}`, seed: 0 };
const withData = (file: string) => ({ ...study, data: { file } });
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
  fs.rmSync(path.join(ROOT, "data/runs", study.name), { recursive: true, force: true });
});

const SPLITS = ["train", "validation", "test-in-domain", "test-other"];

function data(name: string, splits: readonly string[]): string {
  const rows = splits.map((split, i) => `n${i},${i}번째 긴 글이 여기 있다.,${i}번째 글.,주제,${split}\r\n`);
  const file = path.join(folder, name);
  fs.writeFileSync(file, ["id,document,summary,topic,split\n", ...rows].join(""));
  return file;
}

describe.each(SPLITS)("without items of %s", (missing) => {
  const dataFile = data(
    `no-${missing}.csv`,
    SPLITS.filter((split) => split !== missing),
  );
  const message = `${dataFile}:1 split: expected items of every split (${SPLITS.join(", ")}), found none of ${missing}`;

  it("the corpus stage ends with the file, and nothing of it stands as a result", async () => {
    await expect(corpusStage(withData(dataFile))).rejects.toThrow(message);
    await expect(corpusStage(withData(dataFile))).rejects.toThrow(message);
  });

  it("there is no estimate", () => {
    expect(() => estimateStudy(withData(dataFile))).toThrow(message);
  });
});

it("--dry-run ends with 1 and the problem, and lists no notebook", () => {
  const dataFile = data("no-other.csv", SPLITS.slice(0, 3));
  const command = ["--require", "tsx/cjs", path.join(ROOT, "src/cli.ts"), "study", "--dry-run"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, "--data", dataFile], {
    encoding: "utf8",
  });
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("found none of test-other");
});

it("counts that leave the generated corpus without a split are refused too", async () => {
  const counts = { ...study.data.counts!, validation: 0 };
  await expect(corpusStage({ ...study, data: { counts } })).rejects.toThrow("found none of validation");
});

it("a file of all four splits becomes the corpus, its line ends as an editor shows them", async () => {
  const corpus = await corpusStage(withData(data("whole.csv", SPLITS)));
  expect(corpus.value.counts).toEqual({ train: 1, validation: 1, "test-in-domain": 1, "test-other": 1 });
  expect(itemsOf(corpus).map(({ split }) => split)).toEqual(SPLITS);
});
