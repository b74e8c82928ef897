"""The runner's terminal: streams of the cells as they come, and one status line with notebook, cell, elapsed and ETA."""

import json
import os
import sys
import threading
import time

from notebook_files import ROOT

HISTORY = ROOT / "data/cache/notebook-seconds.json"


def _clock(seconds):
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"


class Progress:
    def __init__(self, names, notebooks):
        self.names = [os.path.basename(name).removesuffix(".ipynb") for name in names]
        self.counts = [sum(cell.cell_type == "code" for cell in notebook.cells) for notebook in notebooks]
        self.history = self._read_history()
        self.position, self.number, self.note = 0, 0, ""
        self.started = self.notebook_started = self.cell_started = time.monotonic()
        self.seconds = []
        self.stream = sys.stderr
        self.live = self.stream.isatty()
        self.at_line_start = True
        self.guard = threading.RLock()
        self.closed = threading.Event()
        if self.live:
            threading.Thread(target=self._tick, daemon=True).start()

    def _read_history(self):
        try:
            return json.loads(HISTORY.read_text())
        except (OSError, ValueError):
            return {}

    def _tick(self):
        while not self.closed.wait(0.5):
            self._draw()

    def _remaining(self):
        """Seconds left by the last runs' times; None while some of them are not known."""
        total = 0.0
        for position in range(self.position, len(self.names)):
            past = self.history.get(self.names[position])
            if not past or len(past) < self.counts[position]:
                return None
            done = self.number - 1 if position == self.position else 0
            total += sum(past[max(0, done) :])
        return max(0.0, total - (time.monotonic() - self.cell_started))

    def _status(self):
        remaining = self._remaining()
        eta = f", about {_clock(remaining)} left" if remaining is not None and remaining >= 1 else ""
        note = f"  {self.note}" if self.note else ""
        where = f"[{self.position + 1}/{len(self.names)} {self.names[self.position]}]"
        elapsed = _clock(time.monotonic() - self.started)
        return f"{where} cell {self.number}/{self.counts[self.position]}, {elapsed}{eta}{note}"

    def _draw(self):
        with self.guard:
            if self.live and self.at_line_start and not self.closed.is_set():
                width = os.get_terminal_size(self.stream.fileno()).columns if self.live else 200
                self.stream.write(f"\r\x1b[K{self._status()[: width - 1]}")
                self.stream.flush()

    def write(self, text):
        """Passes a cell's text on, above the status line."""
        with self.guard:
            if self.live and self.at_line_start:
                self.stream.write("\r\x1b[K")
            self.stream.write(text)
            self.at_line_start = text.endswith("\n")
            self.stream.flush()
            self._draw()

    def say(self, text):
        self.write(text if self.at_line_start else f"\n{text}")

    def notebook(self, position, count):
        self.position, self.number, self.seconds = position, 0, []
        self.counts[position] = count
        self.notebook_started = time.monotonic()

    def cell(self, number):
        self.number, self.note, self.cell_started = number, "", time.monotonic()
        if self.live:
            self._draw()
        else:
            self.say(f"{self._status()}\n")

    def cell_done(self):
        self.seconds.append(round(time.monotonic() - self.cell_started, 2))

    def bar(self, text):
        """A progress bar of the running cell: shown at the end of the status line."""
        self.note = text
        self._draw()

    def notebook_done(self, target):
        elapsed = time.monotonic() - self.notebook_started
        self.history[self.names[self.position]] = self.seconds
        self.note = ""
        self.say(f"✓ {self.names[self.position]} ({elapsed:.1f} s) -> {target}\n")

    def close(self):
        with self.guard:
            self.closed.set()
            if self.live and self.at_line_start:
                self.stream.write("\r\x1b[K")
        HISTORY.parent.mkdir(parents=True, exist_ok=True)
        temporary = HISTORY.with_name(f".{HISTORY.name}.{os.getpid()}")
        temporary.write_text(json.dumps(self.history))
        os.replace(temporary, HISTORY)
