// Every figure of the fixture tables: its SVG against the committed one, and the values that it draws against the tables.
import { describe, expect, it } from "vitest";
import { toSvg } from "../../src/figures/figure";
import { stylesOf } from "../../src/figures/systems";
import { systemsInBothMetrics } from "../../src/figures/systems-in-both-metrics";
import { tokenHeatmap } from "../../src/figures/token-heatmap";
import { trainingCurves } from "../../src/figures/training-curves";
import { loadPublished } from "../../src/results/published";
import { systemsOf } from "../../src/results/systems";
import { drawAll, fixtureResults } from "./fixture-figures";

interface Trace {
  name: string;
  xaxis?: string;
  x: number[];
  y: number[];
  mode: string;
  error_x: { array: number[]; arrayminus: number[] };
}

describe("SVG of", () => {
  for (const [name, figure] of Object.entries(drawAll())) {
    it(name, async () => {
      await expect(await toSvg(figure)).toMatchFileSnapshot(`../fixtures/figures/${name}.svg`);
    });
  }
});

describe("systems in both metrics", () => {
  const results = fixtureResults();
  const traces = systemsInBothMetrics(results.systems, loadPublished().systems, systemsOf(results))
    .data as Trace[];

  it("draws the intervals of the tables", () => {
    const inDomain = traces[0]!;
    const order = ["untuned", "lora-student", "full-student", "distilled", "lora-teacher"];
    order.forEach((id, i) => {
      const row = results.systems.find((r) => r.system === id)!;
      const [low, high] = row.interval95["in-domain"]["rouge1.whitespace"]!;
      expect(inDomain.x[i]).toBe(row.scores["in-domain"]["rouge1.whitespace"]);
      expect(inDomain.x[i]! + inDomain.error_x.array[i]!).toBeCloseTo(high, 12);
      expect(inDomain.x[i]! - inDomain.error_x.arrayminus[i]!).toBeCloseTo(low, 12);
    });
  });

  it("puts the published values on axes that none of ours are on, under a name that says whose they are", () => {
    const [published, ours] = [true, false].map((theirs) =>
      traces.filter((trace) => (trace.name === "원 보고서의 공개 값") === theirs),
    ) as [Trace[], Trace[]];
    const axes = new Set(ours.map((trace) => trace.xaxis));
    expect(axes.size).toBe(4);
    expect(published.map((trace) => axes.has(trace.xaxis))).toEqual([false, false]);
    expect(published.map((trace) => trace.x)).toEqual([
      [0.0894, 0.3905, 0.4783, 0.4826],
      [0.8443, 0.7946, 0.8321, 0.8332],
    ]);
  });
});

describe("training curves", () => {
  it("of a long run have at most 120 points whose mean is the run's", () => {
    const run = fixtureResults().training[0]!;
    const curve = Array.from({ length: 1200 }, (_, i) => ({ ...run.curve[0]!, step: i + 1, loss: i % 7 }));
    const line = trainingCurves([{ ...run, curve }], systemsOf(fixtureResults())).data[0] as Trace;
    expect(line.y).toHaveLength(120);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(line.y)).toBeCloseTo(mean(curve.map((point) => point.loss)), 9);
    expect(line.x[119]).toBe(1200);
  });
});

describe("looks", () => {
  it("tell systems apart without colour", () => {
    const styles = Object.values(stylesOf(systemsOf(fixtureResults())));
    expect(new Set(styles.map((style) => style.symbol)).size).toBe(styles.length);
    expect(new Set(styles.map((style) => style.dash)).size).toBe(styles.length);
  });

  it("show tokens that look like markup as they stand", async () => {
    const svg = await toSvg(
      tokenHeatmap([
        { token: '<a href="http://example.invalid">', kl: 1, teacher: "x", student: "x", gold: "x" },
        { token: "<b>", kl: 0, teacher: "x", student: "x", gold: "x" },
      ]),
    );
    expect(svg).not.toContain("<a ");
    expect(svg).toMatch(/&(lt|#60);b&(gt|#62);/);
  });
});
