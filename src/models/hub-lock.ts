// One process a file: the others wait for its download and then find the file there.
import * as fs from "node:fs";
import { hostname } from "node:os";
import * as path from "node:path";

const POLL_MS = 200;
const BEAT_MS = 15_000;
/** An owner on another host shows no sign of life but the file's time. */
const STALE_MS = 4 * BEAT_MS;
const held = new Set<string>();

/** Runs `work` while holding `file`; waits for an owner that is alive, takes over from one that is not. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  while (!take(file)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  held.add(file);
  const beat = setInterval(() => fs.utimesSync(file, new Date(), new Date()), BEAT_MS);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    held.delete(file);
    fs.rmSync(file, { force: true });
  }
}

function take(file: string): boolean {
  if (create(file)) return true;
  if (!isStale(file)) return false;
  // Two that wait could both see a dead owner, and the slower remove the faster one's lock: one at a time may look.
  const guard = `${file}.takeover`;
  if (!create(guard)) {
    if (age(guard) > STALE_MS) fs.rmSync(guard, { force: true });
    return false;
  }
  try {
    if (isStale(file)) fs.rmSync(file, { force: true });
  } finally {
    fs.rmSync(guard, { force: true });
  }
  return create(file);
}

function create(file: string): boolean {
  try {
    fs.writeFileSync(file, `${hostname()} ${process.pid}`, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

const age = (file: string) =>
  Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());

function isStale(file: string): boolean {
  let owner: string;
  try {
    owner = fs.readFileSync(file, "utf8");
  } catch {
    return false;
  }
  const [host, pid] = owner.split(" ");
  if (host !== hostname()) return age(file) > STALE_MS;
  return Number(pid) === process.pid ? !held.has(file) : !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
