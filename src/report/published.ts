// The counts of the published evaluation as numbers of a sentence.
import type { Shown } from "./catalogue/said";
import { derived, type Origin, place } from "./origin";

const published = (origin: Origin, value: number): Shown => ({
  text: String(value),
  amount: { origin, value },
});

/** Test items of the published evaluation, as data/published.json has them, for where a sentence names them. */
export const PUBLISHED_COUNTS = {
  "in-domain": published(place("published", "testItems", "in-domain"), 100),
  other: published(place("published", "testItems", "other"), 106),
  all: published(derived("sum", place("published", "testItems", "*")), 206),
};
