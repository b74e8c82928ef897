// What an Excel workbook would unpack to, looked at before a reader does: sizes bounded, no document types.
import { inflateRawSync } from "node:zlib";

/** A workbook that is damaged or that would take over the process: what was expected, and what stands there. */
export class WorkbookError extends Error {
  constructor(
    readonly expected: string,
    readonly found: string,
  ) {
    super(`expected ${expected}, found ${found}`);
  }
}

/** More than a hundred thousand long documents; a bomb of 10 MB unpacks to 10 GB. */
const MOST_BYTES = 2 ** 29;
const MOST_PARTS = 2000;
const DEFLATED = 8;
/** How a document type begins, in UTF-8 and in UTF-16 of either order. */
const TYPES = ["<!DOCTYPE", "<!ENTITY"].flatMap((word) => [
  Buffer.from(word),
  Buffer.from(word, "utf16le"),
  Buffer.from(word, "utf16le").swap16(),
]);

const damaged = (found: string) => new WorkbookError("an Excel workbook (.xlsx)", found);

/**
 * Unpacks every part of a workbook within bounds. Throws WorkbookError for a file that is cut off, encrypted or no workbook,
 * for one that unpacks to more than 512 MiB whatever its directory says, and for XML with a document type.
 */
export function checkWorkbook(bytes: Buffer): void {
  const end = bytes.lastIndexOf(Buffer.from("PK\u0005\u0006", "latin1"));
  if (end < 0 || end + 22 > bytes.length) throw damaged("a ZIP file without its end: it is cut off");
  const count = bytes.readUInt16LE(end + 10);
  if (count > MOST_PARTS) throw new WorkbookError(`at most ${MOST_PARTS} parts`, `${count}`);
  let left = MOST_BYTES;
  let workbook = false;
  try {
    for (let at = bytes.readUInt32LE(end + 16), i = 0; i < count; i++) {
      if (bytes.toString("latin1", at, at + 4) !== "PK\u0001\u0002")
        throw damaged("a ZIP file with a broken directory");
      const nameLength = bytes.readUInt16LE(at + 28);
      const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
      const part = unpack(bytes, bytes.readUInt32LE(at + 42), name, left);
      left -= part.length;
      if (TYPES.some((type) => part.includes(type)))
        throw new WorkbookError("XML as Excel writes it", `a document type (<!DOCTYPE) in ${name}`);
      workbook ||= /^xl\/workbook\.(xml|bin)$/.test(name);
      at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    }
  } catch (error) {
    throw error instanceof RangeError ? damaged("a ZIP file that is cut off or broken") : error;
  }
  if (!workbook) throw damaged("a ZIP file without xl/workbook.xml");
}

/** One part by the place of its local header, whose method and length the package believes too. */
function unpack(bytes: Buffer, local: number, name: string, most: number): Buffer {
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const tooLarge = () =>
    new WorkbookError(`at most ${MOST_BYTES >> 20} MiB when unpacked`, `more, most of it in ${name}`);
  if (bytes.readUInt16LE(local + 8) !== DEFLATED) {
    const part = bytes.subarray(start, start + bytes.readUInt32LE(local + 18));
    if (part.length > most) throw tooLarge();
    return part;
  }
  try {
    return inflateRawSync(bytes.subarray(start), { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw damaged(`a ZIP file whose part ${name} is cut off or broken`);
  }
}
