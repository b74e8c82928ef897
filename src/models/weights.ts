// What a decoder is loaded from: its weights by Hugging Face name, read by range, whatever file they lie in.

/** Fills `target` with stored or made bytes of a tensor from byte `offset` on. */
export type ReadBytes = (target: Uint8Array, offset: number) => void;

export interface Weights {
  /** The folder or file, for messages. */
  readonly source: string;
  names(): string[];
  has(name: string): boolean;
  shape(name: string): number[];
  /** What is wrong with the format of a tensor; undefined where `float32` can read it. */
  problem(name: string): string | undefined;
  float32(name: string): Float32Array;
  /** How a matrix is read in bfloat16, whole rows at a time; undefined where it should stay in fp32. */
  bfloat16(name: string): ReadBytes | undefined;
  close(): void;
}
