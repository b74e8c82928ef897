// Bytes of an open file at a place, all of them or an error.
import * as fs from "node:fs";

/** More than 2^31 bytes in one call is refused by the system. */
const CHUNK = 1 << 28;

/** Fills `target` from byte `position` of an open file; throws a `Refusal` when the file ends before. */
export function readFully(
  fd: number,
  file: string,
  target: Uint8Array,
  position: number,
  Refusal: new (message: string) => Error,
): void {
  let done = 0;
  while (done < target.byteLength) {
    const count = fs.readSync(fd, target, done, Math.min(CHUNK, target.byteLength - done), position + done);
    if (count === 0) {
      throw new Refusal(
        `${file}: ends at byte ${position + done}, expected ${target.byteLength - done} more`,
      );
    }
    done += count;
  }
}
