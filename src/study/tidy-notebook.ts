// Outputs of an executed notebook as they are committed: pictures that GitHub shows, nothing that differs from run to run.
import { toPng } from "../figures/figure";

export interface NotebookOutput {
  output_type: string;
  text?: string | string[];
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface NotebookCell {
  cell_type: string;
  id: string;
  metadata: { tags?: string[]; [field: string]: unknown };
  source: string | string[];
  execution_count?: number | null;
  outputs?: NotebookOutput[];
}

export interface Notebook {
  cells: NotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** A cell's text, which notebook files hold whole or line by line. */
export const textOf = (text: string | string[] | undefined): string => [text ?? []].flat().join("");

/** What of a notebook decides its results: kinds, tags and sources of its cells, no outputs. */
export const notebookSources = ({ cells }: Notebook) =>
  cells.map(({ cell_type, metadata, source }) => ({
    kind: cell_type,
    tags: metadata.tags ?? [],
    source: textOf(source),
  }));

/** A larger SVG is kept as PNG: thousands of marks take less room as pixels. */
const MAX_SVG_BYTES = 64_000;
const PNG_DPI = 120;
const PROGRESS = /[█░]{24} \d+\/\d+/;
/** A measured time: a number with its unit between commas, brackets or the ends of a line, as in ", 2.6초, ". */
const MEASURED = /(?<=^|[,:(] ?)\d[\d,.]*(?= ?(?:초|ms|s|토큰\/초|tokens\/s)(?:$|[,)]))/gm;
const MEASURED_COLUMN = /^(?:초|seconds)$|\((?:초|ms|s)\)$|^(?:토큰\/초|tokens\/s)$|^늘어난 메모리 /;

/**
 * The notebook with the tidied outputs of its executed copy. Throws when the copy is of other sources, or was run with
 * other parameters than the notebook declares.
 */
export function tidyNotebook(notebook: Notebook, executed: Notebook, name: string): Notebook {
  const isInjected = (cell: NotebookCell) => cell.metadata.tags?.includes("injected-parameters") ?? false;
  const run = executed.cells.filter((cell) => !isInjected(cell));
  if (run.length !== notebook.cells.length) {
    throw new Error(
      `${name}: the executed copy has ${run.length} cells, the notebook ${notebook.cells.length}. Run the study again.`,
    );
  }
  let count = 0;
  const cells = notebook.cells.map((cell, i) => {
    if (textOf(cell.source) !== textOf(run[i]!.source)) {
      throw new Error(
        `${name}, cell ${i + 1}: the executed copy was made of another text. Run the study again.`,
      );
    }
    if (cell.cell_type !== "code") return cell;
    return { ...cell, execution_count: ++count, outputs: (run[i]!.outputs ?? []).flatMap(tidyOutput) };
  });
  return { ...notebook, cells };
}

function tidyOutput(output: NotebookOutput): NotebookOutput[] {
  if (output.output_type === "stream") {
    return [{ ...output, text: textOf(output.text).replace(MEASURED, "…") }];
  }
  const data = output.data;
  if (!data) return [output];
  const text = textOf(data["text/plain"] as string);
  if (PROGRESS.test(text)) return [];
  // Live figures come back when the cell runs; a reader without a kernel sees the picture.
  const { "application/vnd.plotly.v1+json": _, ...kept } = data;
  const svg = textOf(kept["image/svg+xml"] as string);
  if (Buffer.byteLength(svg) > MAX_SVG_BYTES) {
    delete kept["image/svg+xml"];
    kept["image/png"] = `${toPng(svg, PNG_DPI).toString("base64")}\n`;
  }
  if (kept["text/html"]) Object.assign(kept, tidyTable(textOf(kept["text/html"] as string), text));
  return [{ ...output, data: kept }];
}

/** Empties the columns of a table that hold measured times, in HTML and in plain text. */
function tidyTable(html: string, plain: string): { "text/html": string; "text/plain": string } {
  const names = [...html.matchAll(/<th[^>]*>(.*?)<\/th>/g)].map(([, name]) => name!);
  const measured = new Set(names.flatMap((name, i) => (MEASURED_COLUMN.test(name) ? [i] : [])));
  const rows = html.replace(/<tr>(<td.*?)<\/tr>/gs, (row) => {
    let column = -1;
    return row.replace(/(<td[^>]*>)(.*?)(<\/td>)/gs, (cell, open: string, _text, close: string) =>
      measured.has(++column) ? `${open}…${close}` : cell,
    );
  });
  const [head, ...lines] = plain.split("\n");
  const emptied = lines.map((line) => {
    const cells = line.split(" | ");
    // Text with a line break or a bar of its own is no row of the table.
    if (cells.length !== names.length) return line;
    return cells.map((cell, i) => (measured.has(i) ? "…" : cell)).join(" | ");
  });
  return { "text/html": rows, "text/plain": [head, ...emptied].join("\n") };
}
