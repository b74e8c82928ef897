// Makes the items of a study from files as AI Hub, NIKL and the Hugging Face hub give them.
// Run: npm run data:make -- train.json train=1014,validation=200 valid.json test-in-domain=100,test-other=106 --out my.jsonl
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { ANY_ENDINGS, readAnyRows } from "../../corpus/files/any-rows";
import type { Columns } from "../../corpus/files/columns";
import { describeProblem } from "../../corpus/files/problem";
import { describeCounts, makeItems, type Share, type Source } from "../../corpus/make";
import { SPLITS } from "../../corpus/read";
import { writeItems } from "../../corpus/write";
import { uncheckedNote } from "../check-at-hand";
import { contextFit } from "../context-lengths";
import { loadStudy } from "../file/load";
import { columnList } from "./data-check";

interface Options {
  out: string;
  profile: string;
  columns?: Columns;
  seed: string;
}

const SHARE = new RegExp(`^(${SPLITS.join("|")})(?:=(\\d+))?$`);

/** The shares that an argument like "train=1014,validation" names; undefined where it is a file. */
function sharesOf(argument: string): Share[] | undefined {
  const found = argument.split(",").map((part) => SHARE.exec(part));
  if (found.some((match) => match === null)) return undefined;
  return found.map((match) => {
    const [, split, count] = match!;
    return { split: split as Share["split"], ...(count !== undefined && { count: Number(count) }) };
  });
}

/** A file, or the files of a folder and the folders in it, in the order of their names. */
function filesOf(place: string): string[] {
  const entry = statSync(place, { throwIfNoEntry: false });
  if (!entry) throw new Error(`${place}: expected a file or folder, found none.`);
  if (!entry.isDirectory()) return [place];
  const names = readdirSync(place).sort();
  return names.flatMap((name) => filesOf(join(place, name)));
}

/** Files and the shares behind them. Throws where files have no shares behind them, or shares no files. */
function groupsOf(args: readonly string[]): { files: string[]; shares: Share[] }[] {
  const groups: { files: string[]; shares: Share[] }[] = [];
  let files: string[] = [];
  for (const argument of args) {
    const shares = sharesOf(argument);
    if (!shares) files.push(...filesOf(argument));
    else {
      if (files.length === 0) throw new Error(`"${argument}" stands behind no file.`);
      groups.push({ files, shares });
      files = [];
    }
  }
  if (files.length === 0) return groups;
  throw new Error(
    `Behind ${files[files.length - 1]}: expected its splits, e.g. train=1014,validation=200 (${SPLITS.join(", ")}), found none.`,
  );
}

/** Problems that are printed; the others are counted. */
const SHOWN = 5;

async function make(args: string[], { out, profile, columns, seed }: Options): Promise<void> {
  const sources: Source[] = [];
  for (const { files, shares } of groupsOf(args)) {
    const read = await Promise.all(
      files.map(async (file) => ({ file, read: await readAnyRows(file, columns) })),
    );
    for (const note of read.flatMap((one) => one.read.notes)) console.log(note);
    sources.push({ files: read, shares });
  }
  const { fit, unchecked } = await contextFit(loadStudy(profile));
  const { items, counts, problems } = makeItems(sources, Number(seed), fit);
  for (const problem of problems.slice(0, SHOWN)) console.log(describeProblem(problem));
  if (problems.length > 0) console.log(`Rows with ${problems.length} problems were left out.`);
  const left = describeCounts(counts);
  if (left) console.log(`${left}.`);
  for (const note of uncheckedNote(unchecked)) console.log(note);
  writeItems(out, items);
  const several = items.filter(({ otherSummaries }) => otherSummaries).length;
  const each = SPLITS.map((split) => `${split} ${items.filter((item) => item.split === split).length}`);
  console.log(
    `${out}: ${items.length} items (${each.join(", ")})${several > 0 ? `, ${several} with several summaries` : ""}.`,
  );
}

export const define = (command: Command): Command =>
  command
    .argument(
      "<files and splits...>",
      `${ANY_ENDINGS} files or folders of them, and behind them their splits`,
    )
    .requiredOption("--out <file>", "the .jsonl file to write")
    .option("--profile <study>", "the study whose models the items must fit, by name or file", "tiny")
    .option(
      "--columns <list>",
      "which column is which field: document=article,summary=highlights",
      columnList,
    )
    .option("--seed <number>", "of the lot by which items are shared out", "0")
    .addHelpText(
      "after",
      `
  npm run data:make -- train.json train=1014,validation=200 valid.json test-in-domain=100,test-other=106 --out my.jsonl
A split without a number takes what is left. docs/own-data.md shows each collection.`,
    )
    .action(make);
