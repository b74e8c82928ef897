// Plain text with an item a line; JSON and tables under its name are refused, as their brackets, names and ids would count as words.
import { decodeText } from "./decode";
import { isRectangular } from "./delimited";
import { jsonForm } from "./json-form";
import { describeNote, unusable } from "./problem";
import { readBytes } from "./rows";

export interface PlainText {
  /** An empty line is an item, the end of the last line is none. */
  lines: string[];
  notes: string[];
}

/** A heading of a table of texts; a first line with one is no text. */
const HEADING = /^(?:id|index|text|summary|reference|prediction|document|topic|split)s?$/i;
/** A word with a digit, as ids are, before a delimiter; "3,000" is a number. */
const ID_FIRST = /^"?([\w.:/-]*\d[\w.:/-]*)"?(?:[;|]|,(?!\d{3}))/;

/** What kind of table a text is, and what to do with it; undefined for other text. */
function tableForm(text: string): [form: string, advice: string] | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const first = lines[0]!;
  const tabs = first.split("\t").length;
  if (tabs > 1 && lines.every((line) => line.split("\t").length === tabs))
    return [`a table of ${tabs} columns between tabs`, "Name it .tsv; its first line must name the columns."];
  const ids = lines.flatMap((line) => ID_FIRST.exec(line)?.[1] ?? []);
  if (lines.length > 1 && ids.length === lines.length && new Set(ids).size === ids.length)
    return [
      "a table without headings, an id in front of each text",
      "Name it .csv; its first line must name the columns.",
    ];
  const cells = first.split(/[\t,;|]/).map((cell) => cell.replace(/^"(.*)"$/, "$1"));
  const areWords = cells.every((cell) => /^[^\s.]{1,30}$/.test(cell));
  if (areWords && (cells.some((cell) => HEADING.test(cell)) || isRectangular(text)))
    return [`a table with the headings ${cells.join(", ")}`, "Name it .csv."];
  return undefined;
}

/** Reads a .txt file. Throws a DataFileError for an empty one, for another encoding than is read and for what is no plain text. */
export function readPlainText(file: string): PlainText {
  const { text, notes, mixedEnds } = decodeText(file, readBytes(file));
  const expected = "plain text with an item a line";
  if (text.trim() === "")
    throw unusable(file, expected, "an empty file", "Check that the right file was given.");
  const other = jsonForm(text) ?? tableForm(text);
  if (other) throw unusable(file, expected, other[0], other[1]);
  const lines = text.split("\n");
  if (lines[lines.length - 1] === "") lines.pop();
  const ends = mixedEnds ? ["line ends are mixed; each was read as the end of an item."] : [];
  return { lines, notes: [...notes, ...ends].map((note) => describeNote(file, note)) };
}
