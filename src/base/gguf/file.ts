// A model's GGUF file, or the parts that llama.cpp's gguf-split made of one: metadata and tensors, read by range.
import * as fs from "node:fs";
import { readFully } from "../read-fully";
import { GgufError } from "./cursor";
import { readGgufHeader, type TensorEntry } from "./header";
import { GgufMetadata } from "./metadata";

/** The parts of one model are few; each is opened. */
const MOST_PARTS = 999;

interface Place {
  fd: number;
  file: string;
  entry: TensorEntry;
}

/** The names of a model's files, which is one where its name is not that of a part. Throws for a part that is not the first. */
export function ggufParts(file: string): string[] {
  const match = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/.exec(file);
  if (!match) return [file];
  const [, prefix, number, count] = match as unknown as [string, string, string, string];
  const of = (part: number) => `${prefix}-${String(part).padStart(5, "0")}-of-${count}.gguf`;
  if (Number(number) !== 1)
    throw new GgufError(`${file}: is a later part of a model: name the first, ${of(1)}`);
  if (Number(count) < 1 || Number(count) > MOST_PARTS) {
    throw new GgufError(`${file}: expected a model of 1 to ${MOST_PARTS} parts, found ${Number(count)}`);
  }
  return Array.from({ length: Number(count) }, (_, i) => of(i + 1));
}

/** A GGUF file open for reading, all its parts if it has some. */
export class GgufFile {
  /** The file, or its parts in order. */
  readonly files: readonly string[];
  private readonly descriptors: number[] = [];
  private readonly places = new Map<string, Place>();
  private first: GgufMetadata | undefined;

  private constructor(readonly source: string) {
    this.files = ggufParts(source);
  }

  /** Opens a file, or all parts of the model whose first part it is; throws GgufError. */
  static open(file: string): GgufFile {
    const opened = new GgufFile(file);
    try {
      for (const [i, part] of opened.files.entries()) opened.openPart(part, i);
      opened.checkTotal();
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  private openPart(file: string, number: number): void {
    if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
      const part = this.files.length > 1 ? `part ${number + 1} of ${this.files.length}` : "a GGUF file";
      throw new GgufError(`${file}: expected ${part}, found no such file`);
    }
    const fd = fs.openSync(file, "r");
    this.descriptors.push(fd);
    const { metadata: values, tensors } = readGgufHeader(fd, file, fs.fstatSync(fd).size);
    const metadata = new GgufMetadata(file, values);
    this.first ??= metadata;
    const of = metadata.optionalWhole("split.count", MOST_PARTS) ?? 0;
    // A file that was never split states no parts, or none.
    if (Math.max(of, 1) !== this.files.length) {
      metadata.fail("split.count", `${this.files.length}, as the file's name says`);
    }
    const at = metadata.optionalWhole("split.no", MOST_PARTS) ?? 0;
    if (at !== number) metadata.fail("split.no", `${number}, as the file's name says`);
    for (const [name, entry] of tensors) {
      const other = this.places.get(name);
      if (other) throw new GgufError(`${file}: the tensor "${name}" stands in ${other.file} too`);
      this.places.set(name, { fd, file, entry });
    }
  }

  private checkTotal(): void {
    const found = this.places.size;
    const stated = this.metadata.optionalWhole("split.tensors.count", 2 ** 31) ?? found;
    if (stated !== found) this.metadata.fail("split.tensors.count", `${found}, the tensors of all parts`);
  }

  /** The metadata of the file, or of its first part. */
  get metadata(): GgufMetadata {
    return this.first!;
  }

  /** Names of all tensors, sorted. */
  names(): string[] {
    return [...this.places.keys()].sort();
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  tensor(name: string): TensorEntry {
    return this.place(name).entry;
  }

  /** Fills `target` with the stored bytes of a tensor from byte `offset` on. */
  read(name: string, target: Uint8Array, offset: number): void {
    const { fd, file, entry } = this.place(name);
    if (offset + target.byteLength > entry.byteLength) {
      throw new GgufError(
        `${file}, tensor "${name}": bytes ${offset} to ${offset + target.byteLength} of ${entry.byteLength} asked for`,
      );
    }
    readFully(fd, file, target, entry.begin + offset, GgufError);
  }

  /** Closes the file; nothing can be read afterwards. */
  close(): void {
    for (const fd of this.descriptors.splice(0)) fs.closeSync(fd);
    this.places.clear();
  }

  private place(name: string): Place {
    const place = this.places.get(name);
    if (!place) throw new GgufError(`${this.source}: no tensor "${name}"`);
    return place;
  }
}

/** The metadata of a GGUF file alone. Throws GgufError. */
export function readGgufMetadata(file: string): GgufMetadata {
  const opened = GgufFile.open(file);
  opened.close();
  return opened.metadata;
}
