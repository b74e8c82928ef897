// What the system's refusals to write mean, and folders made so that a refusal is one of these.
import * as fs from "node:fs";
import * as path from "node:path";

/** A file or folder that could not be written; what stood there before is as it was. */
export class WriteError extends Error {
  override name = "WriteError";
}

/** What the system's refusals mean, and what to do. */
const REFUSALS: Record<string, string> = {
  ENOSPC: "the disk is full: make room",
  EDQUOT: "the disk quota is used up: make room",
  EROFS: "the file system is read-only: choose a folder that can be written",
  EACCES: "permission is denied: choose a folder that can be written",
  EPERM: "permission is denied: choose a folder that can be written",
  EIO: "the disk reports an error: check it",
};

/** The system's error on writing `file` as a WriteError that says what to do; other errors unchanged. */
export function writeError(file: string, error: unknown): unknown {
  const { code = "" } = error as NodeJS.ErrnoException;
  const meaning = REFUSALS[code];
  return meaning
    ? new WriteError(
        `${file}: not written, ${meaning} (${code}), then run the same again. What was there before is unchanged.`,
      )
    : error;
}

/**
 * Makes a folder and those above it that are missing. Throws WriteError. Not by Node's recursive mkdir: on a read-only
 * file system that says ENOENT (Node 20.20), and below /proc it never returns.
 */
export function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeError(folder, error);
  }
}
