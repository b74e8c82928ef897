// Bad data files: JSON Lines, CSV and the files of `npm run score`; each refusal names file, line, field and expectation.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, it } from "vitest";
import { readItems } from "../../src/corpus/read";
import { matchTexts, readScoringTexts } from "../../src/metrics/scoring-input";
import { file, type Refusal, refuses } from "./refusal";

const good = { id: "a", document: "긴 글이 여기 있다.", summary: "짧은 글.", topic: "t", split: "train" };
const row = (changes: Record<string, unknown> = {}) => JSON.stringify({ ...good, ...changes });

const items = (
  name: string,
  content: string | Uint8Array,
  says: Refusal["says"],
  as = "data.jsonl",
): Refusal => ({
  name,
  prepare: file(as, content),
  act: (folder) => readItems(path.join(folder, as)),
  error: "DataFileError",
  says: [`$/${as}`, ...says],
});
const csv = (name: string, content: string, says: Refusal["says"]) => items(name, content, says, "data.csv");
const HEADER = "id,document,summary,topic,split\n";

refuses("JSON Lines", [
  items("an empty file", "", [":1 (file)", "at least one item"]),
  items("blank lines only", "\n \n\n", [":1 (file)", "at least one item"]),
  items("no JSON", `${row()}\n{"id": \n`, [":2 (row)", "one JSON object a line"]),
  items("a cut line", row().slice(0, -4), [":1 (row)", "one JSON object a line"]),
  items("an array of numbers", "[1, 2]", [":1 (row)", "one JSON object", "a number, and so on 1 more"]),
  items("a number", "17", [":1 (row)", "one JSON object", "a number"]),
  items("null", "null", [":1 (row)", "one JSON object", "null"]),
  items("a pretty-printed object", JSON.stringify(good, null, 2), [
    ":1 (row)",
    "with the names id, document",
  ]),
  items("a cut array", `[\n${row()},\n${row({ id: "b" })}`, [":3 (row)", "text that is no JSON"]),
  items("plain text", "첫 줄\n둘째 줄\n셋째 줄\n", [":1 (row)", "no JSON", "and so on 2 more lines"]),
  items("a name twice", `${row()}\n${row({ id: "b" }).replace("}", ',"topic":"u"}')}`, [
    ":2 (row)",
    'the name "topic" stands twice',
  ]),
  items("half a character", row({ summary: "글\ud83d" }), [":1 summary", "lone surrogate U+D83D"]),
  items("half a character in a fact", row({ facts: ["\ude00"] }), [":1 facts", "lone surrogate U+DE00"]),
  items("two objects on a line", `${row()}${row({ id: "b" })}`, [":1 (row)", "one JSON object a line"]),
  items("single quotes", "{'id': 'a'}", [":1 (row)", "one JSON object a line"]),
  items("NaN as a value", row().replace('"t"', "NaN"), [":1 (row)", "one JSON object a line"]),
  ...["id", "document", "summary", "split"].flatMap((field) => [
    items(`no ${field}`, row({ [field]: undefined }), [`:1 ${field}`, "a text", "no such field"]),
    items(`${field} is empty`, row({ [field]: " " }), [`:1 ${field}`, "a text", "an empty one"]),
    items(`${field} is a number`, row({ [field]: 5 }), [`:1 ${field}`, "a text", "found 5"]),
    items(`${field} is null`, row({ [field]: null }), [`:1 ${field}`, "a text", "found null"]),
    items(`${field} is a list with a number`, row({ [field]: ["x", 5] }), [`:1 ${field}`, "text", "5"]),
  ]),
  items("no summary of several", row({ summary: [] }), [":1 summary", "text", "[]"]),
  items("topic is a number", row({ topic: 5 }), [":1 topic", "a text", "found 5"]),
  items("an unknown split", row({ split: "test" }), [":1 split", "test-in-domain", '"test"']),
  items("a split in capitals", row({ split: "Train" }), [":1 split", "one of train", '"Train"']),
  items("an id twice", `${row()}\n${row({ document: "또 다른 글이 있다." })}`, [
    ":2 id",
    "an id of its own",
    "line 1",
  ]),
  items("facts as a text", row({ facts: "a" }), [":1 facts", "a list of texts", '"a"']),
  items("facts with a number", row({ facts: ["a", 1] }), [":1 facts", "a list of texts", '["a",1]']),
  items("UTF-8 with a byte that is none", Buffer.concat([Buffer.from(`${row()}\n`), Buffer.from([0xb0])]), [
    ":2 (encoding)",
    "UTF-8 text",
    "neither UTF-8 nor Korean in CP949",
  ]),
  items("cut UTF-16", Buffer.from(`\ufeff${row()}\n${row()}`, "utf16le").subarray(0, -1), [
    ":2 (encoding)",
    "whole UTF-16",
  ]),
  items("zero bytes", Buffer.alloc(64), [":1 (file)", "expected text", "binary data"]),
  items("a gzip file", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), [":1 (file)", "a gzip file", "Unpack"]),
  items("a workbook under another name", Buffer.from("PK\u0003\u0004"), [":1 (file)", "a ZIP file", ".xlsx"]),
  items("a web page", "<!DOCTYPE html>\n<html>", [":1 (file)", "an XML or HTML document"]),
  items("the 3rd of many bad rows", `${row()}\n\n${row({ id: 3 })}\n${row({ split: 4 })}`, [
    ":3 id",
    ":4 split",
  ]),
]);

refuses("CSV", [
  csv("only a header", HEADER, [":1 (file)", "at least one item"]),
  csv("no such column", "id,document,summary\na,긴 글이다,글\n", [
    ":1 split",
    "a text",
    "no such field; there are id, document, summary",
  ]),
  csv("a field too few", `${HEADER}a,긴 글이다,글,t\n`, [":2 (row)", "5 fields as in the header", "found 4"]),
  csv("an unquoted comma", `${HEADER}a,긴, 글이다,글,t,train\n`, [":2 (row)", "5 fields", "found 6"]),
  csv("an open quote", `${HEADER}a,"긴 글이다,글,t,train\n`, [":2 (row)", "valid CSV"]),
  csv("a quote inside a field", `${HEADER}a,긴 "글"이다,글,t,train\n`, [":2 (row)", "valid CSV"]),
  csv("an unknown split", `${HEADER}a,긴 글이다,글,t,dev\n`, [":2 split", "one of train", '"dev"']),
  csv("an empty summary", `${HEADER}a,긴 글이다,,t,train\n`, [":2 summary", "a text", "an empty one"]),
  csv("a column twice", `id,document,summary,topic,split,summary\na,긴 글이다,글,t,train,다른 글\n`, [
    ":1 summary",
    "one column of that name",
    "columns 3 and 6",
  ]),
  csv("a text under no heading", `id,document,summary,,split\na,긴 글이다,글,남는 글,train\n`, [
    ":2 (column 4)",
    "under no heading",
  ]),
  csv("semicolons with a field too few", `${HEADER.replaceAll(",", ";")}a;긴 글이다;글;t\n`, [
    ":2 (row)",
    "5 fields as in the header",
    "hold semicolons",
  ]),
  csv("line breaks inside quotes count as lines", `${HEADER}a,"긴\n글이다",글,t,train\nb,또,글,t,x\n`, [
    ":4 split",
  ]),
  items(
    "Latin-1",
    Buffer.from(`${HEADER}a,caf\u00e9,c,t,train\n`, "latin1"),
    [":2 (encoding)", "UTF-8 text", "neither"],
    "data.csv",
  ),
]);

refuses("data files", [
  {
    name: "a word processor document",
    prepare: file("data.hwp", "PK"),
    act: (folder) => readItems(path.join(folder, "data.hwp")),
    error: "DataFileError",
    says: ["$/data.hwp", "expected a .jsonl", '".hwp"'],
  },
  {
    name: "no file",
    act: (folder) => readItems(path.join(folder, "none.jsonl")),
    error: "DataFileError",
    says: ["$/none.jsonl", "expected a file that can be read", "ENOENT"],
  },
  {
    name: "a folder",
    prepare: file("data.jsonl/x", ""),
    act: (folder) => readItems(path.join(folder, "data.jsonl")),
    error: "DataFileError",
    says: ["$/data.jsonl", "expected a file that can be read", "EISDIR"],
  },
]);

const texts = (
  name: string,
  content: string | Uint8Array,
  says: Refusal["says"],
  as = "a.jsonl",
): Refusal => ({
  name,
  prepare: file(as, content),
  act: (folder) => readScoringTexts(path.join(folder, as)),
  error: "DataFileError",
  says: [`$/${as}:`, ...says],
});
const plain = (name: string, content: string | Uint8Array, says: Refusal["says"]) =>
  texts(name, content, [":1 (file)", ...says], "a.txt");
const matched = (name: string, a: string, b: string, says: Refusal["says"], kind = "jsonl"): Refusal => ({
  name,
  prepare(folder) {
    file(`a.${kind}`, a)(folder);
    file(`b.${kind}`, b)(folder);
  },
  act(folder) {
    const names: [string, string] = [path.join(folder, `a.${kind}`), path.join(folder, `b.${kind}`)];
    return matchTexts(readScoringTexts(names[0]), readScoringTexts(names[1]), names);
  },
  error: "ScoringInputError",
  says,
});

refuses("texts to score", [
  texts("nothing", "", ["at least one item"]),
  plain("white space", " \n", ["expected plain text with an item a line", "an empty file"]),
  texts("no JSON", '{"id": "a", "text": "b"}\n{', [":2 (row)", "no JSON"]),
  texts("no text", '{"id": "a"}', ["a column", '"id"']),
  texts("an id missing", '{"text": "a"}\n{"text": "a", "id": "b"}', [":1 id", "an id in every row"]),
  texts("null", '{"id": "a", "text": "b"}\nnull', [":2 (row)", "found null"]),
  texts("an empty list", '{"id": "a", "text": []}', [":1 text", "a list of texts"]),
  texts("a list with a number", '{"id": "a", "text": ["b", 1]}', [":1 text", "a list of texts"]),
  texts("an id twice", '{"id": "a", "text": "b"}\n{"id": "a", "text": "c"}', [":2 id", '"a" again']),
  texts("half a character", '{"id": "a", "text": "b\\ud83d"}', [":1 text", "lone surrogate U+D83D"]),
  texts("an ending that is not read", "가\n", ['".hyp"', "item a line .txt"], "a.hyp"),
  texts("a workbook's bytes", Buffer.from("PK\u0003\u0004"), ["a ZIP file"], "a.csv"),
  texts(
    "JSON in a table's place",
    '[{"text": "a"}]',
    [":1 (file)", "a table", "found JSON", ".json"],
    "a.csv",
  ),
  plain("an array of texts", '["가", "나"]', ["found JSON", ".json"]),
  plain("an array over lines", '[\n "가",\n "나"\n]\n', ["found JSON", ".json"]),
  plain("JSON Lines", '{"id": 1, "text": "가"}\n{"id": 2, "text": "나"}\n', [
    "a JSON value a line",
    ".jsonl",
  ]),
  plain("JSON Lines with a broken one", '{"text": "가"}\n{"text": "나\n', ["a JSON value a line"]),
  plain("a cut array", '[\n {"text": "가"},\n {"te', ["cut or broken"]),
  plain("a list as Python prints it", "['가', '나']\n", ["as Python prints it", "json.dump"]),
  plain("a table between commas", 'id,summary\nn0,"가, 나"\n', ["headings id, summary", ".csv"]),
  plain("a table between semicolons", "id;text\nn0;가\n", ["headings id, text", ".csv"]),
  plain("a table with other headings", '번호,요약\n가,"나, 다"\n라,마\n', ["headings 번호, 요약", ".csv"]),
  plain("a table of one column", "summary\n가\n나\n", ["headings summary"]),
  plain("a table between tabs", "n0\t가, 나\nn1\t다\n", ["2 columns between tabs", ".tsv"]),
  plain("a table without headings", "n0,가나다\nn1,라마바\n", ["an id in front", ".csv"]),
  plain("a web page", "<!DOCTYPE html>\n<p>가</p>\n", ["an XML or HTML document"]),
  plain("a PDF document", "%PDF-1.7\n", ["a PDF document"]),
  plain("a workbook", Buffer.from("PK\u0003\u0004"), ["a ZIP file"]),
  plain("zero bytes", Buffer.alloc(64), ["binary data"]),
  {
    name: "no file",
    act: (folder) => readScoringTexts(path.join(folder, "none.txt")),
    error: "DataFileError",
    says: ["$/none.txt", "a file that can be read", "ENOENT"],
  },
  {
    name: "no such column",
    prepare: file("a.csv", "id,text\n1,가\n"),
    act: (folder) => readScoringTexts(path.join(folder, "a.csv"), "reference", "answer"),
    error: "DataFileError",
    says: ["$/a.csv:1", 'a column "answer"', '"id", "text"', "--reference-column"],
  },
  {
    name: "a document in the place of a reference",
    prepare: file("a.csv", "id,text,summary\n1,긴 글이다,글\n"),
    act: (folder) => readScoringTexts(path.join(folder, "a.csv"), "reference"),
    error: "DataFileError",
    says: ['"text", "summary"', "--reference-column"],
  },
  {
    name: "a column of plain text",
    prepare: file("a.txt", "가\n"),
    act: (folder) => readScoringTexts(path.join(folder, "a.txt"), "reference", "answer"),
    error: "DataFileError",
    says: ["$/a.txt", "a table with columns", "plain text"],
  },
  {
    name: "several predictions of one item",
    prepare: file("a.jsonl", '{"prediction": ["가", "나"]}'),
    act: (folder) => readScoringTexts(path.join(folder, "a.jsonl"), "prediction"),
    error: "DataFileError",
    says: [":1 prediction", "expected a text, found"],
  },
  matched("other ids", '{"id": "a", "text": "b"}', '{"id": "c", "text": "b"}', [
    "$/b.jsonl lacks ids of",
    "a.",
  ]),
  matched("ids too many", '{"id": "a", "text": "b"}', '{"id": "a", "text": "b"}\n{"id": "c", "text": "b"}', [
    "$/b.jsonl has ids",
    "lacks: c",
  ]),
  matched(
    "lines too few",
    "a\nb\n",
    "a\n",
    ["$/a.txt has 2 items", "b.txt has 1", "expected as many"],
    "txt",
  ),
]);

it.each([
  "[속보] 한빛시, 3월 2일 축제\n[단독] 새봄시는 연기\n",
  "3,000원을 낸다.\n2,500명이 왔다.\n",
  "그는 갔다, 그리고 왔다.\n오늘, 비가 왔다.\n",
  '"인용으로 시작한다" 하고 말했다.\n"끝"\n',
  "요약: 2월 3일; 3월 4일\n요약: 없음; 없음\n",
  "1. 첫째 글\n2. 둘째 글\n",
  "가,나\n하나, 둘, 셋\n",
  "2024년, 서울\n2025년, 부산\n",
])("plain text stays plain text: %j", (content) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "plain-"));
  file("a.txt", content)(folder);
  expect(
    readScoringTexts(path.join(folder, "a.txt"))
      .texts.map((line) => `${line}\n`)
      .join(""),
  ).toBe(content);
  fs.rmSync(folder, { recursive: true });
});
