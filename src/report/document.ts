// The report as data: headings, paragraphs, tables and figures that every renderer writes in its own format.
// All strings are plain text; a renderer escapes them, so text from data and models can never become markup. Numbers carry
// marks of where they come from (quantity.ts), which a renderer shows or leaves out.
import type { Figure } from "../figures/figure";

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
  fields: [label: string, value: string][];
  blocks: Block[];
  footnotes: string[];
  words: DocumentWords;
}

/** The text of a cell as shown, with the marks of its numbers. */
export function cellText(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

/** Collects blocks and numbers tables, figures and footnotes in the order in which they come. */
export class DocumentBuilder {
  readonly blocks: Block[] = [];
  readonly footnotes: string[] = [];
  private tables = 0;
  private figures = 0;

  heading(level: 1 | 2 | 3, text: string): void {
    this.blocks.push({ kind: "heading", level, text });
  }

  paragraph(...inlines: Inline[]): void {
    this.blocks.push({ kind: "paragraph", inlines });
  }

  notice(...inlines: Inline[]): void {
    this.blocks.push({ kind: "notice", inlines });
  }

  list(items: (string | Inline[])[]): void {
    this.blocks.push({
      kind: "list",
      items: items.map((item) => (typeof item === "string" ? [item] : item)),
    });
  }

  table(table: Omit<TableBlock, "kind" | "number">): void {
    for (const row of table.rows) {
      if (row.length !== table.columns.length) {
        throw new Error(
          `Table ${table.id}: a row has ${row.length} cells for ${table.columns.length} columns (${row.map(cellText).join(" | ")}).`,
        );
      }
    }
    this.tables += 1;
    this.blocks.push({ kind: "table", number: this.tables, ...table });
  }

  figure(figure: Omit<FigureBlock, "kind" | "number">): void {
    this.figures += 1;
    this.blocks.push({ kind: "figure", number: this.figures, ...figure });
  }

  /** Adds a footnote and gives the mark to put into a paragraph; the same text gets the same mark. */
  footnote(text: string): { footnote: number } {
    const known = this.footnotes.indexOf(text);
    if (known >= 0) return { footnote: known + 1 };
    this.footnotes.push(text);
    return { footnote: this.footnotes.length };
  }
}
