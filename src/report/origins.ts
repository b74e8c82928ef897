// The ids of a table's numbers in one short line: parts of a path that differ are listed in braces.
import type { TableBlock } from "./document";
import { cellText } from "./document";
import { pieces } from "./quantity";
import { isQuoted } from "./quoted";

/** More different parts than this are written as an asterisk. */
const LISTED = 5;

/** `a/x/1`, `a/y/1` -> `a/{x,y}/1`; ids of other shapes stay apart. */
export function compactIds(ids: readonly string[]): string[] {
  const shapes = new Map<string, string[][]>();
  for (const id of ids) {
    // Cut where a path or formula is cut, and keep the cuts.
    const parts = id.split(/([/(),])/);
    const shape = parts.filter((_, i) => i % 2 === 1).join("") + parts[0];
    shapes.set(shape, [...(shapes.get(shape) ?? []), parts]);
  }
  return [...shapes.values()].map((rows) =>
    rows[0]!
      .map((part, i) => {
        const values = [...new Set(rows.map((row) => row[i]!))];
        if (values.length === 1) return part;
        return values.length > LISTED ? "*" : `{${values.join(",")}}`;
      })
      .join(""),
  );
}

/** The ids of all numbers of a table. */
export const tableIds = (table: TableBlock): string[] => [
  ...new Set(
    table.rows.flatMap((row) =>
      row.flatMap((cell) =>
        pieces(cellText(cell)).flatMap((piece) =>
          piece.id !== undefined && !isQuoted(piece) ? [piece.id] : [],
        ),
      ),
    ),
  ),
];
