// Items too long for the study's models, counted by each model's own tokenizer before anything is trained or written.
import type { Problem } from "../corpus/files/problem";
import type { Item, Split } from "../corpus/item";
import type { Fit } from "../corpus/make";
import { sentencePieces } from "../corpus/text-folder";
import { readDecoderConfig } from "../models/config";
import { encodeItem, userText } from "../prompts/example";
import { type ChatTokenizer, loadTokenizer } from "../prompts/tokenizer";
import type { Study } from "./file/definition";
import { modelName } from "./file/load";
import { modelAtHand } from "./stages/model-folder";
import { decodersOf, learners } from "./systems";

/** Splits whose summaries are learned or scored by a loss: prompt and summary stand in the context together. */
const LEARNED: readonly Split[] = ["train", "validation"];

/** Tokens of an item for a model, and how many there may be. */
interface Length {
  model: string;
  tokens: number;
  most: number;
  context: number;
}

interface Model {
  name: string;
  /** Whether it is trained or teaches: the learned splits are for it. */
  learns: boolean;
  context: number;
  tokenizer: ChatTokenizer;
  /** Bytes that the template adds to a text at most. */
  frame: number;
}

async function open(study: Study, key: string): Promise<Model | undefined> {
  const folder = modelAtHand(study, key);
  if (folder === undefined) return undefined;
  const tokenizer = await loadTokenizer(folder);
  return {
    name: modelName(study, key),
    learns: learners(study).has(key),
    context: readDecoderConfig(folder).maxPositionEmbeddings,
    tokenizer,
    frame: Buffer.byteLength(tokenizer.tokens(tokenizer.prompt(userText(""))).join("")),
  };
}

function lengthFor({ name, learns, context, tokenizer, frame }: Model, item: Item): Length | undefined {
  const learned = LEARNED.includes(item.split);
  if (learned && !learns) return undefined;
  // Where the model writes, one token at least must find room.
  const most = learned ? context : context - 1;
  // A token stands for one byte at least, so that most texts need not be encoded; one more ends the turn.
  const bytes = (text: string) => Math.max(Buffer.byteLength(text), Buffer.byteLength(text.normalize("NFC")));
  if (frame + bytes(item.document) + bytes(item.summary) + 1 <= most) return undefined;
  const { promptIds, targetIds } = encodeItem(tokenizer, item);
  const tokens = promptIds.length + (learned ? targetIds.length : 0);
  return tokens > most ? { model: name, tokens, most, context } : undefined;
}

/** The study's models at hand, and the names of those that are still to be downloaded. */
async function openModels(study: Study): Promise<{ models: Model[]; unchecked: string[] }> {
  const models: Model[] = [];
  const unchecked: string[] = [];
  for (const key of decodersOf(study)) {
    const model = await open(study, key);
    if (model) models.push(model);
    else unchecked.push(modelName(study, key));
  }
  return { models, unchecked };
}

/**
 * Makes items fit the contexts of the study's models: of a document that is too long as many of its first sentences stay as fit, and
 * at least one must. Models that are still to be downloaded are `unchecked`.
 */
export async function contextFit(study: Study): Promise<{ fit: Fit; unchecked: string[] }> {
  const { models, unchecked } = await openModels(study);
  const fits = (item: Item) => models.every((model) => lengthFor(model, item) === undefined);
  const fit: Fit = (item) => {
    if (fits(item)) return item;
    const sentences = sentencePieces(item.document);
    const first = (count: number): Item => ({
      ...item,
      document: sentences.slice(0, count).join("").trimEnd(),
    });
    let [fitting, tooMany] = [0, sentences.length];
    while (tooMany - fitting > 1) {
      const middle = (fitting + tooMany) >> 1;
      if (fits(first(middle))) fitting = middle;
      else tooMany = middle;
    }
    return fitting === 0 ? undefined : first(fitting);
  };
  return { fit, unchecked };
}

/**
 * The items that are longer than a model's context, each with its tokens for every such model. Test documents must leave room
 * for a token in every model of the study; in the learned splits prompt and summary must fit those that learn or teach. `lines[i]` is the line of
 * `items[i]` in `file`. Models that are still to be downloaded are `unchecked`.
 */
export async function findTooLong(
  study: Study,
  file: string,
  items: readonly Item[],
  lines: readonly number[],
): Promise<{ problems: Problem[]; unchecked: string[] }> {
  const { models, unchecked } = await openModels(study);
  const problems = items.flatMap((item, i): Problem[] => {
    const lengths = models.flatMap((model) => lengthFor(model, item) ?? []);
    if (lengths.length === 0) return [];
    const learned = LEARNED.includes(item.split);
    const counted = lengths.map(
      ({ model, tokens, context }) => `${tokens} tokens for ${model} (context ${context})`,
    );
    return [
      {
        ...{ file, line: lines[i]!, field: "document" },
        expected: `${learned ? "prompt and summary" : "a prompt"} of at most ${Math.min(...lengths.map(({ most }) => most))} tokens`,
        found: `item ${JSON.stringify(item.id)} with ${counted.join(", ")}`,
        advice: "Shorten the document, take the item out, or choose models with a longer context.",
      },
    ];
  });
  return { problems, unchecked };
}
