// The JSON files of a tokenizer folder, read with checks: the library trusts them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../base/json";

/** A tokenizer folder that is incomplete, damaged or not understood. */
export class TokenizerError extends Error {
  override name = "TokenizerError";
}

/** No vocabulary is larger by far; ids index tables. */
const LARGEST_ID = 2 ** 24;
const MODELS = ["BPE", "Unigram", "WordPiece", "WordLevel"];

/** Reads one of a tokenizer folder's files, which must hold a JSON object. Throws TokenizerError naming the file. */
export function readTokenizerFile<T>(folder: string, name: string): T {
  const file = join(folder, name);
  if (!existsSync(file)) {
    throw new TokenizerError(
      `${file} is missing: a tokenizer folder holds tokenizer.json and tokenizer_config.json.`,
    );
  }
  let read: unknown;
  try {
    const text = readFileSync(file, "utf8");
    // People edit the configurations; tokenizer.json is tools' work of up to 34 MB, in which a search for names takes a second.
    read = name === "tokenizer.json" ? JSON.parse(text) : parseJson(text);
  } catch (error) {
    throw new TokenizerError(
      `${file} is not valid JSON (${(error as Error).message}): fetch or write it again.`,
    );
  }
  if (!isRecord(read)) throw new TokenizerError(`${file}: expected a JSON object.`);
  return read as T;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value can be the id of a token. */
export const isId = (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < LARGEST_ID;

/** Throws unless the parts of tokenizer.json that ids are computed with have their form; the library trusts them. */
export function checkTokenizerJson(file: string, json: Record<string, unknown>): void {
  const expect = (good: boolean, place: string, expected: string, found: unknown) => {
    if (good) return;
    const shown = (JSON.stringify(found) ?? "nothing").slice(0, 80);
    throw new TokenizerError(`${file}: ${place}: expected ${expected}, found ${shown}.`);
  };
  const { model, added_tokens: added } = json;
  expect(isRecord(model), "model", "an object", model);
  const { type, vocab, merges } = model as Record<string, unknown>;
  expect(MODELS.includes(type as string), "model.type", MODELS.join(", "), type);
  if (type === "Unigram") {
    expect(Array.isArray(vocab) && vocab.length > 0, "model.vocab", "a list of [token, score]", vocab);
    for (const [i, entry] of (vocab as unknown[]).entries()) {
      const good = Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number";
      expect(good, `model.vocab[${i}]`, "[token, score]", entry);
    }
  } else {
    expect(
      isRecord(vocab) && Object.keys(vocab).length > 0,
      "model.vocab",
      "an object of ids by token",
      vocab,
    );
    const tokens = new Map<unknown, string>();
    for (const [token, id] of Object.entries(vocab as object)) {
      expect(isId(id), `model.vocab ${JSON.stringify(token)}`, `an id from 0 to ${LARGEST_ID - 1}`, id);
      const other = tokens.get(id);
      expect(
        other === undefined,
        `model.vocab ${JSON.stringify(token)}`,
        `an id of its own, not that of ${JSON.stringify(other)}`,
        id,
      );
      tokens.set(id, token);
    }
  }
  if (type === "BPE") {
    expect(Array.isArray(merges), "model.merges", "a list", merges);
    for (const [i, merge] of (merges as unknown[]).entries()) {
      const pair = typeof merge === "string" ? merge.split(" ") : merge;
      const good = Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === "string");
      expect(good, `model.merges[${i}]`, "two tokens", merge);
    }
  }
  expect(added === undefined || Array.isArray(added), "added_tokens", "a list", added);
  for (const [i, token] of ((added ?? []) as unknown[]).entries()) {
    const { id, content, special } = (token ?? {}) as Record<string, unknown>;
    expect(isId(id), `added_tokens[${i}].id`, `a number from 0 to ${LARGEST_ID - 1}`, id);
    expect(typeof content === "string" && content !== "", `added_tokens[${i}].content`, "a text", content);
    expect(
      special === undefined || typeof special === "boolean",
      `added_tokens[${i}].special`,
      "true or false",
      special,
    );
  }
  for (const part of Object.keys(STEPS)) {
    if (json[part] !== null && json[part] !== undefined) checkStep(part, json[part], STEPS[part]!);
  }

  function checkStep(place: string, step: unknown, list: string): void {
    const good = isRecord(step) && typeof step.type === "string";
    expect(good, place, 'an object with a "type"', step);
    const { type, [list]: steps } = step as Record<string, unknown>;
    if (type !== "Sequence") return;
    expect(Array.isArray(steps), `${place}.${list}`, "a list", steps);
    for (const [i, one] of (steps as unknown[]).entries()) checkStep(`${place}.${list}[${i}]`, one, list);
  }
}

/** What text goes through before and after the model, and the name that a sequence of it gives its list. */
const STEPS: Record<string, string> = {
  normalizer: "normalizers",
  pre_tokenizer: "pretokenizers",
  post_processor: "processors",
  decoder: "decoders",
};
