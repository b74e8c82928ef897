// A message of a catalogue with its places filled. `{name}` is a value; `{name, capital}` one that begins a sentence;
// `{count, plural, one {item} other {items}}` words that go with a number, as in ICU MessageFormat; `[은/는]` the Korean
// particle that agrees with what stands before it, a value or the message's own text.
import { agree } from "./particles";

/** What stands in a place: its text, and the number that a plural goes by. */
export interface Value {
  text: string;
  number?: number;
}

const PLACE = /\{(\w+)(?:, (capital)|, plural, one \{([^{}]*)\} other \{([^{}]*)\})?\}/g;

/** The names of a message's places. */
export const placesIn = (message: string): string[] => [
  ...new Set([...message.matchAll(PLACE)].map(([, name]) => name!)),
];

/** Fills a message in a language (its BCP 47 name). Throws where a place has no value, or a plural no number. */
export function fill(message: string, values: Readonly<Record<string, Value>>, language: string): string {
  let filled = "";
  let from = 0;
  for (const match of message.matchAll(PLACE)) {
    const [place, name, capital, one, other] = match;
    filled = agree(message.slice(from, match.index), filled);
    from = match.index! + place.length;
    const value = values[name!];
    if (value === undefined) throw new Error(`"${message}": nothing for {${name}}.`);
    if (one === undefined) {
      filled += capital ? value.text.charAt(0).toUpperCase() + value.text.slice(1) : value.text;
    } else {
      if (value.number === undefined) throw new Error(`"${message}": no number for the plural of {${name}}.`);
      filled += new Intl.PluralRules(language).select(value.number) === "one" ? one : other;
    }
  }
  return agree(message.slice(from), filled);
}
