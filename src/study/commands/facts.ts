// The fact extractor on its own: its precision and recall on the generated corpus, or the facts of anybody's Korean text.
// Run: npm run facts [-- --texts FILE [--json]]
import type { Command } from "commander";
import { extractorAccuracy } from "../../analysis/fact-accuracy";
import { studyCorpus } from "../../corpus/corpus";
import { ROW_ENDINGS } from "../../corpus/files/rows";
import { extractFacts } from "../../metrics/facts/facts";
import { readScoringTexts } from "../../metrics/scoring-input";

/** Another seed than the study's, on whose texts the rules were written; the sentence patterns are the same. */
const UNSEEN_SEED = 77;
const COUNTS = { train: 0, validation: 300, "test-in-domain": 100, "test-other": 200 };

const share = (part: number, whole: number): string =>
  whole > 0 ? `${part} of ${whole} = ${(part / whole).toFixed(4)}` : "none";

function accuracy(json: boolean): string {
  const rows = extractorAccuracy(studyCorpus(UNSEEN_SEED, COUNTS));
  if (json) return JSON.stringify(rows, null, 1);
  const sum = (key: "slots" | "found" | "extracted" | "right") =>
    rows.reduce((total, row) => total + row[key], 0);
  const lines = [
    ["", "recall on documents", "precision on summaries"],
    ...rows.map((row) => [row.kind, share(row.found, row.slots), share(row.right, row.extracted)]),
    ["all", share(sum("found"), sum("slots")), share(sum("right"), sum("extracted"))],
  ].map(
    ([kind, recall, precision]) => `${kind!.padEnd(8)}  ${recall!.padStart(24)}  ${precision!.padStart(24)}`,
  );
  return [...lines, "", "600 generated items of a seed that the rules were not written on."].join("\n");
}

function factsOf(path: string, json: boolean, column?: string): string {
  const { ids, texts, notes } = readScoringTexts(path, "text", column);
  for (const note of notes) console.error(note);
  const rows = texts.flatMap((item, i) =>
    [item].flat().map((text) => ({
      id: ids?.[i] ?? `item ${i + 1}`,
      facts: extractFacts(text).map(({ kind, value, text: written }) => ({ kind, value, written })),
    })),
  );
  if (json) return JSON.stringify(rows, null, 1);
  return rows
    .flatMap(({ id, facts }) => [
      id,
      ...facts.map(({ kind, value, written }) => `  ${kind.padEnd(7)} ${value}  (${written})`),
    ])
    .join("\n");
}

export const define = (command: Command): Command =>
  command
    .option("--texts <file>", `plain text with an item a line (.txt), or a table (${ROW_ENDINGS})`)
    .option(
      "--column <name>",
      "column of the texts; else text, or the only one of summary, document and the like",
    )
    .option("--json", "print JSON")
    .action(({ texts, column, json = false }: { texts?: string; column?: string; json?: boolean }) => {
      console.log(texts === undefined ? accuracy(json) : factsOf(texts, json, column));
    });
