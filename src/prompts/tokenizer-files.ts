// The files that make a model's tokenizer: which they are, and their copy into a folder.
import { join } from "node:path";
import { writeFileAtomic, writeJson } from "../base/atomic-write";
import { isTemplateFile, namedTemplates, templateFiles } from "./chat-template-places";
import { type TokenizerSource, tokenizerSource } from "./tokenizer-source";

const CONFIG = "tokenizer_config.json";
/** What is read beside the templates. */
const READ = ["tokenizer.json", CONFIG, "special_tokens_map.json", "added_tokens.json"];
/** What other software reads. */
const SENTENCEPIECE = "tokenizer.model";

/** Whether a file of a model repository, by its path there, is read for the tokenizer or its chat template. */
export const isTokenizerFile = (name: string): boolean => READ.includes(name) || isTemplateFile(name);

const filesOf = (source: TokenizerSource): string[] => [
  ...READ.filter((name) => source.has(name)),
  ...templateFiles(source.place),
];

/** The files of a folder that are read for its tokenizer and chat template, by their paths in it. */
export const tokenizerFilesOf = (folder: string): string[] => filesOf(tokenizerSource(folder));

/**
 * Copies a tokenizer, out of a folder or a GGUF file, into a folder, all chat templates with it. Those that count stand in the
 * copy's tokenizer_config.json as well: transformers.js, and transformers before 4.43, look nowhere else.
 */
export function copyTokenizer(from: string, to: string): void {
  const source = tokenizerSource(from);
  for (const name of [...filesOf(source), SENTENCEPIECE]) {
    if (source.has(name)) writeFileAtomic(join(to, name), source.bytes(name));
  }
  if (!source.has(CONFIG)) return;
  const config = source.json(CONFIG);
  const named = [...namedTemplates(source)].map(([name, { text }]) => ({ name, template: text }));
  const chat_template = named.length === 1 && named[0]!.name === "default" ? named[0]!.template : named;
  if (named.length > 0 && JSON.stringify(chat_template) !== JSON.stringify(config.chat_template))
    writeJson(join(to, CONFIG), { ...config, chat_template });
}
