// A model with the tokens that your texts need and whatever spells any other text. Run: npm run cli -- trim --model SOURCE --texts FILE --out DIR
import * as fs from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { readDecoderConfig } from "../../models/config";
import { modelPlace } from "../../models/place";
import { namedTemplates } from "../../prompts/chat-template-places";
import { openPublishedText } from "../../prompts/published-text";
import { readTextFile } from "../../prompts/text-file";
import { loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import { tokenizerSource } from "../../prompts/tokenizer-source";
import { trimmed } from "../../reduction/trimmed";

interface Options {
  model: string;
  texts: string;
  out: string;
  share: number;
}

/** The texts of a file as ids of a model's tokenizer. Throws DataFileError, TokenizerError. */
export async function givenIds(place: string, file: string): Promise<number[][]> {
  const { encode, conversation } = await openPublishedText(place);
  return readTextFile(file).texts.map(({ content }) =>
    typeof content === "string" ? encode(content) : conversation(content),
  );
}

/** Throws where a folder to write to has something in it. */
export function expectEmpty(folder: string): void {
  if (fs.existsSync(folder) && fs.readdirSync(folder).length > 0)
    throw new Error(`${folder}: expected a new or empty folder, found files in it; choose another.`);
}

/** What a model's chat template writes around a text; nothing where it has none. */
async function frame(place: string): Promise<number[][]> {
  if (namedTemplates(tokenizerSource(place)).size === 0) return [];
  return [(await loadTokenizer(place)).prompt("")];
}

async function trim({ model, texts, out, share }: Options): Promise<void> {
  expectEmpty(out);
  const { place } = await modelPlace(model);
  const before = await givenIds(place, texts);
  copyTokenizer(place, out);
  const kept = trimmed(place, out, [...before, ...(await frame(place))], share);
  const after = await givenIds(out, texts);
  const total = (ids: number[][]) => ids.reduce((sum, { length }) => sum + length, 0);
  const { vocabSize, hiddenSize, tieWordEmbeddings } = readDecoderConfig(place);
  const saved = (vocabSize - kept.length) * hiddenSize * (tieWordEmbeddings ? 1 : 2);
  console.log(
    `${out}: ${kept.length} of ${vocabSize} tokens, ${(saved / 1e6).toFixed(1)} million weights fewer; ` +
      `the texts take ${total(after)} tokens, ${total(before)} before`,
  );
}

function shareOf(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value < 1))
    throw new InvalidArgumentError(`expected a number from 0 to 1, found ${text}.`);
  return value;
}

export const define = (command: Command): Command =>
  command
    .requiredOption("--model <source>", "a model folder, a GGUF file, or org/name[@revision] of the hub")
    .requiredOption(
      "--texts <file>",
      'JSON Lines of {"id", "text"} or {"id", "messages"}: what the vocabulary is for',
    )
    .requiredOption("--out <folder>", "where the model goes; missing or empty")
    .option("--share <s>", "the least share of all tokens of the texts that a token must make up", shareOf, 0)
    .action(trim);
