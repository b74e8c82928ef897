// Files written whole or not at all: to a temporary neighbour, flushed, then renamed.
import * as fs from "node:fs";
import { hostname } from "node:os";
import * as path from "node:path";
import { isAlive } from "./lock";
import { makeFolder, writeError } from "./write-error";

/** Writes all of `bytes` to an open file; throws WriteError naming `file`. */
export function writeFully(fd: number, file: string, bytes: Uint8Array): void {
  const CHUNK = 1 << 28;
  try {
    for (let done = 0; done < bytes.byteLength; ) {
      done += fs.writeSync(fd, bytes, done, Math.min(CHUNK, bytes.byteLength - done));
    }
  } catch (error) {
    throw writeError(file, error);
  }
}

/** Puts what `write` writes to the open file in the place of `file`, whole or not at all, making its folder. Throws WriteError. */
export function replaceFile(file: string, write: (fd: number) => void): void {
  const temporary = `${file}.${hostname()}.${process.pid}.tmp`;
  try {
    makeFolder(path.dirname(file));
    removeAbandoned(file);
    const fd = fs.openSync(temporary, "w");
    try {
      write(fd);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    try {
      fs.rmSync(temporary, { force: true });
    } catch {
      // On a file system that has become read-only: the first error says so.
    }
    throw writeError(file, error);
  }
}

/** Removes what processes of this machine that were killed while writing `file` left beside it. */
function removeAbandoned(file: string): void {
  const folder = path.dirname(file);
  const start = `${path.basename(file)}.${hostname()}.`;
  for (const name of fs.readdirSync(folder)) {
    if (!name.startsWith(start) || !name.endsWith(".tmp")) continue;
    if (!isAlive(Number(name.slice(start.length, -".tmp".length)))) {
      fs.rmSync(path.join(folder, name), { force: true });
    }
  }
}

/** Writes a file atomically, making its folder when there is none. Throws WriteError. */
export function writeFileAtomic(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  replaceFile(file, (fd) => writeFully(fd, file, bytes));
}

/** Writes a value as indented JSON, atomically. */
export function writeJson(file: string, value: unknown): void {
  writeFileAtomic(file, `${JSON.stringify(value, null, 1)}\n`);
}
