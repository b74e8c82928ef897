// Where a model folder keeps its chat template, in the order in which transformers 5 looks (tokenization_utils_base.py, processing_utils.py).
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isRecord, readTokenizerFile, TokenizerError } from "./tokenizer-json";
import type { TokenizerSource } from "./tokenizer-source";

/** A chat template and the file that it stands in. */
export interface ChatTemplate {
  text: string;
  file: string;
}

/** Templates by name; the one that prompts are written with is called "default". */
type NamedTemplates = Map<string, ChatTemplate>;

const DEFAULT = "default";
const SINGLE = "chat_template.jinja";
const MORE = "additional_chat_templates";
/** What the processors of models that see and hear keep their template in; it counts where the tokenizer has none. */
const PROCESSOR_FILES = ["processor_config.json", "chat_template.json"];

/** Whether a file of a model repository, by its path there, may hold a chat template and nothing else that is read. */
export const isTemplateFile = (name: string): boolean =>
  name === SINGLE || PROCESSOR_FILES.includes(name) || /^additional_chat_templates\/[^/]+\.jinja$/.test(name);

/** The template files of a folder, by their paths in it, sorted. */
export function templateFiles(folder: string): string[] {
  const more = join(folder, MORE);
  const additional = existsSync(more) && statSync(more).isDirectory() ? readdirSync(more) : [];
  return [SINGLE, ...PROCESSOR_FILES, ...additional.map((name) => `${MORE}/${name}`)]
    .filter((name) => isTemplateFile(name) && existsSync(join(folder, name)))
    .sort();
}

/** Jinja reads every line end as a newline. */
const template = (text: string, file: string): ChatTemplate => ({ text: text.replace(/\r\n?/g, "\n"), file });

/** The field `chat_template` of a JSON file: one template, a list of {name, template}, or an object by name. */
function fieldTemplates(file: string, value: unknown): NamedTemplates {
  if (value === undefined || value === null) return new Map();
  const entries: unknown[][] = Array.isArray(value)
    ? value.map((entry) => (isRecord(entry) ? [entry.name, entry.template] : []))
    : isRecord(value)
      ? Object.entries(value)
      : [[DEFAULT, value]];
  const found: NamedTemplates = new Map();
  for (const [name, text] of entries) {
    if (typeof name !== "string" || typeof text !== "string") {
      throw new TokenizerError(
        `${file}: chat_template: expected a template, or a list of them as {"name": …, "template": …}, found ${JSON.stringify(value).slice(0, 80)}.`,
      );
    }
    found.set(name, template(text, file));
  }
  return found;
}

/** Those in files of their own: together they take the place of those in tokenizer_config.json. */
function jinjaTemplates(folder: string): NamedTemplates {
  const found: NamedTemplates = new Map();
  const add = (key: string, name: string) => {
    const file = join(folder, name);
    found.set(key, template(readFileSync(file, "utf8"), file));
  };
  const files = templateFiles(folder);
  if (files.includes(SINGLE)) add(DEFAULT, SINGLE);
  // An additional one that is called "default" wins.
  for (const name of files.filter((each) => each.startsWith(`${MORE}/`))) {
    add(name.slice(MORE.length + 1, -".jinja".length), name);
  }
  return found;
}

/**
 * All templates of a model by name, from the one place that counts: files of their own, else tokenizer_config.json, else a
 * processor's files. Throws TokenizerError on a field of another form.
 */
export function namedTemplates(source: TokenizerSource): NamedTemplates {
  const { place: folder } = source;
  const own = jinjaTemplates(folder);
  if (own.size > 0) return own;
  const { chat_template } = source.json("tokenizer_config.json");
  const configured = fieldTemplates(source.fileOf("tokenizer_config.json"), chat_template);
  if (configured.size > 0) return configured;
  for (const name of PROCESSOR_FILES.filter((name) => existsSync(join(folder, name)))) {
    const file = readTokenizerFile<Record<string, unknown>>(folder, name);
    const found = fieldTemplates(join(folder, name), file.chat_template);
    if (found.size > 0) return found;
  }
  return new Map();
}

/** The template that prompts are written with; undefined where there is none. Throws when there are others and none is the default. */
export function readChatTemplate(source: TokenizerSource): ChatTemplate | undefined {
  const named = namedTemplates(source);
  const found = named.get(DEFAULT);
  const [other] = named.values();
  if (!found && other) {
    const place = source.gguf ? 'its metadata as "tokenizer.chat_template"' : join(source.place, SINGLE);
    throw new TokenizerError(
      `${other.file}: of the chat templates ${[...named.keys()].join(", ")} none is called "${DEFAULT}". Put the one to use into ${place}.`,
    );
  }
  return found;
}
