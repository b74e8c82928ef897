// The fact sheet of a run: versions, device, threads, memory. The first cell of each notebook prints it.
import * as fs from "node:fs";
import * as os from "node:os";
import { frozenMemory } from "./ledger";
import { engine, onGpu } from "./load-engine";

/** What a reader must know to judge a figure from this machine. */
export function engineFacts(): Record<string, string> {
  const backend = engine.backend() as { binding: { TF_Version: string } };
  const cpus = os.cpus();
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return {
    node: process.versions.node,
    tfjs: engine.version.tfjs,
    tensorflow: backend.binding.TF_Version,
    device: onGpu() ? "GPU" : "CPU",
    processor: cpus[0]?.model.trim() ?? "unknown",
    threads: process.env.TF_NUM_INTRAOP_THREADS ?? String(os.availableParallelism()),
    memory: gib(os.totalmem()),
    platform: `${os.platform()} ${os.arch()}`,
  };
}

/** Bytes and counts that the engine holds now, frozen weights among them, for leak checks and notebooks. */
export function engineMemory(): { tensors: number; bytes: number; rss: number } {
  const { numTensors, numBytes } = engine.memory();
  const frozen = frozenMemory();
  return {
    tensors: numTensors + frozen.tensors,
    bytes: numBytes + frozen.bytes,
    rss: process.memoryUsage.rss(),
  };
}

/** The most resident memory that this process has had, in bytes; undefined where the system has no /proc. */
export function peakMemory(): number | undefined {
  if (!fs.existsSync("/proc/self/status")) return undefined;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
