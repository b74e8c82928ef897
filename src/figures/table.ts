// A table in a notebook cell, through danfo: HTML for Jupyter and GitHub, plain text for everything else.
import { DataFrame } from "danfojs-node";
import { visible } from "../base/visible";

type Cell = string | number | boolean | null;

const inert = (value: unknown): string =>
  visible(String(value ?? ""))
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");

/** Shows rows of equal keys as a table; text from data or models stays text. */
export function showTable(rows: readonly Record<string, Cell>[]): void {
  if (rows.length === 0) {
    console.log("(빈 표)");
    return;
  }
  const frame = new DataFrame(rows as Record<string, Cell>[]);
  const values = frame.values as Cell[][];
  const isNumber = frame.columns.map((_, i) =>
    values.every((row) => row[i] !== "" && !Number.isNaN(Number(row[i]))),
  );
  const align = (i: number) => ` style="text-align:${isNumber[i] ? "right" : "left"}"`;
  const head = frame.columns.map((name, i) => `<th${align(i)}>${inert(name)}</th>`).join("");
  const body = values
    .map((row) => `<tr>${row.map((cell, i) => `<td${align(i)}>${inert(cell)}</td>`).join("")}</tr>`)
    .join("\n");
  const html = `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
  const text = [frame.columns.join(" | "), ...values.map((row) => row.join(" | "))].map(visible).join("\n");
  const { lastWriteDisplayData } = require("tslab/dist/jupyter");
  if (!lastWriteDisplayData) {
    console.log(text);
    return;
  }
  lastWriteDisplayData({ data: { "text/html": html, "text/plain": text }, metadata: {}, transient: {} });
}
