// What a GGUF file holds, in the terms of the writer: to be written again with something changed.
import { GgufFile } from "../../../src/base/gguf/file";
import type { Value } from "../../../src/base/gguf/values";
import type { NewGgufTensor, NewValue } from "../../../src/base/gguf/write";

/** Metadata and tensors of a file in the writer's terms: whole numbers as uint32, others as float32. */
export function contentsOf(file: string): { metadata: Record<string, NewValue>; tensors: NewGgufTensor[] } {
  const opened = GgufFile.open(file);
  const encode = (value: Value): NewValue => {
    if (typeof value === "string") return { string: value };
    if (typeof value === "boolean") return { bool: value };
    if (Array.isArray(value)) {
      const whole = value.every((each) => Number.isInteger(each));
      return {
        list: value.map((each) => (typeof each === "number" && !whole ? { float32: each } : encode(each))),
      };
    }
    const number = value as number;
    return Number.isInteger(number)
      ? number < 0
        ? { int32: number }
        : { uint32: number }
      : { float32: number };
  };
  const { metadata } = opened;
  const tensors = opened.names().map((name): NewGgufTensor => {
    const { type, shape, byteLength } = opened.tensor(name);
    const data = new Uint8Array(byteLength);
    opened.read(name, data, 0);
    return { name, type: type.name, shape, data };
  });
  opened.close();
  return {
    metadata: Object.fromEntries(metadata.keys().map((key) => [key, encode(metadata.get(key)!)])),
    tensors,
  };
}
