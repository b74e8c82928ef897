// A system's model before it is loaded: what stands for its weights in stage keys, and how to open it.
import type { Decoder } from "../../models/decoder";
import type { ChatTokenizer } from "../../prompts/tokenizer";

export interface SystemModel {
  /** Of the base model's files, or the key of the training run. */
  hash: string;
  open(): Promise<{ decoder: Decoder; tokenizer: ChatTokenizer }>;
}
