"""Runs a cell on the project's kernel, interrupts it as Jupyter's stop button does, runs it again; prints what came.

Run by a test: interrupt.py REPOSITORY CELL_FILE, from any folder. Prints one JSON object.
"""

import json
import sys
import time
from pathlib import Path

from jupyter_client.manager import KernelManager


def run_cell(client, source, on_progress=lambda count: None):
    """Executes the cell; returns its reply's status, its error and the progress lines that it showed."""
    message = client.execute(source)
    lines, error = [], None
    while True:
        update = client.get_iopub_msg(timeout=None)
        if update["parent_header"].get("msg_id") != message:
            continue
        content = update["content"]
        if content.get("metadata", {}).get("progress"):
            lines.append(content["data"]["text/plain"])
            on_progress(len(lines))
        elif update["msg_type"] == "error":
            error = f"{content['ename']}: {content['evalue']}"
        elif update["msg_type"] == "stream":
            lines.append(content["text"])
        elif update["msg_type"] == "status" and content["execution_state"] == "idle":
            break
    reply = client.get_shell_msg(timeout=None)
    while reply["parent_header"].get("msg_id") != message:
        reply = client.get_shell_msg(timeout=None)
    return {"status": reply["content"]["status"], "error": error, "lines": lines}


def main(repository, cell_file):
    source = Path(cell_file).read_text()
    # The kernel as Jupyter finds it: by the name in the notebook's metadata, from the entry that set-up wrote.
    kernel = KernelManager(kernel_name="tslab")
    started = time.monotonic()
    kernel.start_kernel()
    client = kernel.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=None)
        where = run_cell(client, "console.log(process.cwd());")
        first = run_cell(client, source, lambda count: kernel.interrupt_kernel() if count == 3 else None)
        # As Jupyter does after an error, the kernel drops what was queued behind it; a person presses run later than that.
        time.sleep(1)
        again = run_cell(client, source)
        after = run_cell(client, "const a: number = 1;\nconsole.log(a + 1);")
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
    seconds = time.monotonic() - started
    print(json.dumps({"where": where, "first": first, "again": again, "after": after, "seconds": seconds}))


main(*sys.argv[1:])
