// Other people's names of columns: which of a file's columns, or which place in its JSON objects, is which field.
import type { Rows } from "./headings";
import { unusable } from "./problem";

/** Field -> the column that holds it, or a path of names in JSON: "metadata.topic". */
export type Columns = Readonly<Record<string, string>>;

/** The value of a column or of a path of names; undefined where there is none. */
function valueAt(fields: Record<string, unknown>, column: string): unknown {
  if (Object.hasOwn(fields, column)) return fields[column];
  return column.split(".").reduce<unknown>((at, name) => {
    const isObject = typeof at === "object" && at !== null && Object.hasOwn(at, name);
    return isObject ? (at as Record<string, unknown>)[name] : undefined;
  }, fields);
}

/** The rows with the fields that `columns` name; a whole number becomes a text. Throws a DataFileError for a column that no row has. */
export function renamed(file: string, read: Rows, columns: Columns): Rows {
  for (const [field, column] of Object.entries(columns)) {
    if (read.rows.length === 0 || read.rows.some(({ fields }) => valueAt(fields, column) !== undefined))
      continue;
    throw unusable(
      file,
      `a column "${column}" for ${field}`,
      `the columns ${read.names.slice(0, 20).join(", ")}`,
      "Name it as the file does; a name within a JSON object stands after a dot.",
      read.line,
      "(columns)",
    );
  }
  const rows = read.rows.map(({ line, fields }) => {
    const named = Object.entries(columns).flatMap(([field, column]): [string, unknown][] => {
      const value = valueAt(fields, column) ?? undefined;
      return value === undefined ? [] : [[field, typeof value === "number" ? String(value) : value]];
    });
    return { line, fields: { ...fields, ...Object.fromEntries(named) } };
  });
  return { ...read, rows, names: [...new Set([...read.names, ...Object.keys(columns)])] };
}
