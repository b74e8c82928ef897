// Names shown in figures and tables for what the result tables hold under short keys, and text from data made safe for Plotly.
const TOKENIZER_NAMES: Record<string, string> = {
  whitespace: "공백",
  default: "기본",
  "default+stem": "기본+어간",
  unicode_word: "유니코드 낱말",
  character: "글자",
  eojeol: "어절",
  morpheme: "형태소",
};

const SUBWORD = "subword:";

/** The Korean name of a ROUGE tokenizer, or its key where there is none. */
export function tokenizerName(key: string): string {
  if (key.startsWith(SUBWORD)) return `부분 단어 ${key.slice(SUBWORD.length)}`;
  return TOKENIZER_NAMES[key] ?? key;
}

export const TEST_SET_NAMES = { "in-domain": "같은 분야", other: "다른 분야", all: "전체" } as const;

/** Text that Plotly shows as it stands: Plotly reads tags and entities in labels. */
export function plotlyText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** A title at the top edge of the figure, clear of the legend below it. */
export function figureTitle(text: string): object {
  return { text, yref: "container", y: 0.965, yanchor: "top" };
}
