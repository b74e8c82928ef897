// Checks across items: splits without any, what makes scores too good (overlap between splits) or training pointless (swapped fields).
import { DataFileError, type Problem } from "./files/problem";
import type { Item } from "./item";
import { readItems, SPLITS } from "./read";

/** Case, width, punctuation and spaces do not make two texts different here. */
export const fingerprint = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\p{P}\s]+/gu, "");

const quoted = (text: string): string => `"${text.length > 30 ? `${text.slice(0, 30)}…` : text}"`;

/** Splits that no item is of: a mean over nothing is nothing, and without training items nothing is learned. */
export function findEmptySplits(file: string, items: readonly Item[]): Problem[] {
  const empty = SPLITS.filter((split) => !items.some((item) => item.split === split));
  // A file without any item has another problem.
  if (empty.length === 0 || items.length === 0) return [];
  return [
    {
      ...{ file, line: 1, field: "split", expected: `items of every split (${SPLITS.join(", ")})` },
      found: `none of ${empty.join(", ")}`,
      advice: "Give some items that split.",
    },
  ];
}

/** Lists documents that occur twice (within a split or across) and summaries shared between splits. `lines[i]` is the line of `items[i]`. */
export function findOverlap(file: string, items: readonly Item[], lines: readonly number[]): Problem[] {
  const problems: Problem[] = [];
  const documents = new Map<string, number>();
  const summaries = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const line = lines[index] as number;
    const place = (other: number) => `${items[other]?.id} (${items[other]?.split}, line ${lines[other]})`;
    const document = fingerprint(item.document);
    const sameDocument = documents.get(document);
    if (sameDocument === undefined) documents.set(document, index);
    else {
      problems.push({
        file,
        line,
        field: "document",
        expected: "a document of its own",
        found: `the document of ${place(sameDocument)}`,
        advice:
          items[sameDocument]?.split === item.split
            ? "Remove one of the two."
            : "A text in two splits makes the test too easy: keep it in one.",
      });
    }
    const summary = fingerprint(item.summary);
    const sameSummary = summaries.get(summary);
    if (sameSummary === undefined) summaries.set(summary, index);
    else if (items[sameSummary]?.split !== item.split) {
      problems.push({
        file,
        line,
        field: "summary",
        expected: "no summary of another split",
        found: `the summary of ${place(sameSummary)}`,
        advice: "A summary in two splits makes the test too easy: keep the item in one.",
      });
    }
  }
  return problems;
}

/** Lists summaries as long as their document. */
export function findLongSummaries(file: string, items: readonly Item[], lines: readonly number[]): Problem[] {
  return items.flatMap(({ document, summary }, i) =>
    fingerprint(summary).length < fingerprint(document).length
      ? []
      : [
          {
            ...{ file, line: lines[i] as number, field: "summary" },
            expected: "a text shorter than its document",
            found: `${quoted(summary)} for ${quoted(document)}`,
            advice: "Check whether document and summary are swapped.",
          },
        ],
  );
}

/** Reads the items of a study from a file. Throws a DataFileError for one with problems, an empty split or texts shared by splits. */
export function readStudyItems(file: string): { items: Item[]; lines: number[]; notes: string[] } {
  const { items, lines, notes } = readItems(file);
  const problems = [...findEmptySplits(file, items), ...findOverlap(file, items, lines)];
  if (problems.length > 0) throw new DataFileError(problems, notes);
  return { items, lines, notes };
}
