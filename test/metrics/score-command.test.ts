// `npm run score` on files: what it prints, and what it says to files that are not as expected.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { matchTexts, readScoringTexts } from "../../src/metrics/scoring-input";
import { oracle, oracleFolder } from "./oracle";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "score-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function score(...args: string[]) {
  const command = join(__dirname, "../../src/cli.ts");
  return spawnSync(process.execPath, ["--require", "tsx/cjs", command, "score", ...args], {
    encoding: "utf8",
  });
}

describe("the command", () => {
  it("prints rouge-score's numbers as one JSON object", () => {
    // Only pairs without line ends fit a file with an item a line.
    const pairs = oracle("rouge.json").pairs.filter(
      ({ reference, prediction }: { reference: string; prediction: string }) =>
        !/[\n\r\u1100-\u11ff\ufeff]/.test(reference + prediction),
    );
    const lines = (key: string) => pairs.map((pair: Record<string, string>) => `${pair[key]}\n`).join("");
    const { stdout, status } = score(
      ...[
        "--references",
        file("r.txt", lines("reference")),
        "--predictions",
        file("p.txt", lines("prediction")),
      ],
      ...["--tokenizer", "default,character", "--metrics", "rouge,facts", "--json"],
    );
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    expect(result.items).toBe(pairs.length);
    for (const config of ["default", "character"]) {
      // biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
      const expected = pairs.map((pair: any) => pair.scores[config].rougeLsum[2]);
      expect(result.perItem[`rougeLsum.${config}`].f).toEqual(expected);
      const mean = expected.reduce((sum: number, f: number) => sum + f, 0) / expected.length;
      expect(result.means[`rougeLsum.${config}`].f).toBeCloseTo(mean, 12);
      expect(result.signatures[`rouge.${config}`]).toContain(`tokenizer=${config}`);
    }
    expect(result.perItem.inventedFacts.length).toBe(pairs.length);
  });

  it("runs BERTScore on a model folder, matched by id", () => {
    const { pairs, runs } = oracle("bertscore/tiny-bert.scores.json");
    const rows = (key: string) =>
      pairs.map((pair: Record<string, string>, i: number) =>
        JSON.stringify({ id: `p${i}`, text: pair[key] }),
      );
    const { stdout, stderr, status } = score(
      ...["--references", file("r.jsonl", rows("reference").join("\n"))],
      ...["--predictions", file("p.jsonl", rows("candidate").reverse().join("\n"))],
      ...["--metrics", "bertscore", "--layer", "2", "--json"],
      ...["--encoder", join(oracleFolder, "bertscore/models/tiny-bert")],
    );
    expect(status, stderr).toBe(0);
    const result = JSON.parse(stdout);
    // biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
    const run = runs.find(({ config: c }: any) => c.num_layers === 2 && !c.idf && c.batch_size === 1);
    run.F.forEach((f: number, i: number) => {
      // A text of decomposed Hangul is composed on reading, so that pair may differ from bert_score.
      const { reference, candidate } = pairs[i];
      if (/[\u1100-\u11ff]/.test(reference + candidate)) return;
      expect(Math.abs(result.perItem.bertscore.f[i] - f), `pair ${i}`).toBeLessThanOrEqual(1e-5);
    });
    expect(result.ids[0]).toBe("p0");
    expect(result.signatures.bertscore).toContain("tiny-bert_L2_no-idf");
  });

  it("ends with 1 and a sentence where something is missing", () => {
    const good = file("good.txt", "가\n");
    const noEncoder = score("--references", good, "--predictions", good, "--metrics", "bertscore");
    expect(noEncoder.status).toBe(1);
    expect(noEncoder.stderr).toMatch(/--encoder FOLDER_OR_HUB_ID and --layer/);
    const unknown = score("--references", good, "--predictions", good, "--tokenizer", "okt");
    expect(unknown.stderr).toMatch(/okt.*whitespace/);
    expect(score("--references", good, "--predictions", join(folder, "none")).stderr).toMatch(/none.*ENOENT/);
  });
});

describe("files", () => {
  it("byte order mark, CRLF and decomposed Hangul give the same texts", () => {
    const plain = readScoringTexts(file("a.txt", "서울시는\n버스를\n"));
    const odd = readScoringTexts(file("b.txt", `\ufeff${"서울시는\r\n버스를\r\n".normalize("NFD")}`));
    expect(odd.texts).toEqual(plain.texts);
    expect(odd.notes.join()).toMatch(/NFD.*2 texts/);
    expect(plain.notes).toEqual([]);
  });

  it("an empty line is an item, a last line end is none", () => {
    expect(readScoringTexts(file("c.txt", "가\n\n나\n")).texts).toEqual(["가", "", "나"]);
    expect(readScoringTexts(file("d.txt", "가\n\n나")).texts).toEqual(["가", "", "나"]);
  });

  it("every line end is one, a CR alone too", () => {
    expect(readScoringTexts(file("cr.txt", "가\r나\r다\r")).texts).toEqual(["가", "나", "다"]);
    const mixed = readScoringTexts(file("mixed.txt", "가\r\n나\r다\n라"));
    expect(mixed.texts).toEqual(["가", "나", "다", "라"]);
    expect(mixed.notes.join()).toMatch(/mixed\.txt: line ends are mixed/);
  });

  it.each([
    ["empty.txt", "\n\n", /an empty file/],
    ["nothing.txt", "", /nothing\.txt:1 .*expected plain text with an item a line, found an empty file/],
    ["bom-only.txt", "\ufeff", /an empty file/],
    ["nothing.csv", "", /expected at least one item, found none/],
    ["only-headings.csv", "id,text\n", /expected at least one item, found none/],
    ["nothing.json", "[]", /expected at least one item, found none/],
    ["half.jsonl", '{"id": "1", "text": "a\\ud83d"}', /:1 text.*lone surrogate U\+D83D.*position 1/],
    [
      "low.jsonl",
      '{"id": "1", "text": "b"}\n{"id": "2", "text": "\\ude00a"}',
      /:2 text.*U\+DE00.*position 0/,
    ],
    ["half.json", '[\n"가",\n"나\\ud83d"\n]', /:3 text.*lone surrogate U\+D83D/],
    ["half.txt", Buffer.from("\ufeff가\n나\ud83d\n", "utf16le"), /:2 \(encoding\).*half a character/],
    ["broken.jsonl", '{"id": "1", "text": "a"}\n{"id": 2', /:2 .*no JSON/],
    ["broken.json", '[\n{"id": 1, "text": "a"},\n{"id" 2}\n]', /:3 .*no JSON/],
    [
      "field.jsonl",
      '{"id": "1", "sumary": "a"}',
      /a column "text".*found the columns "id", "sumary".*--column/,
    ],
    ["mixed-ids.jsonl", '{"id": "1", "text": "a"}\n{"text": "b"}', /:2 id: expected an id in every row/],
    ["numbers.jsonl", '{"id": "1", "text": 3}', /:1 text: expected a text .*found 3/],
    ["null.jsonl", '{"id": "1", "text": "a"}\nnull', /:2 .*found null/],
    ["no-text.jsonl", '{"id": "1", "text": []}', /:1 text: expected .*list of texts/],
    ["truncated.txt", Buffer.from([0xea, 0xb0]), /neither UTF-8 nor Korean/],
    ["twice.jsonl", '{"id": "1", "text": "a"}\n{"id": "1", "text": "b"}', /:2 id: .*"1" again, as on line 1/],
    ["twice.csv", "id,text\n1,a\n1,b\n", /:3 id: .*"1" again, as on line 2/],
    ["names.json", '[{"id": 1, "text": "a", "text": "b"}]', /the name "text" stands twice/],
    ["columns.csv", "id,text,text\n1,a,b\n", /:1 text: .*columns 2 and 3/],
    ["headless.tsv", "n0\t가\nn1\t나\n", /found the columns "n0", "가".*first line/],
    ["doubtful.csv", "id,text,summary\n1,a,b\n", /expected a column "text"|one of/],
    ["object.json", '{\n"a": "가",\n"b": "나"\n}', /one object over many lines, with the names a, b/],
    ["one.ods", "가\n", /expected a \.txt, .*found "\.ods"/],
    ["without", "가\n", /found no ending.*\.txt/],
    ["book.xls", Buffer.from("d0cf11e0a1b11ae1", "hex"), /an old Excel/],
  ])("%s is refused", (name, content, message) => {
    expect(() =>
      readScoringTexts(file(name, content), name.startsWith("doubtful") ? "reference" : "text"),
    ).toThrow(message);
  });

  it("UTF-16 and CP949 are read, and said", () => {
    const utf16 = readScoringTexts(file("utf16.txt", Buffer.from("\ufeff가나\n다", "utf16le")));
    expect(utf16.texts).toEqual(["가나", "다"]);
    expect(utf16.notes.join()).toMatch(/utf16\.txt: read as UTF-16/);
    // "가나" as iconv -t CP949 writes it.
    const cp949 = readScoringTexts(file("cp949.txt", Buffer.from([0xb0, 0xa1, 0xb3, 0xaa])));
    expect(cp949.texts).toEqual(["가나"]);
    expect(cp949.notes.join()).toMatch(/cp949\.txt: read as CP949/);
  });

  it("unequal counts and ids that do not match are refused", () => {
    const one = readScoringTexts(file("1.txt", "가\n"));
    const two = readScoringTexts(file("2.txt", "가\n나\n"));
    const x = readScoringTexts(file("x.jsonl", '{"id": "x", "text": "a"}'));
    const y = readScoringTexts(file("y.jsonl", '{"id": "y", "text": "a"}'));
    expect(() => matchTexts(one, two, ["R", "P"])).toThrow(/R has 1 items, P has 2/);
    expect(() => matchTexts(x, two, ["R", "P"])).toThrow(/R has 1 items, P has 2/);
    expect(() => matchTexts(x, y, ["R", "P"])).toThrow(/P lacks ids of R: x/);
  });

  it("where one file alone has ids, items are matched as they stand, and that is said", () => {
    const x = readScoringTexts(file("x.jsonl", '{"id": "x", "text": "a"}'));
    const one = readScoringTexts(file("1.txt", "가\n"));
    for (const [first, other, name] of [
      [x, one, "P"],
      [one, x, "R"],
    ] as const) {
      const { texts, notes } = matchTexts(first, other, ["R", "P"]);
      expect(texts).toEqual(other.texts);
      expect(notes).toEqual([`R and P are matched line by line, as ${name} has no ids.`]);
    }
    expect(matchTexts(one, one, ["R", "P"]).notes).toEqual([]);
  });

  it("a mark, CRLF and ids as numbers are read in JSONL too; an empty text is a text", () => {
    const { ids, texts } = readScoringTexts(
      file("odd.jsonl", '\ufeff{"id": 7, "text": ""}\r\n\r\n{"id": "x", "text": ["가", "나"]}\r\n'),
    );
    expect(ids).toEqual(["7", "x"]);
    expect(texts).toEqual(["", ["가", "나"]]);
  });

  it("only Hangul is composed: other decomposed letters stay as written", () => {
    const cafe = "cafe\u0301";
    const { texts, notes } = readScoringTexts(file("nfd.txt", `${cafe} ${"한".normalize("NFD")}\n${cafe}\n`));
    expect(texts).toEqual([`${cafe} 한`, cafe]);
    expect(notes.join()).toMatch(/in 1 texts/);
  });

  it("ids that one file has and the other lacks are named, whichever it is", () => {
    const two = readScoringTexts(file("two.jsonl", '{"id": "a", "text": "1"}\n{"id": "b", "text": "2"}'));
    const one = readScoringTexts(file("one.jsonl", '{"id": "b", "text": "3"}'));
    expect(() => matchTexts(two, one, ["R", "P"])).toThrow(/P lacks ids of R: a/);
    expect(() => matchTexts(one, two, ["R", "P"])).toThrow(/P has ids that R lacks: a/);
    const turned = readScoringTexts(
      file("turned.jsonl", '{"id": "b", "text": "2"}\n{"id": "a", "text": "1"}'),
    );
    expect(matchTexts(two, turned, ["R", "P"])).toEqual({ texts: ["1", "2"], notes: [] });
  });

  it("through the command: one line is said, nothing is scored", () => {
    const r = file("lines2.txt", "가\n나\n");
    const run = (predictions: string) => score("--references", r, "--predictions", predictions, "--json");
    for (const [bad, message] of [
      [file("lines1.txt", "가\n"), /lines2\.txt has 2 items, .*lines1\.txt has 1/],
      [file("empty2.txt", ""), /empty2\.txt:1 .*an empty file/],
      [file("ids.jsonl", '{"id": "1", "text": "a"}'), /lines2\.txt has 2 items, .*ids\.jsonl has 1/],
    ] as const) {
      const { status, stdout, stderr } = run(bad);
      expect(status).toBe(1);
      expect(stdout).toBe("");
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toMatch(message);
    }
  });

  it("the same texts give the same scores in every form, and rouge-score's numbers", () => {
    const pairs = oracle("rouge.json").pairs.slice(0, 40) as Record<string, string>[];
    const rows = (key: string, name: string) => pairs.map((pair, i) => ({ id: `p${i}`, [name]: pair[key]! }));
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const forms: [string, (key: string, name: string) => string][] = [
      ["json", (key, name) => JSON.stringify(rows(key, name), null, 1)],
      [
        "jsonl",
        (key, name) =>
          rows(key, name)
            .map((row) => JSON.stringify(row))
            .join("\n"),
      ],
      ["array.json", (key) => JSON.stringify(pairs.map((pair) => pair[key]))],
      [
        "csv",
        (key, name) => `id,${name}\n${pairs.map((pair, i) => `p${i},${quoted(pair[key]!)}\n`).join("")}`,
      ],
      [
        "tsv",
        (key, name) => `${name}\tid\n${pairs.map((pair, i) => `${quoted(pair[key]!)}\tp${i}\n`).join("")}`,
      ],
    ];
    // biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
    const expected = pairs.map((pair: any) => pair.scores.default.rougeLsum[2]);
    for (const [ending, write] of forms) {
      const { stdout, stderr, status } = score(
        ...["--references", file(`refs.${ending}`, write("reference", "answer"))],
        ...["--predictions", file(`preds.${ending}`, write("prediction", "prediction"))],
        ...(ending === "array.json" ? [] : ["--reference-column", "answer"]),
        "--json",
      );
      expect(status, `${ending}: ${stderr}`).toBe(0);
      expect(JSON.parse(stdout).perItem["rougeLsum.default"].f, ending).toEqual(expected);
    }
  });

  it("a document may not be several texts: they were joined by commas", () => {
    const texts = file("one.jsonl", '{"text": "가"}');
    const documents = file("several.jsonl", '{"document": ["가", "나"]}');
    const { status, stderr } = score("--references", texts, "--predictions", texts, "--documents", documents);
    expect(status).toBe(1);
    expect(stderr).toMatch(/several\.jsonl:1 document: expected a text, found \["가","나"\]/);
  });

  it("a line of a megabyte is scored", () => {
    const line = Array.from({ length: 120_000 }, (_, i) => `낱말${i % 9973} ${i}원`).join(" ");
    expect(Buffer.byteLength(line)).toBeGreaterThan(1_000_000);
    const { stdout, status } = score(
      ...[
        "--references",
        file("long.txt", `${line}\n`),
        "--predictions",
        file("short.txt", `${line.slice(0, 300)}\n`),
      ],
      ...["--tokenizer", "whitespace", "--metrics", "rouge,facts", "--json"],
    );
    expect(status).toBe(0);
    const { means } = JSON.parse(stdout);
    expect(means["rouge1.whitespace"].precision).toBeGreaterThan(0.95);
    expect(means.inventedFacts).toBeLessThan(0.1);
  });
});
