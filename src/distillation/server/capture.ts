// Fills a cache from a teacher behind a server: what stands in it is exact at temperature 1, and unknown (NaN) at the others.
import type { Example } from "../../prompts/example";
import type { LogitCacheWriter } from "../cache";
import { type CachedRow, emptyRow, TEMPERATURES } from "../cache-row";
import { type ServedPosition, type TeacherServer, TeacherServerError } from "./completions";

export interface ServerCaptureOptions {
  /** Tokens of the tokenizer. */
  vocabSize: number;
  /** Requests under way at once. */
  parallel?: number;
  /** Of a cache of what the teacher writes itself. */
  generated?: { maxNewTokens: number; stopIds: readonly number[] };
  onProgress?: (done: number, tokensPerSecond: number) => void;
}

/** Mass that the rounding of a server's log-probabilities can pretend; a tail is no less. */
const LEAST_TAIL = 1e-7;

/**
 * The row of positions, k top tokens each. Of what no top token has the mass is known, and that alone: a tail's sums at other temperatures
 * are NaN, so that no loss takes them for exact. Throws where a position has fewer tokens than k, one twice, or more mass than 1.
 */
export function servedRow(positions: readonly ServedPosition[], topK: number, vocabSize: number): CachedRow {
  const row = emptyRow(positions.length, { topK, samples: 0 });
  for (const [t, { id, top, logProbability }] of positions.entries()) {
    const kept = top.slice(0, topK).sort((a, b) => a[0] - b[0]);
    const mass = kept.reduce((sum, [, value]) => sum + Math.exp(value), 0);
    const ids = kept.map(([token]) => token);
    const outside = [id, ...ids].find((token) => token < 0 || token >= vocabSize);
    if (outside !== undefined) {
      throw new TeacherServerError(
        `position ${t}: token ${outside} is none of the tokenizer's ${vocabSize}: the server holds another model.`,
      );
    }
    if (kept.length < topK || new Set(ids).size < topK || mass > 1 + 1e-3) {
      throw new TeacherServerError(
        `position ${t}: expected ${topK} different tokens of a mass up to 1, found ${kept.length} of ${mass.toFixed(4)}: raise the server's most log-probabilities (vLLM: --max-logprobs) or lower topK.`,
      );
    }
    const tail = Math.max(LEAST_TAIL, 1 - mass);
    row.targetIds[t] = id;
    row.goldLogit[t] = logProbability ?? Number.NaN;
    row.topIds.set(ids, t * topK);
    row.topLogits.set(
      kept.map(([, value]) => value),
      t * topK,
    );
    for (const [column, temperature] of TEMPERATURES.entries()) {
      const known = temperature === 1;
      row.logSumExp[t * 3 + column] = known ? 0 : Number.NaN;
      row.logTail[t * 3 + column] = known ? Math.log(tail) : 0;
    }
    // The tail as one outcome: the least that the entropy can be.
    row.entropy[t] =
      -kept.reduce((sum, [, value]) => sum + Math.exp(value) * value, 0) - tail * Math.log(tail);
  }
  return row;
}

/** Stores the teacher's distributions for all items that the cache lacks. Throws TeacherServerError; what is stored by then stays. */
export async function captureFromServer(
  server: TeacherServer,
  examples: readonly Example[],
  writer: LogitCacheWriter,
  { vocabSize, parallel = 4, generated, onProgress }: ServerCaptureOptions,
): Promise<void> {
  await server.checkModel();
  const { topK } = server.options;
  const started = performance.now();
  const missing = examples.filter(({ id }) => !writer.has(id));
  let done = examples.length - missing.length;
  let tokens = 0;
  const one = async (example: Example): Promise<CachedRow> => {
    try {
      const positions = generated
        ? await written(server, example, generated)
        : await server.score(example.promptIds, example.targetIds);
      return servedRow(positions, topK, vocabSize);
    } catch (error) {
      if (error instanceof TeacherServerError) error.message = `Item ${example.id}: ${error.message}`;
      throw error;
    }
  };
  // Stored in the items' order, whichever answer comes first: a cache's bytes do not depend on a server's haste.
  for (let start = 0; start < missing.length; start += parallel) {
    const group = missing.slice(start, start + parallel);
    // No request stays under way when one fails.
    const answers = await Promise.allSettled(group.map(one));
    for (const [i, { id }] of group.entries()) {
      const answer = answers[i]!;
      if (answer.status === "rejected") throw answer.reason;
      writer.append(id, answer.value);
      tokens += answer.value.targetIds.length;
    }
    done += group.length;
    onProgress?.(done, (1000 * tokens) / (performance.now() - started));
  }
}

/** What the teacher writes, up to its end of turn. Throws where it is said to have ended without one of the tokenizer's tokens for that. */
async function written(
  server: TeacherServer,
  { promptIds }: Example,
  { maxNewTokens, stopIds }: NonNullable<ServerCaptureOptions["generated"]>,
): Promise<ServedPosition[]> {
  const { positions, finish } = await server.write(promptIds, maxNewTokens);
  const end = positions.findIndex(({ id }) => stopIds.includes(id));
  if (end >= 0) return positions.slice(0, end + 1);
  if (positions.length === 0 || (finish === "stop" && positions.length < maxNewTokens)) {
    throw new TeacherServerError(
      `it ended after ${positions.length} tokens without telling the one that ends a turn (one of ${stopIds.join(", ")}).`,
    );
  }
  return positions;
}
