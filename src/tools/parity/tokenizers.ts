// Parity of tokenizers with reference files: ids, text, pairs and chat templates of every <style>.encode.json and .chat.json.
import { TEMPLATE_SETTINGS } from "../../prompts/render-template";
import { type ChatTokenizer, loadTokenizer } from "../../prompts/tokenizer";
import { openTokenizerFolder, type TokenizerFolder } from "../../prompts/tokenizer-folder";
import { type Case, exact, failed } from "./case";
import { ReferenceFolder } from "./reference-folder";

interface EncodeRow {
  id: string;
  text: string;
  ids: number[];
  ids_special: number[];
  tokens?: string[] | null;
  decode?: string;
  decode_skip?: string;
  decode_skip_no_cleanup?: string;
}
interface EncodeFile {
  rows: EncodeRow[];
  decode_ids?: { ids: number[]; decode: string; decode_skip: string }[];
  pairs?: { a: string; b: string; ids: number[]; type_ids?: number[] }[];
}
interface ChatRow {
  id: string;
  messages: { role: string; content: string }[];
  kwargs: Record<string, unknown>;
  add_generation_prompt: boolean;
  text?: string;
  ids?: number[];
  error?: string;
}

const ENCODE = /^(.+)\.encode\.json$/;
const CHAT = /^(.+)\.chat\.json$/;
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** One case of many rows: holds when every row does; the note names the first rows that do not. */
function rowsCase<Row>(
  name: string,
  rows: readonly Row[],
  label: (row: Row) => string,
  holds: (row: Row) => boolean,
): Case {
  if (rows.length === 0) return failed(name, "no rows to compare");
  const wrong = rows.filter((row) => !holds(row)).map(label);
  return exact(
    `${name} (${rows.length} rows)`,
    wrong.length === 0,
    `${wrong.length} differ: ${wrong.slice(0, 8).join(", ")}`,
  );
}

/** The ids as the published tokenizer gives them, control tokens in a text included. */
const encodeFull = ({ full }: TokenizerFolder, text: string, special: boolean): number[] => [
  ...full.encode(text, { add_special_tokens: special }),
];

const hasControl = ({ controls }: TokenizerFolder, text: string): boolean =>
  [...controls.keys()].some((token) => text.includes(token));

function encodeCases(style: string, opened: TokenizerFolder, file: EncodeFile): Case[] {
  const { rows, decode_ids: decodings = [], pairs = [] } = file;
  const label = ({ id }: EncodeRow) => id;
  // The project composes decomposed Hangul for SentencePiece vocabularies; the reference leaves it, mostly as unknown.
  const plain = rows.filter(
    ({ text }) => !hasControl(opened, text) && !(opened.composesHangul && /[\u1100-\u11ff]/.test(text)),
  );
  const cases = [
    rowsCase(`${style} ids`, rows, label, ({ text, ids }) => same(encodeFull(opened, text, false), ids)),
    rowsCase(`${style} ids with special tokens`, rows, label, ({ text, ids_special: ids }) =>
      same(encodeFull(opened, text, true), ids),
    ),
    rowsCase(`${style} ids of plain text`, plain, label, ({ text, ids }) =>
      same(opened.encodePlain(text), ids),
    ),
    rowsCase(
      `${style} text of ids`,
      rows.filter((row) => row.decode_skip_no_cleanup !== undefined),
      label,
      (row) => opened.decode(row.ids_special) === row.decode_skip_no_cleanup,
    ),
  ];
  const tokens = rows.filter((row) => row.tokens);
  if (tokens.length > 0) {
    // An unknown token is listed as the text that it stands for, a control token with the spaces that it takes in.
    const spells = (row: EncodeRow) =>
      row.tokens?.length === row.ids.length &&
      row.ids.every((id, i) => {
        const [listed, known] = [row.tokens?.[i] as string, opened.spelling.spellings[id] as string];
        return (
          listed === known ||
          known === opened.full.unk_token ||
          (opened.controls.has(known) && listed.trim() === known)
        );
      });
    cases.push(rowsCase(`${style} tokens`, tokens, label, spells));
  }
  if (decodings.length > 0) {
    cases.push(
      rowsCase(
        `${style} text of arbitrary ids`,
        decodings,
        ({ ids }) => `[${ids.join(" ")}]`,
        (row) => opened.decode(row.ids) === row.decode_skip && opened.decode(row.ids, true) === row.decode,
      ),
    );
  }
  if (pairs.length > 0) {
    cases.push(
      rowsCase(
        `${style} pairs`,
        pairs,
        ({ a, b }) => `${a} + ${b}`,
        ({ a, b, ids }) => same(opened.encodePair(a, b), ids),
      ),
    );
  }
  return cases;
}

function render(opened: TokenizerFolder, row: ChatRow): string {
  return opened.full.apply_chat_template(row.messages, {
    tokenize: false,
    add_generation_prompt: row.add_generation_prompt,
    ...row.kwargs,
  } as object) as unknown as string;
}

function chatCases(
  style: string,
  opened: TokenizerFolder,
  tokenizer: ChatTokenizer,
  rows: readonly ChatRow[],
): Case[] {
  const label = (row: ChatRow) =>
    `${row.id} ${JSON.stringify(row.kwargs)}${row.add_generation_prompt ? " +" : ""}`;
  const refused = rows.filter((row) => row.error !== undefined);
  const rendered = rows.filter((row) => row.text !== undefined);
  const templateText = new Map(rendered.map((row) => [row, render(opened, row)]));
  const cases = [
    rowsCase(`${style} chat text`, rendered, label, (row) => templateText.get(row) === row.text),
    rowsCase(`${style} chat ids`, rendered, label, (row) =>
      same(encodeFull(opened, templateText.get(row)!, false), row.ids),
    ),
  ];
  if (refused.length > 0) {
    const refuses = (row: ChatRow) => {
      try {
        render(opened, row);
        return false;
      } catch (error) {
        return (error as Error).message.includes(row.error as string);
      }
    };
    cases.push(rowsCase(`${style} chat refused`, refused, label, refuses));
  }
  // The project's own prompt: one user turn under the pinned settings; where the template leaves bos out it stands first.
  const pinned = (row: ChatRow) =>
    Object.entries(row.kwargs).every(
      ([key, value]) => (TEMPLATE_SETTINGS as Record<string, unknown>)[key] === value,
    );
  const thinks = opened.template?.text.includes("enable_thinking") === true;
  const prompts = rendered.filter(
    (row) =>
      row.messages.length === 1 &&
      row.messages[0]?.role === "user" &&
      row.add_generation_prompt &&
      pinned(row) &&
      (!thinks || row.kwargs.enable_thinking === false) &&
      !hasControl(opened, row.messages[0].content),
  );
  if (prompts.length > 0)
    cases.push(
      rowsCase(`${style} prompt`, prompts, label, (row) => {
        const ids = tokenizer.prompt(row.messages[0]!.content);
        const rendered = row.ids as number[];
        const leavesOut = tokenizer.bosId !== undefined && rendered[0] !== tokenizer.bosId;
        return same(ids, leavesOut ? [tokenizer.bosId, ...rendered] : rendered);
      }),
    );
  return cases;
}

/** Whether a folder has the layout of tokenizer references. */
export function isTokenizersFolder(root: string): boolean {
  return new ReferenceFolder(root).files().some((name) => ENCODE.test(name) || CHAT.test(name));
}

/** Runs every case of a folder of tokenizer references; a file that belongs to none is a failed case. */
export async function checkTokenizers(root: string): Promise<Case[]> {
  const set = new ReferenceFolder(root);
  // Not compared: the texts that tokenizers were trained on, and what another library gives.
  for (const name of ["corpus.txt", "JS_DIFFERENCES.json"]) if (set.has(name)) set.at(name);
  const cases: Case[] = [];
  for (const name of set.files().sort()) {
    const style = (ENCODE.exec(name) ?? CHAT.exec(name))?.[1];
    if (style === undefined) continue;
    try {
      const folder = set.at("models", style);
      for (const file of set.files().filter((path) => path.startsWith(`models/${style}/`))) set.at(file);
      const opened = await openTokenizerFolder(folder);
      if (ENCODE.test(name)) cases.push(...encodeCases(style, opened, set.json(name)));
      else cases.push(...chatCases(style, opened, await loadTokenizer(folder), set.json(name).rows));
    } catch (error) {
      set.at(name);
      cases.push(failed(name, error));
    }
  }
  return [...cases, ...set.integrity()];
}
