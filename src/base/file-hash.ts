// Hashes of files of any size: read in pieces, because Node reads no file above 2 GiB whole.
import type { Hash } from "node:crypto";
import * as fs from "node:fs";

const PIECE = 1 << 24;

/** Adds a file's content to a hash. Throws when it cannot be read. */
export function updateWithFile(hash: Hash, file: string): void {
  const handle = fs.openSync(file, "r");
  try {
    const piece = Buffer.allocUnsafe(Math.min(PIECE, fs.fstatSync(handle).size + 1));
    for (let read = 1; read > 0; ) {
      read = fs.readSync(handle, piece, 0, piece.length, null);
      hash.update(piece.subarray(0, read));
    }
  } finally {
    fs.closeSync(handle);
  }
}
