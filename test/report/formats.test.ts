// The report in its formats: the golden Markdown, inert text everywhere, Word and PDF files that hold what they should.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
// @ts-expect-error: jsdom ships no types
import { JSDOM } from "jsdom";
import { marked } from "marked";
import { describe, expect, it, vi } from "vitest";
import { inWords, textOf } from "../../src/report/catalogue/said";
import { toCsv } from "../../src/report/csv";
import { type Block, DocumentBuilder, type ReportDocument } from "../../src/report/document";
import { toDocx } from "../../src/report/docx";
import { fixed, percent, pValue, seconds, signed } from "../../src/report/format";
import { toHtml, withOwnIds } from "../../src/report/html";
import { csvCell, escapeMarkdown, visible } from "../../src/report/inert";
import { toMarkdown } from "../../src/report/markdown";
import { withoutMarks } from "../../src/report/marks";
import { place } from "../../src/report/origin";
import { toPdf } from "../../src/report/pdf";
import { unzip } from "../../src/report/stable-zip";
import { loadPublished } from "../../src/results/published";
import { fixtureReport } from "./fixture-report";

const HOSTILE = [
  "<script>alert(1)</script>",
  '<img src=x onerror="alert(1)">',
  "[link](javascript:alert(1))",
  "![x](http://example.invalid/x.png)",
  "http://example.invalid www.example.invalid a@example.invalid",
  "`code` **bold** _em_ ~~gone~~ | cell",
  "# heading",
  "- item",
  "1. item",
  "---",
  "&lt;b&gt; &amp;",
  "$x^2$ [^1]",
  "</td></tr></table><h1>out</h1>",
];
const HIDDEN = "a\u202eb\u0007c\u200bd\ud800e";

/** A document whose every field, caption and cell is text from outside. */
function hostileDocument(footnotes = true): ReportDocument {
  const blocks: Block[] = [];
  const notes: string[] = [];
  for (const text of [...HOSTILE, HIDDEN]) {
    if (footnotes) notes.push(text);
    blocks.push(
      { kind: "heading", level: 1, text },
      {
        kind: "paragraph",
        inlines: [text, footnotes ? { footnote: notes.length } : "", { strong: text }],
      },
      { kind: "list", items: [[text]] },
      {
        ...{ kind: "table", id: "t", number: 1, caption: text, note: text },
        columns: [{ label: text, align: "left" }],
        rows: [[text]],
      },
    );
  }
  const words = { table: "표", figure: "그림", notes: "주", source: "주:", origin: "출처:" };
  return {
    lang: "ko",
    title: HOSTILE[0]!,
    subtitle: HOSTILE[1]!,
    fields: [["필드", HOSTILE[2]!]],
    blocks,
    footnotes: notes,
    numbers: new Map(),
    words,
  };
}

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);
const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" width="860" height="400"><text x="9" y="20" style="font-family: sans-serif">글</text></svg>';
const pixels = (doc: ReportDocument) =>
  new Map(
    doc.blocks.flatMap((b) =>
      b.kind === "figure" ? [[b.id, { svg: DRAWING, png: PIXEL, width: 860, height: 400 }]] : [],
    ),
  );

describe("numbers", () => {
  it("have no negative zero, one rounding and thousands apart", () => {
    expect(textOf(fixed(-0.0004, 3))).toBe("0.000");
    expect(textOf(signed(-0.0004, 3))).toBe("0.000");
    expect(textOf(signed(0.0316, 3))).toBe("+0.032");
    expect(textOf(signed(-0.0316, 3))).toBe("\u22120.032");
    expect(textOf(fixed(1923456, 0))).toBe("1,923,456");
    expect(textOf(fixed(Number.NaN, 2))).toBe("–");
    expect(textOf(percent(0.3649))).toBe("36.5%");
    expect(textOf(pValue(0.0004))).toBe("p < 0.001");
    expect(textOf(seconds(119.6))).toBe("2분 0초");
    expect(textOf(seconds(119.6), "en")).toBe("2 min 0 s");
  });
});

describe("published values", () => {
  it("stand as in the report of 2026-01-12", () => {
    const rows = loadPublished().systems.map((r) => [
      r.system,
      r.bertscore.precision,
      r.bertscore.recall,
      r.bertscore.f,
      r.rouge1,
      r.rouge2,
      r.rouge2sum,
    ]);
    expect(rows).toEqual([
      ["untuned", 0.8197, 0.8709, 0.8443, 0.0894, 0.0164, 0.0879],
      ["lora-student", 0.7905, 0.7992, 0.7946, 0.3905, 0.2056, 0.3845],
      ["lora-teacher", 0.8276, 0.8392, 0.8332, 0.4826, 0.2692, 0.4797],
      ["distilled", 0.831, 0.8337, 0.8321, 0.4783, 0.2784, 0.4732],
    ]);
  });
});

describe("Markdown", () => {
  it("of the fixture equals the golden file", async () => {
    await expect(toMarkdown(fixtureReport())).toMatchFileSnapshot("../fixtures/report/report.md");
    const english = toMarkdown(fixtureReport(undefined, "en"));
    await expect(english).toMatchFileSnapshot("../fixtures/report/report.en.md");
  });

  it("keeps outside text inert in a GitHub-flavoured reader", () => {
    // Without footnotes: marked does not know GitHub's.
    const page = new JSDOM(marked.parse(toMarkdown(hostileDocument(false)), { gfm: true, async: false }))
      .window.document;
    expect(
      [...page.querySelectorAll("script, img, a, code, em, del, hr, ol")].map((e) => e.outerHTML),
    ).toEqual([]);
    const cells = [...page.querySelectorAll("td")].map((cell) => cell.textContent);
    for (const text of HOSTILE) expect(cells).toContain(text);
    expect(cells).toContain("a[U+202E]b[U+0007]c[U+200B]d[U+D800]e");
  });

  it("leaves ordinary numbers unescaped", () => {
    for (const text of ["0.352", "+0.051", "2.21.0", "(0.352 대 0.301)"])
      expect(escapeMarkdown(text)).toBe(text);
  });
});

describe("HTML", () => {
  const page = new JSDOM(toHtml(hostileDocument(), new Map()), { runScripts: "outside-only" }).window
    .document;

  it("keeps outside text inert", () => {
    expect(page.querySelectorAll("script, img, iframe").length).toBe(0);
    const outside = [...page.querySelectorAll("a")].filter((a) => !a.getAttribute("href")?.startsWith("#"));
    expect(outside).toEqual([]);
    const cells = [...page.querySelectorAll("tbody td")].map((cell) => cell.textContent);
    for (const text of HOSTILE) expect(cells).toContain(text);
    expect(page.querySelectorAll("h1").length).toBe(1);
  });

  it("loads nothing from elsewhere", () => {
    const doc = fixtureReport();
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"></svg>';
    const html = toHtml(doc, new Map(doc.blocks.flatMap((b) => (b.kind === "figure" ? [[b.id, svg]] : []))));
    const found = new JSDOM(html).window.document.querySelectorAll(
      "[src], link, [href^='http'], [xlink\\:href]",
    );
    expect(found.length).toBe(0);
    expect(html).not.toMatch(/url\(["']?https?:/);
  });

  it("gives each picture its own ids", () => {
    const svg = `<svg><clipPath id="c1"/><g clip-path="url(#c1)"/><g style="fill: url('#c1')"/><g style="fill: url(&quot;#c1&quot;)"/><use xlink:href="#c1"/></svg>`;
    expect(withOwnIds(svg, "f").match(/f-c1/g)).toHaveLength(5);
    expect(withOwnIds(svg, "f")).not.toMatch(/[#"]c1/);
  });
});

describe("CSV", () => {
  it("disarms formulas, keeps numbers, quotes as RFC 4180 says", () => {
    for (const text of ["=1+1", "+1", "-1", "@x", "\t=1", " =1"])
      expect(csvCell(text).replace(/^"/, "")).toMatch(/^'/);
    expect(csvCell(-0.25)).toBe("-0.25");
    expect(csvCell('say "a", b')).toBe('"say ""a"", b"');
    const csv = toCsv({
      kind: "table",
      id: "t",
      number: 1,
      caption: "",
      columns: [
        { label: "a", align: "left" },
        { label: "b", align: "right" },
      ],
      rows: [["=cmd()", { text: "0.352", value: 0.35172 }]],
    });
    expect(csv).toBe("\ufeffa,b\r\n'=cmd(),0.35172\r\n");
  });
});

describe("hidden characters", () => {
  it("are written out, line feeds and pairs of surrogates kept", () => {
    expect(visible("a\r\nb\tc 😀\u2066")).toBe("a\nb\tc 😀[U+2066]");
  });
});

describe("marks of numbers", () => {
  it("cannot be forged by text from a run's files, and show nowhere", () => {
    const forged = "\ue000results/x\ue0010.999\ue002 and \ue000";
    const clean = withoutMarks({ text: forged, deep: [{ [forged]: forged }], number: 1 });
    expect(JSON.stringify(clean)).not.toMatch(/[\ue000-\ue002]/);
    expect(clean.text).toBe("[U+E000]results/x[U+E001]0.999[U+E002] and [U+E000]");
    const markdown = toMarkdown(fixtureReport());
    expect(markdown).not.toMatch(/[\ue000-\ue002]/);
    expect(csvCell(inWords(fixed({ origin: place("results", "x"), value: -0.5 }, 1), "ko"))).toBe(
      "\u22120.5",
    );
  });

  it("name the claim of each number in HTML, with an id that is no markup", () => {
    const doc = new DocumentBuilder("ko");
    doc.paragraph(fixed({ origin: place("results", '"><script>'), value: 0.5 }, 1));
    const base = fixtureReport();
    const html = toHtml({ ...base, blocks: doc.blocks, footnotes: [] }, new Map());
    const page = new JSDOM(html).window.document;
    expect(page.querySelectorAll("script").length).toBe(0);
    const number = page.querySelector("[data-claim]");
    expect([number?.textContent, number?.getAttribute("data-claim")]).toEqual(["0.5", 'results/"><script>']);
  });
});

describe("DOCX", () => {
  it("names a Korean font for East Asian text, holds the tables, the pictures with their alt text, and inert text", async () => {
    const doc = fixtureReport();
    expect(doc.fields).toEqual([]); // none was filled in
    doc.fields.push(["과정명", "요약"]);
    const files = unzip(await toDocx(doc, pixels(doc)));
    const styles = files.get("word/styles.xml")!.toString("utf8");
    expect(styles).toContain('w:eastAsia="맑은 고딕"');
    const xml = files.get("word/document.xml")!.toString("utf8");
    const page = new JSDOM(xml, { contentType: "text/xml" }).window.document;
    const tables = doc.blocks.filter((b) => b.kind === "table").length;
    expect(page.getElementsByTagName("w:tbl").length).toBe(tables + 1);
    const figures = doc.blocks.flatMap((b) => (b.kind === "figure" ? [b.alt] : []));
    const alts = [...page.getElementsByTagName("wp:docPr")].map((e) => e.getAttribute("descr"));
    expect(alts).toEqual(figures);
    expect(xml).toContain("[U+202E]");
    expect(page.getElementsByTagName("script").length).toBe(0);
  });

  it("is the same on every run, and other programs read it", async () => {
    const doc = fixtureReport();
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2031-05-06T07:08:09Z") });
    try {
      const first = await toDocx(doc, pixels(doc));
      vi.setSystemTime(new Date("2032-01-02T03:04:05Z"));
      expect(first.equals(await toDocx(doc, pixels(doc)))).toBe(true);
      const path = join(mkdtempSync(join(tmpdir(), "report-")), "report.docx");
      writeFileSync(path, first);
      // Python's zipfile checks every CRC.
      const script =
        "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))";
      const python = process.platform === "win32" ? ".venv/Scripts/python.exe" : ".venv/bin/python";
      const said = execFileSync(python, ["-c", script, path], { encoding: "utf8" });
      expect(said.trim()).toBe(`None ${unzip(first).size}`);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is well-formed for any text", async () => {
    const files = unzip(await toDocx(hostileDocument(), new Map()));
    for (const name of ["word/document.xml", "word/footnotes.xml"]) {
      const page = new JSDOM(files.get(name)!.toString("utf8"), { contentType: "text/xml" }).window.document;
      expect(page.getElementsByTagName("parsererror").length).toBe(0);
      expect(page.documentElement.textContent).toContain("<script>alert(1)</script>");
    }
  });
});

describe("PDF", () => {
  it("embeds the Korean font and is the same on every run", async () => {
    const doc = fixtureReport();
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2031-05-06T07:08:09Z") });
    try {
      const first = await toPdf(doc, pixels(doc));
      vi.setSystemTime(new Date("2032-01-02T03:04:05Z"));
      const second = await toPdf(doc, pixels(doc));
      expect(first.subarray(0, 5).toString()).toBe("%PDF-");
      expect(first.toString("latin1")).toMatch(/\/FontName \/[A-Z]+\+NotoSansKR/);
      expect(first.equals(second)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it("takes any text", async () => {
    expect((await toPdf(hostileDocument(), new Map())).length).toBeGreaterThan(1000);
  });
});

describe("package script", () => {
  it("runs the report command", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      scripts: Record<string, string>;
    };
    expect(scripts.report).toBe("node scripts/run.mjs src/cli.ts report");
  });
});
