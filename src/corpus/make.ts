// A study's items from files without splits: documents joined with their summaries, shared out by lot, unfit ones left out and counted.
import { basename, extname } from "node:path";
import { Random } from "../base/random";
import type { Row, Rows } from "./files/headings";
import type { Problem } from "./files/problem";
import type { Item, Split } from "./item";
import { itemsOfRows, SPLITS } from "./read";
import { fingerprint } from "./validate";

/** So many items of a split; all that are left where no count is given. */
export interface Share {
  split: Split;
  count?: number;
}

/** Files whose items are shared out together. */
export interface Source {
  files: readonly { file: string; read: Rows }[];
  shares: readonly Share[];
}

/** The item as it fits the study's models: itself, with a shortened document, or undefined where nothing makes it fit. */
export type Fit = (item: Item) => Item | undefined;

export interface MadeItems {
  items: Item[];
  /** What was left out, joined or changed -> how often. */
  counts: Record<string, number>;
  /** The problems of rows that were left out for them. */
  problems: Problem[];
}

type FileRow = Row & { file: string };
const stem = (file: string): string => basename(file, extname(file));

/** All rows of a source; where a file has no ids, its name and the row's line are one. */
const rowsOf = ({ files }: Source): FileRow[] =>
  files.flatMap(({ file, read: { rows, names } }) =>
    rows.map(({ line, fields }) => ({
      file,
      line,
      fields: names.includes("id") ? fields : { id: `${stem(file)}-${line}`, ...fields },
    })),
  );

/** Rows with the document and rows with the summary of the same id as one. */
function joinHalves(rows: readonly FileRow[]): FileRow[] {
  const joined = new Map<unknown, FileRow>();
  const others: FileRow[] = [];
  for (const row of rows) {
    const { id, document, summary } = row.fields;
    if ((document === undefined) === (summary === undefined) || id === undefined) others.push(row);
    else {
      const half = joined.get(id);
      joined.set(id, half ? { ...row, fields: { ...half.fields, ...row.fields } } : row);
    }
  }
  return [...others, ...joined.values()];
}

/**
 * Shares the items of each source out to its splits, in an order drawn from `seed`, and makes each fit. No document stands twice, no
 * summary in two splits, none is as long as its document. Throws where a split has fewer usable items than asked for, or none.
 */
export function makeItems(sources: readonly Source[], seed: number, fit: Fit): MadeItems {
  const random = new Random(seed);
  const counts: Record<string, number> = {};
  const count = (what: string): undefined => {
    counts[what] = (counts[what] ?? 0) + 1;
    return undefined;
  };
  const problems: Problem[] = [];
  const ids = new Set<string>();
  const documents = new Set<string>();
  const splitOfSummary = new Map<string, Split>();

  /** The item in its final form, or undefined where it is left out. */
  const usable = (found: Item): Item | undefined => {
    const item = fit(found);
    if (!item) return count("left out, too long for a model even if cut");
    const [document, summary] = [fingerprint(item.document), fingerprint(item.summary)];
    if (documents.has(document)) return count("left out, document stood before");
    if ((splitOfSummary.get(summary) ?? item.split) !== item.split)
      return count("left out, summary of another split");
    if (summary.length >= document.length) return count("left out, summary as long as its document");
    if (item.document !== found.document) count("documents cut to the first sentences that fit");
    documents.add(document);
    splitOfSummary.set(summary, item.split);
    return item;
  };

  const items = sources.flatMap((source) => {
    const whole = joinHalves(rowsOf(source)).filter(({ fields }) => {
      if (fields.document === undefined) return count("left out, summary without a document");
      if (fields.summary === undefined) return count("left out, document without a summary");
      return true;
    });
    const pool = source.files.flatMap(({ file, read }) => {
      const rows = whole
        .filter((row) => row.file === file)
        .map(({ line, fields }) => ({ line, fields: { ...fields, split: "train" } }));
      const names = ["id", "document", "summary", "split"];
      const inspected = itemsOfRows(file, { ...read, rows, names });
      // A file that only holds the other half of the items is no problem.
      if (read.rows.length > 0 && rows.length === 0) return [];
      problems.push(...inspected.problems);
      return inspected.items.map((item) => {
        while (ids.has(item.id)) item.id = `${stem(file)}/${item.id}`;
        ids.add(item.id);
        return item;
      });
    });
    const drawn = random.shuffle(pool)[Symbol.iterator]();
    return source.shares.flatMap(({ split, count: wanted = Number.POSITIVE_INFINITY }) => {
      const taken: Item[] = [];
      while (taken.length < wanted) {
        const { done, value } = drawn.next();
        if (done) break;
        const item = usable({ ...value, split });
        if (item) taken.push(item);
      }
      if (taken.length < wanted && wanted !== Number.POSITIVE_INFINITY) {
        const files = source.files.map(({ file }) => file).join(", ");
        throw new Error(
          `${files}: expected ${wanted} items for ${split}, found ${taken.length} that can be used ` +
            `(${pool.length} items in all; ${describeCounts(counts) || "none left out"}).`,
        );
      }
      return taken;
    });
  });
  const missing = SPLITS.filter((split) => !items.some((item) => item.split === split));
  if (missing.length > 0)
    throw new Error(
      `Expected items of every split (${SPLITS.join(", ")}), found none of ${missing.join(", ")}. ` +
        "Name them behind the file that they come from.",
    );
  return { items: SPLITS.flatMap((split) => items.filter((item) => item.split === split)), counts, problems };
}

/** "3 left out, document stood before; 1 …" */
export const describeCounts = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([what, number]) => `${number} ${what}`)
    .join("; ");
