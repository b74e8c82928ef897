// Kills this process at a chosen write: before it, with half of its bytes on the disk, or right after it.
import * as path from "node:path";

export interface KillPoint {
  /** Which write below the watched folder, counted from 1. */
  write: number;
  part: "before" | "half" | "after";
}

type Call = (...args: never[]) => unknown;
// The module object itself: what is replaced here is what every `import * as fs` then calls.
const fs = require("node:fs") as Record<string, Call> & typeof import("node:fs");

/** Calls of node:fs that change a file; the argument that names it is a path or an open file. */
const WRITES = [
  "writeSync",
  "writeFileSync",
  "appendFileSync",
  "copyFileSync",
  "renameSync",
  "rmSync",
  "truncateSync",
  "ftruncateSync",
  "mkdirSync",
  "symlinkSync",
  "fsyncSync",
] as const;

function kill(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("still here after SIGKILL");
}

/**
 * Counts the changing calls below `folder` from now on and dies at `point`. Returns the count so far when asked.
 */
export function watchWrites(folder: string, point?: KillPoint): () => number {
  let count = 0;
  const open = new Map<number, string>();
  const below = (target: unknown) => {
    const file = typeof target === "number" ? open.get(target) : path.resolve(String(target));
    return file?.startsWith(folder + path.sep) ?? false;
  };
  const { openSync, closeSync, writeSync } = fs;
  fs.openSync = ((...args: Parameters<typeof openSync>) => {
    const handle = openSync(...args);
    open.set(handle, path.resolve(String(args[0])));
    return handle;
  }) as Call & typeof openSync;
  fs.closeSync = ((handle: number) => {
    open.delete(handle);
    closeSync(handle);
  }) as Call & typeof closeSync;
  for (const name of WRITES) {
    const original: Call = fs[name] as Call;
    const replacement = (...args: never[]) => {
      const target: unknown = name === "copyFileSync" || name === "symlinkSync" ? args[1] : args[0];
      if (!below(target) || ++count !== point?.write) return original(...args);
      if (point.part === "before") kill();
      if (point.part === "half") writeHalf(name, args, { openSync, writeSync });
      if (point.part === "after") original(...args);
      return kill();
    };
    (fs as Record<string, Call>)[name] = replacement;
  }
  return () => count;
}

/** The first half of what a write would put on the disk; nothing for calls that are whole or not at all. */
function writeHalf(
  name: string,
  args: readonly unknown[],
  { openSync, writeSync }: Pick<typeof import("node:fs"), "openSync" | "writeSync">,
): void {
  if (!["writeSync", "writeFileSync", "appendFileSync"].includes(name)) return;
  const [target, data] = args as [number | string, string | Uint8Array];
  const whole = Buffer.from(data as Uint8Array);
  const handle =
    typeof target === "number" ? target : openSync(target, name === "appendFileSync" ? "a" : "w");
  writeSync(handle, whole.subarray(0, whole.length >> 1));
}
