// Writes a graph as model.onnx, its weights inside, or beside it in model.onnx_data… where they exceed protobuf's 2 GB.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { makeFolder, writeError } from "../base/write-error";
import type { GraphBuilder, Initializer } from "./onnx-graph";
import { encodeModel, type OnnxModel, type OnnxTensor } from "./onnx-schema";

/** A protobuf message ends at 2 GiB; a file of external data is kept below the same bound where its tensors allow. */
export const INLINE_LIMIT = 2e9;
/** Constants of the graph's own arithmetic stay inside the model: runtimes read them before they open other files. */
const SMALL = 1024;
const ALIGNMENT = 4096;

export interface WrittenModel {
  /** File names, the model first. */
  files: string[];
  bytes: number;
  /** Files of external data, as transformers.js counts them in `use_external_data_format`. */
  chunks: number;
}

/** Files of external data are named as transformers.js looks for them. */
const chunkName = (model: string, chunk: number) => `${model}_data${chunk === 0 ? "" : `_${chunk}`}`;

/**
 * Writes a model into `folder`, whole or not at all. Weights above `limit` bytes in all go to files beside it, read and
 * written one tensor at a time. Throws WriteError naming the file.
 */
export function writeOnnx(
  folder: string,
  file: string,
  name: string,
  builder: GraphBuilder,
  options: { domains?: Record<string, number>; limit?: number } = {},
): WrittenModel {
  const limit = options.limit ?? INLINE_LIMIT;
  const { initializers } = builder;
  const total = initializers.reduce((sum, tensor) => sum + tensor.byteLength, 0);
  makeFolder(folder);
  const external = total > limit ? writeChunks(folder, file, initializers, limit) : undefined;
  const model: OnnxModel = {
    irVersion: 10,
    producerName: "korean-summary-distillation",
    opsetImport: [
      { domain: "", version: 21 },
      ...Object.entries(options.domains ?? {}).map(([domain, version]) => ({ domain, version })),
    ],
    graph: {
      ...builder.graph(name),
      initializer: initializers.map((tensor) => external?.tensors.get(tensor.name) ?? inline(tensor)),
    },
  };
  const bytes = encodeModel(model);
  writeFileAtomic(path.join(folder, file), bytes);
  return {
    files: [file, ...(external?.files ?? [])],
    bytes: bytes.byteLength + (external?.bytes ?? 0),
    chunks: external?.files.length ?? 0,
  };
}

/** The bytes of a tensor; throws where they are not as many as its sizes say. */
function read({ name, byteLength, read }: Initializer): Uint8Array {
  const bytes = read();
  if (bytes.byteLength !== byteLength) {
    throw new Error(`ONNX tensor ${name}: expected ${byteLength} bytes, found ${bytes.byteLength}.`);
  }
  return bytes;
}

const inline = (tensor: Initializer): OnnxTensor => ({
  name: tensor.name,
  dims: tensor.dims,
  dataType: tensor.dataType,
  rawData: read(tensor),
});

function writeChunks(folder: string, model: string, initializers: readonly Initializer[], limit: number) {
  const tensors = new Map<string, OnnxTensor>();
  const files: string[] = [];
  let bytes = 0;
  let fd = -1;
  let end = 0;
  const temporary = (file: string) => path.join(folder, `${file}.${process.pid}.tmp`);
  const close = () => {
    if (fd < 0) return;
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    fd = -1;
  };
  try {
    for (const tensor of initializers) {
      if (tensor.byteLength <= SMALL) continue;
      if (fd < 0 || end + tensor.byteLength > limit) {
        close();
        files.push(chunkName(model, files.length));
        fd = fs.openSync(temporary(files[files.length - 1]!), "w");
        end = 0;
      }
      // Aligned, so that a runtime can map the file into memory.
      const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
      writeAt(fd, read(tensor), offset);
      end = offset + tensor.byteLength;
      bytes += tensor.byteLength;
      const entry = (key: string, value: string | number) => ({ key, value: String(value) });
      tensors.set(tensor.name, {
        name: tensor.name,
        dims: tensor.dims,
        dataType: tensor.dataType,
        dataLocation: 1,
        externalData: [
          entry("location", files[files.length - 1]!),
          entry("offset", offset),
          entry("length", tensor.byteLength),
        ],
      });
    }
    close();
    for (const file of files) fs.renameSync(temporary(file), path.join(folder, file));
    return { tensors, files, bytes };
  } catch (error) {
    if (fd >= 0) fs.closeSync(fd);
    for (const file of files) fs.rmSync(temporary(file), { force: true });
    throw writeError(path.join(folder, files[files.length - 1] ?? model), error);
  }
}

function writeAt(fd: number, bytes: Uint8Array, position: number): void {
  const most = 1 << 28;
  for (let done = 0; done < bytes.byteLength; ) {
    done += fs.writeSync(fd, bytes, done, Math.min(most, bytes.byteLength - done), position + done);
  }
}
