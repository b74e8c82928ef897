// The kinds of text in the generated corpus: twelve are summarised in training, five never are.
import type { Kind } from "./kind";
import { control } from "./kinds/control";
import { dialogue } from "./kinds/dialogue";
import { email } from "./kinds/email";
import { event } from "./kinds/event";
import { facility } from "./kinds/facility";
import { health } from "./kinds/health";
import { minutes } from "./kinds/minutes";
import { note } from "./kinds/note";
import { recipe } from "./kinds/recipe";
import { recruit } from "./kinds/recruit";
import { review } from "./kinds/review";
import { rule } from "./kinds/rule";
import { sports } from "./kinds/sports";
import { support } from "./kinds/support";
import { survey } from "./kinds/survey";
import { table } from "./kinds/table";
import { weather } from "./kinds/weather";

/** Kinds of the training, validation and in-domain test splits. */
export const IN_DOMAIN: Readonly<Record<string, Kind>> = {
  support,
  event,
  control,
  recruit,
  health,
  survey,
  rule,
  facility,
  minutes,
  review,
  weather,
  sports,
};
/** Kinds of the other test split: other topics and formats, never summarised in training. */
export const OTHER: Readonly<Record<string, Kind>> = { dialogue, note, table, email, recipe };
/** All seventeen kinds by topic. */
export const KINDS: Readonly<Record<string, Kind>> = { ...IN_DOMAIN, ...OTHER };

/** Topic -> Korean name. */
export const TOPIC_LABELS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(KINDS).map(([topic, kind]) => [topic, kind.label]),
);
