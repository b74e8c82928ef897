// The line of sources below a table: short, and no id more or less than the table's numbers have.
import { describe, expect, it } from "vitest";
import { compactIds } from "../../src/report/origins";

/** Every id that a line stands for, where equal lists of one line vary as one. */
function expanded(line: string): string[] {
  const list = /\{([^}]*)\}/.exec(line)?.[0];
  if (list === undefined) return [line];
  return list
    .slice(1, -1)
    .split(",")
    .flatMap((part) => expanded(line.replaceAll(list, part)));
}

describe("compactIds", () => {
  it.each([
    ["fills a pattern", ["a/x/1", "a/x/2", "a/y/1", "a/y/2"], 1],
    ["leaves apart what does not fill one", ["a/x/1", "a/x/2", "a/y/1"], 2],
    ["varies the same part of a formula as one", [0, 1, 2].map((i) => `ratio(a/${i}/kept,a/${i}/all)`), 1],
    [
      "keeps a formula over two places",
      ["ratio(a/1/n,a/0/n)", "ratio(a/2/n,a/0/n)", "ratio(a/4/n,a/3/n)"],
      2,
    ],
  ])("%s", (_, ids, lines) => {
    const compact = compactIds(ids);
    expect(compact).toHaveLength(lines);
    expect(compact.flatMap(expanded).sort()).toEqual([...ids].sort());
  });
});
