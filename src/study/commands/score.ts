// Scores predictions against references from two files.
// Run: npm run score -- --references a.txt --predictions b.txt --metrics rouge,bertscore,facts --tokenizer default,whitespace
import { type Command, InvalidArgumentError } from "commander";
import { ROW_ENDINGS } from "../../corpus/files/rows";
import type { BertScorer } from "../../metrics/bertscore/bert-scorer";
import { textTokenizer } from "../../metrics/rouge/text-tokenizers";
import { scoreTexts, type TextScores } from "../../metrics/score-texts";
import { matchTexts, readScoringTexts } from "../../metrics/scoring-input";
import type { PRF } from "../../results/scores";

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
  json?: boolean;
}

const METRICS = ["rouge", "bertscore", "facts"];
const list = (text: string): string[] => text.split(",").map((part) => part.trim());

function metricList(text: string): string[] {
  const wanted = list(text);
  const unknown = wanted.filter((metric) => !METRICS.includes(metric));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`unknown: ${unknown.join()}; known: ${METRICS.join()}.`);
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

const isPRF = (value: PRF | number | null): value is PRF => typeof value === "object" && value !== null;

function table({ items, means, interval95, emptyForTokenizer, truncated, signatures }: TextScores): string {
  const digits = (value: number) => value.toFixed(4);
  const rows = Object.entries(means).map(([name, value]) => {
    const cells = isPRF(value)
      ? [digits(value.precision), digits(value.recall), digits(value.f)]
      : ["", "", value === null ? "none" : digits(value)];
    const interval = interval95[name];
    const ends = interval ? `${digits(interval[0]!)} - ${digits(interval[interval.length - 1]!)}` : "";
    return [name, ...cells, ends];
  });
  const all = [["", "precision", "recall", "F / share", "95 % interval"], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
  lines.push("", `${items} items`);
  for (const [name, count] of Object.entries(emptyForTokenizer)) {
    if (count > 0) lines.push(`${count} items have no token left under the tokenizer "${name}" and score 0.`);
  }
  if (truncated) lines.push(`${truncated} texts were cut to the encoder's longest length.`);
  return [...lines, ...Object.values(signatures)].join("\n");
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
  const wants = (metric: string) => options.metrics.includes(metric);
  const scores = scoreTexts(
    {
      references: references.texts,
      predictions: predictions.texts,
      ...(documents && { documents: documents.texts }),
    },
    {
      ...(wants("rouge") && { rouge: await Promise.all(options.tokenizer.map(textTokenizer)) }),
      ...(wants("bertscore") && { bertscore: await bertScorerOf(options) }),
      facts: wants("facts"),
    },
  );
  const notes = [references, predictions, ...(documents ? [documents] : [])].flatMap((texts) => texts.notes);
  if (options.json) {
    console.log(
      JSON.stringify({ ...(references.ids && { ids: references.ids }), ...scores, notes }, null, 1),
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
    .option("--metrics <list>", `of ${METRICS.join()}`, metricList, ["rouge"])
    .option(
      "--tokenizer <list>",
      "for ROUGE: default, default+stem, whitespace, unicode_word, character, eojeol, morpheme",
      list,
      ["default"],
    )
    .option(
      "--encoder <folder or hub id>",
      "for BERTScore: BERT, RoBERTa or XLM-R model; org/name[@revision] comes from the hub",
    )
    .option("--layer <n>", "for BERTScore: output of so many blocks", wholeNumber)
    .option("--idf", "for BERTScore: weigh tokens by rarity in the references")
    .option("--baseline <file>", "for BERTScore: rescale by this LAYER,P,R,F file")
    .option("--json", "print one JSON object with means, per-item lists and signatures")
    .addHelpText(
      "after",
      `
A file is plain text with an item a line (.txt), or a table: ${ROW_ENDINGS}. Tables name their columns in the first line,
JSON in each object; a JSON array of texts needs no names. Items are matched by the column id where both files have it, else
as they stand.`,
    )
    .action(score);
