// The density of a PNG (chunk pHYs, PNG specification 11.3.4.3), so that a word processor takes it at its printed size.
import { crc32 } from "../base/crc32";

const METRES_PER_INCH = 0.0254;
/** Signature and header chunk: 8 bytes, then 4 length, 4 type, 13 data, 4 CRC. */
const AFTER_HEADER = 8 + 25;

/** The PNG with its pixels per inch written in. Throws when the bytes are no PNG. */
export function withDensity(png: Buffer, dpi: number): Buffer {
  if (png.toString("latin1", 1, 4) !== "PNG" || png.toString("latin1", 12, 16) !== "IHDR") {
    throw new Error("withDensity: expected a PNG that begins with its header.");
  }
  const chunk = Buffer.alloc(4 + 4 + 9 + 4);
  chunk.writeUInt32BE(9, 0);
  chunk.write("pHYs", 4, "latin1");
  const perMetre = Math.round(dpi / METRES_PER_INCH);
  chunk.writeUInt32BE(perMetre, 8);
  chunk.writeUInt32BE(perMetre, 12);
  chunk.writeUInt8(1, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([png.subarray(0, AFTER_HEADER), chunk, png.subarray(AFTER_HEADER)]);
}
