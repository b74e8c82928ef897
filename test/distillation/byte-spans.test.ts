// Spans of two tokenisations aligned by bytes: Korean syllables in byte tokens against whole ones.
import { expect, it } from "vitest";
import { byteSpans } from "../../src/distillation/vocabularies/byte-spans";

const bytes = (...tokens: (string | number[])[]): Uint8Array[] =>
  tokens.map((token) => Buffer.from(token as string));

it("a syllable of three byte tokens on one side is one token on the other", () => {
  const student = bytes("나", "는 ", [0xec], [0x8b], [0xac], "야");
  const teacher = bytes("나는", " ", "심", "야");
  expect(byteSpans(student, teacher)).toEqual([
    { student: [0, 2], teacher: [0, 2], bytes: [0, 7] },
    { student: [2, 5], teacher: [2, 3], bytes: [7, 10] },
    { student: [5, 6], teacher: [3, 4], bytes: [10, 13] },
  ]);
});

it("cuts inside one syllable at different bytes make one span, and what only one side has belongs to none", () => {
  const student = bytes([0xec, 0x8b], [0xac], "가나");
  const teacher = bytes([0xec], [0x8b, 0xac], "가");
  expect(byteSpans(student, teacher)).toEqual([{ student: [0, 2], teacher: [0, 2], bytes: [0, 3] }]);
});

it("a token of no bytes joins the span that is under way", () => {
  const spans = byteSpans(bytes("가", "", "나"), bytes("가", "나"));
  expect(spans.map(({ student }) => student)).toEqual([
    [0, 1],
    [1, 3],
  ]);
});

it("different texts are refused with the place", () => {
  expect(() => byteSpans(bytes("가나다"), bytes("가라다"))).toThrow(
    /from byte 4 on the student's has "가나다", the teacher's "가라다"/,
  );
});
