// Progress with an estimate of the time left: a bar in the terminal, an updating output in a notebook cell.
import { SingleBar } from "cli-progress";

export interface Progress {
  update(done: number, note?: string): void;
  finish(): void;
}

const INTERVAL_MS = 250;
/** Shorter work than this shows nothing. */
const QUIET_MS = 3000;

/** Starts a progress display for `total` units of work; it appears when the work lasts longer than 3 seconds. */
export function progress(label: string, total: number): Progress {
  const started = Date.now();
  const show = process.env.VITEST ? () => {} : (inNotebook() ?? terminal(label, total));
  let last = 0;
  let shown = false;
  return {
    update(done, note = "") {
      const now = Date.now();
      if (now - last < INTERVAL_MS || now - started < QUIET_MS) return;
      last = now;
      shown = true;
      const left = ((now - started) / done) * (total - done);
      show(line(label, done, total, now - started, left, note), done, note);
    },
    finish() {
      if (shown) show(line(label, total, total, Date.now() - started, 0, ""), total, "", true);
    },
  };
}

type Show = (line: string, done: number, note: string, last?: boolean) => void;

function terminal(label: string, total: number): Show {
  if (!process.stderr.isTTY) {
    // Without a terminal (a log file, CI) a line every 15 s is enough.
    let last = Date.now() - 12_000;
    return (text, _done, _note, end) => {
      if (!end && Date.now() - last < 15_000) return;
      last = Date.now();
      process.stderr.write(`${text}\n`);
    };
  }
  const bar = new SingleBar({
    format: `${label} {bar} {value}/{total} · {duration_formatted} · ETA {eta_formatted} {note}`,
    hideCursor: true,
  });
  let running = false;
  return (_text, done, note, end) => {
    if (!running) bar.start(total, 0, { note });
    running = true;
    bar.update(done, { note });
    if (end) bar.stop();
  };
}

/** The kernel's updating display, when this process is a notebook kernel. */
function inNotebook(): Show | undefined {
  if (!process.env.TSLAB_KERNEL) return undefined;
  const { newDisplay } = require("tslab") as { newDisplay(): { text(s: string): void } };
  const display = newDisplay();
  return (text, _done, _note, end) => {
    display.text(text);
    if (end) process.stderr.write("");
  };
}

function line(
  label: string,
  done: number,
  total: number,
  elapsed: number,
  left: number,
  note: string,
): string {
  const filled = Math.round((24 * done) / total);
  return `${label} ${"█".repeat(filled)}${"░".repeat(24 - filled)} ${done}/${total} · ${clock(elapsed)} · ETA ${clock(left)} ${note}`.trimEnd();
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
