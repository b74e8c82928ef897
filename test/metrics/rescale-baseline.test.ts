// The rescale baseline: its file is what readBaseline takes, and unrelated sentences then score about 0.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import { BertScorer } from "../../src/metrics/bertscore/bert-scorer";
import { readBaseline } from "../../src/metrics/bertscore/bertscore";
import {
  baselineFile,
  baselineSentences,
  rescaleBaseline,
} from "../../src/metrics/bertscore/rescale-baseline";
import { loadEncoder } from "../../src/models/encoder";
import { loadEncoderTokenizer } from "../../src/prompts/encoder-tokenizer";
import { meanPRF } from "../../src/statistics/significance";
import { oracleFolder } from "./oracle";

it("rescales unrelated texts to about 0", async () => {
  const folder = join(oracleFolder, "bertscore/models/tiny-bert");
  const encoder = loadEncoder(folder);
  const tokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  const counts = { train: 0, validation: 0, "test-in-domain": 60, "test-other": 40 };
  const texts = studyCorpus(3, counts).map((item) => item.document);
  const rows = rescaleBaseline(texts, { encoder, tokenizer, pairs: 400 });
  expect(rows.length).toBe(encoder.layers + 1);
  const out = mkdtempSync(join(tmpdir(), "baseline-"));
  const path = join(out, "baseline.tsv");
  writeFileSync(path, baselineFile(rows));
  const baseline = readBaseline(path, 2);
  rmSync(out, { recursive: true });
  expect(baseline.f).toBeCloseTo(rows[2]!.f, 6);

  // Other texts of the same kind, each against the next: the mean is near the baseline.
  const others = baselineSentences(studyCorpus(4, counts).map((item) => item.document));
  const scorer = new BertScorer({ encoder, tokenizer, layer: 2, baseline });
  const { items } = scorer.score(scorer.references(others.slice(1)), others.slice(0, -1));
  expect(Math.abs(meanPRF(items).f)).toBeLessThan(0.25);
  expect(() => rescaleBaseline(["한 문장."], { encoder, tokenizer })).toThrow(/at least two/);
});
