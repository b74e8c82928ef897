// A reader's JupyterLab in a real browser: a notebook is opened and run by the menu, its progress moves, its figure is drawn.
// Screenshots stay in data/cache/browser-test.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Browser, chromium, type Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, kernelIsIdle, type Lab, runAllCells, startLab, until } from "./jupyterlab";
import { root, temporaryFolder } from "./notebook";

const program = findChromium();
if (!program) console.log("browser test skipped: no Chromium here (Debian: apt install chromium)");

const folder = temporaryFolder();
const screenshots = join(root, "data/cache/browser-test");
const profile = `browser-${process.pid}`;

/** As many as take some ten seconds on a quiet machine: the test looks at what moves. */
const STEPS = 200;

/** Trains a LoRA adapter on the committed tiny student for some seconds, then draws its curve. */
const CELLS = [
  'const study = 1;\nconsole.log("준비");',
  `import { loadStudy } from "./src/study/file/load";
const context = { ...loadStudy("smoke"), models: loadStudy("tiny").models, name: "${profile}", seed: 0,
  data: { counts: { train: ${4 * STEPS}, validation: 4, "test-in-domain": 2, "test-other": 2 } } };`,
  'import { trainSystem } from "./src/study/stages/train";\nconst trained = await trainSystem(context, "lora-student");',
  'import { trainingCurves } from "./src/figures/training-curves";\nimport { show } from "./src/figures/show";\nimport { systemsOf } from "./src/results/systems";\nawait show(trainingCurves([trained.value], systemsOf(context)));',
];

describe.skipIf(!program)("JupyterLab in Chromium", () => {
  let lab: Lab;
  let browser: Browser;
  const file = join(folder, "training.ipynb");

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    const cells = CELLS.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    }));
    const kernelspec = {
      name: "tslab",
      display_name: "TypeScript (this repository)",
      language: "typescript",
    };
    writeFileSync(file, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
    lab = await startLab();
    browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"], timeout: 0 });
  });
  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(root, "data/runs", profile), { recursive: true, force: true });
  });

  it("runs a notebook by the menu, moves the progress and draws the live figure", async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1400 }, locale: "ko-KR" });
    // On a busy machine JupyterLab takes its time; whatever never comes, test/limits/watch.ts ends.
    page.setDefaultTimeout(0);
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(lab.address(`data/cache/${basename(folder)}/training.ipynb`));
    const look = (name: string) => page.screenshot({ path: join(screenshots, `${name}.png`) });
    try {
      await page
        .locator(".jp-CodeCell")
        .nth(CELLS.length - 1)
        .waitFor();
      await kernelIsIdle(page);
      await look("1-opened");
      await runAllCells(page);

      // The bar's own text, "lora-student ███░░░ 12/200 loss 0.9 · 3 s", seen to change while the cell runs.
      const text = new RegExp(`[█░]{24} \\d+/${STEPS}`);
      const bar = page.locator(".jp-OutputArea-output", { hasText: text }).first();
      const refused = page
        .locator('[data-mime-type$=".stderr"], [data-mime-type$=".error"]')
        .filter({ hasNotText: text });
      const orRefused = async (awaited: Locator) => {
        await awaited.or(refused).first().waitFor();
        expect(await refused.allInnerTexts()).toEqual([]);
      };
      await orRefused(bar);
      const seen = new Set<string>();
      await until(async () => seen.add((await bar.innerText()).trim()).size >= 3);
      // The chart below it grows too: its line has more points at a later look.
      const line = page.locator(".jp-RenderedSVG img").first();
      const chart = async () => decodeURIComponent((await line.getAttribute("src"))!);
      const pointsOf = (svg: string) => /points="([^"]*)"/.exec(svg)![1]!.split(" ").length;
      const few = pointsOf(await chart());
      await until(async () => pointsOf(await chart()) > few);
      await look("2-training");
      const done = [...seen].map((text) => Number(/(\d+)\/\d+/.exec(text)![1]));
      expect(done).toEqual([...done].sort((a, b) => a - b));
      expect(done.at(-1)).toBeGreaterThan(done[0]!);

      // The last cell's number comes when it is done.
      await orRefused(page.locator(".jp-InputPrompt", { hasText: `[${CELLS.length}]` }));
      const cells = page.locator(".jp-CodeCell");
      expect(pointsOf(await chart())).toBe(STEPS);
      const figure = cells.nth(CELLS.length - 1).locator(".js-plotly-plot");
      await orRefused(figure.locator("svg.main-svg"));
      await figure.first().scrollIntoViewIfNeeded();
      await look("3-figure");
      // A line of the losses and one of as many rates, drawn by the browser's Plotly and not a picture.
      const lines = await figure.locator(".scatterlayer .trace path.js-line").all();
      expect(lines.length).toBeGreaterThanOrEqual(2);
      const longest = await Promise.all(lines.map(async (line) => (await line.getAttribute("d"))!.length));
      expect(Math.max(...longest)).toBeGreaterThan(200);
      expect(
        await cells
          .nth(CELLS.length - 1)
          .locator(".jp-RenderedSVG")
          .count(),
      ).toBe(0);
      expect(errors).toEqual([]);
    } catch (error) {
      await look("failed");
      throw new Error(`${(error as Error).message}\nJupyterLab said:\n${lab.log().slice(-3000)}`);
    }
  });
});
