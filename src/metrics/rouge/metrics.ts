// ROUGE as metrics: one for each type and tokenizer, "rouge1.whitespace"; F without a suffix, precision and recall with one.
import type { PRF, RougeType } from "../../results/scores";
import { type Metric, oncePer, type Scoring } from "../metric";
import { linesAsTheyStand } from "./lines";
import { ROUGE_NAMES, tokenizerName } from "./names";
import { rougeItems, rougeTypes } from "./rouge";
import type { RougeTokenizer } from "./tokenizers";
import { RougeVocabulary } from "./vocabulary";

/** ROUGE-1 over whitespace words leads; the default tokenizer stands beside it because the published table may rest on it. */
const ROLES: Record<string, Metric["role"]> = {
  "rouge1.whitespace": "primary",
  "rouge2.whitespace": "secondary",
  "rougeLsum.whitespace": "secondary",
  "rouge1.default": "secondary",
};

/** The published table's rows; its "ROUGE2SUM" is read as ROUGE-Lsum. */
const PUBLISHED: Partial<Record<RougeType, string>> = {
  rouge1: "rouge1",
  rouge2: "rouge2",
  rougeLsum: "rouge2sum",
};

const COLUMNS: Record<keyof PRF, { suffix: string; ko: string; en: string }> = {
  f: { suffix: "", ko: "", en: "" },
  precision: { suffix: ".precision", ko: " 정밀도", en: " precision" },
  recall: { suffix: ".recall", ko: " 재현율", en: " recall" },
};

function vocabularyOf(tokenizer: string, { tokenizers, lines }: Scoring): RougeVocabulary {
  const found = tokenizers?.get(tokenizer);
  if (found) return new RougeVocabulary(found, lines);
  const known = [...(tokenizers?.keys() ?? [])].join(", ") || "none";
  throw new Error(`ROUGE by the tokenizer "${tokenizer}": expected it among those given, found ${known}.`);
}

const detailOf = (tokenizer?: RougeTokenizer): string => (tokenizer?.detail ? `(${tokenizer.detail})` : "");

function metricsByTokenizer(tokenizer: string): readonly Metric[] {
  const vocabularies = new WeakMap<Scoring, RougeVocabulary>();
  const items = oncePer((predictions, scoring) => {
    const vocabulary = vocabularies.get(scoring) ?? vocabularyOf(tokenizer, scoring);
    vocabularies.set(scoring, vocabulary);
    return rougeItems(scoring.references, predictions, vocabulary);
  });
  const name = { ko: tokenizerName(tokenizer, "ko"), en: tokenizerName(tokenizer, "en") };
  const shared = {
    measure: `rouge.${tokenizer}`,
    needs: { tokenizer },
    signature: ({ lines = linesAsTheyStand, tokenizers }: Scoring) =>
      `rouge-score=0.1.2|tokenizer=${tokenizer}${detailOf(tokenizers?.get(tokenizer))}|lsum=${lines.name}|score=F mean of items`,
  };
  const scores = (["f", "precision", "recall"] as const).flatMap((column) =>
    rougeTypes.map((type): Metric => {
      const of = `${type}.${tokenizer}`;
      const { suffix, ko, en } = COLUMNS[column];
      const published = column === "f" ? PUBLISHED[type] : undefined;
      return {
        ...shared,
        id: `${of}${suffix}`,
        label: { ko: `${ROUGE_NAMES[type]}(${name.ko})${ko}`, en: `${ROUGE_NAMES[type]} (${name.en})${en}` },
        unit: "score",
        better: "higher",
        role: (column === "f" && ROLES[of]) || "detail",
        aggregate: "mean",
        column: { of, name: column },
        ...(published && { published: [published] }),
        perItem: (predictions, scoring) =>
          items(predictions, scoring).scores[type].map((score) => score[column]),
      };
    }),
  );
  const withoutTokens: Metric = {
    ...shared,
    id: `withoutTokens.${tokenizer}`,
    label: { ko: `토큰이 남지 않은 항목(${name.ko})`, en: `items without a token left (${name.en})` },
    unit: "count",
    better: "lower",
    role: "detail",
    aggregate: "sum",
    perItem: (predictions, scoring) => {
      const empty = new Set(items(predictions, scoring).emptyItems);
      return predictions.map((_, i) => (empty.has(i) ? 1 : 0));
    },
  };
  return [...scores, withoutTokens];
}

const made = new Map<string, readonly Metric[]>();

/** Every metric by a tokenizer: F, precision and recall of each type, and the items that it leaves without a token. */
export function rougeMetrics(tokenizer: string): readonly Metric[] {
  const known = made.get(tokenizer) ?? metricsByTokenizer(tokenizer);
  made.set(tokenizer, known);
  return known;
}

/** The metric of an id, whatever its tokenizer; undefined where the id is not one of ROUGE. */
export function rougeMetric(id: string): Metric | undefined {
  const tokenizer = /^(?:rouge(?:1|2|L|Lsum)|withoutTokens)\.(.+?)(?:\.(?:precision|recall))?$/.exec(id)?.[1];
  return tokenizer === undefined ? undefined : rougeMetrics(tokenizer).find((metric) => metric.id === id);
}
