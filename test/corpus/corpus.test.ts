// The generated corpus: counts, separation of splits, particles by code point, possible dates, facts in their documents.
import { describe, expect, it } from "vitest";
import { furtherSummaries, STUDY_COUNTS, studyCorpus } from "../../src/corpus/corpus";
import { IN_DOMAIN, KINDS, OTHER, TOPIC_LABELS } from "../../src/corpus/topics";

const items = studyCorpus();
const of = (split: string) => items.filter((item) => item.split === split);

/** Independent of src: whether a word is followed by the consonant form, read off the code point or how it is spoken. */
function takesConsonantForm(word: string, ro: boolean): boolean {
  const last = word.codePointAt(word.length - 1)!;
  if (last >= 0xac00 && last <= 0xd7a3) {
    const final = (last - 0xac00) % 28;
    return final !== 0 && !(ro && final === 8);
  }
  const spoken: Record<string, string> = { "0": "영", "1": "일", "2": "이", "3": "삼", "4": "사", "5": "오" };
  Object.assign(spoken, {
    "6": "육",
    "7": "칠",
    "8": "팔",
    "9": "구",
    "%": "퍼센트",
    m: "미터",
    g: "그램",
    L: "리터",
  });
  return takesConsonantForm(spoken[word.slice(-1)]!, ro);
}

describe("studyCorpus", () => {
  it("has the study's counts, ids and kinds", () => {
    for (const [split, count] of Object.entries(STUDY_COUNTS)) expect(of(split)).toHaveLength(count);
    expect(Object.values(STUDY_COUNTS)).toEqual([1014, 200, 100, 106]);
    expect(of("train")[0]!.id).toBe("train-0001");
    expect(new Set(items.map((item) => item.id)).size).toBe(1420);
    expect(Object.keys(IN_DOMAIN)).toHaveLength(12);
    expect(Object.keys(OTHER)).toHaveLength(5);
    for (const topic of Object.keys(KINDS)) expect(TOPIC_LABELS[topic]).toMatch(/^[가-힣 ]+$/);
  });

  it("repeats for a seed and differs for another", () => {
    expect(studyCorpus()).toEqual(items);
    expect(studyCorpus(1)[0]).not.toEqual(items[0]);
  });

  it("never summarises the other topics in training, and no text of one split stands in another", () => {
    const topics = (split: string) => new Set(of(split).map((item) => item.topic));
    for (const split of ["train", "validation", "test-in-domain"])
      expect(topics(split)).toEqual(new Set(Object.keys(IN_DOMAIN)));
    expect(topics("test-other")).toEqual(new Set(Object.keys(OTHER)));
    expect(new Set(items.map((item) => item.document)).size).toBe(items.length);
    expect(new Set(items.map((item) => item.summary)).size).toBe(items.length);
  });

  it("keeps every fact word for word in its document", () => {
    for (const item of items) {
      expect(item.facts!.length).toBeGreaterThanOrEqual(5);
      for (const fact of item.facts!) expect(item.document).toContain(fact);
    }
  });

  it("puts the right particle after every fact, by final consonant", () => {
    const pairs = [
      ["은", "는"],
      ["이", "가"],
      ["을", "를"],
      ["과", "와"],
      ["으로", "로"],
      ["이라면", "라면"],
      ["이라는", "라는"],
    ] as const;
    const forms = pairs.flat().join("|");
    let checked = 0;
    for (const item of items) {
      const text = `${item.document} ${item.summary}`;
      for (const fact of item.facts!) {
        const pattern = new RegExp(`${fact.replace(/[.()]/g, "\\$&")}'?(${forms})(?=[\\s.,]|$)`, "gu");
        for (const [found, form] of text.matchAll(pattern)) {
          const [consonant, vowel] = pairs.find((pair) => (pair as readonly string[]).includes(form!))!;
          const right = takesConsonantForm(fact, vowel === "로") ? consonant : vowel;
          expect(`${found} in ${item.id}`).toBe(`${found.slice(0, -form!.length)}${right} in ${item.id}`);
          checked += 1;
        }
      }
    }
    expect(checked).toBeGreaterThan(5000);
  });

  it("has 를, 는, 와, 가 after an open syllable wherever they end a noun", () => {
    for (const item of items) {
      for (const match of `${item.document} ${item.summary}`.matchAll(/([가-힣])를(?=[\s.,]|$)/gu)) {
        expect(`${match[1]}를 ${item.id} ${takesConsonantForm(match[1]!, false)}`).toBe(
          `${match[1]}를 ${item.id} false`,
        );
      }
    }
    expect(items.some((item) => /[[\]]?[가-힣]+\/[가-힣]+\]/.test(item.document + item.summary))).toBe(false);
  });

  it("has only possible dates and hours, and shares that leave room", () => {
    const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (const { document, id } of items) {
      for (const [, month, day] of document.matchAll(/(\d+)월 (\d+)일/g)) {
        expect(
          `${id} ${Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days[Number(month) - 1]!}`,
        ).toBe(`${id} true`);
      }
      for (const [, hour] of document.matchAll(/(?:오전|오후) (\d+)시/g))
        expect(Number(hour)).toBeLessThanOrEqual(12);
    }
    for (const item of items.filter(({ topic }) => topic === "survey")) {
      const [first, second] = item
        .facts!.filter((fact) => fact.endsWith("%"))
        .map((fact) => Number.parseInt(fact, 10));
      expect(first! + second!).toBeLessThanOrEqual(100);
      expect(first!).toBeGreaterThan(second!);
    }
  });

  it("keeps deadlines before starts and bulletins in season", () => {
    const dayOfYear = (text: string) => {
      const [, month, day] = /(\d+)월 (\d+)일/.exec(text)!;
      return Number(month) * 31 + Number(day);
    };
    for (const { document } of of("train").filter(({ topic }) => topic === "recruit")) {
      const deadline = /(?:원서는 |마감은 )(\d+월 \d+일)/.exec(document)![1]!;
      const start = /(?:수업은 )?(\d+월 \d+일)(?:에 시작해|부터 \d+주간)/.exec(document)![1]!;
      expect(dayOfYear(deadline)).toBeLessThan(dayOfYear(start));
    }
    for (const { document } of of("train").filter(({ topic }) => topic === "weather")) {
      const month = Number(/(\d+)월/.exec(document)![1]);
      if (month >= 6 && month <= 8) expect(document).not.toMatch(/영하|눈이/);
    }
  });
});

describe("furtherSummaries", () => {
  it("gives other annotators' summaries of the same documents, built of the same facts", () => {
    const further = furtherSummaries(3);
    expect(further.size).toBe(items.length);
    const different = items.filter((item) => !further.get(item.id)!.includes(item.summary)).length;
    expect(different / items.length).toBeGreaterThan(0.8);
    for (const item of items.slice(0, 100)) {
      for (const summary of further.get(item.id)!) {
        const numbers = summary.match(/\d+/g) ?? [];
        for (const number of numbers) expect(item.document).toContain(number);
      }
    }
  });
});
