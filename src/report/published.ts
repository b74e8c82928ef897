// The counts of the published evaluation as numbers of a sentence.
import { shown } from "./quantity";

/** Test items of the published evaluation, as data/published.json has them, for where a sentence names them. */
export const PUBLISHED_COUNTS = {
  "in-domain": shown({ id: "published/testItems/in-domain", value: 100 }, "100"),
  other: shown({ id: "published/testItems/other", value: 106 }, "106"),
  all: shown({ id: "sum(published/testItems/*)", value: 206 }, "206"),
};
