// Tables as LaTeX and Markdown files: what stands in a cell is shown, and acts as nothing.
import { describe, expect, it } from "vitest";
import type { ReportDocument, TableBlock } from "../../src/report/document";
import { escapeLatex, toLatex } from "../../src/report/latex";
import { tableToMarkdown } from "../../src/report/markdown";

describe("LaTeX", () => {
  it.each([
    ["50 % & 3_000 #1", "50 \\% \\& 3\\_000 \\#1"],
    [
      "\\input{secret} $x$ ~ ^",
      "\\textbackslash{}input\\{secret\\} \\$x\\$ \\textasciitilde{} \\textasciicircum{}",
    ],
    ['a < b | c > "d"', "a \\textless{} b \\textbar{} c \\textgreater{} \\textquotedbl{}d\\textquotedbl{}"],
    ["−0.031", "$-$0.031"],
    ["여러\n줄\t글", "여러 줄 글"],
    ["\u202eabc", "[U+202E]abc"],
  ])("%j becomes %j", (text, expected) => {
    expect(escapeLatex(text)).toBe(expected);
  });

  const table: TableBlock = {
    ...{ kind: "table", id: "rouge", number: 3, caption: "ROUGE & 95%" },
    columns: [
      { label: "모델", align: "left" },
      { label: "F_1", align: "right" },
    ],
    rows: [
      ["[a] & b\\\\ | c*", { text: "0.123", value: 0.12345 }],
      ["나", "–"],
    ],
    note: "100%",
  };

  it("has a row a line, each cell in its own group", () => {
    expect(toLatex(table).split("\n")).toEqual([
      "\\begin{table}",
      "\\centering",
      "\\caption{ROUGE \\& 95\\%}",
      "\\label{tab:rouge}",
      "\\begin{tabular}{lr}",
      "\\hline",
      "{모델} & {F\\_1} \\\\",
      "\\hline",
      "{[a] \\& b\\textbackslash{}\\textbackslash{} \\textbar{} c*} & {0.123} \\\\",
      "{나} & {–} \\\\",
      "\\hline",
      "\\end{tabular}",
      "\\par\\smallskip 100\\%",
      "\\end{table}",
      "",
    ]);
  });

  it("as Markdown keeps its columns", () => {
    const words = { table: "표", figure: "그림", notes: "주", source: "주:", origin: "출처:" };
    const lines = tableToMarkdown(table, { words } as ReportDocument).split("\n");
    expect(lines[0]).toBe("**표 3. ROUGE \\& 95%**");
    expect(lines).toContain("| \\[a\\] \\& b\\\\\\\\ \\| c\\* | 0.123 |");
  });
});
