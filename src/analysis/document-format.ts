// What form a Korean document has, by its lines: prose, list, dialogue, or lines of another kind.

export type DocumentFormat = "prose" | "list" | "dialogue" | "lines";

const LIST_LINE = /^\s*(?:[-*•·○●▶■□※]|\d{1,2}[.)]\s|[①-⑳]|[가-하][.)]\s)/;
const SPEAKER_LINE = /^\s*([가-힣A-Za-z]{1,8})\s?:\s/;

/** "list": two lines with a bullet or number; "dialogue": a speaker who speaks twice; "lines": several lines otherwise. */
export function documentFormat(document: string): DocumentFormat {
  const lines = document.split(/\r?\n/).filter((line) => line.trim() !== "");
  const speakers = lines.flatMap((line) => SPEAKER_LINE.exec(line)?.[1] ?? []);
  if (new Set(speakers).size < speakers.length) return "dialogue";
  if (lines.filter((line) => LIST_LINE.test(line)).length >= 2) return "list";
  return lines.length > 1 ? "lines" : "prose";
}
