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
    const unknown = score("--references", good, "--predictions", good, "--tokenizer", "mecab");
    expect(unknown.stderr).toMatch(/mecab.*whitespace/);
    expect(score("--references", good, "--predictions", join(folder, "none")).stderr).toMatch(/none.*ENOENT/);
  });
});

describe("files", () => {
  it("byte order mark, CRLF and decomposed Hangul give the same texts", () => {
    const plain = readScoringTexts(file("a.txt", "서울시는\n버스를\n"));
    const odd = readScoringTexts(file("b.txt", `\ufeff${"서울시는\r\n버스를\r\n".normalize("NFD")}`));
    expect(odd.texts).toEqual(plain.texts);
    expect(odd.notes.join()).toMatch(/CRLF.*NFD.*2 texts/);
    expect(plain.notes).toEqual([]);
  });

  it("an empty line is an item, a last line end is none", () => {
    expect(readScoringTexts(file("c.txt", "가\n\n나\n")).texts).toEqual(["가", "", "나"]);
    expect(readScoringTexts(file("d.txt", "가\n\n나")).texts).toEqual(["가", "", "나"]);
  });

  it.each([
    ["empty.txt", "\n\n", /is empty/],
    ["utf16.txt", Buffer.from("\ufeff가나", "utf16le"), /UTF-16/],
    ["cp949.txt", Buffer.from([0xb0, 0xa1, 0xb3, 0xaa]), /not UTF-8.*CP949/],
    ["half.jsonl", '{"id": "1", "text": "a\\ud83d"}', /line 1.*lone surrogate U\+D83D.*position 1/],
    ["broken.jsonl", '{"id": "1", "text": "a"}\n{"id": 2', /line 2.*no JSON/],
    ["field.jsonl", '{"id": "1", "summary": "a"}', /line 1: expected .*"text"/],
    ["nothing.txt", "", /nothing\.txt: is empty, expected an item a line/],
    ["bom-only.txt", "\ufeff", /is empty/],
    ["low.jsonl", '{"id": "1", "text": "b"}\n{"id": "2", "text": "\\ude00a"}', /line 2.*U\+DE00.*position 0/],
    [
      "no-id.jsonl",
      '{"id": "1", "text": "a"}\n{"text": "b"}',
      /line 2: expected .*"id".*found \{"text": "b"\}/,
    ],
    ["numbers.jsonl", '{"id": "1", "text": 3}', /line 1: expected/],
    ["null.jsonl", '{"id": "1", "text": "a"}\nnull', /line 2: expected/],
    ["no-text.jsonl", '{"id": "1", "text": []}', /line 1: expected .*list of strings/],
    ["truncated.txt", Buffer.from([0xea, 0xb0]), /not UTF-8/],
    ["twice.jsonl", '{"id": "1", "text": "a"}\n{"id": "1", "text": "b"}', /line 2: the id "1" stands twice/],
  ])("%s is refused", (name, content, message) => {
    expect(() => readScoringTexts(file(name, content))).toThrow(message);
  });

  it("unequal counts and ids that do not match are refused", () => {
    const one = readScoringTexts(file("1.txt", "가\n"));
    const two = readScoringTexts(file("2.txt", "가\n나\n"));
    const x = readScoringTexts(file("x.jsonl", '{"id": "x", "text": "a"}'));
    const y = readScoringTexts(file("y.jsonl", '{"id": "y", "text": "a"}'));
    expect(() => matchTexts(one, two, ["R", "P"])).toThrow(/R has 1 lines, P has 2/);
    expect(() => matchTexts(x, y, ["R", "P"])).toThrow(/P lacks ids of R: x/);
    expect(() => matchTexts(x, one, ["R", "P"])).toThrow(/one has ids/);
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
    expect(matchTexts(two, turned, ["R", "P"])).toEqual(["1", "2"]);
  });

  it("through the command: one line is said, nothing is scored", () => {
    const r = file("lines2.txt", "가\n나\n");
    const run = (predictions: string) => score("--references", r, "--predictions", predictions, "--json");
    for (const [bad, message] of [
      [file("lines1.txt", "가\n"), /lines2\.txt has 2 lines, .*lines1\.txt has 1/],
      [file("empty2.txt", ""), /empty2\.txt: is empty/],
      [file("ids.jsonl", '{"id": "1", "text": "a"}\n{"id": "2", "text": "b"}'), /one has ids/],
    ] as const) {
      const { status, stdout, stderr } = run(bad);
      expect(status).toBe(1);
      expect(stdout).toBe("");
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toMatch(message);
    }
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
