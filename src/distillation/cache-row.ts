// One item's teacher logits, and their coding: at V = 256,000 and k = 64 under 200 bytes a token.
import { AdaptiveRice, BitReader, BitWriter, riceParameter } from "./bit-stream";
import type { TokenPrior } from "./token-prior";

/** Temperatures at which log-sum-exp and tail mass are stored. */
export const TEMPERATURES = [1, 2, 4] as const;

/** The teacher's distribution at each of n positions, each of which predicts one target token. */
export interface CachedRow {
  /** The tokens that were predicted, [n]. */
  targetIds: Int32Array;
  /** The k likeliest tokens, rising ids, [n · k]. */
  topIds: Int32Array;
  /** Their logits (softcapped where the family does), [n · k]. */
  topLogits: Float32Array;
  /** log Σ exp(logit / T) over the whole vocabulary, [n · 3] for T = 1, 2, 4. */
  logSumExp: Float32Array;
  /** log of the probability at T of all tokens outside the top k, [n · 3]. Not 1 - Σp, which fp32 cannot resolve. */
  logTail: Float32Array;
  /** Entropy at T = 1 in nats, [n]. */
  entropy: Float32Array;
  /** Logit of the target token, [n]. */
  goldLogit: Float32Array;
  /** Tokens drawn with replacement from the tail at T = 1, rising ids, [n · samples]. */
  sampledIds: Int32Array;
  sampledLogits: Float32Array;
}

export interface RowShape {
  topK: number;
  /** Tail tokens drawn per position; 0 for none. */
  samples: number;
}

/** Logits are stored as codes of 1 - exp(-distance / 3) from the largest: the error weighs as much as the probability. */
const COMPANDING = 3;
/** Of a long list most tokens are unlikely ones, and how many are listed weighs more than how exactly. */
const levelsOf = (topK: number): number => (topK > 64 ? 63 : 255);
const TAIL_STEP = 1 / 1024;
const ENTROPY_STEP = 1 / 4096;
const SPAN_STEP = 1 / 512;
/** Gaps from which the first Rice parameter is taken; it then follows the gaps. */
const FIRST_GAPS = 8;

const compand = (distance: number) => -Math.expm1(-distance / COMPANDING);

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);
function writeFloat(bits: BitWriter, value: number): void {
  float[0] = value;
  bits.bits(floatBits[0]!, 32);
}
function readFloat(bits: BitReader): number {
  floatBits[0] = bits.bits(32);
  return float[0]!;
}

const steps = (value: number, step: number) => Math.max(0, Math.min(65_535, Math.round(value / step)));

/** How a list of tokens is coded: whether an id may come twice, levels of the logits, and the order that makes gaps small. */
interface ListCoding {
  repeats: boolean;
  levels: number;
  prior?: TokenPrior;
}

/** Ids as gaps between their ranks in the prior (else between the ids), logits as codes below `top`. */
function writeTokens(
  bits: BitWriter,
  ids: Int32Array,
  logits: Float32Array,
  top: number,
  { repeats, levels, prior }: ListCoding,
): void {
  const count = ids.length;
  // Rank and place in one number: a typed array sorts far faster than a list with a comparison.
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = (prior ? prior.rankOf[ids[i]!]! : ids[i]!) * 1024 + i;
  // Ids come in order, ranks do not.
  if (prior) keys.sort();
  const order = new Int32Array(count);
  const gaps: number[] = new Array(count);
  let lowest = top;
  let before = repeats ? 0 : -1;
  for (let n = 0; n < count; n++) {
    const key = keys[n]!;
    const rank = Math.floor(key / 1024);
    order[n] = key - rank * 1024;
    gaps[n] = rank - before - (repeats ? 0 : 1);
    before = rank;
    lowest = Math.min(lowest, logits[order[n]!]!);
  }
  const span = Math.min(65_535, Math.ceil((top - lowest) / SPAN_STEP));
  const scale = span ? levels / compand(span * SPAN_STEP) : 0;
  const codes: number[] = new Array(count);
  for (let n = 0; n < count; n++) {
    codes[n] = levels - Math.min(levels, Math.round(compand(top - logits[order[n]!]!) * scale));
  }
  const first = riceParameter(gaps.slice(0, FIRST_GAPS));
  const codeParameter = riceParameter(codes);
  bits.bits(span, 16);
  bits.bits(first, 5);
  bits.bits(codeParameter, 4);
  const adaptive = new AdaptiveRice(first);
  for (const gap of gaps) adaptive.write(bits, gap);
  for (const code of codes) bits.rice(code, codeParameter);
}

function readTokens(
  bits: BitReader,
  ids: Int32Array,
  logits: Float32Array,
  top: number,
  { repeats, levels, prior }: ListCoding,
): void {
  const span = bits.bits(16);
  const adaptive = new AdaptiveRice(bits.bits(5));
  const codeParameter = bits.bits(4);
  const scale = span ? compand(span * SPAN_STEP) / levels : 0;
  const count = ids.length;
  const found = new Int32Array(count);
  let rank = repeats ? 0 : -1;
  for (let i = 0; i < count; i++) {
    rank += adaptive.read(bits) + (repeats ? 0 : 1);
    found[i] = prior ? (prior.idAt[rank] ?? -1) : rank;
  }
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    values[i] = top + COMPANDING * Math.log1p(-(levels - bits.rice(codeParameter)) * scale);
  }
  if (!prior) {
    ids.set(found);
    logits.set(values);
    return;
  }
  // id and place in one number: rows give their tokens in rising ids
  const keys = Float64Array.from(found, (id, i) => id * 1024 + i).sort();
  for (let i = 0; i < count; i++) {
    const place = keys[i]! % 1024;
    ids[i] = found[place]!;
    logits[i] = values[place]!;
  }
}

/** The bytes of a row. With a prior the ids are coded by their rank in it. */
export function encodeRow(row: CachedRow, { topK, samples }: RowShape, prior?: TokenPrior): Uint8Array {
  const bits = new BitWriter();
  const levels = levelsOf(topK);
  for (let t = 0; t < row.targetIds.length; t++) {
    const ids = row.topIds.subarray(t * topK, (t + 1) * topK);
    const logits = row.topLogits.subarray(t * topK, (t + 1) * topK);
    let top = logits[0]!;
    for (const logit of logits) top = Math.max(top, logit);
    const place = ids.indexOf(row.targetIds[t]!);
    bits.bits(place < 0 ? 0 : 1, 1);
    if (place < 0) bits.bits(row.targetIds[t]!, 20);
    else bits.bits(place, 10);
    writeFloat(bits, row.goldLogit[t]!);
    writeFloat(bits, top);
    for (let i = 0; i < TEMPERATURES.length; i++) {
      writeFloat(bits, row.logSumExp[t * 3 + i]!);
      bits.bits(steps(-row.logTail[t * 3 + i]!, TAIL_STEP), 16);
    }
    bits.bits(steps(row.entropy[t]!, ENTROPY_STEP), 16);
    writeTokens(bits, ids, logits, top, { repeats: false, levels, prior });
    if (samples) {
      const from = t * samples;
      writeTokens(
        bits,
        row.sampledIds.subarray(from, from + samples),
        row.sampledLogits.subarray(from, from + samples),
        top,
        { repeats: true, levels, prior },
      );
    }
  }
  return bits.finish();
}

/** Bits that every position takes at least: what is of fixed size, and one a top token's gap and code. */
const leastBits = ({ topK, samples }: RowShape): number =>
  11 + 64 + TEMPERATURES.length * 48 + 16 + 25 + 2 * topK + (samples ? 25 + 2 * samples : 0);

/**
 * The row of `tokens` positions that `encodeRow` wrote with the same prior. Throws when the bytes are too few for them, and on an id outside
 * the vocabulary: the engine would read past its tables.
 */
export function decodeRow(
  bytes: Uint8Array,
  tokens: number,
  { topK, samples }: RowShape,
  vocabSize = Number.POSITIVE_INFINITY,
  prior?: TokenPrior,
): CachedRow {
  const levels = levelsOf(topK);
  if (tokens * leastBits({ topK, samples }) > 8 * bytes.length) {
    throw new Error(
      `expected at least ${leastBits({ topK, samples })} bits for each of ${tokens} positions, found ${8 * bytes.length} in all`,
    );
  }
  const bits = new BitReader(bytes);
  const row = emptyRow(tokens, { topK, samples });
  for (let t = 0; t < tokens; t++) {
    const inTop = bits.bits(1) === 1;
    const target = bits.bits(inTop ? 10 : 20);
    row.goldLogit[t] = readFloat(bits);
    const top = readFloat(bits);
    for (let i = 0; i < TEMPERATURES.length; i++) {
      row.logSumExp[t * 3 + i] = readFloat(bits);
      row.logTail[t * 3 + i] = -bits.bits(16) * TAIL_STEP;
    }
    row.entropy[t] = bits.bits(16) * ENTROPY_STEP;
    const ids = row.topIds.subarray(t * topK, (t + 1) * topK);
    const logits = row.topLogits.subarray(t * topK, (t + 1) * topK);
    readTokens(bits, ids, logits, top, { repeats: false, levels, prior });
    if (samples) {
      const from = t * samples;
      const sampled = row.sampledIds.subarray(from, from + samples);
      const drawn = row.sampledLogits.subarray(from, from + samples);
      readTokens(bits, sampled, drawn, top, { repeats: true, levels, prior });
    }
    row.targetIds[t] = inTop ? (ids[target] ?? -1) : target;
    checkIds(ids, t, vocabSize);
    checkIds(row.sampledIds.subarray(t * samples, (t + 1) * samples), t, vocabSize);
    checkIds(row.targetIds.subarray(t, t + 1), t, vocabSize);
  }
  return row;
}

function checkIds(ids: Int32Array, position: number, vocabSize: number): void {
  for (const id of ids) {
    if (id < 0 || id >= vocabSize) {
      throw new Error(`position ${position}: expected token ids from 0 to ${vocabSize - 1}, found ${id}`);
    }
  }
}

/** A row of zeros. */
export function emptyRow(tokens: number, { topK, samples }: RowShape): CachedRow {
  return {
    targetIds: new Int32Array(tokens),
    topIds: new Int32Array(tokens * topK),
    topLogits: new Float32Array(tokens * topK),
    logSumExp: new Float32Array(tokens * 3),
    logTail: new Float32Array(tokens * 3),
    entropy: new Float32Array(tokens),
    goldLogit: new Float32Array(tokens),
    sampledIds: new Int32Array(tokens * samples),
    sampledLogits: new Float32Array(tokens * samples),
  };
}
