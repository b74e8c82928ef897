// Checks across items: what makes scores too good (overlap between splits) or training pointless (swapped fields).
import type { Item } from "./item";
import type { Problem } from "./problem";

/** Case, width, punctuation and spaces do not make two texts different here. */
const fingerprint = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\p{P}\s]+/gu, "");

const quoted = (text: string): string => `"${text.length > 30 ? `${text.slice(0, 30)}…` : text}"`;

/**
 * Lists documents that occur twice (within a split or across), summaries shared between splits, and summaries as long as
 * their document. `lines[i]` is the line of `items[i]` in `file`.
 */
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
    if (summary.length >= document.length) {
      problems.push({
        file,
        line,
        field: "summary",
        expected: "a text shorter than its document",
        found: `${quoted(item.summary)} for ${quoted(item.document)}`,
        advice: "Check whether document and summary are swapped.",
      });
    }
  }
  return problems;
}

/** The texts that splits share, one sentence each; empty for data fit for a study. */
export function overlaps(items: readonly Item[]): string[] {
  return findOverlap(
    "items",
    items,
    items.map((_, i) => i + 1),
  )
    .filter(({ field, found }) => field === "document" || found.startsWith("the summary of"))
    .map(({ line, field, found }) => `${field} of ${items[line - 1]?.id} is ${found}`);
}
