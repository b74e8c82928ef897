// The report as data: headings, paragraphs, tables and figures that every renderer writes in its own format.
// All strings are plain text; a renderer escapes them, so text from data and models can never become markup. Numbers carry
// marks of where they come from (quantity.ts), which a renderer shows or leaves out.
import type { Language } from "../base/language";
import type { Figure } from "../figures/figure";
import { type Finding, inWords, type Key, type Said, say } from "./catalogue/said";
import { amountOf, type Numbers } from "./quantity";

export type Inline = string | { strong: string } | { footnote: number };

/** A cell is shown as `text`; a number keeps its full value for the CSV file. */
export type Cell = string | { text: string; value: number };

export interface Column {
  label: string;
  align: "left" | "right";
  /** Share of the width, where the renderer has to know it before it lays the table out. */
  weight?: number;
}

export interface TableBlock {
  kind: "table";
  /** File name of the CSV, without suffix. */
  id: string;
  number: number;
  caption: string;
  columns: Column[];
  rows: Cell[][];
  note?: string;
}

export interface FigureBlock {
  kind: "figure";
  /** File name of the picture, without suffix. */
  id: string;
  number: number;
  caption: string;
  alt: string;
  figure: Figure;
}

export type Block =
  | { kind: "heading"; level: 1 | 2 | 3; text: string }
  | { kind: "paragraph"; inlines: Inline[] }
  | { kind: "notice"; inlines: Inline[] }
  | { kind: "list"; items: Inline[][] }
  | TableBlock
  | FigureBlock;

/** A figure drawn, with its size in pixels of the screen. */
export interface Picture {
  svg: string;
  png: Buffer;
  width: number;
  height: number;
}

/** Words that the renderers add around the content. */
export interface DocumentWords {
  table: string;
  figure: string;
  notes: string;
  source: string;
  /** Before the ids of a table's numbers. */
  origin: string;
}

export interface ReportDocument {
  lang: string;
  title: string;
  subtitle: string;
  /** Those that were filled in. */
  fields: [label: string, value: string][];
  blocks: Block[];
  footnotes: string[];
  words: DocumentWords;
  /** What the texts show, by the ids of their marks. */
  numbers: Numbers;
}

/** The text of a cell as shown, with the marks of its numbers. */
export function cellText(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

/** A column: its heading, where the table's message `….columns` does not hold it; its side and its share of the width. */
export interface ColumnShape {
  heading?: Said;
  align: Column["align"];
  weight?: number;
}

export const left = (weight?: number): ColumnShape => ({ align: "left", ...(weight && { weight }) });
export const right = (weight?: number): ColumnShape => ({ align: "right", ...(weight && { weight }) });
export const headed = (heading: Said, shape: ColumnShape): ColumnShape => ({ ...shape, heading });

type Named<Start extends string, End extends string> = {
  [K in Key]: K extends `${Start}.${infer Id}.${End}` ? Id : never;
}[Key];
export type TableId = Named<"table", "columns">;
export type FigureId = Named<"figure", "alt">;
type Piece = Said | { strong: Said } | { footnote: number };

/** Collects blocks in the words of a language, and numbers tables, figures and footnotes in the order in which they come. */
export class DocumentBuilder {
  readonly blocks: Block[] = [];
  readonly footnotes: string[] = [];
  /** What the texts show, by the ids of their marks. */
  readonly numbers: Numbers = new Map();
  private tables = 0;
  private figures = 0;

  constructor(readonly language: Language) {}

  words(said: Said): string {
    return inWords(said, this.language, this.numbers);
  }

  heading(level: 1 | 2 | 3, key: Key): void {
    this.blocks.push({ kind: "heading", level, text: this.words(say(key)) });
  }

  paragraph(...pieces: Piece[]): void {
    this.blocks.push({ kind: "paragraph", inlines: this.inlines(pieces) });
  }

  notice(...pieces: Piece[]): void {
    this.blocks.push({ kind: "notice", inlines: this.inlines(pieces) });
  }

  /** An item is said as it is, or a point with its head: [head, text]. */
  list(items: readonly (Said | { head: Said; text: Said })[]): void {
    const inlines = items.map((item) =>
      this.inlines(typeof item === "object" && "head" in item ? [{ strong: item.head }, item.text] : [item]),
    );
    this.blocks.push({ kind: "list", items: inlines });
  }

  /** A table with the messages `table.<id>` (its caption) and `table.<id>.columns`; `file` where several have the same words. */
  table(
    id: TableId,
    shapes: readonly ColumnShape[],
    rows: readonly (readonly Said[])[],
    { args = {}, note, file = id }: { args?: Finding["args"]; note?: Said; file?: string } = {},
  ): void {
    const headings = this.words(say(`table.${id}.columns`, args)).split(" | ");
    const columns = shapes.map(({ heading, ...shape }) => ({
      label: heading === undefined ? (headings.shift() ?? "") : this.words(heading),
      ...shape,
    }));
    const wrong = rows.find((row) => row.length !== columns.length);
    if (wrong || headings.length > 0) {
      const found = wrong
        ? `a row has ${wrong.length} cells`
        : `"table.${id}.columns" has ${headings.length} more`;
      throw new Error(`Table ${file}: ${found} for ${columns.length} columns.`);
    }
    this.tables += 1;
    const caption = this.words(say(`table.${id}`, args));
    const cells = rows.map((row) => row.map((said) => this.cell(said)));
    const below = note === undefined ? {} : { note: this.words(note) };
    this.blocks.push({
      kind: "table",
      number: this.tables,
      id: file,
      caption,
      columns,
      rows: cells,
      ...below,
    });
  }

  /** A figure with the messages `figure.<id>` (its caption) and `figure.<id>.alt`. */
  figure(id: FigureId, figure: Figure, args: Finding["args"] = {}): void {
    this.figures += 1;
    const caption = this.words(say(`figure.${id}`, args));
    const alt = this.words(say(`figure.${id}.alt`, args));
    this.blocks.push({ kind: "figure", number: this.figures, id, caption, alt, figure });
  }

  /** Adds a footnote and gives the mark to put into a paragraph; the same text gets the same mark. */
  footnote(key: Key): { footnote: number } {
    const text = this.words(say(key));
    const known = this.footnotes.indexOf(text);
    if (known >= 0) return { footnote: known + 1 };
    this.footnotes.push(text);
    return { footnote: this.footnotes.length };
  }

  private inlines(pieces: readonly Piece[]): Inline[] {
    return pieces.map((piece) => {
      if (typeof piece === "object" && "footnote" in piece) return piece;
      if (typeof piece === "object" && "strong" in piece) return { strong: this.words(piece.strong) };
      return this.words(piece);
    });
  }

  private cell(said: Said): Cell {
    const text = this.words(said);
    return typeof said === "object" && "amount" in said ? { text, value: amountOf(said.amount) } : text;
  }
}
