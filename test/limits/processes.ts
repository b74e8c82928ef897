// Processes of this machine with the processor time they have used: what tests are bounded by, as the clock runs on a busy machine too.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

interface Process {
  parent: number;
  /** Processor time in seconds, that of its children which have ended included. */
  seconds: number;
}

/** All processes by id. */
export function processes(): Map<number, Process> {
  return existsSync("/proc/self/stat") ? fromProc() : fromPs();
}

const TICKS = 100; // a second, in /proc on every Linux that Node runs on

/** proc(5): after the program's name in brackets come state, parent, and as fields 14 to 17 the four times. */
function fromProc(): Map<number, Process> {
  const found = new Map<number, Process>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${name}/stat`, "utf8");
    } catch {
      continue; // ended meanwhile
    }
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const seconds = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
    found.set(Number(name), { parent: Number(fields[1]), seconds });
  }
  return found;
}

/** macOS; what children that have ended used is not told there. */
function fromPs(): Map<number, Process> {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,time="], { encoding: "utf8" });
  return new Map(
    stdout
      .trim()
      .split("\n")
      .map((line) => {
        const [id, parent, time] = line.trim().split(/\s+/);
        const seconds = time!.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
        return [Number(id), { parent: Number(parent), seconds }];
      }),
  );
}

/** Processes that `id` has started, and those that these have started. */
export function descendants(all: Map<number, Process>, id: number): number[] {
  const found: number[] = [];
  for (let generation = [id]; generation.length > 0; ) {
    const parents = new Set(generation);
    generation = [...all].filter(([, { parent }]) => parents.has(parent)).map(([child]) => child);
    found.push(...generation);
  }
  return found;
}

/** Seconds of processor time that a process and all that it has started have used. */
export function processorSeconds(id: number = process.pid, all = processes()): number {
  return [id, ...descendants(all, id)].reduce((sum, one) => sum + (all.get(one)?.seconds ?? 0), 0);
}
