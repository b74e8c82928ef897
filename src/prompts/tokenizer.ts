// Chat tokenizers: a user's text inside the model's own chat template, as ids, with nothing in the text read as control.
import { createHash } from "node:crypto";
import { renderTemplate, templateOf } from "./render-template";
import { textTokenizer } from "./text-tokenizer";
import { openTokenizerFolder, type TokenizerFolder } from "./tokenizer-folder";
import { TokenizerError } from "./tokenizer-json";

export interface ChatTokenizer {
  folder: string;
  /** SHA-256 of tokenizer.json. */
  readonly hash: string;
  /** SHA-256 of the chat template in use. */
  templateHash: string;
  vocabSize: number;
  padId: number;
  bosId: number | undefined;
  /** End of turn and end of text: generation stops at any of them. */
  stopIds: number[];
  endOfTurnId: number;
  /** Ids without special tokens; control tokens spelt out in the text stay text. */
  encode(text: string): number[];
  /** Text of ids, special tokens skipped, spaces left as they are. */
  decode(ids: readonly number[]): string;
  /** Ids of one user turn up to where the model starts to write, without bos. */
  turn(user: string): number[];
  /** bos, where the model has one, and `turn(user)`. */
  prompt(user: string): number[];
  /** Printable pieces, one an id. */
  tokens(ids: readonly number[]): string[];
  /** The UTF-8 bytes of each token. */
  bytes(ids: readonly number[]): Uint8Array[];
}

// Private-use characters mark where the content stands in a rendered template.
const USER_MARK = "\ue000user\ue001";
const MODEL_MARK = "\ue000model\ue001";

/** What the template writes before and after a user's text, and whether it trims the text. */
function frame(opened: TokenizerFolder): { before: string; after: string; trims: boolean } {
  const rendered = renderTemplate(opened, [{ role: "user", content: ` ${USER_MARK} ` }], true);
  const [before, after, ...more] = rendered.split(USER_MARK);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new TokenizerError(
      `${opened.template?.file}: the chat template must write the user's text exactly once, found it ${rendered.split(USER_MARK).length - 1} times.`,
    );
  }
  const trims = !before.endsWith(" ") || !after.startsWith(" ");
  return trims ? { before, after, trims } : { before: before.slice(0, -1), after: after.slice(1), trims };
}

/** Splits what the template wrote at its control tokens. */
function cut(opened: TokenizerFolder, text: string): (string | number)[] {
  const parts: (string | number)[] = [];
  let rest = text;
  while (rest !== "") {
    let at = rest.length;
    let found = "";
    for (const token of opened.controls.keys()) {
      const index = rest.indexOf(token);
      // The earliest control token; of several at one place the longest.
      if (index >= 0 && (index < at || (index === at && token.length > found.length))) {
        at = index;
        found = token;
      }
    }
    parts.push(rest.slice(0, at));
    if (found !== "") parts.push(opened.controls.get(found) as number);
    rest = rest.slice(at + found.length);
  }
  return parts;
}

/** Ids that end generation besides the end of turn: the tokenizer's eos and what generation_config.json lists. */
function furtherStops({ full, source }: TokenizerFolder): number[] {
  const stops = full.eos_token_id === undefined ? [] : [full.eos_token_id];
  if (!source.has("generation_config.json")) return stops;
  const { eos_token_id: eos } = source.json("generation_config.json");
  const ids = eos === undefined || eos === null ? [] : [eos].flat();
  if (!ids.every((id) => Number.isSafeInteger(id))) {
    throw new TokenizerError(
      `${source.fileOf("generation_config.json")}: eos_token_id: expected a token id or a list of them, found ${JSON.stringify(eos)}.`,
    );
  }
  return [...stops, ...(ids as number[])];
}

/**
 * Loads a chat tokenizer from a local folder or a GGUF file. The ids of ordinary text equal those of the template rendered and encoded
 * in one go; control tokens that a user's text spells out (`<end_of_turn>`) are encoded as the characters they are.
 * Throws when there is no chat template.
 */
export async function loadTokenizer(place: string): Promise<ChatTokenizer> {
  const opened = await openTokenizerFolder(place);
  const { full } = opened;
  const template = templateOf(opened);
  const text = textTokenizer(opened);
  const { before, after, trims } = frame(opened);
  const head = cut(opened, before);
  const tail = cut(opened, after);
  const bosId: number | undefined = full.bos_token_id ?? undefined;

  const turn = (user: string): number[] => {
    const content = trims ? user.trim() : user;
    // The text between two control tokens is encoded in one piece: what precedes the content can join with it.
    const parts = [...head, content, ...tail];
    const ids: number[] = [];
    let pending = "";
    for (const part of parts) {
      if (typeof part === "string") pending += part;
      else {
        ids.push(...opened.encodePlain(pending), part);
        pending = "";
      }
    }
    ids.push(...opened.encodePlain(pending));
    return ids[0] === bosId ? ids.slice(1) : ids;
  };

  const answered = renderTemplate(
    opened,
    [
      { role: "user", content: USER_MARK },
      { role: "assistant", content: MODEL_MARK },
    ],
    false,
  );
  const closing = cut(opened, answered.split(MODEL_MARK)[1] ?? "").find((part) => typeof part === "number");
  const endOfTurnId = (closing as number | undefined) ?? full.eos_token_id;
  if (endOfTurnId === undefined || endOfTurnId === null) {
    throw new TokenizerError(
      `${template.file}: neither the chat template nor the tokenizer has a token that ends a turn.`,
    );
  }
  return {
    folder: text.folder,
    get hash() {
      return text.hash;
    },
    templateHash: createHash("sha256").update(template.text).digest("hex"),
    vocabSize: text.vocabSize,
    padId: text.padId,
    bosId,
    stopIds: [...new Set([endOfTurnId, ...furtherStops(opened)])],
    endOfTurnId,
    encode: text.encode,
    decode: text.decode,
    turn,
    prompt: (user) => (bosId === undefined ? turn(user) : [bosId, ...turn(user)]),
    tokens: text.tokens,
    bytes: text.bytes,
  };
}
