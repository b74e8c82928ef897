// A conversation in a model's chat template, as text.
import type { ChatTemplate } from "./chat-template-places";
import type { PublishedTokenizer } from "./tokenizer-folder";
import { TokenizerError } from "./tokenizer-json";

export interface Message {
  role: string;
  content: string;
}

// Llama 3.2 writes today's date into every prompt, Qwen 3 may think first: both are pinned, so that runs repeat.
export const TEMPLATE_SETTINGS = { date_string: "26 Jul 2024", enable_thinking: false };

/** The chat template of a tokenizer that must have one. Throws TokenizerError. */
export function templateOf({
  source,
  template,
}: Pick<PublishedTokenizer, "source" | "template">): ChatTemplate {
  if (template === undefined) {
    const places = source.gguf
      ? 'which "tokenizer.chat_template" in its metadata would be'
      : 'neither in chat_template.jinja nor as "chat_template" in tokenizer_config.json';
    throw new TokenizerError(
      `${source.place}: no chat template, ${places}. Use an instruction model, or loadEncoderTokenizer for an encoder.`,
    );
  }
  return template;
}

/**
 * What the template makes of the messages, with `generationPrompt` up to where the model starts to write. Throws
 * TokenizerError where there is no template or it refuses the messages.
 */
export function renderTemplate(
  tokenizer: Pick<PublishedTokenizer, "source" | "full" | "template">,
  messages: readonly Message[],
  generationPrompt: boolean,
): string {
  const { full } = tokenizer;
  const template = templateOf(tokenizer);
  try {
    return full.apply_chat_template([...messages], {
      chat_template: template.text,
      tokenize: false,
      add_generation_prompt: generationPrompt,
      ...TEMPLATE_SETTINGS,
    } as Parameters<typeof full.apply_chat_template>[1]) as string;
  } catch (error) {
    throw new TokenizerError(
      `${template.file}: the chat template cannot be filled in (${(error as Error).message}).`,
    );
  }
}
