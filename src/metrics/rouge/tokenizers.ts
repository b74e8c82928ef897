// The tokenizers a ROUGE score can rest on; a score is always named together with one of these.
import type { WinkMethods } from "wink-nlp";
import { PYTHON_SPACE } from "../../base/python-space";
import { analyserFolder } from "../analyser-folder";
import { analyse } from "../mecab/analyse";
import { MecabDictionary } from "../mecab/dictionary";
import { porterStem } from "./porter-stemmer";

export interface RougeTokenizer {
  /** Part of every score's name, e.g. "rouge1.whitespace". */
  name: string;
  /** What else the tokens follow from, as part of the signature: an analyser's version and the hash of its files. */
  detail?: string;
  tokenize(text: string): string[];
}

const NOT_SPACE = new RegExp(`[^${PYTHON_SPACE}]+`, "gu");
const NOT_SPACE_CHARACTER = new RegExp(`[^${PYTHON_SPACE}]`, "gu");

function matches(text: string, pattern: RegExp): string[] {
  return text.match(pattern) ?? [];
}

/** rouge-score's own: lower-case, then runs of a-z and 0-9. Every Hangul syllable is dropped. */
export const defaultTokenizer: RougeTokenizer = {
  name: "default",
  tokenize: (text) => matches(text.toLowerCase(), /[a-z0-9]+/g),
};

/** rouge-score's own with `use_stemmer=True`: tokens of more than three letters are stemmed. */
export const stemmedTokenizer: RougeTokenizer = {
  name: "default+stem",
  tokenize: (text) =>
    defaultTokenizer.tokenize(text).map((token) => (token.length > 3 ? porterStem(token) : token)),
};

/** Eojeol as they stand between spaces, particles and punctuation included: Python's `str.split()`. */
export const whitespaceTokenizer: RougeTokenizer = {
  name: "whitespace",
  tokenize: (text) => matches(text, NOT_SPACE),
};

const SPACES = new RegExp(`[${PYTHON_SPACE}]+`, "gu");

/** korouge_score 0.1.4: rouge-score's own without its filter, so lower-cased eojeol, and an empty token where a text begins or ends with a space. */
export const korougeTokenizer: RougeTokenizer = {
  name: "korouge",
  tokenize: (text) => text.toLowerCase().split(SPACES),
};

/** Every code point that is not white space, case kept. */
export const characterTokenizer: RougeTokenizer = {
  name: "character",
  tokenize: (text) => matches(text, NOT_SPACE_CHARACTER),
};

/** Runs of letters, digits and underscores of any script, lower-cased: Python's `\w+`. */
export const unicodeWordTokenizer: RougeTokenizer = {
  name: "unicode_word",
  tokenize: (text) => matches(text.toLowerCase(), /[\p{L}\p{N}_]+/gu),
};

let wink: WinkMethods | undefined;

/**
 * The one wink-nlp instance, with sentence boundaries only: its English tags say nothing about Korean.
 * Loaded on first use: its model takes a quarter of a second, and most tokenizers do without it.
 */
export function winkPipeline(): WinkMethods {
  if (!wink) {
    const winkNLP = require("wink-nlp") as typeof import("wink-nlp").default;
    const model = require("wink-eng-lite-web-model") as typeof import("wink-eng-lite-web-model").default;
    wink = winkNLP(model, ["sbd"]);
  }
  return wink;
}

/** wink-nlp's word tokens without punctuation, lower-cased: eojeol with numbers cut from their particles. */
export const eojeolTokenizer: RougeTokenizer = {
  name: "eojeol",
  tokenize(text) {
    const { its } = winkPipeline();
    const document = winkPipeline().readDoc(text);
    const values = document.tokens().out(its.normal) as string[];
    const types = document.tokens().out(its.type) as string[];
    return values.filter((_, i) => types[i] !== "punctuation" && types[i] !== "tabCRLF");
  },
};

/** The built-in tokenizers by name. */
export const rougeTokenizers: readonly RougeTokenizer[] = [
  defaultTokenizer,
  stemmedTokenizer,
  whitespaceTokenizer,
  unicodeWordTokenizer,
  characterTokenizer,
  eojeolTokenizer,
  korougeTokenizer,
];

/** Korean morphemes by garu-ko (dictionary in the package, WebAssembly); punctuation is dropped. */
export async function loadMorphemeTokenizer(): Promise<RougeTokenizer> {
  const { Garu } = await import("garu-ko");
  // The package hands its own WebAssembly loader a deprecated form of argument, which warns at every first load.
  const { warn } = console;
  console.warn = (...said: unknown[]) => {
    if (!String(said[0]).startsWith("using deprecated parameters")) warn(...said);
  };
  const analyser = await Garu.load().finally(() => {
    console.warn = warn;
  });
  return {
    name: "morpheme",
    tokenize(text) {
      const result = analyser.analyze(text);
      const tokens = Array.isArray(result) ? (result[0]?.tokens ?? []) : result.tokens;
      return tokens.filter(({ pos }) => !/^S[FPSEO]$/.test(pos)).map((token) => token.text);
    },
  };
}

/** The morphemes of mecab-ko with mecab-ko-dic, punctuation included: konlpy's and python-mecab-ko's `morphs`. Throws where the dictionary is not at hand. */
export function loadMecabTokenizer(): RougeTokenizer {
  const dictionary = new MecabDictionary(analyserFolder("mecab"));
  return {
    name: "mecab",
    detail: `mecab-ko-dic:${dictionary.hash.slice(0, 12)}`,
    tokenize: (text) => analyse(dictionary, text).map(({ surface }) => surface),
  };
}

/** A model's own subwords: `encode` is its tokenizer, `name` tells it apart, e.g. "subword:gemma-2". */
export function subwordTokenizer(name: string, encode: (text: string) => readonly number[]): RougeTokenizer {
  return { name: `subword:${name}`, tokenize: (text) => encode(text).map(String) };
}

/** The tokenizers that are loaded when they are asked for. */
const LOADED: Record<string, () => RougeTokenizer | Promise<RougeTokenizer>> = {
  morpheme: loadMorphemeTokenizer,
  mecab: loadMecabTokenizer,
};

/** Every name that `rougeTokenizer` knows. */
export const TOKENIZER_NAMES: readonly string[] = [
  ...rougeTokenizers.map((tokenizer) => tokenizer.name),
  ...Object.keys(LOADED),
];

/** The tokenizer of a name; throws with the list of names, and where an analyser's files are not at hand. */
export async function rougeTokenizer(name: string): Promise<RougeTokenizer> {
  const load = LOADED[name];
  if (load) return load();
  const found = rougeTokenizers.find((tokenizer) => tokenizer.name === name);
  if (found) return found;
  throw new Error(`Unknown tokenizer "${name}". Known: ${TOKENIZER_NAMES.join(", ")}.`);
}
