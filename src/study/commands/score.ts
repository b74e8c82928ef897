// Scores predictions against references from two files.
// Run: npm run score -- --references a.txt --predictions b.txt --metrics rouge,bertscore,facts --tokenizer default,whitespace
import { type Command, InvalidArgumentError, Option } from "commander";
import { ROW_ENDINGS } from "../../corpus/files/rows";
import type { BertScorer } from "../../metrics/bertscore/bert-scorer";
import type { EntailmentModel } from "../../metrics/entailment/entailment-model";
import type { Metric } from "../../metrics/metric";
import type { Pooling, SentenceEncoder } from "../../metrics/rdass/sentence-encoder";
import { MEASURES, metricsOfMeasure } from "../../metrics/registry";
import { rougeTokenizer, TOKENIZER_NAMES } from "../../metrics/rouge/tokenizers";
import { scoreTexts, type TextScores } from "../../metrics/score-texts";
import { matchTexts, readScoringTexts } from "../../metrics/scoring-input";
import type { PRF } from "../../results/scores";

const POOLINGS: readonly Pooling[] = ["mean", "cls"];

interface Options {
  references: string;
  predictions: string;
  documents?: string;
  referenceColumn?: string;
  predictionColumn?: string;
  documentColumn?: string;
  metrics: string[];
  tokenizer: string[];
  encoder?: string;
  layer?: number;
  idf?: boolean;
  baseline?: string;
  sentenceEncoder?: string;
  pooling?: Pooling;
  prefix?: string;
  documentPrefix?: string;
  nliModel?: string;
  json?: boolean;
}

const list = (text: string): string[] => text.split(",").map((part) => part.trim());

function measureList(text: string): string[] {
  const wanted = list(text);
  const unknown = wanted.filter((measure) => !MEASURES.includes(measure));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`unknown: ${unknown.join()}; known: ${MEASURES.join()}.`);
  return wanted;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found ${text}.`);
  return Number(text);
}

async function bertScorerOf({ encoder, layer, idf, baseline }: Options): Promise<BertScorer> {
  if (encoder === undefined || layer === undefined) {
    throw new Error(
      "bertscore needs --encoder FOLDER_OR_HUB_ID and --layer N. bert_score takes layer 9 of bert-base-multilingual-cased and " +
        "xlm-roberta-base, 17 of xlm-roberta-large.",
    );
  }
  // The engine takes a second to start, and ROUGE does not need it.
  const { loadBertScorer } =
    require("../../metrics/bertscore/load-bert-scorer") as typeof import("../../metrics/bertscore/load-bert-scorer");
  return loadBertScorer({ encoder, layer, ...(idf && { idf }), ...(baseline !== undefined && { baseline }) });
}

async function sentenceEncoderOf(options: Options): Promise<SentenceEncoder> {
  const { sentenceEncoder: encoder, pooling, prefix, documentPrefix } = options;
  if (encoder === undefined)
    throw new Error("rdass needs --sentence-encoder FOLDER_OR_HUB_ID, and --documents FILE.");
  const { loadSentenceEncoder } =
    require("../../metrics/rdass/sentence-encoder") as typeof import("../../metrics/rdass/sentence-encoder");
  return loadSentenceEncoder({
    encoder,
    ...(pooling && { pooling }),
    ...(prefix !== undefined && { prefix }),
    ...(documentPrefix !== undefined && { documentPrefix }),
  });
}

async function entailmentModelOf({ nliModel }: Options): Promise<EntailmentModel> {
  if (nliModel === undefined)
    throw new Error("entailment needs --nli-model FOLDER_OR_HUB_ID, and --documents FILE.");
  const { loadEntailmentModel } =
    require("../../metrics/entailment/entailment-model") as typeof import("../../metrics/entailment/entailment-model");
  return loadEntailmentModel(nliModel);
}

/** Values under the metrics' ids; precision, recall and F of one thing stand together under its name. */
function byName<Value>(metrics: readonly Metric[], of: (metric: Metric) => Value) {
  const named: Record<string, Value | Partial<Record<keyof PRF, Value>>> = {};
  for (const metric of metrics) {
    const { id, column } = metric;
    if (column) named[column.of] = { ...named[column.of], [column.name]: of(metric) };
    else named[id] = of(metric);
  }
  return named;
}

const means = ({ metrics }: TextScores) => metrics.filter(({ aggregate }) => aggregate === "mean");
const counts = ({ metrics }: TextScores) => metrics.filter(({ aggregate }) => aggregate === "sum");

function table(scores: TextScores): string {
  const { items, values, interval95, signatures } = scores;
  const digits = (value: number | null | undefined) =>
    value === undefined ? "" : (value?.toFixed(4) ?? "–");
  const rows = Object.entries(byName(means(scores), ({ id }) => values[id]!)).map(([name, value]) => {
    const whole: Partial<Record<keyof PRF, number | null>> =
      typeof value === "object" && value !== null ? value : { f: value as number | null };
    const cells = (["precision", "recall", "f"] as const).map((column) => digits(whole[column]));
    const interval = interval95[name in interval95 ? name : `${name}.f`];
    const ends = interval ? `${digits(interval[0])} - ${digits(interval[interval.length - 1])}` : "";
    return [name, ...cells, ends];
  });
  const all = [["", "precision", "recall", "F / value", "95 % interval"], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
  lines.push("", `${items} items`);
  for (const { id, label } of counts(scores)) if (values[id]) lines.push(`${label.en}: ${values[id]}`);
  return [...lines, ...Object.values(signatures)].join("\n");
}

/** The JSON object that `--json` prints. */
function json(scores: TextScores) {
  const { items, values, interval95, perItem, signatures } = scores;
  return {
    items,
    means: byName(means(scores), ({ id }) => values[id]!),
    interval95: Object.fromEntries(
      means(scores).flatMap(({ id, column }) =>
        (column === undefined || column.name === "f") && interval95[id]
          ? [[column?.of ?? id, interval95[id]]]
          : [],
      ),
    ),
    perItem: byName(means(scores), ({ id }) => perItem[id]!),
    counts: byName(counts(scores), ({ id }) => values[id]!),
    signatures,
  };
}

async function score(options: Options): Promise<void> {
  const references = readScoringTexts(options.references, "reference", options.referenceColumn);
  /** Texts of the role in the references' order; one an item, as its reader has made sure. */
  const beside = (role: "prediction" | "document", path: string, column?: string) => {
    const read = readScoringTexts(path, role, column);
    const { texts, notes } = matchTexts(references, read, [options.references, path]);
    return { texts: texts as string[], notes: [...read.notes, ...notes] };
  };
  const predictions = beside("prediction", options.predictions, options.predictionColumn);
  const documents =
    options.documents === undefined
      ? undefined
      : beside("document", options.documents, options.documentColumn);
  const metrics = options.metrics.flatMap((measure) => metricsOfMeasure(measure, options.tokenizer));
  const needs = (need: keyof NonNullable<Metric["needs"]>) => metrics.some((metric) => metric.needs?.[need]);
  const tokenizers = needs("tokenizer") ? await Promise.all(options.tokenizer.map(rougeTokenizer)) : [];
  const scores = scoreTexts(metrics, predictions.texts, {
    references: references.texts,
    tokenizers: new Map(tokenizers.map((tokenizer) => [tokenizer.name, tokenizer])),
    ...(documents && { documents: documents.texts }),
    ...(needs("encoder") && { bertScorer: await bertScorerOf(options) }),
    ...(needs("entailmentModel") && { entailmentModel: await entailmentModelOf(options) }),
    ...(needs("sentenceEncoder") && { sentenceEncoder: await sentenceEncoderOf(options) }),
  });
  const notes = [references, predictions, ...(documents ? [documents] : [])].flatMap((texts) => texts.notes);
  if (options.json) {
    console.log(
      JSON.stringify({ ...(references.ids && { ids: references.ids }), ...json(scores), notes }, null, 1),
    );
  } else {
    console.log([table(scores), ...notes].join("\n"));
  }
}

export const define = (command: Command): Command =>
  command
    .requiredOption("--references <file>", "reference texts; in JSON an item may have a list of them")
    .requiredOption("--predictions <file>", "texts to score")
    .option("--documents <file>", "source texts: what they do not state is invented")
    .option("--reference-column <name>", "column of the references; else reference, or text or summary")
    .option("--prediction-column <name>", "column of the predictions; else prediction, or text or summary")
    .option("--document-column <name>", "column of the documents; else document or text")
    .option("--metrics <list>", `of ${MEASURES.join()}`, measureList, ["rouge"])
    .option("--tokenizer <list>", `for ROUGE: ${TOKENIZER_NAMES.join(", ")}`, list, ["default"])
    .option(
      "--encoder <folder or hub id>",
      "for BERTScore: BERT, RoBERTa or XLM-R model; org/name[@revision] comes from the hub",
    )
    .option("--layer <n>", "for BERTScore: output of so many blocks", wholeNumber)
    .option("--idf", "for BERTScore: weigh tokens by rarity in the references")
    .option("--baseline <file>", "for BERTScore: rescale by this LAYER,P,R,F file")
    .option(
      "--sentence-encoder <folder or hub id>",
      "for RDASS: a sentence encoder, e.g. intfloat/multilingual-e5-small",
    )
    .addOption(
      new Option("--pooling <kind>", "for RDASS: states to one vector (default: mean)").choices(POOLINGS),
    )
    .option("--prefix <text>", "for RDASS: before summaries and references, as 'query: ' for e5")
    .option("--document-prefix <text>", "for RDASS: before documents; else the same")
    .option(
      "--nli-model <folder or hub id>",
      "for entailment: a classifier with a label entailment, e.g. of KLUE-NLI",
    )
    .option("--json", "print one JSON object with means, per-item lists and signatures")
    .addHelpText(
      "after",
      `
A file is plain text with an item a line (.txt), or a table: ${ROW_ENDINGS}. Tables name their columns in the first line,
JSON in each object; a JSON array of texts needs no names. Items are matched by the column id where both files have it, else
as they stand.`,
    )
    .action(score);
