// Lock files: one process at a time works on a folder or a file; the lock of a process that died is taken over.
import * as fs from "node:fs";
import { hostname } from "node:os";
import * as path from "node:path";
import { makeFolder, writeError } from "./write-error";

/** Thrown when another process holds what this one wants to write. */
export class LockedError extends Error {
  override name = "LockedError";
}

export interface Lock {
  release(): void;
}

const POLL_MS = 200;
const BEAT_MS = 15_000;
/** Without a beat for this long, an owner on another machine counts as dead: its process cannot be asked. */
const SILENCE_MS = 4 * BEAT_MS;
/** So long a silence ends the lock of another machine for work that does not wait; long computations send no beats. */
const LONG_SILENCE_MS = 24 * 3600 * 1000;
/** A lock file is filled right after it is made; an empty one this old belongs to a process killed in between. */
const FILLING_MS = 2_000;

/** Locks of this process. */
const held = new Map<string, NodeJS.Timeout>();

/** When a process started, in the kernel's ticks: with the number of a dead process another one may live. "" when unknown. */
function startOf(pid: number | "self"): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields 3 to 22 follow the name in parentheses, which may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

const self = () => [hostname(), process.pid, startOf("self")].join(" ").trimEnd();

/** Whether a process of this machine lives. */
export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Takes the lock `file`, from a dead owner too. Throws LockedError naming the owner and `what` it protects when another
 * process holds it, or other work of this one unless `fromSelf`: a notebook cell that failed can be run again. WriteError when
 * the lock cannot be written.
 */
export function takeLock(file: string, what: string, fromSelf = false): Lock {
  const own = held.get(file);
  if (fromSelf && own) {
    clearInterval(own);
    held.delete(file);
  }
  for (let waited = 0; waited <= 2 * FILLING_MS; waited += POLL_MS) {
    const lock = tryLock(file);
    if (lock) return lock;
    // A lock that is being filled, or whose taking over another process began, is worth a moment.
    if (ownerOf(file) && !isAbandoned(file, undefined)) break;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
  }
  const [host, pid] = ownerOf(file)?.split(" ") ?? [];
  const owner =
    host === hostname() && Number(pid) === process.pid
      ? "this process"
      : `process ${pid ?? "?"}${host && host !== hostname() ? ` on ${host}` : ""}`;
  throw new LockedError(
    `${what}: ${owner} is writing it. Wait until it is done, or stop it; a lock whose process is gone is taken over by itself (${file}).`,
  );
}

/** Removes `file` if its owner is dead: for work that turns out to be done. */
export function clearLock(file: string): void {
  if (!fs.existsSync(file)) return;
  try {
    tryLock(file)?.release();
  } catch {
    // In a folder that can only be read a dead lock does no harm.
  }
}

/** Runs `work` while holding `file`; waits for an owner that is alive. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const watch: Silence = {};
  let lock = tryLock(file, watch);
  while (!lock) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    lock = tryLock(file, watch);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** What a waiting process saw last of another machine's lock, by a clock that does not jump. */
interface Silence {
  beat?: number;
  since?: number;
}

/** The lock, or undefined when a living owner holds it. */
function tryLock(file: string, watch?: Silence): Lock | undefined {
  makeFolder(path.dirname(file));
  if (create(file)) return hold(file);
  if (!isAbandoned(file, watch)) return undefined;
  // Two could both see a dead owner, and the slower remove the faster one's lock: one at a time may look.
  const guard = `${file}.takeover`;
  if (!create(guard)) {
    if (isAbandoned(guard, watch)) fs.rmSync(guard, { force: true });
    return undefined;
  }
  try {
    if (isAbandoned(file, watch)) fs.rmSync(file, { force: true });
  } finally {
    fs.rmSync(guard, { force: true });
  }
  return create(file) ? hold(file) : undefined;
}

function hold(file: string): Lock {
  const beat = setInterval(() => {
    try {
      fs.utimesSync(file, new Date(), new Date());
    } catch {
      // Somebody deleted the lock by hand: the work itself goes on.
    }
  }, BEAT_MS);
  beat.unref();
  held.set(file, beat);
  return {
    release() {
      if (held.get(file) !== beat) return;
      clearInterval(beat);
      held.delete(file);
      fs.rmSync(file, { force: true });
    },
  };
}

function create(file: string): boolean {
  try {
    fs.writeFileSync(file, self(), { flag: "wx" });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    // A full disk takes the name and not the content.
    if (code === "ENOSPC" || code === "EDQUOT") fs.rmSync(file, { force: true });
    throw writeError(file, error);
  }
}

function ownerOf(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function isAbandoned(file: string, watch: Silence | undefined): boolean {
  const owner = ownerOf(file);
  const beat = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (owner === undefined || beat === undefined) return false;
  const [host, pid, start] = owner.split(" ");
  if (!pid) return Math.abs(Date.now() - beat) > FILLING_MS;
  if (host === hostname()) {
    if (Number(pid) === process.pid && (start ?? "") === startOf("self")) return !held.has(file);
    return !isAlive(Number(pid)) || (start !== undefined && startOf(Number(pid)) !== start);
  }
  if (!watch) return Date.now() - beat > LONG_SILENCE_MS;
  if (watch.beat !== beat) Object.assign(watch, { beat, since: performance.now() });
  return performance.now() - (watch.since as number) > SILENCE_MS;
}
