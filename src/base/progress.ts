// Progress of long work: a bar updated in place in a notebook, one line in a terminal, nothing in tests and logs.
import { SingleBar } from "cli-progress";

export interface Progress {
  /** Work done so far, in the units of `total`; the note (a loss, a score) stands behind the bar. */
  update(done: number, note?: string): void;
  finish(): void;
}

interface DisplayData {
  data: Record<string, string>;
  metadata: Record<string, unknown>;
  transient: { display_id: string };
}

const INTERVAL_MS = 250;
const LOG_INTERVAL_MS = 15_000;
/** Work that is over sooner needs no estimate. */
const ETA_AFTER_MS = 3000;
const CELLS = 24;
let displays = 0;

/** Whole seconds as "75 s" or "12 min 5 s". */
function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The line of a bar; what stands behind " · " changes from run to run and is dropped from saved notebooks. */
export function progressLine(
  label: string,
  done: number,
  total: number,
  elapsedMs: number,
  note = "",
): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.round(share * CELLS);
  const bar = `${"█".repeat(filled)}${"░".repeat(CELLS - filled)}`;
  const left = (elapsedMs * (1 - share)) / share;
  const eta =
    share > 0 && share < 1 && elapsedMs + left > ETA_AFTER_MS ? ` · 남은 시간 ${duration(left)}` : "";
  return `${label} ${bar} ${done}/${total}${note ? ` ${note}` : ""} · ${duration(elapsedMs)}${eta}`;
}

/** Sends a display to the running cell, or updates the one of the same id. */
export type Writer = (data: DisplayData, update: boolean) => void;

/** The running cell's display channel; undefined outside the notebook kernel. */
export function notebookWriter(): Writer | undefined {
  const jupyter = Object.keys(require.cache).find((file) => file.endsWith("/tslab/dist/jupyter.js"));
  return jupyter ? (require.cache[jupyter]?.exports.lastWriteDisplayData ?? undefined) : undefined;
}

function inNotebook(label: string, total: number, write: Writer): Progress {
  const started = Date.now();
  const transient = { display_id: `progress-${++displays}` };
  let shown = false;
  let state = { done: 0, note: "" };
  const show = () => {
    const text = progressLine(label, state.done, total, Date.now() - started, state.note);
    write({ data: { "text/plain": text }, metadata: { progress: true }, transient }, shown);
    shown = true;
  };
  return throttled((done, note) => {
    state = { done, note };
    show();
  }, show);
}

function inTerminal(label: string, total: number): Progress {
  const started = Date.now();
  const bar = new SingleBar({
    stream: process.stderr,
    hideCursor: true,
    fps: 1000 / INTERVAL_MS,
    format: (_options, params, { note }) =>
      progressLine(label, params.value, params.total, Date.now() - started, note),
  });
  bar.start(total, 0, { note: "" });
  return throttled(
    (done, note) => bar.update(done, { note }),
    () => bar.stop(),
  );
}

/** Without a terminal (a log file, CI) a line every 15 s is enough, and none for short work. */
function inLog(label: string, total: number): Progress {
  const started = Date.now();
  let last = started;
  const write = (done: number, note: string) =>
    process.stderr.write(`${progressLine(label, done, total, Date.now() - started, note)}\n`);
  return {
    update(done, note = "") {
      if (Date.now() - last < LOG_INTERVAL_MS) return;
      last = Date.now();
      write(done, note);
    },
    finish() {
      if (last !== started) write(total, "");
    },
  };
}

type Draw = (done: number, note: string) => void;

/** Draws at most four times a second; the last state is always drawn. */
function throttled(draw: Draw, close: () => void): Progress {
  let last = 0;
  let pending: Parameters<Draw> | undefined;
  return {
    update(done, note = "") {
      pending = [done, note];
      if (Date.now() - last < INTERVAL_MS) return;
      last = Date.now();
      draw(...pending);
      pending = undefined;
    },
    finish() {
      if (pending) draw(...pending);
      close();
    },
  };
}

/** Starts showing the progress of `total` units of work under `label`. */
export function progress(label: string, total: number): Progress {
  const write = notebookWriter();
  if (write) return inNotebook(label, total, write);
  if (process.env.VITEST) return { update() {}, finish() {} };
  return process.stderr.isTTY ? inTerminal(label, total) : inLog(label, total);
}
