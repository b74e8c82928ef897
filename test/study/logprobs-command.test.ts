// The command `logprobs`: fields and their order, the rule for bos, conversations, and every fault of its input with its line.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AutoTokenizer, env } from "@huggingface/transformers";
import { afterAll, describe, expect, it } from "vitest";
import { readTextFile } from "../../src/prompts/text-file";

env.allowRemoteModels = false;
const ROOT = resolve(__dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "logprobs-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function file(...lines: (object | string)[]): string {
  const name = join(scratch, `${Math.random().toString(36).slice(2)}.jsonl`);
  writeFileSync(
    name,
    lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""),
  );
  return name;
}

function run(model: string, texts: string, ...options: string[]) {
  return spawnSync(
    process.execPath,
    ["--require", "tsx/cjs", "src/cli.ts", "logprobs", model, "--texts", texts, ...options],
    { cwd: ROOT, encoding: "utf8" },
  );
}

describe("on a model", () => {
  const model = "data/models/gemma2-student";
  const chat = [{ role: "user", content: "요약해 주세요: 오늘 회의는 3시입니다." }];
  const texts = file(
    { id: "가", text: "서울의 날씨는 맑다 😀" },
    "",
    { id: "chat", messages: chat },
    { id: "bos", text: "" },
    { id: "control", text: "<start_of_turn>user\n" },
  );
  const { status, stdout, stderr } = run(model, texts, "--continue", "4", "--json");
  const result = status === 0 ? JSON.parse(stdout) : undefined;

  it("prints ids, pieces, log-probabilities, sum, perplexity and continuation, in this order", async () => {
    expect(status, stderr).toBe(0);
    expect(Object.keys(result)).toEqual(["model", "texts"]);
    expect(result.model).toBe(model);
    const library = await AutoTokenizer.from_pretrained(resolve(ROOT, model));
    for (const row of result.texts) {
      expect(Object.keys(row)).toEqual([
        "id",
        "ids",
        "pieces",
        "logProbs",
        "sum",
        "perplexity",
        "continuation",
      ]);
      expect(Object.keys(row.continuation)).toEqual(["ids", "text"]);
      expect(row.pieces.length).toBe(row.ids.length);
      expect(row.logProbs.length).toBe(row.ids.length - 1);
      const sum = row.logProbs.reduce((a: number, b: number) => a + b, 0);
      expect(row.sum).toBeCloseTo(sum, 9);
      if (row.logProbs.length > 0)
        expect(row.perplexity).toBeCloseTo(Math.exp(-sum / row.logProbs.length), 9);
      expect(row.continuation.ids.length).toBeLessThanOrEqual(4);
      expect(library.decode(row.continuation.ids, { skip_special_tokens: true })).toBe(row.continuation.text);
    }
  });

  it("puts bos before a text, control tokens where a text spells them, and conversations into the template", async () => {
    const library = await AutoTokenizer.from_pretrained(resolve(ROOT, model));
    const encode = (text: string) => [...library.encode(text, { add_special_tokens: false })];
    const [plain, conversation, bos, control] = result.texts;
    expect(plain.ids).toEqual([library.bos_token_id, ...encode("서울의 날씨는 맑다 😀")]);
    const rendered = library.apply_chat_template(chat, { tokenize: false, add_generation_prompt: true });
    expect(conversation.ids).toEqual(encode(rendered as string));
    expect(conversation.pieces.slice(-3)).toEqual(["<start_of_turn>", "model", "\n"]);
    expect([bos.ids, bos.logProbs, bos.perplexity]).toEqual([[library.bos_token_id], [], null]);
    expect(control.pieces.slice(0, 2)).toEqual(["<bos>", "<start_of_turn>"]);
  });

  it("prints a table for people without --json", () => {
    const table = run(model, file({ id: "a", text: "회의" }));
    expect(table.status, table.stderr).toBe(0);
    const [head, first, second] = table.stdout.split("\n");
    expect(head).toMatch(/^a: \d+ tokens, log-probability -\d+\.\d{4}, perplexity \d+\.\d{3}$/);
    expect(first).toMatch(/^ *2 +"<bos>"$/);
    expect(second).toMatch(/^ *\d+ +-\d+\.\d{4} +".+"$/);
  });

  it("names line and id where the template refuses a conversation, and what no model is", () => {
    const messages = [{ role: "system", content: "a" }];
    const refused = run(model, file({ id: "x", text: "a" }, { id: "y", messages }));
    expect([refused.status, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toMatch(/\.jsonl:2 text "y": .*chat template.*System role not supported/);
    expect(run("no-model", texts).stderr).toMatch(/^Model no-model: expected a model folder, a GGUF file or/);
    expect(run(model, join(scratch, "none.jsonl")).stderr).toMatch(/none\.jsonl.*ENOENT/);
    expect(run(model, texts, "--continue", "0").stderr).toContain("expected a whole number above 0");
  });
});

it("has no bos before the text of a model without one, and nothing to score in an empty text then", () => {
  const { stdout } = run("data/models/qwen3", file({ id: "a", text: "the day" }), "--json");
  expect(JSON.parse(stdout).texts[0].pieces.join("")).toBe("the day");
  const empty = run("data/models/qwen3", file({ id: "a", text: "날씨" }, { id: "b", text: "" }));
  expect(empty.stderr).toMatch(
    /\.jsonl:2 text "b": it is empty, and the model has no token that begins a text\.$/m,
  );
});

describe("a file of texts", () => {
  it.each<[string, (object | string)[], string]>([
    ["no JSON", [{ id: "a", text: "b" }, "{oops"], ":2 (row): expected one JSON object a line"],
    ["a list", ["[1]", '{"id": "a", "text": "b"}'], ":1 (row)"],
    ["no id", ["", { text: "b" }], ":2 id: expected a name, found nothing"],
    ["a number for an id", [{ id: 3, text: "b" }], ":1 id: expected a name, found 3"],
    [
      "an id twice",
      [
        { id: "a", text: "b" },
        { id: "a", text: "c" },
      ],
      ':2 id: expected a name of its own, found "a" as on line 1',
    ],
    [
      "neither text nor messages",
      [{ id: "a" }],
      ':1 text: expected either "text" or "messages", found neither',
    ],
    ["both", [{ id: "a", text: "b", messages: [] }], ":1 text: expected either"],
    ["a text that is none", [{ id: "a", text: ["b"] }], ':1 text: expected a text, found ["b"]'],
    [
      "half a character",
      ['{"id": "a", "text": "b\\ud83d"}'],
      ":1 text: expected whole characters, found half a character at position 1",
    ],
    [
      "no message",
      [{ id: "a", messages: [] }],
      ":1 messages: expected a list of at least one message, found []",
    ],
    ["a message that is a text", [{ id: "a", messages: ["b"] }], ":1 messages[0]: expected an object"],
    [
      "an unknown role",
      [{ id: "a", messages: [{ role: "model", content: "b" }] }],
      ":1 messages[0].role: expected system or user or assistant",
    ],
    [
      "no content",
      [{ id: "a", messages: [{ role: "user" }] }],
      ":1 messages[0].content: expected a text, found nothing",
    ],
    [
      "a further field",
      [{ id: "a", messages: [{ role: "user", content: "b", name: "c" }] }],
      ":1 messages[0].name: expected role and content alone",
    ],
    ["nothing", [""], ":1 (file): expected at least one text, found none"],
  ])("with %s is refused, with its place", (_, lines, message) => {
    const name = file(...lines);
    expect(() => readTextFile(name)).toThrow(`${name}${message}`);
  });

  it("may be UTF-16 or an array, and all faults are told at once", () => {
    const name = join(scratch, "utf16.jsonl");
    writeFileSync(name, Buffer.from('\ufeff{"id": "가", "text": "나"}\r\n', "utf16le"));
    expect(readTextFile(name)).toEqual({
      texts: [{ id: "가", line: 1, content: "나" }],
      notes: ["read as UTF-16."],
    });
    expect(
      readTextFile(file('[{"id": "a", "text": "b"},', '{"id": "c", "text": "d"}]')).texts.map(
        ({ line }) => line,
      ),
    ).toEqual([1, 2]);
    expect(() => readTextFile(file({ text: 1 }, { id: "a" }))).toThrow(/:1 id.*\n.*:1 text.*\n.*:2 text/);
  });
});
