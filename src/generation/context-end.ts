// Where generation has to end: prompt and text together take the model's context at most.
import type { DecoderConfig } from "../models/config";

/** Tokens that a model may write after a prompt of `length` tokens: at most `maxNewTokens`, 0 where the prompt fills the context. */
export const newTokenLimit = (config: DecoderConfig, length: number, maxNewTokens: number): number =>
  Math.max(0, Math.min(maxNewTokens, config.maxPositionEmbeddings - length));

/** Throws for a prompt that nothing can be written after: an empty one, or one longer than the context. */
export function checkPrompts(
  { maxPositionEmbeddings: context }: DecoderConfig,
  prompts: readonly (readonly number[])[],
): void {
  for (const [i, { length }] of prompts.entries()) {
    if (length === 0) throw new Error(`Prompt ${i}: a prompt is empty, there is nothing to continue.`);
    if (length > context) {
      throw new Error(
        `Prompt ${i} has ${length} tokens, the model's context is ${context}. Shorten the document.`,
      );
    }
  }
}
