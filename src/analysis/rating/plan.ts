// Blind ratings: which summaries people see, under names that say nothing, in an order of their own for each; the key stays apart.
import { Random } from "../../base/random";
import type { SampleRow } from "../../results/samples";

/** What summaries are marked by, from 1 to 5; those of the National Institute's contest of 2024. */
export const CRITERIA = [
  { id: "faithful", label: "사실성", question: "원문에 없거나 원문과 다른 내용이 없는가" },
  { id: "covers", label: "포괄성", question: "원문의 중요한 내용을 담았는가" },
  { id: "short", label: "간결성", question: "군더더기 없이 짧은가" },
  { id: "fluent", label: "유창성", question: "한국어로 자연스럽게 읽히는가" },
] as const;

export type Criterion = (typeof CRITERIA)[number]["id"];
export const LOWEST = 1;
export const HIGHEST = 5;

/** A text to mark, as raters see it. */
export interface BlindText {
  name: string;
  document: string;
  summary: string;
}

export interface RatingKey {
  version: 1;
  /** Name -> whose summary of which item it is. */
  texts: Record<string, { item: string; system: string }>;
}

export interface RatingPlan {
  key: RatingKey;
  /** For each rater the texts in their order. */
  sheets: BlindText[][];
}

/** Draws `items` samples and puts all systems' summaries of them on every rater's sheet. Throws where there are fewer samples. */
export function planRatings(
  samples: readonly SampleRow[],
  { items, raters, seed }: { items: number; raters: number; seed: number },
): RatingPlan {
  if (items < 1 || items > samples.length || raters < 1)
    throw new Error(
      `Ratings: expected 1 to ${samples.length} items and a rater, found ${items} and ${raters}.`,
    );
  const random = new Random(seed);
  const chosen = random.shuffle(samples).slice(0, items);
  const texts = random.shuffle(
    chosen.flatMap(({ id, document, outputs }) =>
      Object.entries(outputs).map(([system, summary]) => ({ item: id, system, document, summary })),
    ),
  );
  const named = texts.map((text, i) => ({ ...text, name: `t${String(i + 1).padStart(4, "0")}` }));
  return {
    key: {
      version: 1,
      texts: Object.fromEntries(named.map(({ name, item, system }) => [name, { item, system }])),
    },
    sheets: Array.from({ length: raters }, () =>
      random.shuffle(named).map(({ name, document, summary }) => ({ name, document, summary })),
    ),
  };
}
