// A Markdown table of the READMEs.

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Cells are Markdown already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(row)].join("\n");
