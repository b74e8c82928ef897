// Pre-training conversations: never a summary of the study's splits, always on the paragraph they open with.
import { describe, expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import { plainStyle } from "../../src/corpus/plain-style";
import { conversations } from "../../src/corpus/pretraining";

const items = studyCorpus();
const banned = new Set(items.flatMap((item) => [item.document, item.summary]));

describe("conversations", () => {
  it("never shows a document or a summary of the splits and never asks for a summary", () => {
    const source = conversations(99, banned);
    const paragraphs = new Set<string>();
    for (let i = 0; i < 3000; i++) {
      const turns = source.next().value;
      expect(turns.length).toBeGreaterThanOrEqual(3);
      expect(turns.length).toBeLessThanOrEqual(5);
      const paragraph = turns[0]!.user.split("\n\n")[0]!;
      paragraphs.add(paragraph);
      expect(banned.has(paragraph)).toBe(false);
      for (const turn of turns) {
        expect(banned.has(turn.model)).toBe(false);
        expect(turn.user + turn.model).not.toContain("요약");
        expect(turn.model.trim()).not.toBe("");
      }
      expect(turns.slice(1).every((turn) => !turn.user.includes("\n"))).toBe(true);
    }
    expect(paragraphs.size).toBe(3000);
  });

  it("skips what is banned: with its own output banned, the same seed gives none of it", () => {
    const first = conversations(5, new Set());
    const shown = Array.from({ length: 50 }, () => first.next().value[0]!.user.split("\n\n")[0]!);
    const second = conversations(5, new Set(shown));
    for (let i = 0; i < 200; i++) expect(shown).not.toContain(second.next().value[0]!.user.split("\n\n")[0]);
  });

  it("repeats for a seed", () => {
    const a = conversations(3, banned);
    const b = conversations(3, banned);
    for (let i = 0; i < 20; i++) expect(a.next().value).toEqual(b.next().value);
  });
});

describe("plainStyle", () => {
  it.each([
    ["문을 엽니다.", "문을 연다."],
    ["대상은 청년입니다.", "대상은 청년이다."],
    ["양식을 함께 붙입니다.", "양식을 함께 붙인다."],
    ["값이 저렴하고 마감이 꼼꼼합니다.", "값이 저렴하고 마감이 꼼꼼하다."],
    ["예약은 전화로 합니다.", "예약은 전화로 한다."],
    ["기온이 줄어듭니다.", "기온이 줄어든다."],
    ["한 줄 글", undefined],
  ])("%s -> %s", (polite, plain) => {
    expect(plainStyle(polite)).toBe(plain);
  });
});
