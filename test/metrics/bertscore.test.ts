// BERTScore against bert_score 0.3.13: first over given states, then with the encoders themselves.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BertScorer } from "../../src/metrics/bertscore/bert-scorer";
import {
  bertscoreHash,
  greedyMatch,
  greedyMatchBest,
  idfWeight,
  plainWeight,
  readBaseline,
  rescale,
  type TokenStates,
  tokenStates,
} from "../../src/metrics/bertscore/bertscore";
import { loadEncoder } from "../../src/models/encoder";
import { loadEncoderTokenizer } from "../../src/prompts/encoder-tokenizer";
import type { PRF } from "../../src/results/scores";
import { oracle, oracleFolder } from "./oracle";

const row = ({ precision, recall, f }: PRF) => [precision, recall, f];
const baselineFile = join(oracleFolder, "bertscore/baseline.tsv");

function expectClose(
  ours: PRF[],
  { P, R, F }: Record<"P" | "R" | "F", (number | "NaN")[]>,
  tolerance: number,
  rescaled = false,
) {
  expect(ours.length).toBe(P.length);
  ours.forEach((score, i) => {
    // F moves with P by 2 R² / (P + R)² and with R by 2 P² / (P + R)²: more than they do, where they nearly cancel each other.
    const [p, r] = [Number(P[i]), Number(R[i])];
    const slope = (2 * (p * p + r * r)) / (p + r) ** 2;
    [P, R, F].forEach((column, c) => {
      const value = row(score)[c]!;
      if (column[i] === "NaN") expect(value, `pair ${i}`).toBeNaN();
      else {
        const difference = Math.abs(value - Number(column[i]));
        expect(difference, `pair ${i} column ${c}`).toBeLessThanOrEqual(
          tolerance * (c === 2 && slope > 1 && !rescaled ? slope : 1),
        );
      }
    });
  });
}

describe.each(["tiny-bert", "tiny-xlmr"])("%s", (model) => {
  const embeddings = oracle(`bertscore/${model}.embeddings.json`);
  const scores = oracle(`bertscore/${model}.scores.json`);
  const states = new Map<string, TokenStates>();
  for (const { text, ids, layer2_f32_le_base64 } of embeddings.texts) {
    const bytes = Buffer.from(layer2_f32_le_base64, "base64");
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    states.set(text, tokenStates(ids, values));
  }
  const special = new Set<number>([embeddings.special.cls, embeddings.special.sep]);
  const of = (text: string) => states.get(text)!;
  const pairs = scores.pairs as { reference: string; candidate: string }[];
  const idf = idfWeight(pairs.map(({ reference }) => of(reference).ids));
  const match = (weight: (id: number) => number) =>
    pairs.map(({ reference, candidate }) => greedyMatch(of(candidate), of(reference), weight));

  it("greedy matching equals the float64 evaluation as far as float32 states go", () => {
    for (const [name, weight] of [
      ["idf_off", plainWeight(special)],
      ["idf_on", idf],
    ] as const) {
      const expected = scores.ideal_float64_unpadded_layer2[name] as (number | "NaN")[][];
      match(weight).forEach((score, i) => {
        row(score).forEach((value, c) => {
          expect(Math.abs(value - Number(expected[i]![c])), `pair ${i}`).toBeLessThanOrEqual(1e-6);
        });
      });
    }
  });

  it("greedy matching equals bert_score at batch size 1", () => {
    for (const run of scores.runs) {
      const { num_layers, batch_size, rescale_with_baseline, idf: withIdf } = run.config;
      if (num_layers !== 2 || batch_size !== 1) continue;
      const baseline = rescale_with_baseline ? readBaseline(baselineFile, 2) : undefined;
      const ours = match(withIdf ? idf : plainWeight(special)).map((s) =>
        baseline ? rescale(s, baseline) : s,
      );
      expectClose(ours, run, baseline ? 5e-5 : withIdf ? 2e-5 : 1e-5, baseline !== undefined);
    }
  });

  it("counts documents for idf", () => {
    const { num_docs, document_frequency } = scores.idf;
    expect(num_docs).toBe(pairs.length);
    for (const [id, frequency] of Object.entries(document_frequency)) {
      expect(idf(Number(id))).toBeCloseTo(Math.log((num_docs + 1) / ((frequency as number) + 1)), 12);
    }
    expect(idf(999_999)).toBeCloseTo(Math.log(num_docs + 1), 12);
  });

  it("one reference with idf has no recall", () => {
    for (const { reference, candidate, P, R, F } of scores.idf_single_reference) {
      const ours = greedyMatch(of(candidate), of(reference), idfWeight([of(reference).ids]));
      expectClose([ours], { P, R, F }, 2e-5);
    }
  });

  it("takes the best of several references column by column", () => {
    const { references, candidates, runs } = scores.multi_reference;
    const ofAll = idfWeight(references.flat().map((text: string) => of(text).ids));
    for (const run of runs) {
      if (run.config.batch_size !== 1) continue;
      const weight = run.config.idf ? ofAll : plainWeight(special);
      const ours = candidates.map((text: string, i: number) =>
        greedyMatchBest(of(text), references[i].map(of), weight),
      );
      expectClose(ours, run, run.config.idf ? 2e-5 : 1e-5);
    }
  });

  it("writes bert_score's hash string", () => {
    for (const { config, hash } of scores.runs) {
      const setting = {
        model,
        layer: config.num_layers,
        idf: config.idf,
        rescaled: config.rescale_with_baseline,
        engine: "hug_trans=5.23.0",
      };
      expect(bertscoreHash(setting)).toBe(hash);
    }
  });

  it("tokenizes as Python, decomposed Hangul included, and says what it cut", async () => {
    const tokenizer = await loadEncoderTokenizer(join(oracleFolder, "bertscore/models", model));
    expect(tokenizer.special).toEqual(special);
    for (const { text, ids, truncated } of embeddings.texts) {
      expect(tokenizer.encode(text), text).toEqual({ ids, truncated });
    }
  });
});

describe.each(["tiny-bert", "tiny-xlmr"])("%s through the engine", (model) => {
  const folder = join(oracleFolder, "bertscore/models", model);
  const scores = oracle(`bertscore/${model}.scores.json`);
  const encoder = loadEncoder(folder);
  const setup = async (config: { num_layers: number; idf: boolean; rescale_with_baseline?: boolean }) =>
    new BertScorer({
      encoder,
      tokenizer: await loadEncoderTokenizer(folder, encoder.maxLength),
      layer: config.num_layers,
      idf: config.idf,
      ...(config.rescale_with_baseline ? { baseline: readBaseline(baselineFile, config.num_layers) } : {}),
    });

  it("every run at batch size 1", async () => {
    const pairs = scores.pairs as { reference: string; candidate: string }[];
    for (const run of scores.runs) {
      if (run.config.batch_size !== 1) continue;
      const scorer = await setup(run.config);
      const references = scorer.references(pairs.map((pair) => pair.reference));
      const ours = scorer.score(
        references,
        pairs.map((pair) => pair.candidate),
      );
      const rescaled = run.config.rescale_with_baseline;
      expectClose(ours.items, run, rescaled ? 5e-5 : run.config.idf ? 2e-5 : 1e-5, rescaled);
      const [upToVersion] = run.hash.split("hug_trans");
      expect(scorer.signature.startsWith(upToVersion)).toBe(true);
    }
  });

  it("several references, and texts that are cut", async () => {
    const { references, candidates, runs } = scores.multi_reference;
    for (const run of runs) {
      if (run.config.batch_size !== 1) continue;
      const scorer = await setup(run.config);
      expectClose(scorer.score(scorer.references(references), candidates).items, run, 2e-5);
    }
    const scorer = await setup({ num_layers: 2, idf: false });
    const long = "서울시는 버스를 늘렸다. ".repeat(40);
    expect(scorer.score(scorer.references([long, "짧은 글"]), ["짧은 글", long]).cut).toEqual([1, 1]);
  });

  it("refuses a layer that the model lacks and lists of unequal length", async () => {
    await expect(setup({ num_layers: 9, idf: false })).rejects.toThrow(/layers 0 to 3.*9/);
    const scorer = await setup({ num_layers: 1, idf: false });
    expect(() => scorer.score(scorer.references(["가"]), [])).toThrow(/expected 1/);
  });
});

describe("what is refused", () => {
  it("a baseline without the layer", () => {
    expect(() => readBaseline(baselineFile, 9)).toThrow(/layer 9/);
  });
  it("a baseline whose columns are not named, or not numbers; in any order they are read", () => {
    const folder = mkdtempSync(join(tmpdir(), "baseline-"));
    const file = join(folder, "baseline.tsv");
    const read = (text: string) => {
      writeFileSync(file, text);
      return () => readBaseline(file, 1);
    };
    expect(read("LAYER,F,R,P\r\n1,0.3,0.2,0.1\r\n")()).toEqual({ precision: 0.1, recall: 0.2, f: 0.3 });
    expect(read("1,0.1,0.2,0.3\n1,0.1,0.2,0.3\n")).toThrow(/under the headings LAYER,P,R,F/);
    expect(read("LAYER,P,R,F\n1,0.1,,0.3\n")).toThrow(/expected a line "1,P,R,F"/);
    expect(read("LAYER,P,P,F\n1,0.1,0.2,0.3\n")).toThrow(/baseline\.tsv:1 P: .*columns 2 and 3/);
    rmSync(folder, { recursive: true });
  });
  it("states that do not fit the tokens", () => {
    expect(() => tokenStates([1, 2, 3], new Float32Array(8))).toThrow(/8 state values.*3 tokens/);
  });
  it("a folder without a tokenizer", async () => {
    await expect(loadEncoderTokenizer(oracleFolder)).rejects.toThrow(/tokenizer\.json/);
  });
});
