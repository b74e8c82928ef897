// The committed notebooks as a reader meets them: an English line, facts first, short cells, the next one linked, small files.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./notebook";

const folder = join(root, "notebooks");
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ipynb"))
  .sort();
interface Cell {
  cell_type: string;
  source: string | string[];
  metadata: { tags?: string[] };
  outputs?: { data?: Record<string, unknown> }[];
}
const cellsOf = (name: string): Cell[] => JSON.parse(readFileSync(join(folder, name), "utf8")).cells;
const sourceOf = (cell: Cell | undefined) => [cell?.source ?? ""].flat().join("");

it("are numbered without a gap", () => {
  expect(names.map((name) => Number(name.slice(0, 2)))).toEqual(names.map((_, i) => i + 1));
});

describe.each(names)("%s", (name) => {
  const cells = cellsOf(name);
  const code = cells.filter((cell) => cell.cell_type === "code");

  it("opens with a title, one English line, parameters and the fact sheet", () => {
    expect(sourceOf(cells[0])).toMatch(/^# \d\d\. .*\n\n\*[\x20-\x7e]+\.\*/);
    expect(code[0]!.metadata.tags).toEqual(["parameters"]);
    for (const parameter of ["profile", "seed", "data"])
      expect(sourceOf(code[0])).toContain(`const ${parameter} =`);
    expect(sourceOf(code[1])).toContain("console.log(factSheet(study));");
  });

  it("has cells of up to about ten lines", () => {
    const lines = code.map((cell) => sourceOf(cell).split("\n").length);
    expect(Math.max(...lines)).toBeLessThanOrEqual(12);
  });

  it("ends with a link to the next notebook, or from the last to the first", () => {
    const next = names[(names.indexOf(name) + 1) % names.length];
    expect(sourceOf(cells.at(-1))).toContain(`(${next})`);
  });

  it("is well below 1 MB, and its figures have a static picture", () => {
    expect(statSync(join(folder, name)).size).toBeLessThan(500_000);
    const bundles = code.flatMap((cell) => cell.outputs ?? []).map((output) => output.data ?? {});
    for (const data of bundles.filter((d) => String(d["text/plain"]).startsWith("figure:")))
      expect(Boolean(data["image/svg+xml"] ?? data["image/png"])).toBe(true);
  });
});
