// Bytes of people's files as text: UTF-8, UTF-16 and CP949 are told apart, all else is named and refused.
import { binaryKind } from "./binary";
import { unusable } from "./problem";

export interface DecodedText {
  /** Without a byte order mark; every line end is a line feed. */
  text: string;
  /** Whether lines end in more than one way. */
  mixedEnds: boolean;
  notes: string[];
}

type Decode = (bytes: Uint8Array) => string;

/** The text in an encoding, or undefined where the bytes are none; a byte order mark is taken off. */
function decoded(bytes: Uint8Array, decode: Decode): string | undefined {
  try {
    return decode(bytes);
  } catch {
    return undefined;
  }
}

const strict = (encoding: string): Decode => {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (bytes) => decoder.decode(bytes);
};

/** CP949 as browsers read it (WHATWG). Node's own decoder for "euc-kr" lacks the 8,822 syllables that CP949 adds. */
const cp949: Decode = (bytes) => {
  // By path and late: TypeScript's older resolution, which notebooks use, finds no types, and loading takes 50 ms.
  const whatwg = require("@exodus/bytes/encoding.js") as { TextDecoder: typeof TextDecoder };
  return new whatwg.TextDecoder("euc-kr", { fatal: true }).decode(bytes);
};

/** Characters by which an encoding is told: the first ones are as good as all. */
const SAMPLE = 100_000;
const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** The order of UTF-16 without a mark: the one in which nearly all is ASCII or Hangul; swapped, hardly anything is. */
function unmarkedUtf16(bytes: Buffer): string | undefined {
  const orders = ["utf-16le", "utf-16be"];
  return orders.find((order) => {
    const text = decoded(bytes, strict(order))?.slice(0, SAMPLE);
    return (
      text !== undefined && count(text, /[\t\n\r\x20-\x7e\u3131-\u318e\uac00-\ud7a3]/g) >= 0.8 * text.length
    );
  });
}

/** Whether bytes that decode as CP949 are Korean: nine letters in ten Hangul, nine syllables in ten of the usual 2,350. */
function isKorean(bytes: Buffer, whole: string): boolean {
  const text = whole.slice(0, SAMPLE);
  const hangul = count(text, /[\uac00-\ud7a3]/g);
  const letters = count(text, /\p{L}/gu) - count(text, /[A-Za-z]/g);
  let pairs = 0;
  let usual = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! < 0x80) continue;
    pairs++;
    if (bytes[i]! >= 0xa1 && bytes[i + 1]! >= 0xa1) usual++;
    i++;
  }
  return hangul > 0 && hangul >= 0.9 * letters && usual >= 0.9 * pairs;
}

/** The line of the first byte that is not UTF-8. */
function firstBadLine(bytes: Buffer): number {
  const decode = strict("utf-8");
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const until = end < 0 ? bytes.length : end + 1;
    if (decoded(bytes.subarray(from, until), decode) === undefined) return line;
    from = until;
  }
  return line;
}

function utf16(file: string, bytes: Buffer, order: string): string {
  const text = decoded(bytes, strict(order));
  if (text !== undefined) return text;
  const before = new TextDecoder(order).decode(bytes).split("\ufffd")[0]!;
  throw unusable(
    file,
    "whole UTF-16 text",
    "half a character (a lone surrogate, or an odd number of bytes)",
    "Write the file again.",
    before.split("\n").length,
    "(encoding)",
  );
}

function decodeAny(file: string, bytes: Buffer): { text: string; encoding?: string } {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: utf16(file, bytes, "utf-16le"), encoding: "UTF-16" };
  if (first === 0xfe && second === 0xff) return { text: utf16(file, bytes, "utf-16be"), encoding: "UTF-16" };
  const zero = bytes.includes(0);
  const text = decoded(bytes, strict("utf-8"));
  if (text !== undefined && !zero) return { text };
  if (zero) {
    const order = unmarkedUtf16(bytes);
    if (order !== undefined)
      return { text: utf16(file, bytes, order), encoding: `UTF-16 (${order}, without a mark)` };
    throw unusable(
      file,
      "text",
      "binary data (zero bytes)",
      "Save it as text in UTF-8; check that the right file was given.",
    );
  }
  const korean = decoded(bytes, cp949);
  if (korean !== undefined && isKorean(bytes, korean))
    return { text: korean, encoding: "CP949 (told by its letters; save it as UTF-8 to be sure)" };
  throw unusable(
    file,
    "UTF-8 text",
    "bytes that are neither UTF-8 nor Korean in CP949",
    "Save the file as “CSV UTF-8”, or convert it with iconv from the encoding that it has.",
    firstBadLine(bytes),
    "(encoding)",
  );
}

/** Reads text in UTF-8, UTF-16 or CP949 as an editor shows it. Throws a DataFileError of one problem for anything else. */
export function decodeText(file: string, bytes: Buffer): DecodedText {
  const binary = binaryKind(bytes);
  if (binary) throw unusable(file, "text", binary.what, binary.advice);
  const { text: written, encoding } = decodeAny(file, bytes);
  const text = written.replace(/\r\n?/g, "\n");
  const [markup] = /^\s*(?:<\?xml|<!doctype|<html|\{\\rtf)/i.exec(text) ?? [];
  if (markup !== undefined) {
    throw unusable(
      file,
      "a table or plain text",
      `${markup.includes("rtf") ? "an RTF document" : "an XML or HTML document"} (${markup.trim()})`,
      "Save it as “CSV UTF-8” or as an Excel workbook (.xlsx).",
    );
  }
  return {
    text,
    mixedEnds: [/\r\n/, /\r(?!\n)/, /(?<!\r)\n/].filter((end) => end.test(written)).length > 1,
    notes: encoding === undefined ? [] : [`read as ${encoding}.`],
  };
}
