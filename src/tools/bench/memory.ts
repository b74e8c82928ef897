// Resident memory of this process as the kernel counts it, and the most of it while something runs. Linux only.
import * as fs from "node:fs";

function status(field: "VmRSS" | "VmHWM", process: number | "self" = "self"): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(
    fs.readFileSync(`/proc/${process}/status`, "utf8"),
  )?.[1];
  if (kilobytes === undefined)
    throw new Error(`/proc/${process}/status has no ${field}: memory is measured on Linux.`);
  return Number(kilobytes) * 1024;
}

/** The most resident memory that this process, or the one of that number, has had, in bytes. */
export const peakBytes = (process?: number): number => status("VmHWM", process);

/** Bytes that `run` needed beyond what was resident before; only the first run tells, as the allocator keeps memory. */
export function extraBytes(run: () => void): number {
  fs.writeFileSync("/proc/self/clear_refs", "5");
  const before = status("VmRSS");
  run();
  return status("VmHWM") - before;
}
