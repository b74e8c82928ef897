// Whether text is JSON of any kind, whole or broken: it would be read as words, commas and quotes.

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const isNested = (text: string): boolean => {
  const value = parsed(text);
  return typeof value === "object" && value !== null;
};

/** What kind of JSON (or a program's list) a text is, and what to do with it; undefined for other text. */
export function jsonForm(text: string): [form: string, advice: string] | undefined {
  const start = text.trimStart();
  if (!/^[[{]/.test(start)) return undefined;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const first = lines[0]!.trimStart();
  if (isNested(start)) return ["JSON", "Name it .json or .jsonl."];
  if (isNested(first) && (first.startsWith("{") || lines.every(isNested)))
    return ["a JSON value a line", "Name it .jsonl."];
  if (/^(?:\[\s*["[{]|\{\s*")/.test(start))
    return ["JSON that is cut or broken", "Mend it and name it .json or .jsonl."];
  if (/^[[{]\s*'/.test(start) && /['\]}]\s*[\]}]\s*$/.test(text))
    return ["a list as Python prints it", "Write it with json.dump and name it .json."];
  return undefined;
}
