// K-quants: blocks of 256 values in groups whose scales are few-bit numbers of one fp16 scale (layout: ggml-quants.c, as
// models/gguf/k-blocks.ts reads it). A group's scale is the least-squares one of the best of several roundings, values of
// large size weighing more; ggml's search differs in its trials, so bytes differ and errors are alike.
import { float16At } from "../../models/safetensors-dtypes";
import { finiteFloat16, putFloat16 } from "./float16";

const BLOCK = 256;
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Writes a scale in fp16 and returns it as it is read back. */
function putScale(bytes: Uint8Array, at: number, scale: number): number {
  putFloat16(bytes, at, finiteFloat16(Float32Array.of(scale))[0]!);
  return float16At(bytes, at);
}

/** How far a trial's outermost value is moved from the last code, in codes. */
const TRIALS = Array.from({ length: 19 }, (_, i) => (i - 9) / 10);

/** The scale s, of either sign, whose codes -32 to 31 times s are nearest to 16 values in the squares weighted by their own. */
function symmetricScale(x: Float32Array, from: number): number {
  let peak = 0;
  for (let i = from; i < from + 16; i++) if (Math.abs(x[i]!) > Math.abs(peak)) peak = x[i]!;
  if (peak === 0) return 0;
  let [best, gain] = [peak / -32, 0];
  for (const trial of TRIALS) {
    const factor = -(32 + trial) / peak;
    let [cross, square] = [0, 0];
    for (let i = from; i < from + 16; i++) {
      const code = clamp(Math.round(x[i]! * factor), -32, 31);
      const weight = x[i]! * x[i]!;
      cross += weight * x[i]! * code;
      square += weight * code * code;
    }
    // The weighted error of the least-squares scale cross / square is a constant less this.
    if (square > 0 && cross * cross > gain * square) {
      gain = (cross * cross) / square;
      best = cross / square;
    }
  }
  return best;
}

/** 128 bytes of low 4 bits, 64 bytes of high 2 bits, 16 signed scales, fp16 scale; 32 stands for zero. */
export function quantizeQ6K(values: Float32Array, bytes: Uint8Array): void {
  const scales = new Float64Array(16);
  for (let from = 0, at = 0; from < values.length; from += BLOCK, at += 210) {
    let peak = 0;
    for (let group = 0; group < 16; group++) {
      scales[group] = symmetricScale(values, from + 16 * group);
      if (Math.abs(scales[group]!) > Math.abs(peak)) peak = scales[group]!;
    }
    const scale = putScale(bytes, at + 208, peak / -128);
    bytes.fill(0, at, at + 192);
    for (let group = 0; group < 16; group++) {
      const own = scale === 0 ? 0 : clamp(Math.round(scales[group]! / scale), -128, 127);
      bytes[at + 192 + group] = own;
      const step = scale * own;
      // In each half of the block: four runs of 32 values, of which two share 32 bytes of low bits and all share 32 of high ones.
      const run = (group >> 1) & 3;
      const within = 16 * (group & 1);
      const low = at + 64 * (group >> 3) + 32 * (run & 1) + within;
      const high = at + 128 + 32 * (group >> 3) + within;
      for (let i = 0; i < 16; i++) {
        const value = values[from + 16 * group + i]!;
        const code = 32 + (step === 0 ? 0 : clamp(Math.round(value / step), -32, 31));
        bytes[low + i]! |= (code & 15) << (4 * (run >> 1));
        bytes[high + i]! |= (code >> 4) << (2 * run);
      }
    }
  }
}

interface Affine {
  scale: number;
  /** What is taken away; not below zero. */
  minimum: number;
}

/** Scale and minimum whose codes 0 to 15, as scale · code - minimum, are nearest to 32 values in weighted squares. */
function affineScale(x: Float32Array, from: number): Affine {
  let [low, high, squares] = [0, x[from]!, 0];
  for (let i = from; i < from + 32; i++) {
    low = Math.min(low, x[i]!);
    high = Math.max(high, x[i]!);
    squares += x[i]! * x[i]!;
  }
  if (high <= low) return { scale: 0, minimum: -low };
  const usual = Math.sqrt(squares / 32);
  let best: Affine = { scale: (high - low) / 15, minimum: -low };
  let least = Number.POSITIVE_INFINITY;
  const consider = (found: Affine) => {
    let error = 0;
    for (let i = from; i < from + 32; i++) {
      const code = clamp(Math.round((x[i]! + found.minimum) / found.scale), 0, 15);
      error += (usual + Math.abs(x[i]!)) * (found.scale * code - found.minimum - x[i]!) ** 2;
    }
    if (error < least) [best, least] = [found, error];
  };
  consider(best);
  for (const trial of TRIALS) {
    const factor = (15 + trial) / (high - low);
    let [weights, codes, codeSquares, sums, products] = [0, 0, 0, 0, 0];
    for (let i = from; i < from + 32; i++) {
      const code = clamp(Math.round((x[i]! - low) * factor), 0, 15);
      const weight = usual + Math.abs(x[i]!);
      weights += weight;
      codes += weight * code;
      codeSquares += weight * code * code;
      sums += weight * x[i]!;
      products += weight * code * x[i]!;
    }
    const determinant = weights * codeSquares - codes * codes;
    if (determinant <= 0) continue;
    let scale = (weights * products - codes * sums) / determinant;
    let minimum = (codes * products - codeSquares * sums) / determinant;
    if (minimum < 0) [scale, minimum] = [products / codeSquares, 0];
    if (scale > 0) consider({ scale, minimum });
  }
  return best;
}

/** fp16 scale and minimum, 12 bytes of 6-bit ones, 128 bytes of 4-bit values: 32 in the low halves, 32 in the high ones. */
export function quantizeQ4K(values: Float32Array, bytes: Uint8Array): void {
  for (let from = 0, at = 0; from < values.length; from += BLOCK, at += 144) {
    const groups = Array.from({ length: 8 }, (_, group) => affineScale(values, from + 32 * group));
    const scale = putScale(bytes, at, Math.max(...groups.map((group) => group.scale)) / 63);
    const minimum = putScale(bytes, at + 2, Math.max(...groups.map((group) => group.minimum)) / 63);
    bytes.fill(0, at + 4, at + 144);
    for (const [group, own] of groups.entries()) {
      const scaleCode = scale === 0 ? 0 : Math.min(63, Math.round(own.scale / scale));
      const minimumCode = minimum === 0 ? 0 : Math.min(63, Math.round(own.minimum / minimum));
      putSixBits(bytes, at + 4, group, scaleCode, minimumCode);
      const [step, offset] = [scale * scaleCode, minimum * minimumCode];
      const first = at + 16 + 32 * (group >> 1);
      for (let i = 0; i < 32; i++) {
        const value = values[from + 32 * group + i]! + offset;
        const code = step === 0 ? 0 : clamp(Math.round(value / step), 0, 15);
        bytes[first + i]! |= code << (4 * (group & 1));
      }
    }
  }
}

/** Scale and minimum of a group of 32 among the 12 bytes that begin at `at`. */
function putSixBits(bytes: Uint8Array, at: number, group: number, scale: number, minimum: number): void {
  if (group < 4) {
    bytes[at + group]! |= scale;
    bytes[at + group + 4]! |= minimum;
    return;
  }
  bytes[at + group + 4]! |= (scale & 15) | ((minimum & 15) << 4);
  bytes[at + group - 4]! |= (scale >> 4) << 6;
  bytes[at + group]! |= (minimum >> 4) << 6;
}
