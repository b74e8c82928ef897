// The ids of a table's numbers in a short line: parts of a path that differ are listed in braces, and never more than is there.
import { cellText, type TableBlock } from "./document";
import { isQuoted, pieces } from "./marks";

/** More different parts than this are written as an asterisk. */
const LISTED = 5;

const distinct = (rows: string[][], at: number): string[] => [...new Set(rows.map((row) => row[at]!))];

/**
 * Rows of equal shape as one pattern where they fill it, else cut where the fewest parts differ. Parts that are the same in
 * every row, as in `ratio(a/1/kept,a/1/all)`, `ratio(a/2/kept,a/2/all)`, vary as one.
 */
function patterns(rows: string[][]): string[] {
  const different = rows[0]!.map((_, i) => distinct(rows, i));
  const first = different.map((_, i) =>
    different.findIndex((_, j) => rows.every((row) => row[j] === row[i])),
  );
  const filled = different.reduce(
    (product, values, i) => (first[i] === i ? product * values.length : product),
    1,
  );
  if (filled > rows.length) {
    const cut = different
      .map((values, i) => ({ i, count: values.length }))
      .filter(({ count }) => count > 1)
      .sort((a, b) => a.count - b.count)[0]!.i;
    return different[cut]!.flatMap((value) => patterns(rows.filter((row) => row[cut] === value)));
  }
  return [
    different
      .map((values) =>
        values.length === 1 ? values[0]! : values.length > LISTED ? "*" : `{${values.join(",")}}`,
      )
      .join(""),
  ];
}

/** `a/x/1`, `a/y/1` -> `a/{x,y}/1`; ids of other shapes stay apart. */
export function compactIds(ids: readonly string[]): string[] {
  const shapes = new Map<string, string[][]>();
  for (const id of ids) {
    // Cut where a path or formula is cut, and keep the cuts.
    const parts = id.split(/([/(),])/);
    const shape = parts.filter((_, i) => i % 2 === 1).join("") + parts[0];
    shapes.set(shape, [...(shapes.get(shape) ?? []), parts]);
  }
  return [...shapes.values()].flatMap(patterns);
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
