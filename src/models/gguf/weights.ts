// The weights in a GGUF file under Hugging Face's names and in its order of rows, dequantised as they are read.
import { GgufFile } from "../../base/gguf/file";
import type { DecoderConfig } from "../config";
import { toBfloat16 } from "../safetensors-dtypes";
import type { ReadBytes, Weights } from "../weights";
import { type Architecture, architectureOf } from "./architectures";
import { dequantize } from "./blocks";
import { familyName, ROPE_FACTORS } from "./config";

/** Values that are dequantised at once. */
const AT_ONCE = 1 << 20;

/** Read-only weights of a GGUF file for a decoder of `config`. */
export class GgufWeights implements Weights {
  private readonly stored = new Map<string, string>();

  private constructor(
    private readonly file: GgufFile,
    private readonly architecture: Architecture,
    private readonly config: DecoderConfig,
  ) {
    for (const name of file.names()) {
      // The factors of rotary embedding are in the configuration.
      if (name !== ROPE_FACTORS) this.stored.set(familyName(architecture, name) ?? name, name);
    }
  }

  /** Throws GgufError. */
  static open(place: string, config: DecoderConfig): GgufWeights {
    const file = GgufFile.open(place);
    try {
      return new GgufWeights(file, architectureOf(file.metadata).architecture, config);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get source(): string {
    return this.file.source;
  }

  names(): string[] {
    return [...this.stored.keys()].sort();
  }

  has(name: string): boolean {
    return this.stored.has(name);
  }

  shape(name: string): number[] {
    return [...this.file.tensor(this.storedName(name)).shape];
  }

  problem(): undefined {
    return undefined;
  }

  float32(name: string): Float32Array {
    const { rows, columns } = this.sizes(name);
    const values = new Float32Array(rows * columns);
    const step = Math.max(1, Math.floor(AT_ONCE / columns));
    for (let row = 0; row < rows; row += step) {
      const end = Math.min(rows, row + step);
      this.readRows(name, row, values.subarray(row * columns, end * columns));
    }
    return values;
  }

  /** Every matrix: rounded to nearest even where it is not stored so. */
  bfloat16(name: string): ReadBytes {
    const { columns } = this.sizes(name);
    return (target, offset) => {
      const values = new Float32Array(target.byteLength / 2);
      this.readRows(name, offset / 2 / columns, values);
      target.set(new Uint8Array(toBfloat16(values).buffer));
    };
  }

  close(): void {
    this.file.close();
  }

  private storedName(name: string): string {
    return this.stored.get(name) ?? name;
  }

  private sizes(name: string): { rows: number; columns: number } {
    const shape = this.shape(name);
    const columns = shape[shape.length - 1] ?? 1;
    return { rows: shape.reduce((size, dimension) => size * dimension, 1) / columns, columns };
  }

  /** Fills `values` with rows from number `first` on. */
  private readRows(name: string, first: number, values: Float32Array): void {
    const { columns } = this.sizes(name);
    const stored = this.storedName(name);
    const { type } = this.file.tensor(stored);
    const rowBytes = (columns / type.values) * type.bytes;
    const read = (row: number, to: Float32Array) => {
      const bytes = new Uint8Array((to.length / columns) * rowBytes);
      this.file.read(stored, bytes, row * rowBytes);
      dequantize(type, bytes, to);
    };
    if (isInterleaved(this.architecture, name)) {
      for (let i = 0; i < values.length / columns; i++)
        read(interleavedRow(first + i, this.config.headDim), values.subarray(i * columns, (i + 1) * columns));
      return;
    }
    read(first, values);
    // llama.cpp multiplies by the stored weight alone.
    if (this.config.normOffset === 1 && name.endsWith("norm.weight"))
      for (let i = 0; i < values.length; i++) values[i]! -= 1;
  }
}

/** Whether the rows of a tensor, by Hugging Face name, are stored in pairs of a plane. */
export const isInterleaved = ({ interleaved }: Architecture, name: string): boolean =>
  interleaved && /\.self_attn\.[qk]_proj\.weight$/.test(name);

/** Where a row of queries or keys is stored then: the two halves of a head lie alternately there. */
export function interleavedRow(row: number, headDim: number): number {
  const within = row % headDim;
  const half = headDim / 2;
  return row - within + 2 * (within % half) + Math.floor(within / half);
}
