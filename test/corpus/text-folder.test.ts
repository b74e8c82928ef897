// A folder of texts: which files are read, and where long ones are cut.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { passages, passagesOf, readTextFolder } from "../../src/corpus/text-folder";

const scratch = mkdtempSync(join(tmpdir(), "text-folder-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("a folder of texts", () => {
  it("gives its .txt files by name, whatever their encoding, and leaves empty ones out", () => {
    const folder = join(scratch, "mixed");
    mkdirSync(folder);
    writeFileSync(join(folder, "나.txt"), "둘째 글\r\n");
    writeFileSync(join(folder, "가.TXT"), Buffer.from("\ufeff첫째 글", "utf16le"));
    // "한글 문서를 읽는다" in CP949
    writeFileSync(join(folder, "다.txt"), Buffer.from("c7d1b1db20b9aebcadb8a620c0d0b4c2b4d9", "hex"));
    writeFileSync(join(folder, "빈.txt"), " \n");
    writeFileSync(join(folder, "note.md"), "no");
    expect(readTextFolder(folder)).toEqual([
      { id: "가.TXT", text: "첫째 글" },
      { id: "나.txt", text: "둘째 글" },
      { id: "다.txt", text: "한글 문서를 읽는다" },
    ]);
  });

  it("is refused where it is none, has no text, or bytes that are none", () => {
    expect(() => readTextFolder(join(scratch, "none"))).toThrow(
      "expected a folder of .txt files, found no such folder",
    );
    const empty = join(scratch, "empty");
    mkdirSync(empty);
    writeFileSync(join(empty, "a.txt"), "");
    expect(() => readTextFolder(empty)).toThrow("found 1 files, all empty");
    writeFileSync(join(empty, "b.txt"), Buffer.from([0x50, 0x4b, 3, 4, 0, 0]));
    expect(() => readTextFolder(empty)).toThrow(/b\.txt/);
  });
});

describe("a long text is cut", () => {
  const within = (limit: number) => (text: string) => [...text].length <= limit;
  const text = "첫 문장이다. 둘째 문장은 조금 더 길다. 셋째!\n새 줄 3.5% 오름\n\n끝 문단";

  it.each([8, 12, 20, 30])(
    "at sentences or lines into passages of at most %i characters, and nothing is lost",
    (limit) => {
      const parts = passages(text, within(limit));
      for (const part of parts) expect([...part].length).toBeLessThanOrEqual(limit);
      expect(parts.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
    },
  );

  it("as seldom as it can be", () => {
    expect(passages(text, within(1000))).toEqual([text]);
    expect(passages(text, within(26))).toEqual([
      "첫 문장이다. 둘째 문장은 조금 더 길다.",
      "셋째!\n새 줄 3.5% 오름\n\n끝 문단",
    ]);
    expect(passages("아주긴낱말하나뿐인글", within(4))).toEqual(["아주긴", "낱말", "하나뿐", "인글"]);
    expect(() => passages("ab", () => false)).toThrow("Not even one character fits");
  });

  it("into passages with the file's name and their number", () => {
    expect(
      passagesOf(
        [
          { id: "a.txt", text: "하나. 둘." },
          { id: "b.txt", text: "셋" },
        ],
        within(4),
      ).map(({ id }) => id),
    ).toEqual(["a.txt", "a.txt §2", "b.txt"]);
  });
});
