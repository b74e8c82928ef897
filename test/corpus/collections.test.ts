// Files in the shapes of AI Hub, NIKL, DACON and the Hugging Face hub, made here after the public descriptions in docs/own-data.md.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAnyRows } from "../../src/corpus/files/any-rows";
import { readRows } from "../../src/corpus/files/rows";
import { inspectItems, itemsOfRows, readItems } from "../../src/corpus/read";
import { writeItems } from "../../src/corpus/write";
import { matchTexts, readScoringTexts } from "../../src/metrics/scoring-input";

const folder = mkdtempSync(join(tmpdir(), "collections-"));
function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 1));
  return path;
}
const fieldsOf = (path: string) => readRows(path).rows.map(({ fields }) => fields);

const sentence = (index: number, text: string) => ({ index, sentence: text, highlight_indices: "" });
const AI_HUB = {
  name: "문서요약 프로젝트",
  delivery_date: "2020-12-23 17:23:10",
  documents: [
    {
      ...{ id: "290741778", category: "종합", media_name: "한빛신문", size: "small", char_count: "60" },
      title: "다리가 열린다",
      text: [
        [sentence(0, "한빛시가 다리를 연다.")],
        [sentence(1, "개통은 3월 2일이다."), sentence(2, "")],
        [],
      ],
      extractive: [0, 1, null],
      abstractive: ["한빛시가 3월 2일 다리를 연다."],
    },
    {
      ...{ id: 290741779, category: "사회", title: "", extractive: [0] },
      text: [[sentence(0, "도서관은 밤 10시까지 연다.")]],
      abstractive: ["도서관이 밤 10시까지 연다.", "", "밤 10시까지 여는 도서관."],
    },
  ],
};

describe("known collections", () => {
  it("AI Hub's documents: sentences joined by spaces, paragraphs by lines, all summaries, the line of each record", () => {
    const { rows, notes } = readRows(file("train_original.json", AI_HUB));
    expect(rows.map(({ fields }) => fields)).toEqual([
      {
        id: "290741778",
        document: "한빛시가 다리를 연다.\n개통은 3월 2일이다.",
        summary: ["한빛시가 3월 2일 다리를 연다."],
        topic: "종합",
      },
      {
        id: "290741779",
        document: "도서관은 밤 10시까지 연다.",
        summary: ["도서관이 밤 10시까지 연다.", "밤 10시까지 여는 도서관."],
        topic: "사회",
      },
    ]);
    const text = readFileSync(join(folder, "train_original.json"), "utf8").split("\n");
    expect(rows.map(({ line }) => text[line - 1]!.trim())).toEqual(["{", "{"]);
    expect(text.slice(rows[1]!.line).join("")).toContain("290741779");
    expect(text.slice(rows[1]!.line).join("")).not.toContain("290741778");
    expect(notes[0]).toMatch(/2 items read as AI Hub 문서요약 텍스트/);
  });

  it("AI Hub's reports, a file an item, with the abstract alone", () => {
    const path = file("REPORT-1.json", {
      "Meta(Acqusition)": { doc_id: "R1", doc_type: "briefing", doc_name: "보도자료" },
      "Meta(Refine)": { passage_id: "R1-1", passage: "긴 보도자료이다.", passage_Cnt: "9" },
      Annotation: { summary1: "짧은 요약.", summary2: "긴 보도자료이다.", summary3: null },
    });
    expect(fieldsOf(path)).toEqual([
      { id: "R1-1", document: "긴 보도자료이다.", summary: "짧은 요약.", topic: "briefing" },
    ]);
  });

  it("AI Hub's dialogues and papers, held in `data`", () => {
    const dialogue = {
      header: { dialogueInfo: { dialogueID: "d1", topic: "여가 생활" } },
      body: {
        dialogue: [
          { utteranceID: "U1", participantID: "P01", utterance: "주말에 뭐 해?" },
          { utteranceID: "U2", participantID: "P02", utterance: " 등산 가. " },
        ],
        summary: "주말에 등산을 간다.",
      },
    };
    expect(fieldsOf(file("dialogue.json", { numberOfItems: 1, data: [dialogue] }))).toEqual([
      {
        id: "d1",
        document: "P01: 주말에 뭐 해?\nP02: 등산 가.",
        summary: "주말에 등산을 간다.",
        topic: "여가 생활",
      },
    ]);
    const paper = (doc_id: string) => ({
      ...{ doc_type: "논문", doc_id, title: "제목", summary_section: [] },
      summary_entire: [{ orginal_text: "논문의 본문이다.", summary_text: "논문." }],
    });
    const papers = file("papers.json", [{ data: [paper("p1"), paper("p2")] }, { data: [paper("p3")] }]);
    expect(fieldsOf(papers).map(({ id, document }) => [id, document])).toEqual(
      ["p1", "p2", "p3"].map((id) => [id, "논문의 본문이다."]),
    );
  });

  it("DACON's lines and NIKL's dialogues", () => {
    const line = {
      media: "한빛신문",
      id: 7,
      article_original: ["첫 문장.", "둘째 문장."],
      abstractive: "요약.",
      extractive: [0],
    };
    expect(fieldsOf(file("train.jsonl", `${JSON.stringify(line)}\n`))).toEqual([
      { id: "7", document: "첫 문장. 둘째 문장.", summary: "요약.", topic: "한빛신문" },
    ]);
    const nikl = {
      id: "nikluge-2024-일상 대화 요약-train-000001",
      input: {
        conversation: [
          { speaker: "SD1", utterance: "여행 좋아하세요?" },
          { speaker: "SD2", utterance: "네, 강릉에 자주 가요." },
        ],
        subject_keyword: ["국내여행"],
      },
      output: "두 사람은 여행을 이야기했다.",
    };
    expect(fieldsOf(file("일상대화요약_train.json", [nikl]))).toEqual([
      {
        id: nikl.id,
        document: "SD1: 여행 좋아하세요?\nSD2: 네, 강릉에 자주 가요.",
        summary: nikl.output,
        topic: "국내여행",
      },
    ]);
  });

  it("NIKL's summaries and newspapers, which stand in files of their own", () => {
    const summaries = file("NIKL_SC.json", {
      data: [
        { document_id: "NWRW1.1", topic_sentences: ["가"], summary_sentences: ["첫째.", "둘째.", "셋째."] },
      ],
    });
    expect(fieldsOf(summaries)).toEqual([{ id: "NWRW1.1", summary: "첫째. 둘째. 셋째." }]);
    const news = file("NWRW1.json", {
      id: "NWRW1",
      metadata: { title: "한빛신문" },
      document: [
        {
          id: "NWRW1.1",
          metadata: { topic: "사회" },
          paragraph: [{ id: "p", form: "제목" }, { form: "본문." }],
        },
      ],
    });
    expect(fieldsOf(news)).toEqual([{ id: "NWRW1.1", document: "제목\n본문.", topic: "사회" }]);
    expect(inspectItems(news).problems.map(({ field }) => field)).toEqual(["summary", "split"]);
  });

  it("takes nobody's own rows for a collection's", () => {
    const own = { id: "a", text: ["가"], data: "나", document: "다" };
    const { rows, notes } = readRows(file("own.jsonl", JSON.stringify(own)));
    expect([rows[0]!.fields, notes]).toEqual([own, []]);
    expect(inspectItems(file("other.json", { documents: ["가"], more: 1 })).problems[0]!.found).toMatch(
      /one object over many lines/,
    );
  });
});

describe("several summaries", () => {
  const item = { id: "a", document: "아주 긴 문서가 여기 있다.", split: "train", topic: "주제" };

  it("the first is learned, the others are kept, written and read again", () => {
    const path = file("several.jsonl", JSON.stringify({ ...item, summary: ["하나.", "둘.", "하나."] }));
    const { items } = readItems(path);
    expect(items).toEqual([{ ...item, summary: "하나.", otherSummaries: ["둘."] }]);
    writeItems(path, items);
    expect(readItems(path).items[0]).toMatchObject({ summary: "하나.", otherSummaries: ["둘."] });
  });

  it("names what is no text among them", () => {
    const path = file("broken.jsonl", JSON.stringify({ ...item, summary: ["하나.", 2] }));
    expect(inspectItems(path).problems).toMatchObject([{ field: "summary", found: "2" }]);
  });

  it("are the references of `score`, matched by id", () => {
    const references = readScoringTexts(file("references.json", AI_HUB), "reference");
    expect(references.texts).toEqual(
      AI_HUB.documents.map(({ abstractive }) => abstractive.filter((text) => text !== "")),
    );
    const predictions = { ids: ["290741779", "290741778"], texts: ["나", "가"], notes: [] };
    expect(matchTexts(references, predictions, ["a", "b"]).texts).toEqual(["가", "나"]);
  });
});

describe("Parquet and other names of columns", () => {
  const parquet = join(__dirname, "../fixtures/parquet");
  const columns = { id: "article_id", document: "article", summary: "highlights", topic: "meta.section" };
  const expected = JSON.parse(readFileSync(join(parquet, "rows.json"), "utf8"));
  const codecs = [
    "none",
    "snappy",
    "gzip",
    ...("zstdDecompressSync" in require("node:zlib") ? ["zstd"] : []),
  ];

  it.each(codecs)("reads what pyarrow wrote with %s", async (codec) => {
    const { rows } = await readAnyRows(join(parquet, `${codec}.parquet`));
    expect(rows.map(({ fields }) => fields)).toEqual(expected);
  });

  it("takes columns and places in objects for fields, whole numbers for texts", async () => {
    const path = join(parquet, "snappy.parquet");
    const read = await readAnyRows(path, columns);
    expect(read.rows[0]!.fields).toMatchObject({ id: "9007199254740993", topic: "사회" });
    const rows = read.rows.map(({ line, fields }) => ({ line, fields: { ...fields, split: "train" } }));
    const { items, problems } = itemsOfRows(path, { ...read, rows, names: [...read.names, "split"] });
    expect(problems).toEqual([]);
    expect(items[1]).toMatchObject({ id: "9007199254740994", topic: "", summary: expected[1].highlights[0] });
    expect(items[1]!.otherSummaries).toEqual([expected[1].highlights[1]]);
  });

  it("names a column that is not there, a file that is no Parquet file, and the command that reads one", async () => {
    const path = join(parquet, "none.parquet");
    await expect(readAnyRows(path, { document: "text" })).rejects.toThrow(
      'expected a column "text" for document, found the columns article_id, article, highlights, meta',
    );
    const cut = file("cut.parquet", "PAR1 and nothing more");
    await expect(readAnyRows(cut)).rejects.toThrow(/cut\.parquet:1 .*what cannot be read as one/);
    expect(() => readItems(path)).toThrow(/a Parquet file.*npm run data:make/);
  });
});
