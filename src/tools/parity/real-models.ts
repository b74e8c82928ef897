// Parity of the real GGUF models with transformers and llama.cpp: `NAME/texts.json` of test/fixtures/real/make_real.py.
import * as fs from "node:fs";
import { scoreText } from "../../generation/text-scores";
import { loadDecoder } from "../../models/load";
import { openPublishedText } from "../../prompts/published-text";
import type { Message } from "../../prompts/render-template";
import { openTokenizerFolder } from "../../prompts/tokenizer-folder";
import { REAL_MODELS, type RealModelName, realModelFile } from "../real-models";
import { attempt, type Case, exact, failed, largestDifference, measured } from "./case";
import { ReferenceFolder } from "./reference-folder";

interface Row {
  id: string;
  text?: string;
  messages?: Message[];
  /** llama.cpp's, control tokens in the text taken for themselves. */
  ids: number[];
  /** Those of the same text with its control tokens taken for text, where they differ. */
  plain?: number[];
  logProbs: number[];
  continuation: number[];
}

const NAMES = Object.keys(REAL_MODELS) as RealModelName[];

/** Whether a folder has the layout of references for real models. */
export const isRealModelsFolder = (root: string): boolean =>
  NAMES.some((name) => new ReferenceFolder(root).has(name, "texts.json"));

/** The text that printed pieces stand for: bytes that are no whole character are printed as <0xEC>. */
const textOf = (pieces: readonly string[]): string =>
  Buffer.concat(
    pieces.map((piece) => {
      const bytes = [...piece.matchAll(/<0x([0-9A-F]{2})>/g)].map(([, byte]) => Number.parseInt(byte!, 16));
      return bytes.length > 0 ? Buffer.from(bytes) : Buffer.from(piece, "utf8");
    }),
  ).toString("utf8");

const same = (name: string, found: readonly number[], expected: readonly number[]): Case => {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  return exact(name, a === b, `expected ${b}, found ${a}`);
};

/** Ids and pieces of one model's texts, and log-probabilities and greedy continuations of those that `scores` picks. */
export async function checkRealModel(
  set: ReferenceFolder,
  model: RealModelName,
  scores: (id: string) => boolean = () => true,
): Promise<Case[]> {
  const { continue: maxNewTokens, texts } = set.json(model, "texts.json") as {
    continue: number;
    texts: Row[];
  };
  const file = realModelFile(model);
  if (!fs.existsSync(file))
    return [failed(model, `${file} is not there: npm run cli -- fetch-real ${model}`)];
  const published = await openPublishedText(file);
  const { encodePlain } = await openTokenizerFolder(file);
  const decoder = loadDecoder(file);
  /** bos, where texts begin with it. */
  const begin = published.encode("").length;
  const next = { maxNewTokens, stopIds: decoder.config.eosTokenIds };
  try {
    return texts.flatMap(({ id, text, messages, ids, plain, logProbs, continuation }) => {
      const name = `${model}, ${id}`;
      const cases: Case[] = [];
      if (text === undefined) {
        cases.push(same(`${name}: ids`, published.conversation(messages as Message[]), ids));
      } else {
        const own = ids.slice(begin);
        const written = textOf(published.pieces(own));
        cases.push(
          same(`${name}: ids`, published.encode(text), ids),
          same(`${name}: ids without control tokens`, encodePlain(text), plain ?? own),
          exact(`${name}: pieces`, written === text, `expected ${text}, found ${written}`),
        );
      }
      if (!scores(id)) return cases;
      const found = scoreText(decoder, ids, next);
      cases.push(same(`${name}: greedy continuation`, found.continuation, continuation));
      // A text of one token has none that could be scored.
      if (logProbs.length === 0) return cases;
      const label = `${name}: log-probabilities`;
      const tolerance = set.tolerance("real", model, "logprobs");
      const compare = () => measured(label, largestDifference(found.logProbs, logProbs), tolerance);
      return [...cases, attempt(label, compare)];
    });
  } finally {
    decoder.dispose();
  }
}

/** Every text of every model of a folder. */
export async function checkRealModels(root: string): Promise<Case[]> {
  const set = new ReferenceFolder(root);
  const cases: Case[] = [];
  for (const name of NAMES) if (set.has(name, "texts.json")) cases.push(...(await checkRealModel(set, name)));
  return cases;
}
