// Stage "corpus": the items of the study, generated or the user's own, checked and written down once.
import * as fs from "node:fs";
import * as path from "node:path";
import { STUDY_SEED, studyCorpus } from "../../corpus/corpus";
import { DataFileError } from "../../corpus/files/problem";
import type { Item, Split } from "../../corpus/item";
import { findEmptySplits, readStudyItems } from "../../corpus/validate";
import { writeItems } from "../../corpus/write";
import { type Artifact, hashFiles, stage } from "../stage";
import type { StudyContext } from "./context";

export interface CorpusArtifact {
  hash: string;
  counts: Record<Split, number>;
  synthetic: boolean;
}

/** The corpus of this study as an artifact. Throws a DataFileError for a split without items and for a test text that occurs in training. */
export function corpusStage({ profile, dataFile }: StudyContext): Promise<Artifact<CorpusArtifact>> {
  const inputs = dataFile ? { data: hashFiles([dataFile]) } : { seed: STUDY_SEED, counts: profile.counts };
  return stage(profile.name, "corpus", 2, inputs, async (directory) => {
    const items = dataFile ? ownItems(dataFile) : studyCorpus(STUDY_SEED, profile.counts);
    const empty = findEmptySplits(dataFile ?? "the generated corpus", items);
    if (empty.length > 0) throw new DataFileError(empty);
    const file = path.join(directory, "items.jsonl");
    writeItems(file, items);
    const counts = { train: 0, validation: 0, "test-in-domain": 0, "test-other": 0 };
    for (const item of items) counts[item.split]++;
    return { hash: hashFiles([file]), counts, synthetic: !dataFile };
  });
}

/** The items of a user's file; what was repaired on reading is said where the stage runs. */
function ownItems(file: string): Item[] {
  const { items, notes } = readStudyItems(file);
  for (const note of notes) console.log(note);
  return items;
}

/** The items of the corpus artifact; of one split when it is named. */
export function itemsOf(corpus: Artifact<CorpusArtifact>, ...splits: Split[]): Item[] {
  const lines = fs.readFileSync(path.join(corpus.directory, "items.jsonl"), "utf8").trimEnd().split("\n");
  const items = lines.map((line) => JSON.parse(line) as Item);
  return splits.length === 0 ? items : items.filter((item) => splits.includes(item.split));
}
