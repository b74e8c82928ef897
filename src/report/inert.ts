// Text from data and models made harmless for each format: shown as it stands, never acting as markup.
import { visible as withoutHidden } from "../base/visible";
import { printable } from "../figures/printable";
import { unmarked } from "./marks";

/**
 * Writes characters that a reader cannot see, or that reorder what is read, as [U+202E], and what the fonts cannot print as
 * something that they can; marks of origin are left out.
 */
export function visible(text: string): string {
  return printable(withoutHidden(unmarked(text)));
}

/** Text for HTML content and for attribute values in double quotes. */
export function escapeHtml(text: string): string {
  return visible(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

/** Text for one line of GitHub-flavoured Markdown: no emphasis, link, code, table cell, HTML, list or heading comes of it. */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\t\n ]+/g, " ")
    .trim()
    .replace(/[\\`*_[\]<>|~&$]/g, "\\$&")
    .replace(/^[#=-]|^\+(?=\s|$)/, "\\$&")
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2")
    .replace(/\b(https?|ftp|mailto|xmpp):/gi, "$1\\:")
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}\\.`)
    .replace(/@/g, "\\@");
}

/** One CSV cell (RFC 4180); text that a spreadsheet would run as a formula gets a leading apostrophe. */
export function csvCell(cell: string | number): string {
  if (typeof cell === "number") return String(cell);
  // A data file: its readers bring fonts of their own.
  const text = withoutHidden(unmarked(cell));
  const safe = /^[\s]*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
