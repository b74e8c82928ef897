// Weights in several safetensors files with an index, as the hub lays out large models.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../base/atomic-write";
import { makeFolder } from "../base/write-error";
import { type NewTensor, SafetensorsError, writeSafetensors } from "./safetensors";
import { DTYPE_BYTES } from "./safetensors-dtypes";

const bytesOf = ({ dtype, shape }: NewTensor): number =>
  shape.reduce((size, dimension) => size * dimension, DTYPE_BYTES[dtype]);

/**
 * Writes tensors, in their order, to `model-00001-of-0000N.safetensors` … of at most `shardBytes` of data each
 * (a larger tensor gets a file of its own) and last `model.safetensors.index.json`, so that a folder with an index
 * is complete. Throws SafetensorsError where two tensors have one name or the folder has other weights already.
 */
export function writeShardedSafetensors(folder: string, tensors: NewTensor[], shardBytes = 2e9): void {
  const other = fs.existsSync(folder) && fs.readdirSync(folder).find((file) => /\.safetensors\b/.test(file));
  if (other)
    throw new SafetensorsError(`${folder}: there are weights already (${other}); choose another folder`);
  const shards: NewTensor[][] = [];
  let filled = 0;
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor);
    if (shards.length === 0 || filled + bytes > shardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards[shards.length - 1]!.push(tensor);
    filled += bytes;
  }
  const digits = (n: number) => String(n).padStart(5, "0");
  const places: Record<string, string> = {};
  const files = shards.map((shard, i) => {
    const file = `model-${digits(i + 1)}-of-${digits(shards.length)}.safetensors`;
    for (const { name } of shard) {
      if (places[name]) throw new SafetensorsError(`${folder}: two tensors are named "${name}"`);
      places[name] = file;
    }
    return file;
  });
  makeFolder(folder);
  for (const [i, shard] of shards.entries()) writeSafetensors(path.join(folder, files[i]!), shard);
  writeJson(path.join(folder, "model.safetensors.index.json"), {
    metadata: { total_size: tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0) },
    weight_map: places,
  });
}
