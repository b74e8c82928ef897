// korouge's and Mecab's tokens against the Python packages on real sentences. Mecab's dictionary is 110 MB and comes with
// `npm run cli -- fetch-analyser`: without it those tests are skipped.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyserFolder, fetchedFolder } from "../../src/metrics/analyser-folder";
import { analyse } from "../../src/metrics/mecab/analyse";
import { MecabDictionary } from "../../src/metrics/mecab/dictionary";
import { rougeMetrics } from "../../src/metrics/rouge/metrics";
import { korougeTokenizer, loadMecabTokenizer } from "../../src/metrics/rouge/tokenizers";

type Tagged = [surface: string, tag: string][];
const { rows } = JSON.parse(
  readFileSync(join(__dirname, "../fixtures/morphemes/morphemes.json"), "utf8"),
) as {
  rows: { text: string; mecab: Tagged; korouge: string[] }[];
};
const hasDictionary = existsSync(process.env.MECAB_KO_DIC ?? fetchedFolder("mecab"));
if (!hasDictionary)
  console.log("Skipped: Mecab's dictionary is not there. npm run cli -- fetch-analyser mecab");

it("korouge's tokens are korouge_score's", () => {
  for (const { text, korouge } of rows) expect(korougeTokenizer.tokenize(text), text).toEqual(korouge);
});

it("says how to get what is not there, and what is no dictionary", () => {
  const before = process.env.MECAB_KO_DIC;
  const folder = mkdtempSync(join(tmpdir(), "mecab-"));
  process.env.MECAB_KO_DIC = join(folder, "none");
  expect(() => analyserFolder("mecab")).toThrow("npm run cli -- fetch-analyser mecab");
  process.env.MECAB_KO_DIC = folder;
  expect(() => loadMecabTokenizer()).toThrow(/without sys\.dic, unk\.dic, matrix\.bin, char\.bin, dicrc/);
  for (const name of ["sys.dic", "unk.dic", "matrix.bin", "char.bin", "dicrc"])
    writeFileSync(join(folder, name), "나쁜 파일");
  expect(() => loadMecabTokenizer()).toThrow(/sys\.dic: expected a compiled MeCab dictionary of version 102/);
  if (before === undefined) delete process.env.MECAB_KO_DIC;
  else process.env.MECAB_KO_DIC = before;
});

describe.skipIf(!hasDictionary)("Mecab", () => {
  // A skipped block's body runs all the same.
  const open = () => new MecabDictionary(analyserFolder("mecab"));

  it("morphemes and tags are python-mecab-ko's", () => {
    const dictionary = open();
    for (const { text, mecab } of rows) {
      const found = analyse(dictionary, text).map(({ surface, tag }) => [surface, tag]);
      expect(found, text).toEqual(mecab);
    }
  });

  it("the dictionary's hash is in the signature", () => {
    const tokenizers = new Map([["mecab", loadMecabTokenizer()]]);
    const [metric] = rougeMetrics("mecab");
    const scoring = { references: ["다리를 연다."], tokenizers };
    expect(metric!.signature(scoring)).toContain(`tokenizer=mecab(mecab-ko-dic:${open().hash.slice(0, 12)})`);
    expect(metric!.perItem(["다리는 연다."], scoring)[0]).toBeCloseTo(0.75, 10);
  });
});
