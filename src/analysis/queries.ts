// The queries of the search: from a file, or made from facts that a document holds. No compared model has a part in them.
import { readFileSync } from "node:fs";
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

/** Reads queries, a line of JSON each: {"query": "...", "relevant": ["item id", ...]}. Throws naming file and line. */
export function readQueries(path: string, items: readonly Item[]): Query[] {
  const known = new Set(items.map((item) => item.id));
  const lines = readFileSync(path, "utf8")
    .replace(/^\ufeff/, "")
    .split(/\r?\n/);
  const queries = lines.flatMap((line, i): Query[] => {
    if (line.trim() === "") return [];
    const where = `${path}, line ${i + 1}`;
    let row: { query?: unknown; relevant?: unknown };
    try {
      row = (JSON.parse(line) ?? {}) as typeof row;
    } catch (error) {
      throw new Error(`${where}: is no JSON (${(error as Error).message}).`);
    }
    const { query, relevant } = row;
    const isText = typeof query === "string" && query.trim() !== "";
    const areIds = Array.isArray(relevant) && relevant.length > 0;
    if (!isText || !areIds) {
      throw new Error(
        `${where}: expected {"query": text, "relevant": list of item ids}, found ${line.slice(0, 80)}`,
      );
    }
    const ids = relevant.map(String);
    const unknown = ids.find((id) => !known.has(id));
    if (unknown !== undefined) throw new Error(`${where}: the test items have no id "${unknown}".`);
    return [{ id: `query-${i + 1}`, text: query, relevant: ids }];
  });
  if (queries.length === 0) throw new Error(`${path}: expected a query a line, found none.`);
  return queries;
}
