// The files that make a model's tokenizer: which they are, and their copy into a folder.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic, writeJson } from "../base/atomic-write";
import { isTemplateFile, namedTemplates, templateFiles } from "./chat-template-places";
import { type TokenizerSource, tokenizerSource } from "./tokenizer-source";
import { trimTokenizer } from "./trim-tokenizer";

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

/** The files that are read for a model's tokenizer and chat template: of a folder, or the GGUF file whole. */
export function tokenizerFilesOf(place: string): string[] {
  const source = tokenizerSource(place);
  return source.gguf ? [source.place] : filesOf(source).map((name) => join(source.place, name));
}

/**
 * Copies a tokenizer, out of a folder or a GGUF file, into a folder, all chat templates with it, or `template` in their place. Those
 * that count stand in the copy's tokenizer_config.json as well: transformers.js, and transformers before 4.43, look nowhere else.
 */
export function copyTokenizer(from: string, to: string, template?: string): void {
  const source = tokenizerSource(from);
  for (const name of [...filesOf(source), SENTENCEPIECE]) {
    const left = template !== undefined && isTemplateFile(name);
    if (source.has(name) && !left) writeFileAtomic(join(to, name), source.bytes(name));
  }
  if (!source.has(CONFIG)) return;
  const config = source.json(CONFIG);
  const found = [...namedTemplates(source)].map(([name, { text }]) => ({ name, template: text }));
  const named = template === undefined ? found : [{ name: "default", template }];
  const chat_template = named.length === 1 && named[0]!.name === "default" ? named[0]!.template : named;
  if (named.length > 0 && JSON.stringify(chat_template) !== JSON.stringify(config.chat_template))
    writeJson(join(to, CONFIG), { ...config, chat_template });
}

/** Trims the tokenizer in a folder in place (see `trimTokenizer`) and returns the old id of each new one. */
export function trimTokenizerFolder(folder: string, needed: ReadonlySet<number>): number[] {
  const { files, kept } = trimTokenizer(tokenizerSource(folder), needed);
  for (const [name, json] of Object.entries(files)) writeFileAtomic(join(folder, name), JSON.stringify(json));
  // It would still hold the whole vocabulary.
  rmSync(join(folder, SENTENCEPIECE), { force: true });
  return kept;
}
