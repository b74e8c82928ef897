// A logit cache in figures: its header, sizes, and how much of the teacher's distribution it holds.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../base/atomic-write";
import type { LogitCache } from "./cache";
import { TEMPERATURES } from "./cache-row";

/** A measured error of a cache: mean KL of the full against the cached distribution, nats a token. */
export interface CacheError {
  kl: number;
  tokens: number;
}

const errorFile = (directory: string) => path.join(directory, "error.json");

/** Keeps a measured error beside the cache, for whoever looks at it without the teacher. */
export function storeCacheError(cache: LogitCache, error: CacheError): void {
  writeJson(errorFile(cache.directory), error);
}

/** Header, sizes and means over all tokens; reads, and so checks, every row. */
export function summarizeCache(cache: LogitCache): Record<string, string | number> {
  let entropy = 0;
  const tails = TEMPERATURES.map(() => 0);
  for (const id of cache.ids()) {
    const row = cache.row(id);
    for (const value of row.entropy) entropy += value;
    for (const [i, value] of row.logTail.entries()) tails[i % tails.length]! += Math.exp(value);
  }
  const { tokens } = cache;
  const file = errorFile(cache.directory);
  const error = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as CacheError) : undefined;
  return {
    ...cache.header,
    items: cache.ids().length,
    tokens,
    shards: cache.shards,
    bytes: cache.bytes,
    bytesPerToken: rounded(cache.bytesPerToken),
    meanEntropy: rounded(entropy / tokens),
    ...Object.fromEntries(TEMPERATURES.map((t, i) => [`tailMassAtT${t}`, rounded(tails[i]! / tokens)])),
    klError: error ? `${rounded(error.kl)} (${error.tokens} tokens measured)` : "not measured",
  };
}

const rounded = (value: number) => Number(value.toPrecision(4));
