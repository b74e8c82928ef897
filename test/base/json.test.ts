// JSON read strictly: RFC 8259 leaves open what a name that stands twice means, and no reader of ours chooses silently.
import { describe, expect, it } from "vitest";
import { JsonError, parseJson, parseJsonWithLines } from "../../src/base/json";

const faultOf = (text: string): [string, number] => {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return [error.reason, error.line];
    throw error;
  }
  return ["no fault", 0];
};

describe("parseJson", () => {
  it("gives what JSON.parse gives", () => {
    for (const text of [
      "null",
      "3",
      '"a"',
      "[]",
      '[{"a": [{}, {"a": 1}]}, {"a": 2}]',
      '{"a": {"a": {"a": 1}}, "b": "{\\"a\\":1"}',
    ])
      expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"a": 1,\n "b": 2,\n "a": 3}', "a", 3],
    ['{"x": [0, {"y": 1, "y": 1}]}', "y", 1],
    ['{"\\u0061": 1, "a": 2}', "a", 1],
    ['{"__proto__": 1, "__proto__": 2}', "__proto__", 1],
  ])("refuses a name that stands twice in one object: %s", (text, name, line) => {
    expect(faultOf(text)).toEqual([`the name "${name}" stands twice in one object`, line]);
  });

  it.each([
    ['[\n {"a": 1},\n {"a": 2,}\n]', 3],
    ["{\n'a': 1}", 2],
    ['[\n"a"', 2],
    ['{"a": 1}\n{"a": 2}', 2],
    ["[1, NaN]", 1],
    ["", 1],
  ])("names the line of the first fault: %j", (text, line) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(faultOf(text)[1]).toBe(line);
  });

  it("refuses nesting that no file of a person has, as a fault of the text", () => {
    expect(faultOf("[".repeat(1e5) + "]".repeat(1e5))[0]).toContain("nested too deeply");
  });

  it("gives the line of each element of an array, and of nothing inside them", () => {
    const text = '\n[\n  {"a": [1,\n2]}, "b",\n\n  [3], null,\n 4\n]';
    expect(parseJsonWithLines(text)).toMatchObject({ value: JSON.parse(text), lines: [3, 4, 6, 6, 7] });
    const object = parseJsonWithLines('{"a": [1,\n {"b": [2]}],\n "c": {"d": [3]}, "e": [\n[4]]}');
    expect(object.lines).toEqual([]);
    expect([...object.memberLines]).toEqual([
      ["a", [1, 2]],
      ["e", [4]],
    ]);
  });
});
