// Readers against files with every fault a researcher's data may have; each problem must name its line and field.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import { DataFileError } from "../../src/corpus/files/problem";
import { inspectItems, readItems } from "../../src/corpus/read";
import { findEmptySplits, findLongSummaries, findOverlap, readStudyItems } from "../../src/corpus/validate";
import { writeItems } from "../../src/corpus/write";

const folder = mkdtempSync(join(tmpdir(), "items-"));
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const row = (id: string, more: object = {}) =>
  JSON.stringify({ id, document: `긴 문서 ${id} 본문입니다.`, summary: `글 ${id}`, split: "train", ...more });
const at = (path: string) =>
  inspectItems(path).problems.map((problem) => [problem.line, problem.field, problem.found]);

describe("readItems", () => {
  it("reads back what writeItems wrote, exactly, and leaves no temporary file", () => {
    const items = studyCorpus();
    const path = join(folder, "corpus.jsonl");
    writeItems(path, items);
    const read = readItems(path);
    expect(read.items).toEqual(items);
    expect(read.lines.slice(0, 3)).toEqual([1, 2, 3]);
    expect(read.notes).toEqual([]);
    expect(readdirSync(folder)).toEqual(["corpus.jsonl"]);
  });

  it("takes a byte order mark, CRLF and empty lines, and counts lines as an editor does", () => {
    const path = file("crlf.jsonl", `\ufeff${row("a")}\r\n\r\n${row("b")}\r\n`);
    const { items, lines } = readItems(path);
    expect(items.map((item) => item.id)).toEqual(["a", "b"]);
    expect(lines).toEqual([1, 3]);
    expect(items[0]!.topic).toBe("");
  });

  it("composes decomposed Hangul and counts the texts", () => {
    const nfd = "한국어 요약".normalize("NFD");
    const { items, notes } = readItems(file("nfd.jsonl", `${row("a", { summary: nfd })}\n${row("b")}\n`));
    expect(items[0]!.summary).toBe("한국어 요약");
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/nfd\.jsonl: .*NFD.* in 1 texts/);
  });

  it("names line and field of every bad row", () => {
    const path = file(
      "bad.jsonl",
      [
        row("a"),
        row("a"),
        row("b", { document: "  " }),
        row("c", { summary: undefined }),
        row("d", { split: "dev" }),
        "{broken",
        "[1]",
        row("e", { summary: 3 }),
        row("f", { facts: [1] }),
      ].join("\n"),
    );
    expect(at(path).map(([line, field]) => [line, field])).toEqual([
      [2, "id"],
      [3, "document"],
      [4, "summary"],
      [5, "split"],
      [6, "(row)"],
      [7, "(row)"],
      [8, "summary"],
      [9, "facts"],
    ]);
    expect(() => readItems(path)).toThrow(DataFileError);
    const read = () => readItems(path);
    expect(read).toThrow(`${path}:5 split: expected one of train, validation`);
    expect(read).toThrow('found "dev"');
  });

  it("reads CSV with quotes, line breaks in fields, CRLF and a byte order mark", () => {
    const path = file(
      "good.csv",
      '\ufeffid,document,summary,split,topic\r\na,"첫 줄, 쉼표\n둘째 줄 ""인용""",요약,train,news\r\n\r\nb,긴 본문입니다,요약문,test-other,\r\n'.replace(
        "test-other,\r",
        "test-other,chat\r",
      ),
    );
    const { items, lines } = readItems(path);
    expect(items[0]!.document).toBe('첫 줄, 쉼표\n둘째 줄 "인용"');
    expect(items[1]).toEqual({
      id: "b",
      document: "긴 본문입니다",
      summary: "요약문",
      split: "test-other",
      topic: "chat",
    });
    expect(lines).toEqual([2, 5]);
  });

  it("names the line of a CSV row with too few fields and of a quote left open", () => {
    const short = file("short.csv", "id,document,summary,split\na,본문,요약,train\nb,본문\n");
    expect(at(short).map(([line, field]) => [line, field])).toEqual([[3, "(row)"]]);
    const open = file("open.csv", 'id,document,summary,split\na,본문,요약,train\nb,"본문,요약,train\n');
    const problems = at(open);
    expect(problems).toHaveLength(1);
    expect(problems[0]![0]).toBeGreaterThanOrEqual(3);
    const missing = file("missing.csv", "id,document,split\na,본문,train\n");
    expect(at(missing)).toEqual([[1, "summary", "no such field; there are id, document, split"]]);
  });

  it("refuses an empty file and another ending", () => {
    expect(() => readItems(file("empty.jsonl", "\n"))).toThrow("at least one item");
    expect(() => readItems(file("data.ods", "x"))).toThrow('found ".ods"');
    expect(() => readItems(file("data.xlsx", "x"))).toThrow("another kind of file");
  });
});

describe("findOverlap", () => {
  const items = studyCorpus().filter((_, i) => i % 40 === 0);
  const lines = items.map((_, i) => i + 1);

  it("finds nothing in the study's corpus", () => {
    const all = studyCorpus();
    expect(
      findOverlap(
        "x",
        all,
        all.map((_, i) => i + 1),
      ),
    ).toEqual([]);
  });

  it("finds a document in two splits though spaces and punctuation differ, a shared summary, and swapped fields", () => {
    const last = items.length - 1;
    const changed = [...items];
    changed[last] = { ...items[last]!, document: ` ${items[0]!.document.replaceAll(".", " !")}` };
    changed[last - 1] = { ...items[last - 1]!, summary: items[1]!.summary };
    changed[2] = { ...items[2]!, document: items[2]!.summary, summary: items[2]!.document };
    expect(findOverlap("x.jsonl", items, lines)).toEqual([]);
    const found = findOverlap("x.jsonl", changed, lines).map((problem) => [problem.line, problem.field]);
    expect(found).toEqual([
      [last, "summary"],
      [last + 1, "document"],
    ]);
    expect(findLongSummaries("x.jsonl", items, lines)).toEqual([]);
    expect(findLongSummaries("x.jsonl", changed, lines).map(({ line }) => line)).toEqual([3]);
  });
});

describe("splits without items", () => {
  const of = (...splits: string[]) => splits.map((split, i) => row(`i${i}`, { split })).join("\n");

  it.each([
    ["validation", "train test-in-domain test-other"],
    ["train", "validation test-in-domain test-other"],
    ["test-in-domain, test-other", "train validation"],
  ])("no %s: named, and no study is read", (empty, splits) => {
    const path = file("splits.jsonl", of(...splits.split(" ")));
    const { items } = readItems(path);
    expect(findEmptySplits(path, items).map(({ field, found }) => [field, found])).toEqual([
      ["split", `none of ${empty}`],
    ]);
    expect(() => readStudyItems(path)).toThrow(`${path}:1 split: expected items of every split`);
  });

  it("all four: a study", () => {
    const path = file("whole.jsonl", of("train", "validation", "test-in-domain", "test-other"));
    expect(readStudyItems(path).items).toHaveLength(4);
  });
});

describe("npm run data:check", () => {
  const command = ["--require", "tsx/cjs", "src/cli.ts", "data:check"];
  it("passes good data with exit code 0 and lists problems with exit code 1", () => {
    const splits = ["train", "validation", "test-in-domain", "test-other"];
    const rows = splits.map((split, i) => row(`${i}`, { split }));
    const good = file("ok.jsonl", rows.join("\n"));
    const output = execFileSync(process.execPath, [...command, good], { encoding: "utf8" });
    expect(output).toContain("4 items read: train 1, validation 1, test-in-domain 1, test-other 1.");
    const one = spawnSync(process.execPath, [...command, file("one.jsonl", rows[0]!)], { encoding: "utf8" });
    expect(one.status).toBe(1);
    expect(one.stdout).toMatch(/one\.jsonl:1 split: .*none of validation, test-in-domain, test-other/);
    const bad = file("leak.jsonl", `${row("a")}\n${row("b", { split: "dev" })}\n`);
    const failed = spawnSync(process.execPath, [...command, bad], { encoding: "utf8" });
    expect(failed.status).toBe(1);
    expect(failed.stdout).toContain(`${bad}:2 split`);
    expect(readFileSync(bad, "utf8")).toContain('"dev"');
  });
});
