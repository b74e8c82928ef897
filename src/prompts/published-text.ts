// Texts as ids just as transformers gives them: control tokens that a text spells out are control tokens.
import { type Message, renderTemplate } from "./render-template";
import { printableToken } from "./spelling";
import { openPublished } from "./tokenizer-folder";

export interface PublishedText {
  /** Ids of a text, bos first where the tokenizer begins texts with it: some name one that belongs to their chats alone. */
  encode(text: string): number[];
  /** Ids of a conversation in the model's chat template, up to where the model starts to write. Throws TokenizerError. */
  conversation(messages: readonly Message[]): number[];
  /** Printable pieces, one an id. */
  pieces(ids: readonly number[]): string[];
  /** Text of ids, special tokens skipped. */
  decode(ids: readonly number[]): string;
}

/** Opens the tokenizer of a model. Throws TokenizerError. */
export async function openPublishedText(folder: string): Promise<PublishedText> {
  const published = await openPublished(folder);
  const { full, spelling } = published;
  const encode = (text: string): number[] =>
    text === "" ? [] : [...full.encode(text, { add_special_tokens: false })];
  const [first] = full.encode("a");
  const bos: number[] = first !== undefined && first === full.bos_token_id ? [first] : [];
  return {
    encode: (text) => [...bos, ...encode(text)],
    conversation: (messages) => encode(renderTemplate(published, messages, true)),
    pieces: (ids) => ids.map((id) => printableToken(spelling, id, folder)),
    decode: (ids) =>
      ids.length === 0
        ? ""
        : full.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
  };
}
