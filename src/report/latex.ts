// The report's tables as LaTeX files to \input; Hangul needs XeLaTeX or LuaLaTeX with a Korean font (kotex).
import { cellText, type TableBlock } from "./document";
import { visible } from "./inert";

const ESCAPES: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "−": "$-$",
};

/** Text for running LaTeX: no command, comment, maths, alignment or group comes of it. */
export function escapeLatex(text: string): string {
  return visible(text)
    .replace(/[\t\n ]+/g, " ")
    .trim()
    .replace(/[\\~^<>|"−]|[&%$#_{}]/g, (c) => ESCAPES[c] ?? `\\${c}`);
}

/** One table as a `table` environment without packages; its label is the table's id. */
export function toLatex(table: TableBlock): string {
  // A cell that begins with [ would be read as the option of the \\ before it.
  const row = (cells: string[]) => `${cells.map((text) => `{${escapeLatex(text)}}`).join(" & ")} \\\\`;
  return [
    "\\begin{table}",
    "\\centering",
    `\\caption{${escapeLatex(table.caption)}}`,
    `\\label{tab:${table.id}}`,
    `\\begin{tabular}{${table.columns.map(({ align }) => (align === "left" ? "l" : "r")).join("")}}`,
    "\\hline",
    row(table.columns.map(({ label }) => label)),
    "\\hline",
    ...table.rows.map((cells) => row(cells.map(cellText))),
    "\\hline",
    "\\end{tabular}",
    ...(table.note ? [`\\par\\smallskip ${escapeLatex(table.note)}`] : []),
    "\\end{table}",
    "",
  ].join("\n");
}
