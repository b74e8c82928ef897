// Texts and conversations for a model to read, from JSON Lines: {"id", "text"} or {"id", "messages": [{"role", "content"}]}.
import { decodeText } from "../corpus/files/decode";
import type { Row } from "../corpus/files/headings";
import { readJson } from "../corpus/files/json-rows";
import { DataFileError, type Problem } from "../corpus/files/problem";
import { readBytes } from "../corpus/files/rows";
import type { Message } from "./render-template";

export interface GivenText {
  id: string;
  /** Line of the file, counted from 1. */
  line: number;
  content: string | Message[];
}

const ROLES = ["system", "user", "assistant"];
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** A field that is wrong. */
type Fault = Pick<Problem, "field" | "expected" | "found" | "advice">;

const shown = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 60);

function textFault(field: string, value: unknown): Fault | undefined {
  if (typeof value !== "string")
    return { field, expected: "a text", found: shown(value), advice: "Put it into quotation marks." };
  const at = LONE_SURROGATE.exec(value)?.index;
  if (at === undefined) return undefined;
  const found = `half a character at position ${at}`;
  return {
    field,
    expected: "whole characters",
    found,
    advice: "Something cut an emoji; write the file again.",
  };
}

function messageFaults(messages: unknown): Fault[] {
  const advice = 'Write {"role": "user", "content": "…"}.';
  if (!Array.isArray(messages) || messages.length === 0)
    return [
      { field: "messages", expected: "a list of at least one message", found: shown(messages), advice },
    ];
  return messages.flatMap((message: unknown, i): Fault[] => {
    const field = `messages[${i}]`;
    if (typeof message !== "object" || message === null || Array.isArray(message))
      return [{ field, expected: "an object", found: shown(message), advice }];
    const { role, content, ...more } = message as Record<string, unknown>;
    const [unknown] = Object.keys(more);
    const faults = [textFault(`${field}.content`, content)].filter((fault) => fault !== undefined);
    if (!ROLES.some((known) => known === role))
      faults.push({ field: `${field}.role`, expected: ROLES.join(" or "), found: shown(role), advice });
    if (unknown !== undefined)
      faults.push({ field: `${field}.${unknown}`, expected: "role and content alone", found: "it", advice });
    return faults;
  });
}

function faultsOf({ id, text, messages }: Row["fields"]): Fault[] {
  const faults: Fault[] = [];
  if (typeof id !== "string" || id === "")
    faults.push({ field: "id", expected: "a name", found: shown(id), advice: 'Add "id": "…".' });
  if ((text === undefined) === (messages === undefined)) {
    const found = text === undefined ? "neither" : "both";
    const advice = "Give a row one of the two.";
    return [...faults, { field: "text", expected: 'either "text" or "messages"', found, advice }];
  }
  if (messages !== undefined) return [...faults, ...messageFaults(messages)];
  const fault = textFault("text", text);
  return fault ? [...faults, fault] : faults;
}

/** Reads a file of texts. Throws DataFileError with every fault, its line and field. */
export function readTextFile(file: string): { texts: GivenText[]; notes: string[] } {
  const { text, notes } = decodeText(file, readBytes(file));
  const { rows, problems } = readJson(file, text);
  const lines = new Map<string, number>();
  const texts: GivenText[] = [];
  for (const { line, fields } of rows) {
    const faults = faultsOf(fields);
    const { id } = fields as { id: string };
    const first = lines.get(id);
    if (first !== undefined) {
      const found = `"${id}" as on line ${first}`;
      faults.push({ field: "id", expected: "a name of its own", found, advice: "Rename one." });
    }
    if (typeof id === "string" && first === undefined) lines.set(id, line);
    problems.push(...faults.map((fault) => ({ file, line, ...fault })));
    texts.push({ id, line, content: (fields.text ?? fields.messages) as string | Message[] });
  }
  if (rows.length === 0 && problems.length === 0) {
    const advice = 'Write lines like {"id": "a", "text": "…"}.';
    problems.push({ file, line: 1, field: "(file)", expected: "at least one text", found: "none", advice });
  }
  if (problems.length > 0) throw new DataFileError(problems, notes);
  return { texts, notes };
}
