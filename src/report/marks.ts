// Marks around a number's text carry its id through sentences to the renderers. Private-use characters: text from outside
// loses them on reading. A quotation is marked too: its digits are no claims of the report.

const OPEN = "\ue000";
const MIDDLE = "\ue001";
const CLOSE = "\ue002";
const MARKED = /\ue000([^\ue000-\ue002]*)\ue001([^\ue000-\ue002]*)\ue002/g;
const QUOTE = "quote";

/** A number's text with its id. */
export const marked = (id: string, text: string): string => `${OPEN}${id}${MIDDLE}${text}${CLOSE}`;

/** Text that the report shows as data or a model gave it. */
export const quoted = (text: string): string => marked(QUOTE, text);

/** Whether a piece of text is a quotation. */
export const isQuoted = (piece: { id?: string }): boolean => piece.id === QUOTE;

/** Text without its marks. */
export const unmarked = (text: string): string => text.replace(MARKED, "$2");

/** Text in pieces: plain ones, quotations, and numbers with their ids. */
export function pieces(text: string): { text: string; id?: string }[] {
  const found: { text: string; id?: string }[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKED)) {
    if (match.index! > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: match[2]!, id: match[1]! });
    from = match.index! + match[0].length;
  }
  if (from < text.length || found.length === 0) found.push({ text: text.slice(from) });
  return found;
}

/** Every text below a JSON value with the characters of marks written out, so that data can forge none. */
export function withoutMarks<Value>(value: Value): Value {
  if (typeof value === "string") {
    const clean = value.replace(
      /[\ue000-\ue002]/g,
      (c) => `[U+${c.charCodeAt(0).toString(16).toUpperCase()}]`,
    );
    return clean as unknown as Value;
  }
  if (Array.isArray(value)) return value.map(withoutMarks) as unknown as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [withoutMarks(key), withoutMarks(inner)]),
  ) as unknown as Value;
}
