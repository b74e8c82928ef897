// Makes short notebooks for the tests and runs them with the project's runner.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "../..");

/** A folder below the repository root, as notebooks of users are; ignored by git. */
export function temporaryFolder(): string {
  mkdirSync(join(root, "data/cache"), { recursive: true });
  return mkdtempSync(join(root, "data/cache/notebook-test-"));
}

interface CellOutput {
  output_type: string;
  text?: string;
  ename?: string;
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

export interface Notebook {
  cells: { id: string; source: string; outputs: CellOutput[]; metadata: Record<string, unknown> }[];
  metadata: Record<string, Record<string, string>>;
}

/** Writes a notebook of code cells; a cell that begins with "// parameters" is tagged so. */
export function writeNotebook(file: string, sources: string[]): void {
  const cells = sources.map((source, index) => ({
    cell_type: "code",
    id: `made-${index}-${file.length}`,
    execution_count: null,
    metadata: source.startsWith("// parameters") ? { tags: ["parameters"] } : {},
    outputs: [],
    source,
  }));
  writeFileSync(file, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
}

export const readNotebook = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Notebook;

export function streamText(notebook: Notebook): string {
  return notebook.cells
    .flatMap((cell) => cell.outputs)
    .map((output) => [output.text ?? ""].flat().join(""))
    .join("");
}

export interface Run {
  code: number | null;
  text: string;
  folder: string;
  executed: string;
  /** True when the notebook's last cell, which every test appends, ran. */
  reachedEnd: boolean;
}

/** Runs the cells followed by one more that leaves a mark, so that a test sees whether anything ran after a failure. */
export async function runCells(sources: string[], args: string[] = []): Promise<Run> {
  const folder = temporaryFolder();
  const mark = join(folder, "reached-end");
  const last = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(mark)}, "");`;
  const file = join(folder, "short.ipynb");
  writeNotebook(file, [...sources, last]);
  const out = join(folder, "out");
  const { code, text } = await runner([file, "--out", out, ...args]);
  return { code, text, folder, executed: join(out, "short.ipynb"), reachedEnd: existsSync(mark) };
}

export function runner(args: string[]): Promise<{ code: number | null; text: string }> {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      [join(root, "scripts/run.mjs"), join(root, "scripts/run_notebook.py"), ...args],
      { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
    );
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        text += chunk;
      });
    }
    child.on("close", (code) => done({ code, text }));
  });
}
