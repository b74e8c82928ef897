// The report's tables as CSV files: numbers at full value, text that no spreadsheet runs.
import type { TableBlock } from "./document";
import { csvCell } from "./inert";

/** One table as CSV with a header line; UTF-8 with a byte order mark, so that Excel reads the Hangul. */
export function toCsv(table: TableBlock): string {
  const head = table.columns.map((column) => csvCell(column.label)).join(",");
  const rows = table.rows.map((row) =>
    row.map((cell) => csvCell(typeof cell === "string" ? cell : cell.value)).join(","),
  );
  return `\ufeff${[head, ...rows].join("\r\n")}\r\n`;
}
