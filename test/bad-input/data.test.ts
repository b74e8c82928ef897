// Bad data files: JSON Lines, CSV and the files of `npm run score`; each refusal names file, line, field and expectation.
import * as path from "node:path";
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
    items(`${field} is a list`, row({ [field]: ["x"] }), [`:1 ${field}`, "a text", '["x"]']),
  ]),
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
  error: "ScoringInputError",
  says: [`$/${as}`, ...says],
});
const matched = (name: string, a: string, b: string, says: Refusal["says"], kind = "jsonl"): Refusal => ({
  name,
  prepare(folder) {
    file(`a.${kind}`, a)(folder);
    file(`b.${kind === "txt" && b.startsWith("{") ? "jsonl" : kind}`, b)(folder);
  },
  act(folder) {
    const names: [string, string] = [
      path.join(folder, `a.${kind}`),
      path.join(folder, `b.${kind === "txt" && b.startsWith("{") ? "jsonl" : kind}`),
    ];
    return matchTexts(readScoringTexts(names[0]), readScoringTexts(names[1]), names);
  },
  error: "ScoringInputError",
  says,
});

refuses("texts to score", [
  texts("nothing", "", ["expected an item a line"]),
  texts("white space", " \n", ["expected an item a line"], "a.txt"),
  texts("no JSON", '{"id": "a", "text": "b"}\n{', ["line 2", "Expected {"]),
  texts("no text", '{"id": "a"}', ["line 1", 'expected {"id"']),
  texts("no id", '{"text": "a"}', ["line 1", 'expected {"id"']),
  texts("null", '{"id": "a", "text": "b"}\nnull', ["line 2", 'expected {"id"']),
  texts("an empty list", '{"id": "a", "text": []}', ["line 1", "list of strings"]),
  texts("a list with a number", '{"id": "a", "text": ["b", 1]}', ["line 1", "list of strings"]),
  texts("an id twice", '{"id": "a", "text": "b"}\n{"id": "a", "text": "c"}', ["line 2", '"a" stands twice']),
  texts("UTF-16", Buffer.from("\ufeff글", "utf16le"), ["expected UTF-8"], "a.txt"),
  texts("CP949", Buffer.from([0xb0, 0xa1]), ["UTF-8", "iconv"], "a.txt"),
  texts("half a character", '{"id": "a", "text": "b\\ud83d"}', ["line 1", "lone surrogate U+D83D"]),
  {
    name: "no file",
    act: (folder) => readScoringTexts(path.join(folder, "none.txt")),
    error: "ScoringInputError",
    says: ["$/none.txt", "cannot be read", "ENOENT"],
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
    ["$/a.txt has 2 lines", "b.txt has 1", "expected as many"],
    "txt",
  ),
  matched("one with ids", "a\n", '{"id": "a", "text": "b"}', ["a.txt and", "the same form"], "txt"),
]);
