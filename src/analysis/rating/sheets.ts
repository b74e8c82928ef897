// A rater's sheet as an Excel workbook and as a page that needs nothing else: both show the texts alone and take marks from 1 to 5.
import { type BlindText, CRITERIA, HIGHEST, LOWEST } from "./plan";

// xlsx comes with danfojs-node; only what is used here is typed.
interface Xlsx {
  utils: {
    aoa_to_sheet(rows: readonly (readonly string[])[]): Record<string, unknown>;
    book_new(): object;
    book_append_sheet(book: object, sheet: object, name: string): void;
  };
  write(book: object, options: object): Buffer;
}

export const NAME = "id";
/** Columns of the sheet: the criteria by their labels. */
const HEADINGS = [NAME, "원문", "요약", ...CRITERIA.map(({ label }) => label), "메모"];

/** The sheet as a workbook; a second sheet says what each criterion asks. */
export function ratingWorkbook(texts: readonly BlindText[]): Buffer {
  const { utils, write } = require("xlsx") as Xlsx;
  const rows = texts.map(({ name, document, summary }) => [
    name,
    document,
    summary,
    ...CRITERIA.map(() => ""),
    "",
  ]);
  const sheet = utils.aoa_to_sheet([HEADINGS, ...rows]);
  sheet["!cols"] = [8, 60, 40, ...CRITERIA.map(() => 8), 20].map((wch) => ({ wch }));
  const book = utils.book_new();
  utils.book_append_sheet(book, sheet, "평가");
  const questions = CRITERIA.map(({ label, question }) => [label, `${question} (${LOWEST}–${HIGHEST})`]);
  utils.book_append_sheet(book, utils.aoa_to_sheet([["기준", "물음"], ...questions]), "기준");
  return write(book, { type: "buffer", bookType: "xlsx" });
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);

/** What the page does: keeps marks in the browser, counts them, and saves them as a file. */
const SCRIPT = `
const form = document.forms[0], store = "ratings:" + document.body.dataset.rater;
const marks = () => [...new FormData(form)].map(([name, value]) => {
  const [text, criterion] = name.split(" ");
  return { text, criterion, value: Number(value) };
});
const count = () => { document.getElementById("done").textContent = marks().length; };
try {
  for (const { text, criterion, value } of JSON.parse(localStorage.getItem(store) ?? "[]"))
    for (const input of form.elements[text + " " + criterion] ?? []) input.checked = Number(input.value) === value;
} catch {}
form.addEventListener("change", () => {
  count();
  try { localStorage.setItem(store, JSON.stringify(marks())); } catch {}
});
document.getElementById("save").addEventListener("click", () => {
  const file = new Blob([JSON.stringify({ rater: document.body.dataset.rater, marks: marks() }, null, 1)]);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = document.body.dataset.rater + ".json";
  link.click();
});
count();
`;

const STYLE = `body{font:16px/1.6 "Noto Sans KR",sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}
fieldset{border:1px solid #bbb;margin:0 0 2rem;padding:1rem}blockquote{white-space:pre-wrap;border-left:3px solid #ccc;margin:.5rem 0;padding-left:1rem}
.bar{position:sticky;top:0;background:#fff;padding:.5rem 0;border-bottom:1px solid #bbb}label{margin-right:.8rem}`;

/** The sheet as one HTML file without outside references. */
export function ratingPage(rater: string, texts: readonly BlindText[]): string {
  const marks = Array.from({ length: HIGHEST - LOWEST + 1 }, (_, i) => LOWEST + i);
  const row = (name: string, { id, label, question }: (typeof CRITERIA)[number]) =>
    `<p><b>${label}</b> ${question}<br>${marks
      .map((mark) => `<label><input type="radio" name="${name} ${id}" value="${mark}"> ${mark}</label>`)
      .join("")}</p>`;
  const fieldsets = texts.map(
    ({ name, document, summary }) =>
      `<fieldset><legend>${name}</legend><b>원문</b><blockquote>${escaped(document)}</blockquote>` +
      `<b>요약</b><blockquote>${escaped(summary)}</blockquote>${CRITERIA.map((one) => row(name, one)).join("")}</fieldset>`,
  );
  return `<!doctype html><html lang="ko"><meta charset="utf-8"><title>요약 평가</title><style>${STYLE}</style>
<body data-rater="${escaped(rater)}"><h1>요약 평가</h1>
<p>원문을 읽고 요약마다 기준별로 ${LOWEST}점(전혀 아니다)에서 ${HIGHEST}점(매우 그렇다)까지 매겨 주세요. 다 매긴 뒤 “저장”을 누르면 파일이 내려받아집니다.</p>
<div class="bar"><button type="button" id="save">저장</button> <span id="done">0</span> / ${texts.length * CRITERIA.length}</div>
<form>${fieldsets.join("\n")}</form><script>${SCRIPT}</script></body></html>
`;
}
