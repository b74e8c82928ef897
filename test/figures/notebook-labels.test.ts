// A ROUGE in a notebook is named by its tokenizer's one name: "어절" is a tokenizer of its own and no word for whitespace.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { tokenizerName } from "../../src/metrics/rouge/names";
import { type Notebook, textOf } from "../../src/study/tidy-notebook";

const FOLDERS = ["notebooks", "reports/notebooks"];

const cells = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".ipynb"))
    .flatMap((file) => {
      const notebook = JSON.parse(readFileSync(`${folder}/${file}`, "utf8")) as Notebook;
      return notebook.cells.map((cell) => ({ place: `${folder}/${file} ${cell.id}`, cell }));
    }),
);

it("no cell writes a tokenizer's name beside a ROUGE by hand", () => {
  const byHand = /["'`]ROUGE-\w+ ?\([^)]*\)["'`]/;
  expect(cells.filter(({ cell }) => byHand.test(textOf(cell.source))).map(({ place }) => place)).toEqual([]);
});

it("no table is of a ROUGE by eojeol, morphemes or letters, and no text calls one so", () => {
  const others = ["eojeol", "unicode_word", "character", "morpheme"].map((key) => `(${tokenizerName(key)})`);
  const wrong = cells.filter(({ cell }) =>
    (cell.outputs ?? [])
      .map((output) => textOf(output.data?.["text/plain"] as string).split("\n")[0]!)
      .some((head) => head.includes("ROUGE") && others.some((name) => head.includes(name))),
  );
  expect(wrong.map(({ place }) => place)).toEqual([]);
  const prose = cells.filter(
    ({ cell }) => cell.cell_type === "markdown" && /어절 ?ROUGE/.test(textOf(cell.source)),
  );
  expect(prose.map(({ place }) => place)).toEqual([]);
});
