// Messages with places: values, plurals by CLDR's rules, particles after a word, a number, a Latin word, and after the message's own text.
import { expect, it } from "vitest";
import { fill, placesIn } from "../../src/base/message";

const values = (texts: Record<string, string | [text: string, number: number]>) =>
  Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [
      name,
      typeof value === "string" ? { text: value } : { text: value[0], number: value[1] },
    ]),
  );

it("Korean particles agree with what stands before them, read aloud", () => {
  const said = (left: string) =>
    fill("{left}[이/가] {left}[으로/로] ‘{left}’[은/는]", values({ left }), "ko");
  expect(said("학생")).toBe("학생이 학생으로 ‘학생’은");
  expect(said("교사")).toBe("교사가 교사로 ‘교사’는");
  // 0.051 ends in 일, which takes 로; 10 ends in 십; KL and int8 are read 엘 and 팔.
  expect(said("0.051")).toBe("0.051이 0.051로 ‘0.051’은");
  expect(said("10")).toBe("10이 10으로 ‘10’은");
  expect(said("KL")).toBe("KL이 KL로 ‘KL’은");
  expect(said("int8")).toBe("int8이 int8로 ‘int8’은");
  expect(fill("값은 {p}%[이/가]", values({ p: "3" }), "ko")).toBe("값은 3%가");
});

it("a value's own brackets and braces are text", () => {
  expect(fill("{a}[은/는] {b}", values({ a: "[이/가]", b: "{a}" }), "ko")).toBe("[이/가]는 {a}");
});

it("plurals go by the number, not by its text; a sentence begins with a capital", () => {
  const said = (n: [string, number]) =>
    fill("{set, capital}: {n} {n, plural, one {item} other {items}}", values({ set: "in-domain", n }), "en");
  expect(said(["1", 1])).toBe("In-domain: 1 item");
  expect(said(["1,030", 1030])).toBe("In-domain: 1,030 items");
  expect(said(["0", 0])).toBe("In-domain: 0 items");
});

it("a place without a value, or a plural without a number, is an error that names it", () => {
  expect(() => fill("{a} {b}", values({ a: "x" }), "en")).toThrow('"{a} {b}": nothing for {b}.');
  expect(() => fill("{a, plural, one {x} other {y}}", values({ a: "1" }), "en")).toThrow(
    /no number .* \{a\}/,
  );
  expect(placesIn("{a} {n, plural, one {x} other {y}} {a}")).toEqual(["a", "n"]);
});
