// What the report says, as data: keys of messages with what fills them, names, numbers with their origin. A language turns it
// into words at the very end, so that no finding knows a language and no language holds a rule.
import type { Label, Language } from "../../base/language";
import { fill } from "../../base/message";
import { marked, unmarked } from "../marks";
import { idOf } from "../origin";
import { type Amount, amountOf, type Numbers } from "../quantity";
import { en } from "./en";
import { ko } from "./ko";

export type Key = keyof typeof ko;

/** A language's messages; a further language is one more of these. */
export type Catalogue = Readonly<Record<Key, string>>;

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { ko, en };

export const isKey = (name: string): name is Key => Object.hasOwn(ko, name);

/** A message and what fills its places. */
export interface Finding {
  key: Key;
  args: Readonly<Record<string, Said>>;
}

/** A number as it is shown. */
export interface Shown {
  text: Said;
  amount: Amount;
}

export interface Joined {
  items: readonly Said[];
  by: string;
}

/** Text as it stands (of data, of numbers), a name, a message, a number, or a list of them, joined by commas. */
export type Said = string | Label | Finding | Shown | Joined | readonly Said[];

export const say = (key: Key, args: Finding["args"] = {}): Finding => ({ key, args });
export const joined = (items: readonly Said[], by: string): Joined => ({ items, by });

/** Items joined by a message of `{first}` and `{rest}`, where languages join them in different ways. */
export const linked = (key: Key, items: readonly Said[]): Said =>
  items.length === 0 ? "" : items.reduceRight((rest, first) => say(key, { first, rest }));

const isList = (said: Said): said is readonly Said[] => Array.isArray(said);

/** What is said, in the words of a language; numbers carry the marks of their origin and are noted. */
export function inWords(said: Said, language: Language, noted?: Numbers): string {
  const words = (part: Said): string => inWords(part, language, noted);
  if (typeof said === "string") return said;
  if (isList(said)) return words(joined(said, ", "));
  if ("items" in said) return said.items.map(words).join(said.by);
  if ("amount" in said) {
    const { amount, text } = said;
    if (typeof amount === "number") return words(text);
    const id = idOf(amount.origin);
    noted?.set(id, amount);
    return marked(id, words(text));
  }
  if (!("key" in said)) return said[language];
  const values = Object.entries(said.args).map(([name, value]) => {
    const text = words(value);
    const counted = typeof value === "object" && "amount" in value;
    return [name, counted ? { text, number: amountOf(value.amount) } : { text }];
  });
  return fill(CATALOGUES[language][said.key], Object.fromEntries(values), language);
}

/** What is said, as a reader sees it. */
export const textOf = (said: Said, language: Language = "ko"): string => unmarked(inWords(said, language));
