// One item as a model sees it: the prompt it is given and the target it learns to write.
import type { Item } from "../corpus/item";
import type { ChatTokenizer } from "./tokenizer";

export interface Example {
  id: string;
  promptIds: number[];
  /** The summary's ids and the end of turn, which is learned too: else a model never stops. */
  targetIds: number[];
}

/** The study's instruction, after the document and an empty line. */
export const INSTRUCTION = "위 글을 요약하세요.";

/** The user's text for a document. */
export const userText = (document: string, instruction = INSTRUCTION): string =>
  `${document}\n\n${instruction}`;

/** Encodes an item; throws when its document or summary is empty. */
export function encodeItem(tokenizer: ChatTokenizer, item: Item, instruction = INSTRUCTION): Example {
  const summary = item.summary.trim();
  if (item.document.trim() === "" || summary === "") {
    throw new Error(`Item ${item.id}: document and summary must both have text; fill or remove the item.`);
  }
  return {
    id: item.id,
    promptIds: tokenizer.prompt(userText(item.document, instruction)),
    targetIds: [...tokenizer.encode(summary), tokenizer.endOfTurnId],
  };
}
