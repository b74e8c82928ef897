// A study with names, number and kinds of systems of its own: stages to results, then every figure and table of systems.
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embeddingMap } from "../../src/figures/embedding-map";
import { toSvg } from "../../src/figures/figure";
import { lengthAgainstBertscore } from "../../src/figures/length-against-bertscore";
import { retrievalFigure } from "../../src/figures/retrieval";
import { rougeByTokenizer } from "../../src/figures/rouge-by-tokenizer";
import { itemsWithoutTokens, systemScores } from "../../src/figures/score-table";
import { seedSpread } from "../../src/figures/seeds";
import { stylesOf } from "../../src/figures/systems";
import { systemsInBothMetrics } from "../../src/figures/systems-in-both-metrics";
import { trainingCurves } from "../../src/figures/training-curves";
import { loadPublished, publishedBeside } from "../../src/results/published";
import { seedRows } from "../../src/results/seeds";
import type { StudyResults } from "../../src/results/study-results";
import { mainSystem, systemsOf, withRole } from "../../src/results/systems";
import { RUNS } from "../../src/study/stage";
import { resultsStage } from "../../src/study/stages/results";
import { sampleRows } from "../../src/study/stages/samples";
import { openStudy } from "../../src/study/study";

const name = `free-systems-${process.pid}`;
const folder = path.join(RUNS, name);
const file = path.join(RUNS, `${name}.json`);
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.rmSync(file, { force: true });
});

/** An untuned teacher, a student that learns from it, and one with LoRA alone: no untuned student, no control. */
const FILE = {
  extends: "smoke",
  data: { counts: { train: 6, validation: 2, "test-in-domain": 3, "test-other": 3 } },
  compared: ["student"],
  recipes: {
    ...{ untuned: null, "lora-student": null, "full-student": null, distilled: null, "lora-teacher": null },
    riese: { label: { ko: "큰 모델", en: "the giant" }, base: "teacher", tune: "none" },
    "kurz-1": {
      label: { ko: "<짧은> 글을 배운 작은 모델 하나", en: "a small model & its first teacher" },
      base: "student",
      tune: "full",
      optimiser: { learningRate: 2e-3 },
      teacher: { recipe: "riese", source: "cache", topK: 16 },
      loss: { divergence: "reverse-kl", alpha: 0.5, temperature: 2 },
    },
    adapter: {
      label: { ko: "어댑터", en: "adapter" },
      base: "student",
      tune: "lora",
      lora: { rank: 2, alpha: 4 },
      optimiser: { learningRate: 1e-3 },
    },
  },
};
const IDS = ["riese", "kurz-1", "adapter"];

let results: StudyResults;
let context: ReturnType<typeof openStudy>;
beforeAll(async () => {
  fs.mkdirSync(RUNS, { recursive: true });
  fs.writeFileSync(file, JSON.stringify(FILE));
  context = openStudy(file, 3);
  results = JSON.parse(JSON.stringify((await resultsStage(context)).value));
});

describe("results", () => {
  it("have the study's systems, and what each of them is", () => {
    expect(results.systems.map(({ system }) => system)).toEqual(IDS);
    expect(systemsOf(results).map(({ id, role }) => [id, role])).toEqual([
      ["riese", "teacher"],
      ["kurz-1", "distilled"],
      ["adapter", "lora"],
    ]);
    expect(mainSystem(results).id).toBe("kurz-1");
    expect(["untuned", "control"].map((role) => withRole(results, role as "control"))).toEqual([
      undefined,
      undefined,
    ]);
    expect(results.training.map(({ system }) => system)).toEqual(["kurz-1", "adapter"]);
    expect(results.repeatability!.system).toBe("kurz-1");
    expect(results.cache!.topK).toBe(16);
  });

  it("say what makes each stage, and a cell of the notebooks calls it", () => {
    expect(results.calls).toMatchObject({ "train-kurz-1": "trainSystem", "train-adapter": "trainSystem" });
    expect(Object.keys(results.calls)).not.toContain("train-riese");
    const cells = fs
      .readdirSync("notebooks")
      .filter((notebook) => notebook.endsWith(".ipynb"))
      .map((notebook) => fs.readFileSync(path.join("notebooks", notebook), "utf8"))
      .join();
    for (const call of Object.values(results.calls)) expect(cells).toContain(`${call}(study`);
  });

  it("are compared with the published rows of their kinds alone", () => {
    const pairs = new Set(results.audit!.published.map(({ a, b }) => `${a} ${b}`));
    expect([...pairs].sort()).toEqual(["adapter kurz-1", "adapter riese", "riese kurz-1"]);
    expect(
      publishedBeside(loadPublished().systems, results).map(({ system, rouge1 }) => [system, rouge1]),
    ).toEqual([
      ["adapter", 0.3905],
      ["riese", 0.4826],
      ["kurz-1", 0.4783],
    ]);
  });
});

describe.each(["ko", "en"] as const)("figures and tables in %s", (language) => {
  it("name all systems", async () => {
    const systems = systemsOf(results);
    const samples = await sampleRows(context);
    const published = publishedBeside(loadPublished().systems, results);
    const { search } = results;
    const labels = systems.map(({ label }) => label[language]);
    const trained = labels.slice(1);
    const figures = {
      curves: [trainingCurves(results.training, systems, language), trained],
      metrics: [systemsInBothMetrics(results.systems, published, systems, language), labels],
      tokenizers: [rougeByTokenizer(results.systems, systems, language), labels],
      length: [lengthAgainstBertscore(samples, systems, language), labels],
      retrieval: [retrievalFigure(results.retrieval!, systems, language), labels],
      map: [embeddingMap(search!, systems, language), [labels[1]!]],
      seeds: [
        seedSpread(
          seedRows({ ...results, seeds: [{ seed: 4, systems: results.systems }] }),
          systems,
          language,
        ),
        labels,
      ],
    } as const;
    for (const [which, [figure, shown]] of Object.entries(figures)) {
      const text = [...(await toSvg(figure)).matchAll(/>([^<]+)</g)].map(([, found]) => found).join(" ");
      const read = text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
      for (const label of shown)
        for (const word of label.split(" ")) expect(read, `${which}: ${label}`).toContain(word);
    }
    for (const rows of [
      systemScores(results.systems, "all", systems, language),
      itemsWithoutTokens(results.systems, systems, language),
    ])
      expect(rows.map((row) => Object.values(row)[0])).toEqual(labels);
  });
});

it("systems of one kind look different", () => {
  const recipe = context.recipes["kurz-1"]!;
  const recipes = Object.fromEntries(
    ["a", "b", "c", "d"].map((id) => [id, { ...recipe, label: { ko: id, en: id } }]),
  );
  const styles = Object.values(stylesOf(systemsOf({ recipes })));
  expect(new Set(styles.map(({ color }) => color)).size).toBe(4);
  expect(new Set(styles.map(({ symbol }) => symbol)).size).toBe(4);
});
