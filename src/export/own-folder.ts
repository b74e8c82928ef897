// A folder that a command of ours fills: whole or not at all, and never over files that it did not make.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../base/atomic-write";
import { makeFolder, writeError } from "../base/write-error";

const MARK = "export.json";

/** Throws unless `out` is missing, empty, or was made by `replaceFolder` for the same `kind`. */
export function checkOwnFolder(out: string, kind: string): void {
  if (!fs.existsSync(out)) return;
  if (!fs.statSync(out).isDirectory())
    throw new Error(`${out}: there is a file of that name; choose another folder.`);
  if (fs.readdirSync(out).length === 0) return;
  const mark = path.join(out, MARK);
  const made = fs.existsSync(mark) ? JSON.parse(fs.readFileSync(mark, "utf8")).kind : undefined;
  if (made !== kind) {
    throw new Error(
      `${out}: expected no folder, an empty one or an earlier result of the same command, found other files; choose another folder.`,
    );
  }
}

/**
 * Fills a folder beside `out` with `work` and then puts it in the place of `out`. What `work` returns is written into
 * export.json, by which the folder is known again. Throws WriteError when the disk takes no more; `out` is then as it was.
 */
export async function replaceFolder(
  out: string,
  kind: string,
  work: (folder: string) => Promise<Record<string, unknown>>,
): Promise<void> {
  checkOwnFolder(out, kind);
  const temporary = `${path.resolve(out)}.${process.pid}.tmp`;
  const old = `${path.resolve(out)}.${process.pid}.old`;
  try {
    makeFolder(temporary);
    const about = await work(temporary);
    writeJson(path.join(temporary, MARK), { kind, ...about });
    if (fs.existsSync(out)) fs.renameSync(out, old);
    fs.renameSync(temporary, out);
    fs.rmSync(old, { recursive: true, force: true });
  } catch (error) {
    throw writeError(out, error);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}
