// The tokenizer's part of a GGUF file's metadata, and the check that a file read back gives the same ids.
import type { NewValue } from "../../base/gguf/write";
import type { DecoderConfig } from "../../models/config";
import { namedTemplates } from "../../prompts/chat-template-places";
import { openPublished, openTokenizerFolder } from "../../prompts/tokenizer-folder";
import { TokenizerError } from "../../prompts/tokenizer-json";
import { vocabularyMetadata } from "./vocabulary";

const END_OF_MESSAGE = "<|eom_id|>";

export interface WrittenTokenizer {
  metadata: Record<string, NewValue>;
  /** What the file cannot state, for people. */
  notes: string[];
}

/** Chat templates: the one that prompts are written with, and others by name. */
function templateMetadata(templates: ReturnType<typeof namedTemplates>): Record<string, NewValue> {
  const found: Record<string, NewValue> = {};
  const others = [...templates].filter(([name]) => name !== "default");
  const own = templates.get("default");
  if (own) found["tokenizer.chat_template"] = { string: own.text };
  if (others.length === 0) return found;
  found["tokenizer.chat_templates"] = { list: others.map(([string]) => ({ string })) };
  for (const [name, { text }] of others) found[`tokenizer.chat_template.${name}`] = { string: text };
  return found;
}

/** The metadata of a model's tokenizer. Throws TokenizerError for one that llama.cpp does not have. */
export async function tokenizerMetadata(place: string, config: DecoderConfig): Promise<WrittenTokenizer> {
  const { source, full } = await openPublished(place);
  const json = source.json("tokenizer.json");
  const stated = source.json("tokenizer_config.json");
  const id = (value: number | null | undefined) => value ?? undefined;
  const [bos, unknown] = [id(full.bos_token_id), id(full.unk_token_id)];
  const eos = id(full.eos_token_id) ?? config.eosTokenIds[0];
  // The library names one where the tokenizer does not.
  const padding = config.padTokenId ?? (stated.pad_token ? id(full.pad_token_id) : undefined);
  const probe = full.encode("a");
  const begins = bos !== undefined && probe[0] === bos;
  const endOfMessage = full.encode(END_OF_MESSAGE, { add_special_tokens: false });
  const others = config.eosTokenIds.filter((stop) => stop !== eos);
  const eom = endOfMessage.length === 1 ? others.find((stop) => stop === endOfMessage[0]) : undefined;
  const [eot, ...unstated] = others.filter((stop) => stop !== eom);
  const ids = { bos, eos, eot, eom, unknown, padding };
  return {
    metadata: {
      ...vocabularyMetadata(source.fileOf("tokenizer.json"), json, config.vocabSize, unknown),
      ...Object.fromEntries(
        Object.entries(ids).flatMap(([name, uint32]) =>
          uint32 === undefined ? [] : [[`tokenizer.ggml.${name}_token_id`, { uint32 }]],
        ),
      ),
      "tokenizer.ggml.add_bos_token": { bool: begins },
      "tokenizer.ggml.add_eos_token": { bool: eos !== undefined && probe.length > 1 && probe.at(-1) === eos },
      ...templateMetadata(namedTemplates(source)),
    },
    notes: unstated.map(
      (stop) => `Token ${stop} ends a text too; a GGUF file has no place for it beside ${eos} and ${eot}.`,
    ),
  };
}

/** Texts of what a summary is made of, and of what tokenizers differ in. */
const PROBES = [
  "회의는 2026년 11월 30일 오전 10시 30분에 서울시청에서 시작합니다.",
  "예산은 1,234,567원이고  두 칸을 띄었다.\n\n- 안건 1: 인사\n",
  "It's 12345 apples; they'll cost $3.50 (don't worry).",
  "   세 칸, 탭\t하나, 줄\r\n바꿈 그리고 가각갂뷁 🙂👩‍👩‍👧 ½ ①",
  "The committee approved the plan on 3 May 2024, by 12 votes to 5.",
];

/** Throws TokenizerError where the tokenizer in a written file gives a text other ids than the one it was made of. */
export async function checkTokenizer(place: string, file: string): Promise<void> {
  const [theirs, ours] = [await openTokenizerFolder(place), await openTokenizerFolder(file)];
  for (const text of PROBES) {
    const [expected, found] = [theirs.encodePlain(text), ours.encodePlain(text)];
    const at = expected.findIndex((id, i) => id !== found[i]);
    if (at < 0 && expected.length === found.length) continue;
    throw new TokenizerError(
      `${theirs.source.fileOf("tokenizer.json")}: cannot be written to a GGUF file: ${JSON.stringify(text)} has the ids ${expected.join(" ")}, and from the file ${found.join(" ")}.`,
    );
  }
}
