// The study's generated corpus: synthetic Korean paragraphs with reference summaries. Nothing in it is about a real place or person.
import { Random } from "../base/random";
import { summarise } from "./annotator";
import { Draw } from "./draw";
import type { Item, Split } from "./item";
import type { Draft, Kind } from "./kind";
import { IN_DOMAIN, KINDS, OTHER } from "./topics";

/** The published study's counts. */
export const STUDY_COUNTS: Readonly<Record<Split, number>> = {
  train: 1014,
  validation: 200,
  "test-in-domain": 100,
  "test-other": 106,
};
export const STUDY_SEED = 20260112;

/** A generated document with its topic. */
export interface TopicDraft extends Draft {
  topic: string;
}

/** Writes one document of a topic; throws on an unknown topic. */
export function writeDraft(draw: Draw, topic: string): TopicDraft {
  const kind = KINDS[topic];
  if (kind === undefined) {
    throw new Error(`Unknown topic "${topic}"; known topics: ${Object.keys(KINDS).join(", ")}.`);
  }
  return { topic, ...kind.write(draw) };
}

/** The slot values of a draft that stand word for word in its document, each once. */
export const factsOf = (draft: Draft): string[] =>
  [...new Set(Object.values(draft.slots))].filter((value) => draft.document.includes(value));

function* generate(seed: number, counts: Readonly<Record<Split, number>>): Generator<[Item, TopicDraft]> {
  const draw = new Draw(new Random(seed));
  const seen = new Set<string>();
  for (const split of Object.keys(STUDY_COUNTS) as Split[]) {
    const topics = Object.keys(split === "test-other" ? OTHER : IN_DOMAIN);
    const found: [string, TopicDraft][] = [];
    while (found.length < counts[split]) {
      const draft = writeDraft(draw, topics[found.length % topics.length] as string);
      const summary = summarise(draw, KINDS[draft.topic] as Kind, draft);
      // No document and no summary stands twice, within a split or across splits.
      if (seen.has(draft.document) || seen.has(summary)) continue;
      seen.add(draft.document).add(summary);
      found.push([summary, draft]);
    }
    for (const [index, [summary, draft]] of draw.random.shuffle(found).entries()) {
      const id = `${split}-${String(index + 1).padStart(4, "0")}`;
      yield [
        { id, document: draft.document, summary, topic: draft.topic, split, facts: factsOf(draft) },
        draft,
      ];
    }
  }
}

/** The generated corpus, split by split; the same seed and counts give the same items. */
export function studyCorpus(
  seed = STUDY_SEED,
  counts: Readonly<Record<Split, number>> = STUDY_COUNTS,
): Item[] {
  return [...generate(seed, counts)].map(([item]) => item);
}

/** Item id -> `perItem` more summaries of the same document by other annotators: what a human level would score. */
export function furtherSummaries(
  perItem: number,
  seed = STUDY_SEED,
  counts: Readonly<Record<Split, number>> = STUDY_COUNTS,
): Map<string, string[]> {
  const draw = new Draw(new Random(seed + 1));
  const result = new Map<string, string[]>();
  for (const [item, draft] of generate(seed, counts)) {
    const kind = KINDS[draft.topic] as Kind;
    result.set(
      item.id,
      Array.from({ length: perItem }, () => summarise(draw, kind, draft)),
    );
  }
  return result;
}
