// Outputs that are committed: what differs from run to run is gone, pictures are small, all else is kept.
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import {
  type Notebook,
  type NotebookOutput,
  notebookSources,
  textOf,
  tidyNotebook,
} from "../../src/study/tidy-notebook";

const code = (source: string, outputs: NotebookOutput[], tags?: string[]) => ({
  cell_type: "code",
  id: "a",
  metadata: tags ? { tags } : {},
  source,
  execution_count: 7,
  outputs,
});
const notebookOf = (...cells: Notebook["cells"]): Notebook => ({
  cells,
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});
const shown = (data: Record<string, unknown>): NotebookOutput => ({
  output_type: "display_data",
  metadata: {},
  data,
});
const stream = (text: string): NotebookOutput => ({ output_type: "stream", name: "stdout", text });

/** The same two cells as two runs leave them, on a faster and on a slower machine. */
const executed = (seconds: number) =>
  notebookOf(
    code("const seed = 0;", [], ["parameters"]),
    code("const seed = 3;", [], ["injected-parameters"]),
    code("work();", [
      shown({ "text/plain": `work ${"█".repeat(24)} 9/9 loss ${seconds}` }),
      stream(`761걸음, ${seconds}초\n되풀이 ${seconds}회, 30초 동안 익힌다\n`),
      shown({
        "text/html": `<table>\n<thead><tr><th>모델</th><th>첫 토큰 (ms)</th><th>초</th></tr></thead>\n<tbody>\n<tr><td>a</td><td>${seconds}</td><td>${seconds * 2}</td></tr>\n</tbody>\n</table>`,
        "text/plain": `모델 | 첫 토큰 (ms) | 초\na | ${seconds} | ${seconds * 2}`,
      }),
    ]),
  );
const source = notebookOf(code("const seed = 0;", [], ["parameters"]), code("work();", []));

it("drops progress and measured times, and keeps counts and sentences", () => {
  const slow = tidyNotebook(source, executed(4.5), "a");
  const [, work] = slow.cells;
  expect(work!.outputs).toEqual([
    stream("761걸음, …초\n되풀이 4.5회, 30초 동안 익힌다\n"),
    shown({
      "text/html": expect.stringContaining("<tr><td>a</td><td>…</td><td>…</td></tr>"),
      "text/plain": "모델 | 첫 토큰 (ms) | 초\na | … | …",
    }),
  ]);
  expect(slow.cells.map((cell) => cell.execution_count)).toEqual([1, 2]);
  const fast = tidyNotebook(source, executed(1.25), "a");
  expect(fast.cells[1]!.outputs![1]).toEqual(work!.outputs![1]);
});

it("keeps a small figure as SVG, paints a large one, and leaves the live one out", () => {
  const circles = (n: number) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100">${Array.from({ length: n }, (_, i) => `<circle cx="${i % 200}" cy="${i % 100}" r="3" fill="#d00"/>`).join("")}</svg>`;
  const live = { data: [], layout: {} };
  const figure = (svg: string) =>
    shown({ "application/vnd.plotly.v1+json": live, "image/svg+xml": svg, "text/plain": "figure: x" });
  const run = notebookOf(code("work();", [figure(circles(3)), figure(circles(3000))]));
  const [small, large] = tidyNotebook(notebookOf(code("work();", [])), run, "a").cells[0]!.outputs!;
  expect(small!.data).toEqual({ "image/svg+xml": circles(3), "text/plain": "figure: x" });
  const png = Buffer.from(String(large!.data!["image/png"]), "base64");
  // The PNG's own header: signature, then width and height at 120 of 96 dots.
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([250, 125]);
  expect(png.length).toBeLessThan(circles(3000).length / 5);
  expect(large!.data!["image/svg+xml"]).toBeUndefined();
});

it("refuses a copy of another notebook, naming the cell", () => {
  const edited = notebookOf(code("const seed = 0;", []), code("other();", []));
  expect(() => tidyNotebook(edited, executed(1), "05-distillation.ipynb")).toThrow(
    "05-distillation.ipynb, cell 2: the executed copy was made of another text",
  );
  expect(() => tidyNotebook(notebookOf(), executed(1), "a")).toThrow("has 2 cells, the notebook 0");
});

it("outputs do not change what decides the results", () => {
  const key = (notebook: Notebook) =>
    createHash("sha256")
      .update(JSON.stringify(notebookSources(notebook)))
      .digest("hex");
  expect(key(tidyNotebook(source, executed(1), "a"))).toBe(key(source));
  expect(key(notebookOf(code("work(2);", [])))).not.toBe(key(notebookOf(code("work();", []))));
  expect(textOf(["a\n", "b"])).toBe("a\nb");
});
