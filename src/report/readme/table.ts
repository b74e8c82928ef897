// A Markdown table of the READMEs.
import type { Said } from "../catalogue/said";

/** What is said in the words of a language. */
export type Words = (said: Said) => string;

/** Cells are Markdown already. */
export function table(head: readonly Said[], rows: readonly (readonly Said[])[], words: Words): string {
  const row = (cells: readonly Said[]): string => `| ${cells.map(words).join(" | ")} |`;
  return [row(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(row)].join("\n");
}
