// Text that the report shows as data or a model gave it: no statement of the report, and its digits are no claims of it.
import { type pieces, shown } from "./quantity";

const QUOTE = "quote";

/** Marks a text as quoted. */
export const quoted = (text: string): string => shown({ id: QUOTE, value: Number.NaN }, text);

/** Whether a piece of text is a quotation. */
export const isQuoted = (piece: ReturnType<typeof pieces>[number]): boolean => piece.id === QUOTE;
