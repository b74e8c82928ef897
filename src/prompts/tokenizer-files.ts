// The files that make a model folder's tokenizer: which they are, and their copy into another folder.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic, writeJson } from "../base/atomic-write";
import { isTemplateFile, namedTemplates, templateFiles } from "./chat-template-places";
import { readTokenizerFile } from "./tokenizer-json";

const CONFIG = "tokenizer_config.json";
/** What is read beside the templates. */
const READ = ["tokenizer.json", CONFIG, "special_tokens_map.json", "added_tokens.json"];
/** What other software reads. */
const SENTENCEPIECE = "tokenizer.model";

/** Whether a file of a model repository, by its path there, is read for the tokenizer or its chat template. */
export const isTokenizerFile = (name: string): boolean => READ.includes(name) || isTemplateFile(name);

/** The files of a folder that are read for its tokenizer and chat template, by their paths in it. */
export const tokenizerFilesOf = (folder: string): string[] => [
  ...READ.filter((name) => existsSync(join(folder, name))),
  ...templateFiles(folder),
];

/**
 * Copies a tokenizer into another folder, all chat templates with it. Those that count stand in the copy's
 * tokenizer_config.json as well: transformers.js, and transformers before 4.43, look nowhere else.
 */
export function copyTokenizer(from: string, to: string): void {
  for (const name of [...tokenizerFilesOf(from), SENTENCEPIECE]) {
    if (existsSync(join(from, name))) writeFileAtomic(join(to, name), readFileSync(join(from, name)));
  }
  if (!existsSync(join(from, CONFIG))) return;
  const config = readTokenizerFile<Record<string, unknown>>(from, CONFIG);
  const named = [...namedTemplates(from, config)].map(([name, { text }]) => ({ name, template: text }));
  const chat_template = named.length === 1 && named[0]!.name === "default" ? named[0]!.template : named;
  if (named.length > 0 && JSON.stringify(chat_template) !== JSON.stringify(config.chat_template))
    writeJson(join(to, CONFIG), { ...config, chat_template });
}
