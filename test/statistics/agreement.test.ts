// Krippendorff's alpha against his published example, Bradley-Terry against its own likelihood equations.
import { describe, expect, it } from "vitest";
import { bradleyTerry } from "../../src/statistics/bradley-terry";
import { alphaInterval95, krippendorffAlpha, type Unit } from "../../src/statistics/krippendorff";

// Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section D: four observers, twelve units, marks missing.
const OBSERVERS = [
  "1 2 3 3 2 1 4 1 2 . . .",
  "1 2 3 3 2 2 4 1 2 5 . 3",
  ". 3 3 3 2 3 4 2 2 5 1 .",
  "1 2 3 3 2 4 4 1 2 5 1 .",
].map((row) => row.split(" ").map((mark) => (mark === "." ? null : Number(mark))));
const UNITS: Unit[] = OBSERVERS[0]!.map((_, unit) => OBSERVERS.map((marks) => marks[unit]!));

describe("Krippendorff's alpha", () => {
  it.each([
    ["nominal", 0.743],
    ["ordinal", 0.815],
    ["interval", 0.849],
  ] as const)("%s: the published value", (level, expected) => {
    expect(krippendorffAlpha(UNITS, level)).toBeCloseTo(expected, 3);
  });

  it("is 1 where all agree, below 0 where they disagree more than by chance, null where nobody can", () => {
    expect(
      krippendorffAlpha(
        [
          [1, 1],
          [2, 2],
          [3, null],
        ],
        "ordinal",
      ),
    ).toBe(1);
    expect(
      krippendorffAlpha(
        [
          [1, 5],
          [5, 1],
        ],
        "ordinal",
      )!,
    ).toBeLessThan(0);
    expect(
      krippendorffAlpha(
        [
          [3, 3],
          [3, 3],
        ],
        "ordinal",
      ),
    ).toBeNull();
    expect(
      krippendorffAlpha(
        [
          [3, null],
          [null, 2],
        ],
        "ordinal",
      ),
    ).toBeNull();
  });

  it("has an interval around it, the same on every run", () => {
    const [low, high] = alphaInterval95(UNITS, "ordinal")!;
    expect(low).toBeLessThan(0.815);
    expect(high).toBeGreaterThan(0.815);
    expect(alphaInterval95(UNITS, "ordinal")).toEqual([low, high]);
    expect(alphaInterval95([[1, 2]], "ordinal")).toBeNull();
  });
});

describe("Bradley-Terry", () => {
  it("of two is the ratio of wins", () => {
    const [a, b] = bradleyTerry([
      [0, 3],
      [1, 0],
    ])!;
    expect(a! / b!).toBeCloseTo(3, 9);
    expect(a! * b!).toBeCloseTo(1, 9);
  });

  it("fulfils the likelihood equations: expected wins are the wins", () => {
    const wins = [
      [0, 7, 4.5, 9],
      [3, 0, 6, 5],
      [5.5, 4, 0, 8],
      [1, 5, 2, 0],
    ];
    const strengths = bradleyTerry(wins)!;
    wins.forEach((row, i) => {
      const expected = row.reduce(
        (sum, won, j) =>
          i === j ? sum : sum + ((won + wins[j]![i]!) * strengths[i]!) / (strengths[i]! + strengths[j]!),
        0,
      );
      expect(expected).toBeCloseTo(
        row.reduce((sum, won) => sum + won, 0),
        8,
      );
    });
  });

  it("has none where somebody never lost", () => {
    expect(
      bradleyTerry([
        [0, 2, 2],
        [0, 0, 1],
        [0, 1, 0],
      ]),
    ).toBeNull();
  });
});
