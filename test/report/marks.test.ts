// What carries a number's origin through the sentences is the report's own and stands in none of its files.
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { quoted } from "../../src/report/marks";
import { unzip } from "../../src/report/stable-zip";
import { writeReport } from "../../src/report/write";
import { fixtureReport } from "./fixture-report";

/** The marks' own characters, and what they read as where a format writes hidden characters out. */
const MARKS = /[\ue000-\ue0ff]|\[U\+E0[0-9A-F]{2}\]/;

let folder: string;

/** Everything that is text in the files of a report: a Word file's parts too, a PDF's title. */
function textsIn(file: string): string[] {
  const bytes = readFileSync(file);
  if (file.endsWith(".png")) return [];
  if (file.endsWith(".docx"))
    return [...unzip(bytes)].flatMap(([name, part]) =>
      name.endsWith(".png") ? [] : [part.toString("utf8")],
    );
  return [bytes.toString(file.endsWith(".pdf") ? "latin1" : "utf8")];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "report-"));
  for (const language of ["ko", "en"] as const) {
    const doc = fixtureReport(undefined, language);
    // Quotations and numbers in every place that takes text, over several lines as texts from data are.
    const text = `${quoted("첫 줄\n둘째 줄\r\n\n넷째\t줄")} 0.5`;
    doc.blocks.push(
      { kind: "heading", level: 2, text },
      { kind: "paragraph", inlines: [text, { strong: text }] },
      { kind: "notice", inlines: [text] },
      { kind: "list", items: [[text]] },
      {
        ...{ kind: "table", id: "quoted", number: 99, caption: text, note: text },
        columns: [{ label: text, align: "left" }],
        rows: [[text], [{ text, value: 0.5 }]],
      },
    );
    doc.footnotes.push(text);
    doc.fields.push([text, text]);
    await writeReport({ ...doc, title: text, subtitle: text }, join(folder, language));
  }
});

describe("the marks of numbers and quotations", () => {
  it("stand in no file of a report, in either language", () => {
    const files = (readdirSync(folder, { recursive: true }) as string[])
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile());
    expect(new Set(files.map((file) => file.split(".").pop()))).toEqual(
      new Set(["md", "html", "pdf", "docx", "csv", "tex", "json", "svg", "png"]),
    );
    expect(files.filter((file) => textsIn(file).some((text) => MARKS.test(text)))).toEqual([]);
  });

  it("leave a quotation's lines in a cell of Markdown", () => {
    const table = readFileSync(join(folder, "ko/tables/quoted.md"), "utf8");
    expect(table).toContain("| 첫 줄<br>둘째 줄<br><br>넷째 줄 0.5 |");
  });

  it("stand in nothing that is committed", () => {
    const files = ["README.md", "README.ko.md", "data/claims.json"].concat(
      (readdirSync("reports", { recursive: true }) as string[])
        .filter((name) => /\.(md|html|csv|tex|docx|json|svg)$/.test(name))
        .map((name) => join("reports", name)),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => textsIn(file).some((text) => MARKS.test(text)))).toEqual([]);
  });
});
