// Ends tests that are stuck. No test or hook has a limit by the clock, which on a slow or shared machine says nothing: a test
// is stuck when it and all that it has started hardly compute for ten minutes, or compute for a quarter of an hour without an end.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { descendants, processes, processorSeconds } from "./processes";

interface Limits {
  /** Time from one look to the next, in milliseconds. Looks are counted, so a machine that stands still counts nothing. */
  every: number;
  /** So many looks in a row without `quiet` seconds of processor time in all: waiting for what does not come. */
  looks: number;
  quiet: number;
  /** Seconds of processor time from one mark to the next: an endless loop. */
  busy: number;
}

// Ten minutes with less than a twentieth of one processor: a starved test has more, a browser or a kernel that waits has less.
const LIMITS: Limits = { every: 5000, looks: 120, quiet: 30, busy: 900 };

interface Watched {
  mark: string;
  /** Processor seconds at the last mark. */
  marked: number;
  /** Processor seconds and looks since it last showed that it computes. */
  active: number;
  looks: number;
}

/**
 * Watches the test processes that leave marks in `folder`. What a stuck one has started is killed, so that the test fails where it
 * waits for it; the second time, or where there is nothing, the process itself. Returns the function that ends the watch.
 */
export function watch(folder: string, say: (text: string) => void, limits = LIMITS): () => void {
  const watched = new Map<number, Watched>();
  const look = () => {
    const all = processes();
    for (const name of readdirSync(folder)) {
      const id = Number(name);
      if (!all.has(id)) {
        watched.delete(id);
        rmSync(join(folder, name));
        continue;
      }
      const mark = readFileSync(join(folder, name), "utf8");
      const seconds = processorSeconds(id, all);
      const before = watched.get(id);
      if (before?.mark !== mark) {
        watched.set(id, { mark, marked: seconds, active: seconds, looks: 0 });
        continue;
      }
      before.looks++;
      if (seconds - before.active >= limits.quiet) Object.assign(before, { active: seconds, looks: 0 });
      const loops = seconds - before.marked >= limits.busy;
      if (!loops && before.looks < limits.looks) continue;
      const started = descendants(all, id);
      const ended = started.length > 0 ? started : [id];
      const minutes = (limits.looks * limits.every) / 60_000;
      const why = loops
        ? `has computed for ${limits.busy} s without an end`
        : `has computed for less than ${limits.quiet} s in ${minutes} min`;
      const what = started.length > 0 ? `${started.length} processes that it started are` : "its process is";
      say(`stuck: ${mark.slice(mark.indexOf(" ") + 1)} ${why}; ${what} killed`);
      for (const one of ended) kill(one);
      Object.assign(before, { marked: seconds, active: seconds, looks: 0 });
    }
  };
  const timer = setInterval(look, limits.every);
  return () => clearInterval(timer);
}

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // ended meanwhile
  }
}

/** Vitest's global set-up: runs in its main process. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "test-marks-"));
  process.env.TEST_MARKS = folder;
  const end = watch(folder, (text) => console.error(text));
  return () => {
    end();
    rmSync(folder, { recursive: true });
  };
}
