// Stage "corpus": the items of the study, generated or the user's own, checked and written down once.
import * as fs from "node:fs";
import * as path from "node:path";
import { STUDY_SEED, studyCorpus } from "../../corpus/corpus";
import { DataFileError } from "../../corpus/files/problem";
import type { Item, Split } from "../../corpus/item";
import { findEmptySplits, readStudyItems } from "../../corpus/validate";
import { writeItems } from "../../corpus/write";
import { findTooLong } from "../context-lengths";
import { defineStage } from "../define-stage";
import { type Artifact, hashFiles, ROOT } from "../stage";
import type { StudyContext } from "./context";

export interface CorpusArtifact {
  hash: string;
  counts: Record<Split, number>;
  synthetic: boolean;
}

/**
 * The corpus of this study as an artifact. Throws a DataFileError for a split without items, for a test text that occurs in
 * training, and for an item that is too long for a model at hand.
 */
export const corpusStage = defineStage({
  name: () => "corpus",
  version: 2,
  needs: () => ({}),
  key: (study) => {
    const file = dataFileOf(study);
    return file ? { data: hashFiles([file]) } : { seed: STUDY_SEED, counts: study.data.counts };
  },
  run: async ({ study, directory }): Promise<CorpusArtifact> => {
    const dataFile = dataFileOf(study);
    const { items, lines } = dataFile ? ownItems(dataFile) : generated(study.data.counts);
    const source = dataFile ?? "the generated corpus";
    const empty = findEmptySplits(source, items);
    if (empty.length > 0) throw new DataFileError(empty);
    const { problems } = await findTooLong(study, source, items, lines);
    if (problems.length > 0) throw new DataFileError(problems);
    const file = path.join(directory, "items.jsonl");
    writeItems(file, items);
    const counts = { train: 0, validation: 0, "test-in-domain": 0, "test-other": 0 };
    for (const item of items) counts[item.split]++;
    return { hash: hashFiles([file]), counts, synthetic: !dataFile };
  },
});

const dataFileOf = ({ data }: StudyContext): string | undefined =>
  data.file === undefined ? undefined : path.resolve(ROOT, data.file);

/** Items and the lines that they begin on. */
type Lined = { items: Item[]; lines: number[] };

/** The items of a user's file; what was repaired on reading is said where the stage runs. */
function ownItems(file: string): Lined {
  const { notes, ...read } = readStudyItems(file);
  for (const note of notes) console.log(note);
  return read;
}

function generated(counts: Record<Split, number> | undefined): Lined {
  const items = studyCorpus(STUDY_SEED, counts);
  return { items, lines: items.map((_, i) => i + 1) };
}

/** The items of the corpus artifact; of one split when it is named. */
export function itemsOf(corpus: Artifact<CorpusArtifact>, ...splits: Split[]): Item[] {
  const lines = fs.readFileSync(path.join(corpus.directory, "items.jsonl"), "utf8").trimEnd().split("\n");
  const items = lines.map((line) => JSON.parse(line) as Item);
  return splits.length === 0 ? items : items.filter((item) => splits.includes(item.split));
}
