// How well the fact extractor finds what is known to stand in a text: precision and recall on the generated corpus's slot values.
import type { Item } from "../corpus/item";
import { FAMILY_NAMES, GIVEN_NAMES, PLACE_HEADS, PLACE_TAILS, PLACE_UNITS } from "../corpus/words";
import { extractFacts, squeeze } from "../metrics/facts/facts";
import type { FactKind } from "../results/facts";

export interface KindAccuracy {
  kind: FactKind;
  /** Slot values of the kind in the documents, and how many of them the extractor finds. */
  slots: number;
  found: number;
  /** Facts of the kind that it finds in the summaries, and how many of them are slot values. */
  extracted: number;
  right: number;
}

const REGION = new RegExp(`^(${PLACE_HEADS.join("|")})(${PLACE_TAILS.join("|")})(${PLACE_UNITS.join("|")})$`);
const PERSON = new RegExp(`^(${FAMILY_NAMES.join("|")})(${GIVEN_NAMES.join("|")})$`);
const COUNT = /^([\d.]+)(명|개월|주|%p|%|도|m|km|점|권|박|층|시간|개|분|cm|kg|g|장|표|kWh)$/;
const two = (digits: string) => digits.padStart(2, "0");

/** What a slot value is to be found as, from the generator's own few forms and not by the extractor's rules. */
export function factOfSlot(slot: string): { kind: FactKind; value: string } | undefined {
  const date = /^(\d+)월 (\d+)일$/.exec(slot);
  if (date) return { kind: "date", value: `${two(date[1]!)}-${two(date[2]!)}` };
  const time = /^(오전|오후) (\d+)시$/.exec(slot);
  if (time) {
    const hour = (Number(time[2]) % 12) + (time[1] === "오후" ? 12 : 0);
    return { kind: "time", value: `${two(String(hour))}:00` };
  }
  const money = /^([\d,.]+)(만|억)? ?원$/.exec(slot);
  if (money) {
    const scale = money[2] === "만" ? 10_000 : money[2] === "억" ? 100_000_000 : 1;
    return { kind: "number", value: `${Number(money[1]!.replaceAll(",", "")) * scale}원` };
  }
  const wind = /^초속 (\d+)m$/.exec(slot);
  if (wind) return { kind: "number", value: `${wind[1]}m/s` };
  const score = /^(\d+) 대 (\d+)$/.exec(slot);
  if (score) return { kind: "score", value: `${score[1]}-${score[2]}` };
  const count = COUNT.exec(slot);
  if (count) return { kind: "number", value: `${Number(count[1])}${count[2]}` };
  if (REGION.test(slot)) return { kind: "place", value: slot };
  if (PERSON.test(slot)) return { kind: "person", value: slot };
  return undefined;
}

/** Counts by kind. Recall is read on documents, which name every slot; precision on summaries, whose facts are all slots. */
export function extractorAccuracy(items: readonly Item[]): KindAccuracy[] {
  const counts = new Map<FactKind, KindAccuracy>();
  const of = (kind: FactKind) => {
    const row = counts.get(kind) ?? { kind, slots: 0, found: 0, extracted: 0, right: 0 };
    counts.set(kind, row);
    return row;
  };
  for (const item of items) {
    const values = new Set(extractFacts(item.document).map((fact) => fact.value));
    const slots = item.facts ?? [];
    for (const slot of slots) {
      const expected = factOfSlot(slot);
      if (!expected) continue;
      const row = of(expected.kind);
      row.slots++;
      if (values.has(expected.value)) row.found++;
    }
    for (const fact of extractFacts(item.summary)) {
      const row = of(fact.kind);
      row.extracted++;
      const text = squeeze(fact.text);
      if (slots.some((slot) => squeeze(slot).includes(text) || text.includes(squeeze(slot)))) row.right++;
    }
  }
  return [...counts.values()].sort((a, b) => b.slots - a.slots);
}
