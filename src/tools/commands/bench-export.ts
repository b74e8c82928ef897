// Exports a model of any size to ONNX, weights streamed, and loads it in ONNX Runtime: time and peak memory of both.
// Run: npm run cli -- make-model --like gemma-2-2b --out DIR && npm run cli -- bench:export DIR --out OUT --variant q4
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Command, Option } from "commander";
import { peakMemory } from "../../engine/facts";
import { exportDecoder, ONNX_FILES, type OnnxVariant } from "../../export/decoder";
import { replaceFolder } from "../../export/own-folder";
import { type DecoderConfig, openWeights, readDecoderConfig } from "../../models/config";
import { INT4, INT8 } from "../../quantization/scheme";

interface BenchOptions {
  out: string;
  variant: OnnxVariant;
}

const gigabytes = (bytes: number | undefined) =>
  bytes === undefined ? "unknown" : `${(bytes / 1e9).toFixed(2)} GB`;
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(0)} s`;

/** Runs in a process of its own, where only ONNX Runtime takes memory: loads the model and runs three tokens. */
async function load(file: string, config: DecoderConfig): Promise<void> {
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const started = performance.now();
  const session = await InferenceSession.create(file, {
    // A second, packed copy of each fp32 matrix would not fit beside the first.
    extra: { session: { disable_prepacking: "1" } },
  });
  console.log(`loaded in ${seconds(started)}, peak ${gigabytes(peakMemory())}`);
  const row = (values: number[]) =>
    new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
  const past = Object.fromEntries(
    session.inputNames
      .filter((name) => name.startsWith("past_key_values."))
      .map((name) => [
        name,
        new Tensor("float32", new Float32Array(0), [1, config.numKeyValueHeads, 0, config.headDim]),
      ]),
  );
  const running = performance.now();
  const { logits } = await session.run({
    input_ids: row([2, 100, 1000]),
    attention_mask: row([1, 1, 1]),
    position_ids: row([0, 1, 2]),
    ...past,
  });
  const finite = (logits!.data as Float32Array).every(Number.isFinite);
  console.log(
    `logits [${logits!.dims}], ${finite ? "all finite" : "NOT FINITE"}, in ${seconds(running)}, peak ${gigabytes(peakMemory())}`,
  );
  if (!finite) process.exitCode = 1;
}

async function bench(folder: string, { out, variant }: BenchOptions): Promise<void> {
  const config = readDecoderConfig(folder);
  const scheme = { fp32: undefined, int8: INT8, q4: INT4 }[variant];
  const started = performance.now();
  await replaceFolder(out, "bench", async (target) => {
    const files = openWeights(folder, config);
    try {
      const written = exportDecoder(
        config,
        (name) => files.float32(name),
        target,
        variant,
        () => scheme,
      );
      console.log(
        `${variant}: ${written.files.length} files, ${gigabytes(written.bytes)}, written in ${seconds(started)}, peak ${gigabytes(peakMemory())}`,
      );
      return { ...written };
    } finally {
      files.close();
    }
  });
  const file = path.join(out, "onnx", ONNX_FILES[variant]);
  const { status } = spawnSync(
    process.execPath,
    [...process.execArgv, process.argv[1]!, "bench:export", folder, "--load", file],
    {
      stdio: "inherit",
    },
  );
  if (status !== 0) throw new Error(`${file}: ONNX Runtime did not load or run it (exit ${status}).`);
}

export const define = (command: Command): Command =>
  command
    .argument("<folder>", "a model's Hugging Face files")
    .option("--out <folder>", "where to; missing, empty or an earlier result", "data/cache/bench-export")
    .addOption(new Option("--variant <name>", "weights").choices(Object.keys(ONNX_FILES)).default("q4"))
    .addOption(new Option("--load <file>", "load this file only").hideHelp())
    .action((folder: string, options: BenchOptions & { load?: string }) =>
      options.load && fs.existsSync(options.load)
        ? load(options.load, readDecoderConfig(folder))
        : bench(folder, options),
    );
