// Random choices that the kinds of text share: invented places and people, dates in order, sentences with their slots filled.

import { agree } from "../base/particles";
import type { Random } from "../base/random";
import {
  FAMILY_NAMES,
  FESTIVAL_FORMS,
  festivalThemes,
  GIVEN_NAMES,
  OFFICES,
  PLACE_HEADS,
  PLACE_TAILS,
  PLACE_UNITS,
} from "./words";

/** Slot name -> value as it stands in the text, unit included ("170만 원"). */
export type Slots = Record<string, string>;

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Day of an ordinary year (1-365) -> month and "8월 3일". */
function calendar(dayOfYear: number): { month: number; text: string } {
  let day = dayOfYear;
  let month = 1;
  for (const days of MONTH_DAYS) {
    if (day <= days) break;
    day -= days;
    month += 1;
  }
  return { month, text: `${month}월 ${day}일` };
}

/** Fills `{slot}` and then makes every `[…/…]` particle agree; throws on a slot without a value. */
export function fill(template: string, slots: Readonly<Slots>): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = slots[name];
    if (value === undefined)
      throw new Error(`The template "${template}" wants the slot {${name}}, which has no value.`);
    return value;
  });
  return agree(filled);
}

export class Draw {
  constructor(readonly random: Random) {}

  choice<T>(items: readonly T[]): T {
    return this.random.choice(items);
  }

  integer(low: number, high: number): number {
    return this.random.integer(low, high);
  }

  chance(probability: number): boolean {
    return this.random.next() < probability;
  }

  /** Two different elements. */
  two<T>(items: readonly T[]): [T, T] {
    const first = this.choice(items);
    let second = this.choice(items);
    while (second === first) second = this.choice(items);
    return [first, second];
  }

  /** One of several wordings with its slots filled. */
  sentence(templates: readonly string[], slots: Readonly<Slots>): string {
    return fill(this.choice(templates), slots);
  }

  town(): string {
    return this.choice(PLACE_HEADS) + this.choice(PLACE_TAILS);
  }

  region(): string {
    return this.town() + this.choice(PLACE_UNITS);
  }

  /** A region and an office in it. */
  office(): { region: string; org: string } {
    const region = this.region();
    return { region, org: `${region} ${this.choice(OFFICES)}` };
  }

  person(): string {
    return this.choice(FAMILY_NAMES) + this.choice(GIVEN_NAMES);
  }

  /** `count` different dates in order, all within two months of one year. */
  dates(count: number): string[] {
    const first = this.integer(1, 300);
    const days = new Set<number>([first]);
    while (days.size < count) days.add(first + this.integer(1, 60));
    return [...days].sort((a, b) => a - b).map((day) => calendar(day).text);
  }

  /** Start and end of a stretch of 2 to 36 days within one year, with the month of the start. */
  period(): { month: number; start: string; end: string } {
    const first = this.integer(1, 325);
    const { month, text } = calendar(first);
    return { month, start: text, end: calendar(first + this.integer(1, 35)).text };
  }

  /** One date with its month. */
  day(): { month: number; date: string } {
    const { month, text } = calendar(this.integer(1, 365));
    return { month, date: text };
  }

  /** Opening and closing time of a day. */
  hours(): { open: string; close: string } {
    return { open: `오전 ${this.integer(6, 11)}시`, close: `오후 ${this.integer(1, 9)}시` };
  }

  festival(month: number): string {
    return `${this.choice(festivalThemes(month))} ${this.choice(FESTIVAL_FORMS)}`;
  }
}
