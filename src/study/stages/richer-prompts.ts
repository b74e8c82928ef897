// Self-distillation: a teacher, which may be the student's own model, is told more than the student, and both write the same text.
import type { Item } from "../../corpus/item";
import { type Example, userText } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import type { TEACHER_PROMPTS } from "../file/definition";

/** Items that stand before the document as examples. */
const EXAMPLES = 2;

/** The user's text for an item, with the item's own summary or with those of others. */
function richerText(item: Item, prompt: keyof typeof TEACHER_PROMPTS, train: readonly Item[]): string {
  if (prompt === "reference") return userText(`${item.document}\n\n참고할 요약: ${item.summary}`);
  const others = train.filter(({ id }) => id !== item.id).slice(0, EXAMPLES);
  const shown = others.map(({ document, summary }) => `${userText(document)}\n\n요약: ${summary}`);
  return userText([...shown, item.document].join("\n\n"));
}

/** An example as the teacher sees it: the same target after a richer prompt. Throws for an example that is no training item. */
export function richerPrompts(
  train: readonly Item[],
  tokenizer: ChatTokenizer,
  prompt: keyof typeof TEACHER_PROMPTS,
): (example: Example) => Example {
  const byId = new Map(train.map((item) => [item.id, item]));
  const known = new Map<string, number[]>();
  return (example) => {
    let promptIds = known.get(example.id);
    if (!promptIds) {
      const item = byId.get(example.id);
      if (!item) throw new Error(`Item ${example.id} is none of the training items.`);
      promptIds = tokenizer.prompt(richerText(item, prompt, train));
      known.set(example.id, promptIds);
    }
    return { ...example, promptIds };
  };
}
