// Perturbation tests. Run: npm run cli -- perturb make docs.jsonl --out folder; summarise the folder; perturb read folder summaries.json
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import {
  IRRELEVANT,
  namesOf,
  PERTURBATIONS,
  type Perturbed,
  perturb,
} from "../../analysis/perturbation/perturb";
import {
  metricResponses,
  type SummaryPair,
  summariserResponses,
} from "../../analysis/perturbation/responses";
import { writeFileAtomic } from "../../base/atomic-write";
import { visible } from "../../base/visible";
import { metricsOfMeasure } from "../../metrics/registry";
import { rougeTokenizer } from "../../metrics/rouge/tokenizers";
import { matchTexts, readScoringTexts } from "../../metrics/scoring-input";

/** What was changed in which text; the text is `${id}.${kind}.txt` beside `${id}.txt`. */
type Change = Omit<Perturbed, "text"> & { id: string };

const LIST = "perturbations.json";
const sourceOf = (texts: readonly string[]) => ({ names: namesOf(texts), sentence: IRRELEVANT });

function make(file: string, { out, column }: { out: string; column?: string }): void {
  const { texts } = readScoringTexts(file, "document", column);
  const documents = texts as string[];
  const foreign = sourceOf(documents);
  mkdirSync(out, { recursive: true });
  const changes = documents.flatMap((document, i): Change[] => {
    // Ids may hold what no file's name can.
    const id = String(i + 1).padStart(5, "0");
    writeFileAtomic(join(out, `${id}.txt`), `${document}\n`);
    return PERTURBATIONS.flatMap((kind) => {
      const changed = perturb(document, kind, foreign);
      if (!changed) return [];
      const { text, ...change } = changed;
      writeFileAtomic(join(out, `${id}.${kind}.txt`), `${text}\n`);
      return [{ id, ...change }];
    });
  });
  writeFileAtomic(join(out, LIST), `${JSON.stringify(changes, null, 1)}\n`);
  const counts = PERTURBATIONS.map(
    (kind) => `${kind} ${changes.filter((change) => change.kind === kind).length}`,
  );
  console.log(
    `${out}: ${documents.length} documents, changed ${counts.join(", ")}. Summarise the folder with --json.`,
  );
}

function read(folder: string, summaries: string, { json }: { json?: boolean }): void {
  const { texts } = JSON.parse(readFileSync(summaries, "utf8")) as {
    texts: { id: string; summary: string }[];
  };
  const byName = new Map(texts.map(({ id, summary }) => [id, summary]));
  const changes = JSON.parse(readFileSync(join(folder, LIST), "utf8")) as Change[];
  const pairs = changes.flatMap((change): SummaryPair[] => {
    const [before, after] = [byName.get(`${change.id}.txt`), byName.get(`${change.id}.${change.kind}.txt`)];
    return before === undefined || after === undefined ? [] : [{ ...change, before, after }];
  });
  if (pairs.length === 0)
    throw new Error(
      `${summaries}: expected summaries of ${folder}'s texts, as \`summarise --json\` prints them, found none.`,
    );
  const rows = summariserResponses(pairs);
  if (json) {
    console.log(JSON.stringify(rows, null, 1));
    return;
  }
  for (const { kind, counts, examples } of rows) {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    console.log(
      `${kind}: ${Object.entries(counts)
        .map(([name, count]) => `${name} ${count}`)
        .join(", ")} of ${total}`,
    );
    for (const [response, { id, from, to, after }] of Object.entries(examples))
      console.log(visible(`  ${response}, ${id}: “${from}” -> “${to}”: ${after}`));
  }
  const left = changes.length - pairs.length;
  if (left > 0)
    console.log(`${left} changed texts have no summary, or their original has none, and are left out.`);
}

interface MetricOptions {
  references: string;
  predictions: string;
  documents?: string;
  tokenizer: string[];
  json?: boolean;
}

async function metrics(options: MetricOptions): Promise<void> {
  const references = readScoringTexts(options.references, "reference");
  const beside = (role: "prediction" | "document", file: string) =>
    matchTexts(references, readScoringTexts(file, role), [options.references, file]).texts as string[];
  const predictions = beside("prediction", options.predictions);
  const tokenizers = await Promise.all(options.tokenizer.map(rougeTokenizer));
  const asked = [...metricsOfMeasure("rouge", options.tokenizer), ...metricsOfMeasure("facts", [])];
  const rows = metricResponses(
    asked.filter(({ column }) => column === undefined || column.name === "f"),
    predictions,
    {
      references: references.texts,
      tokenizers: new Map(tokenizers.map((tokenizer) => [tokenizer.name, tokenizer])),
      ...(options.documents !== undefined && { documents: beside("document", options.documents) }),
    },
    sourceOf(predictions),
  );
  if (options.json) console.log(JSON.stringify(rows, null, 1));
  else
    for (const { kind, metric, texts, worse, better, meanChange } of rows)
      console.log(
        `${kind}  ${metric}: worse ${worse}, better ${better} of ${texts}, mean change ${meanChange.toFixed(4)}`,
      );
}

const list = (text: string): string[] => text.split(",").map((part) => part.trim());

export function define(command: Command): Command {
  command
    .command("make")
    .description("Writes documents and their changed forms as a folder of texts for `summarise`.")
    .argument("<file>", "documents, in any form that `score` reads")
    .requiredOption("--out <folder>", "where the texts go")
    .option("--column <name>", "column of the documents; else document or text")
    .action(make);
  command
    .command("read")
    .description("Says how a summariser answered each kind of change, with examples.")
    .argument("<folder>", "what make wrote")
    .argument("<summaries>", "what `summarise FOLDER --json` printed")
    .option("--json", "print one JSON list")
    .action(read);
  command
    .command("metrics")
    .description("Changes summaries, and says which metrics see it.")
    .requiredOption("--references <file>", "reference texts")
    .requiredOption("--predictions <file>", "summaries to change")
    .option("--documents <file>", "source texts")
    .option("--tokenizer <list>", "for ROUGE", list, ["whitespace"])
    .option("--json", "print one JSON list")
    .action(metrics);
  return command;
}
