// What Excel shows of a cell against what it stores: the text where the two cannot differ for anyone, else what is in doubt.
import { UnreadCell } from "./problem";

/** A cell: its type ("b", "e" an error, "n", "s", "z" nothing), value, shown text, formula and number format. */
export interface Cell {
  t: string;
  v?: unknown;
  w?: string;
  f?: string;
  z?: string;
}

/** The part of xlsx that formats values as Excel does. */
export interface Formatter {
  is_date(format: string): boolean;
  format(format: string, value: unknown): string;
}

const AS_TEXT = "Format the column as Text and write the text itself.";

/** From here on Excel replaces digits by zeros. */
const MOST_DIGITS = 1e15;

function numberText(value: number, cell: Cell, formatter: Formatter): string | UnreadCell {
  const format = cell.z ?? "General";
  if (formatter.is_date(format)) {
    const shown = formatter.format("yyyy-mm-dd hh:mm", value);
    // Excel shows most dates in the order of the reader's country, and turns "3-1" into one.
    return new UnreadCell("a text", `a date or time, which Excel stores as ${value} (${shown})`, AS_TEXT);
  }
  if (format !== "General" && format !== "@") return cell.w ?? String(value);
  if (Math.abs(value) >= MOST_DIGITS)
    return new UnreadCell("a text", `the number ${value}, of which Excel keeps 15 digits`, AS_TEXT);
  // Excel shows whole numbers of 12 digits and more as 2.02311E+11, which would make one of many ids.
  return Number.isInteger(value) ? String(value) : (cell.w ?? String(value));
}

/** The text that a format with a part for texts makes of one ("@님"). */
function shownText(value: string, format: string | undefined, formatter: Formatter): string {
  if (format === undefined || !/[@;]/.test(format)) return value;
  try {
    return formatter.format(format, value);
  } catch {
    return value;
  }
}

/** A cell's text; undefined for an empty cell. A formula counts by its last computed value. */
export function cellText(cell: Cell, formatter: Formatter): string | UnreadCell | undefined {
  const { t, v, f } = cell;
  if (t === "e") {
    return new UnreadCell(
      "a text",
      `Excel's error ${cell.w ?? v}`,
      "Mend the formula or write the text itself.",
    );
  }
  // A stub has a value where its formula was never computed: 0, which Excel would not show.
  const text =
    t === "z" || v === undefined
      ? ""
      : typeof v === "number"
        ? numberText(v, cell, formatter)
        : typeof v === "boolean"
          ? String(v).toUpperCase()
          : String(v);
  if (typeof text !== "string") return text;
  if (f !== undefined && text === "") {
    return new UnreadCell(
      "a text",
      `the formula =${f.slice(0, 30)} without its value`,
      "Open the file in Excel and save it, or write the text itself.",
    );
  }
  if (t === "z" || v === undefined) return undefined;
  const shown = typeof v === "string" ? shownText(v, cell.z, formatter) : text;
  if (shown !== text || (text.trim() === "" && typeof v === "number"))
    return new UnreadCell(
      "a text",
      `“${String(v).slice(0, 30)}”, which Excel shows as “${shown.slice(0, 30)}”`,
      AS_TEXT,
    );
  return text.replace(/\r\n?/g, "\n");
}
