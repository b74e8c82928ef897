// The queries of the search: from a file, or made from facts that a document holds. No compared model has a part in them.
import { DataFileError, unusable } from "../corpus/files/problem";
import { readRows } from "../corpus/files/rows";
import type { Item } from "../corpus/item";

export interface Query {
  id: string;
  text: string;
  /** Ids of the items that answer it. */
  relevant: string[];
  /** What the query names, as written in the document; absent for a query from a file. */
  facts?: string[];
}

/** Facts of a document that its query names. */
const QUERY_FACTS = 3;

/** A query an item: every other slot value, or the longest words of the document where there are no slots. */
export function factQueries(items: readonly Item[]): Query[] {
  return items.map((item) => {
    const known =
      item.facts?.filter((_, i) => i % 2 === 0) ??
      [...item.document.split(/\s+/)].sort((a, b) => b.length - a.length);
    const facts = known.slice(0, QUERY_FACTS);
    return { id: item.id, text: facts.join(" "), relevant: [item.id], facts };
  });
}

/** Reads queries, a JSON object each: {"query": "...", "relevant": ["item id", ...]}. Throws a DataFileError with every problem. */
export function readQueries(path: string, items: readonly Item[]): Query[] {
  const known = new Set(items.map((item) => item.id));
  const { rows, problems, notes } = readRows(path);
  const queries = rows.map(({ line, fields: { query, relevant } }): Query => {
    const wrong = (field: string, expected: string, found: string, advice: string) =>
      problems.push({ file: path, line, field, expected, found: found.slice(0, 80), advice });
    if (typeof query !== "string" || query.trim() === "")
      wrong(
        "query",
        "a text",
        JSON.stringify(query) ?? "none",
        'Write {"query": text, "relevant": [item id]}.',
      );
    const ids = Array.isArray(relevant) ? relevant.map(String) : [];
    if (ids.length === 0)
      wrong(
        "relevant",
        "a list of item ids",
        JSON.stringify(relevant) ?? "none",
        "Name the items that answer it.",
      );
    const unknown = ids.find((id) => !known.has(id));
    if (unknown !== undefined)
      wrong("relevant", "ids of test items", `"${unknown}"`, "Leave out what is no test item.");
    return { id: `query-${line}`, text: String(query), relevant: ids };
  });
  if (queries.length === 0 && problems.length === 0)
    throw unusable(path, "at least one query", "none", "Check that the right file was given.");
  if (problems.length > 0) throw new DataFileError(problems, notes);
  return queries;
}
