"""One side of a case in Python. Started by ../processes.ts: python worker.py ROW SPEC.json, speaks JSON lines on file 3."""
import importlib
import json
import os
import re
import sys
import traceback

channel = os.fdopen(3, "w", buffering=1)


def say(message):
    channel.write(json.dumps(message) + "\n")


def peak_bytes():
    with open("/proc/self/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024


try:
    with open(sys.argv[2], encoding="utf-8") as file:
        spec = json.load(file)
    check, run = importlib.import_module("rows." + sys.argv[1].replace("-", "_")).prepare(spec)
    say({"check": check})
    for line in sys.stdin:
        if line.strip() != "run":
            break
        say({"measures": {**run(), "peakBytes": peak_bytes()}})
except BaseException:
    say({"error": traceback.format_exc()})
    raise
