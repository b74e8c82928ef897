// Log-probabilities of the tokens of texts under any model, and its greedy continuation: how to see that a model file is what one
// takes it for. Run: npm run logprobs -- MODEL --texts FILE [--continue N] [--json]
import type { Command } from "commander";
import { describeNote } from "../../corpus/files/problem";
import { scoreText } from "../../generation/text-scores";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import { modelPlace } from "../../models/place";
import { openPublishedText, type PublishedText } from "../../prompts/published-text";
import { type GivenText, readTextFile } from "../../prompts/text-file";
import { wholeNumber } from "./whole-number";

interface Options {
  texts: string;
  continue?: number;
  json?: boolean;
}

interface ScoredText {
  id: string;
  ids: number[];
  pieces: string[];
  /** Nats; of every token but the first. */
  logProbs: number[];
  sum: number;
  /** exp of the mean negative log-probability; null where there is none to average. */
  perplexity: number | null;
  continuation?: { ids: number[]; text: string };
}

function score(decoder: Decoder, tokenizer: PublishedText, given: GivenText, more?: number): ScoredText {
  const { id, content } = given;
  const ids = typeof content === "string" ? tokenizer.encode(content) : tokenizer.conversation(content);
  if (ids.length === 0) throw new Error("it is empty, and the model has no token that begins a text.");
  const next = more ? { maxNewTokens: more, stopIds: decoder.config.eosTokenIds } : undefined;
  const { logProbs, continuation } = scoreText(decoder, ids, next);
  const sum = logProbs.reduce((total, value) => total + value, 0);
  return {
    id,
    ids,
    pieces: tokenizer.pieces(ids),
    logProbs,
    sum,
    perplexity: logProbs.length === 0 ? null : Math.exp(-sum / logProbs.length),
    ...(next && { continuation: { ids: continuation, text: tokenizer.decode(continuation) } }),
  };
}

/** A table a text: token, id, log-probability; then the sums. */
function table({ id, ids, pieces, logProbs, sum, perplexity, continuation }: ScoredText): string {
  const rows = ids.map((token, i) => [
    String(token),
    i === 0 ? "" : logProbs[i - 1]!.toFixed(4),
    JSON.stringify(pieces[i]),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    ([token, value, piece]) => `${token!.padStart(widths[0]!)}  ${value!.padStart(widths[1]!)}  ${piece}`,
  );
  const mean = perplexity === null ? "no token to score" : `perplexity ${perplexity.toFixed(3)}`;
  return [
    `${id}: ${ids.length} tokens, log-probability ${sum.toFixed(4)}, ${mean}`,
    ...lines,
    ...(continuation ? [`goes on: ${JSON.stringify(continuation.text)}`] : []),
  ].join("\n");
}

async function logprobs(model: string, options: Options): Promise<void> {
  const { texts, notes } = readTextFile(options.texts);
  const { place } = await modelPlace(model);
  const tokenizer = await openPublishedText(place);
  const decoder = loadDecoder(place);
  const scored = texts.map((given) => {
    try {
      return score(decoder, tokenizer, given, options.continue);
    } catch (error) {
      throw new Error(`${options.texts}:${given.line} text "${given.id}": ${(error as Error).message}`);
    }
  });
  for (const note of notes) console.error(describeNote(options.texts, note));
  console.log(options.json ? JSON.stringify({ model, texts: scored }) : scored.map(table).join("\n\n"));
}

export const define = (command: Command): Command =>
  command
    .argument("<model>", "a model folder, a GGUF file, or org/name[@revision] of the hub")
    .requiredOption(
      "--texts <file>",
      'JSON Lines of {"id", "text"}, read after the token that begins a text where the model has one, or {"id", "messages": ' +
        '[{"role", "content"}]}, read in the model\'s chat template up to where it starts to write',
    )
    .option(
      "--continue <n>",
      "go on greedily for so many tokens, or to the end that the model sets",
      wholeNumber(6),
    )
    .option(
      "--json",
      "print one JSON object: ids, pieces, log-probabilities in nats of all tokens but the first, sums",
    )
    .action(logprobs);
