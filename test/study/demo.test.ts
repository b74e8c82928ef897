// The demo in Chromium: both models write the engine's own summaries in the page, and nothing is asked of another host.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { chromium } from "playwright-core";
import { afterAll, expect, it } from "vitest";
import { exportDecoder } from "../../src/export/decoder";
import { copyModelFiles } from "../../src/export/model-files";
import { generate } from "../../src/generation/generate";
import { loadDecoder } from "../../src/models/load";
import { userText } from "../../src/prompts/example";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { disposePacked, quantizedDecoder, uniformPlan } from "../../src/quantization/decoder";
import { INT4 } from "../../src/quantization/scheme";
import { buildDemo } from "../../src/study/demo/build";
import { serveFolder } from "../../src/study/demo/server";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const browserFile = BROWSERS.find((file) => fs.existsSync(file));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "demo-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const DOCUMENT =
  "시립도서관은 9월 3일부터 열람실을 새로 연다. 좌석은 모두 120석이다. 문의는 관리과로 하면 된다.";
const NEW_TOKENS = 24;

it.skipIf(!browserFile)(
  "summarises in the page, without network (skipped where no Chromium is installed)",
  async () => {
    const folder = path.join(__dirname, "../../data/models/gemma2-student");
    const decoder = loadDecoder(folder);
    const tokenizer = await loadTokenizer(folder);
    const out = path.join(scratch, "demo");
    await buildDemo(out, { about: "시험.", maxNewTokens: NEW_TOKENS }, async (model) => {
      const read = (name: string) => decoder.weights.get(name)!.dataSync() as Float32Array;
      exportDecoder(decoder.config, read, model, "fp32");
      exportDecoder(decoder.config, read, model, "q4", () => INT4);
      copyModelFiles(folder, model);
    });
    const rounded = quantizedDecoder(decoder, uniformPlan(decoder, INT4));
    const expected = [rounded, decoder].map((model) => {
      const options = { maxNewTokens: NEW_TOKENS, stopIds: tokenizer.stopIds, padId: tokenizer.padId };
      return tokenizer.decode(generate(model, [tokenizer.prompt(userText(DOCUMENT))], options)[0]!).trim();
    });
    disposePacked(rounded);
    decoder.dispose();

    const { url, server } = await serveFolder(out, 0);
    const browser = await chromium.launch({
      executablePath: browserFile!,
      args: ["--no-sandbox"],
      timeout: 0,
    });
    try {
      const page = await browser.newPage({ viewport: { width: 1000, height: 760 } });
      page.setDefaultTimeout(0);
      const asked: string[] = [];
      const missing: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("response", (response) => {
        if (response.status() >= 400) missing.push(response.url());
      });
      await page.goto(url);
      await page.locator("#go:not([disabled])").waitFor();
      await page.locator("#document").fill(DOCUMENT);
      await page.locator("#go").click();
      await page.locator("body[data-state=done], body[data-state=failed]").waitFor();
      const texts = await page.locator("output").allInnerTexts();
      expect(texts.map((text) => text.trim())).toEqual(expected);
      for (const figures of await page.locator(".figures").allInnerTexts())
        expect(figures).toMatch(/^첫 토큰 \d+ ms, 전체 [\d.]+초, 토큰 \d+개/);
      expect(asked.filter((address) => !address.startsWith(url) && !address.startsWith("blob:"))).toEqual([]);
      expect(missing.filter((address) => !address.endsWith("favicon.ico"))).toEqual([]);
      if (process.env.DEMO_SCREENSHOT) await page.screenshot({ path: process.env.DEMO_SCREENSHOT });
    } finally {
      await browser.close();
      server.close();
    }
  },
);
