// What the fonts lack is replaced by what means the same, or spelt out; emoji stay whole: in every format, by one function.
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { visible as withoutHidden } from "../../src/base/visible";
import { toPng, toSvg } from "../../src/figures/figure";
import { fontRuns, printable } from "../../src/figures/printable";
import { measureText } from "../../src/figures/text-measure";
import { toPdf } from "../../src/report/pdf";
import { report } from "../../src/report/report";
import { unzip } from "../../src/report/stable-zip";
import { writeReport } from "../../src/report/write";
import { loadPublished } from "../../src/results/published";
import { fixtureResults, fixtureSamples } from "../figures/fixture-figures";
import { EMPTY_SETTINGS, fixtureReport } from "./fixture-report";
import { readPdf } from "./pdf-text";

const FAMILY = "👨‍👩‍👧";
const LARGE_FAMILY = "👨‍👩‍👧‍👦";
const items = readFileSync("test/fixtures/report/emoji.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { id: string; document: string; summary: string; topic: string });

describe("a text for our fonts", () => {
  it("has what means the same in the place of what they lack", () => {
    const pairs: [string, string][] = [
      ["9시∼11시", "9시~11시"],
      ["가⋅나", "가·나"],
      ["서울 ➜ 부산", "서울 → 부산"],
      ["𝟛𝐤𝑚", "3km"],
      ["⟨가⟩", "〈가〉"],
      ["x ⩽ 1⁄2", "x ≤ 1/2"],
      // In the font as they are: no reason to touch them.
      ["3～4 〜 ㎡ ½ ㆍ ﾡ 豈 나랏〮말〯ᄊᆞ미 Привет ≪", "3～4 〜 ㎡ ½ ㆍ ﾡ 豈 나랏〮말〯ᄊᆞ미 Привет ≪"],
    ];
    for (const [text, expected] of pairs) expect(printable(text)).toBe(expected);
  });

  it("spells out what nothing stands for, and only that", () => {
    expect(printable("가 ก 나")).toBe("가 [U+0E01] 나");
    expect(printable("𠀀")).toBe("[U+20000]");
    expect(printable("e\u0361")).toBe("e[U+0361]");
  });

  it("keeps an emoji whole, joined, coloured, flagged or on a key", () => {
    for (const emoji of ["🎉", FAMILY, LARGE_FAMILY, "🏳️‍🌈", "👩🏽‍💻", "🇰🇷", "☎️", "1️⃣", "❤"]) {
      expect(withoutHidden(printable(emoji))).toBe(emoji);
      expect(fontRuns(`가${emoji}나`)).toEqual([
        { text: "가", font: "text" },
        { text: emoji, font: "emoji" },
        { text: "나", font: "text" },
      ]);
      // One picture: not wider than two letters.
      expect(measureText(emoji, 20, "normal").width).toBeLessThan(40);
    }
  });

  it("shows a joiner that joins no emoji", () => {
    expect(withoutHidden("a\u200db \u200d🎉 🎉\u200d")).toBe("a[U+200D]b [U+200D]🎉 🎉[U+200D]");
  });
});

describe("a report about such texts", () => {
  let folder: string;
  const file = (name: string) => readFileSync(join(folder, name));
  const plain = (text: string) => text.replace(/\s/g, "");

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "report-"));
    const results = fixtureResults();
    results.models[0]!.model = `모델 ${LARGE_FAMILY} 9∼11`;
    results.models[0]!.samples = [{ id: items[1]!.id, text: items[1]!.document }];
    const samples = fixtureSamples().slice(0, 1);
    const [base] = samples;
    const rows = items.map((item, i) => ({
      ...base!,
      ...{ id: item.id, topic: item.topic, testSet: i % 2 ? ("other" as const) : ("in-domain" as const) },
      // Long ones are cut, and not within an emoji.
      document: `${"가".repeat(i === 5 ? 380 : 0)}${item.document} ${FAMILY.repeat(30)}`,
      reference: item.summary,
      outputs: { ...base!.outputs, distilled: item.summary },
    }));
    const order = [5, 2, 3, 1, 0, 4, 6].map((i) => rows[i]!);
    const settings = { ...EMPTY_SETTINGS, course: `과정 ${FAMILY} 9∼11`, members: ["ก"] };
    await writeReport(
      report("ko", { results, samples: order, published: loadPublished() }, settings),
      folder,
    );
  });

  it("says the same in Markdown, HTML, Word and PDF, without a box, a torn emoji or a sign that the font lacks", () => {
    const pdf = readPdf(file("report.pdf"));
    expect(pdf.boxes).toBe(0);
    const formats = {
      markdown: file("report.md").toString("utf8").replace(/\\/g, ""),
      html: file("report.html").toString("utf8"),
      word: unzip(file("report.docx")).get("word/document.xml")!.toString("utf8"),
      pdf: pdf.text,
    };
    for (const [format, text] of Object.entries(formats)) {
      for (const shown of [
        `과정 ${FAMILY} 9~11`,
        "하늘시청이 9시~11시에 행사를 연다 🎉",
        `걷기 대회${LARGE_FAMILY}를`,
        `모델 ${LARGE_FAMILY} 9~11`,
      ])
        expect(plain(text), format).toContain(plain(shown));
      expect(text, format).toContain("[U+0E01]");
      expect(text, format).not.toMatch(/∼|\[U\+200D\]/);
    }
  });

  it("prints the name of a model in the figures too", () => {
    const svg = file("figures/model-comparison.svg").toString("utf8");
    expect(svg).toContain(`모델 ${LARGE_FAMILY} 9~11`);
    expect(readdirSync(join(folder, "figures"))).toContain("model-comparison.png");
  });
});

describe("a picture with an emoji in it", () => {
  const svgOf = (label: string) =>
    toSvg({ data: [], layout: { width: 300, height: 120, title: { text: label } } });

  it("is painted whole: another family is another picture, and the words around it stay", async () => {
    const [none, one, other] = await Promise.all(
      ["가 나", `가${FAMILY}나`, `가${LARGE_FAMILY}나`].map(svgOf),
    );
    const [empty, family, large] = [none!, one!, other!].map((svg) => toPng(svg).toString("base64"));
    expect(new Set([empty, family, large]).size).toBe(3);
    // The box that a font without the glyph would paint is the same for both.
    expect(printable(`가${FAMILY}나`)).toBe(`가${FAMILY}나`);
  });

  it("is in the PDF with the emoji's own font", async () => {
    const svg = await svgOf(`가${LARGE_FAMILY}나`);
    const doc = fixtureReport();
    const figures = new Map(
      doc.blocks.flatMap((b) =>
        b.kind === "figure" ? [[b.id, { svg, png: toPng(svg), width: 300, height: 120 }] as const] : [],
      ),
    );
    const { text, boxes } = readPdf(await toPdf(doc, figures));
    expect(boxes).toBe(0);
    expect(text).toContain(LARGE_FAMILY);
  });
});
