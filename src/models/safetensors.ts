// Weights in safetensors files: one file or shards with an index, read by range.
import * as fs from "node:fs";
import * as path from "node:path";
import { readFully } from "../base/read-fully";
import { type Dtype, upcastBfloat16, upcastFloat16 } from "./safetensors-dtypes";
import { type HeaderEntry, parseJsonBytes, readHeader, SafetensorsError } from "./safetensors-header";
import type { ReadBytes, Weights } from "./weights";

export type { Dtype } from "./safetensors-dtypes";
export { SafetensorsError } from "./safetensors-header";
export { type NewTensor, writeSafetensors } from "./safetensors-write";

export interface TensorInfo {
  dtype: Dtype;
  shape: number[];
  byteLength: number;
}

interface Place {
  fd: number;
  file: string;
  entry: HeaderEntry;
}

/** What `float32` reads. */
const FLOATS: readonly Dtype[] = ["F32", "F16", "BF16"];
const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/** Read-only weights of one safetensors file, or of the shards that `model.safetensors.index.json` names. */
export class WeightFiles implements Weights {
  /** The files that the weights lie in. */
  readonly files: string[] = [];
  /** The `__metadata__` of the files. */
  readonly metadata: Record<string, string> = {};
  private readonly descriptors: number[] = [];
  private readonly places = new Map<string, Place>();

  private constructor(readonly source: string) {}

  /** Opens a safetensors file, or a folder with one file or with shards and their index; throws SafetensorsError. */
  static open(folderOrFile: string): WeightFiles {
    const weights = new WeightFiles(folderOrFile);
    try {
      weights.openAll();
    } catch (error) {
      weights.close();
      throw error;
    }
    return weights;
  }

  private openAll(): void {
    const stat = fs.statSync(this.source, { throwIfNoEntry: false });
    if (!stat) throw new SafetensorsError(`${this.source}: no such file or folder`);
    const single = path.join(this.source, SINGLE);
    const index = path.join(this.source, INDEX);
    if (!stat.isDirectory()) this.openFile(this.source);
    else if (fs.existsSync(single)) this.openFile(single);
    else if (fs.existsSync(index)) this.openShards(index);
    else throw new SafetensorsError(`${this.source}: expected ${SINGLE} or ${INDEX}, found neither`);
  }

  private openFile(file: string): void {
    const fd = fs.openSync(file, "r");
    this.descriptors.push(fd);
    this.files.push(file);
    const { tensors, metadata } = readHeader(fd, file, fs.fstatSync(fd).size);
    Object.assign(this.metadata, metadata);
    for (const [name, entry] of tensors) {
      const other = this.places.get(name);
      if (other) throw new SafetensorsError(`${file}: the tensor "${name}" stands in ${other.file} too`);
      this.places.set(name, { fd, file, entry });
    }
  }

  private openShards(index: string): void {
    const shards = new Map(readWeightMap(index));
    const folder = path.dirname(index);
    const names = [...new Set(shards.values())].sort();
    const missing = names.filter((name) => !fs.existsSync(path.join(folder, name)));
    if (missing.length > 0) {
      throw new SafetensorsError(`${index}: these files that it names are not there: ${missing.join(", ")}`);
    }
    for (const name of names) this.openFile(path.join(folder, name));
    for (const [tensor, { file }] of this.places) {
      const expected = shards.get(tensor);
      if (expected === undefined)
        throw new SafetensorsError(`${file}: the tensor "${tensor}" is not in ${index}`);
      if (expected !== path.basename(file)) {
        throw new SafetensorsError(
          `${index}: expected the tensor "${tensor}" in ${expected}, found it in ${file}`,
        );
      }
    }
    for (const [tensor, file] of shards) {
      if (!this.places.has(tensor))
        throw new SafetensorsError(`${index}: the tensor "${tensor}" is not in ${file}`);
    }
  }

  /** Gives tensors other names; what `nameOf` has none for is left out. Throws where two would have one name. */
  rename(nameOf: (stored: string) => string | undefined): void {
    const before = [...this.places];
    this.places.clear();
    for (const [stored, place] of before) {
      const name = nameOf(stored);
      if (name === undefined) continue;
      if (this.places.has(name))
        throw new SafetensorsError(`${place.file}: the tensor "${name}" stands there under two names`);
      this.places.set(name, place);
    }
  }

  /** Names of all tensors, sorted. */
  names(): string[] {
    return [...this.places.keys()].sort();
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  info(name: string): TensorInfo {
    const { dtype, shape, byteLength } = this.place(name).entry;
    return { dtype, shape: [...shape], byteLength };
  }

  shape(name: string): number[] {
    return this.info(name).shape;
  }

  problem(name: string): string | undefined {
    const { dtype } = this.info(name);
    return FLOATS.includes(dtype)
      ? undefined
      : `expected ${FLOATS.slice(0, -1).join(", ")} or BF16, found ${dtype}`;
  }

  /** Of matrices that are stored so. */
  bfloat16(name: string): ReadBytes | undefined {
    return this.info(name).dtype === "BF16" ? (target, offset) => this.read(name, target, offset) : undefined;
  }

  /** The stored bytes of a tensor, in a buffer of their own. */
  bytes(name: string): Uint8Array {
    const { fd, file, entry } = this.place(name);
    const target = new Uint8Array(entry.byteLength);
    readFully(fd, file, target, entry.begin, SafetensorsError);
    return target;
  }

  /** Fills `target` with the stored bytes of a tensor from byte `offset` on. */
  read(name: string, target: Uint8Array, offset: number): void {
    const { fd, file, entry } = this.place(name);
    if (offset + target.byteLength > entry.byteLength) {
      throw new SafetensorsError(
        `${file}, tensor "${name}": bytes ${offset} to ${offset + target.byteLength} of ${entry.byteLength} asked for`,
      );
    }
    readFully(fd, file, target, entry.begin + offset, SafetensorsError);
  }

  /** The values of an F32, F16 or BF16 tensor in fp32 (exact). */
  float32(name: string): Float32Array {
    const { fd, file, entry } = this.place(name);
    if (entry.dtype === "F32") return new Float32Array(this.bytes(name).buffer);
    const problem = this.problem(name);
    if (problem !== undefined) throw new SafetensorsError(`${file}, tensor "${name}": ${problem}`);
    const upcast = entry.dtype === "F16" ? upcastFloat16 : upcastBfloat16;
    const count = entry.byteLength / 2;
    const values = new Float32Array(count);
    const chunk = new Uint16Array(Math.min(count, 1 << 22));
    for (let done = 0; done < count; done += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, count - done));
      readFully(
        fd,
        file,
        new Uint8Array(part.buffer, 0, part.byteLength),
        entry.begin + 2 * done,
        SafetensorsError,
      );
      upcast(part, values, done);
    }
    return values;
  }

  /** The values of an F64 tensor, or of one that `float32` reads, in fp64. */
  float64(name: string): Float64Array {
    if (this.place(name).entry.dtype === "F64") return new Float64Array(this.bytes(name).buffer);
    return Float64Array.from(this.float32(name));
  }

  /** Closes the files; nothing can be read afterwards. */
  close(): void {
    for (const fd of this.descriptors.splice(0)) fs.closeSync(fd);
    this.places.clear();
  }

  private place(name: string): Place {
    const place = this.places.get(name);
    if (!place) throw new SafetensorsError(`${this.source}: no tensor "${name}"`);
    return place;
  }
}

function readWeightMap(index: string): [string, string][] {
  const parsed = parseJsonBytes(fs.readFileSync(index), index) as { weight_map?: unknown } | null;
  const map = parsed?.weight_map;
  if (typeof map !== "object" || map === null || Array.isArray(map)) {
    throw new SafetensorsError(`${index}: expected "weight_map" to be an object`);
  }
  const pairs = Object.entries(map as Record<string, unknown>);
  for (const [tensor, file] of pairs) {
    // A name only, on every system: an index from elsewhere must not reach outside its own folder.
    if (typeof file !== "string" || !/^[A-Za-z0-9_][A-Za-z0-9._-]*\.safetensors$/.test(file)) {
      throw new SafetensorsError(
        `${index}: "${tensor}": expected the name of a safetensors file beside the index, found ${JSON.stringify(file)}`,
      );
    }
  }
  return pairs as [string, string][];
}
