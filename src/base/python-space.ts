// White space as Python's `str` knows it; JavaScript's `\s` lacks five of its characters and has U+FEFF besides.

/** The characters that `str.split()` splits on, as the inside of a character class. */
export const PYTHON_SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const OUTER_SPACE = new RegExp(`^[${PYTHON_SPACE}]+|[${PYTHON_SPACE}]+$`, "g");

/** Python's `str.strip()`. */
export function pythonStrip(text: string): string {
  return text.replace(OUTER_SPACE, "");
}
