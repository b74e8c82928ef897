"""One notebook run on one kernel, cell by cell; the first failure ends it."""

import os
import shutil
import signal
import tempfile
import time

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

import nbformat
import psutil
from jupyter_client.asynchronous import AsyncKernelClient
from notebook_failure import NotebookFailure, from_outputs
from notebook_files import ROOT

# A timer or promise that the last cell left behind gets this long to fail.
SETTLE = "await new Promise((done) => setTimeout(done, 300));"


class RepositoryKernel(KernelSpecManager):
    """The kernel of this checkout, whatever kernels are installed, on the Node that started the runner."""

    def get_kernel_spec(self, kernel_name):
        node = os.environ.get("NODE") or shutil.which("node")
        argv = [node, str(ROOT / "kernel/start.cjs"), "{connection_file}"]
        return KernelSpec(argv=argv, display_name="TypeScript", language="typescript", interrupt_mode="signal")


class PatientClient(AsyncKernelClient):
    """Waits for its kernel as long as that works at its start, which on a busy machine takes any time."""

    async def wait_for_ready(self, timeout):
        """Gives up a kernel that computes for less than a hundredth of `timeout`, in seconds. Raises RuntimeError."""
        while True:
            used = self.processor_seconds()
            try:
                return await super().wait_for_ready(timeout)
            except RuntimeError:
                if not await self.is_alive() or self.processor_seconds() - used < timeout / 100:
                    raise

    def processor_seconds(self):
        try:
            return sum(psutil.Process(self.parent.provisioner.pid).cpu_times()[:2])
        except psutil.Error:  # it has ended
            return 0


class RepositoryKernelManager(AsyncKernelManager):
    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "kernel_spec_manager": RepositoryKernel(), "client_factory": PatientClient})


class Client(NotebookClient):
    """Passes streams and progress bars on to the terminal while they come."""

    progress = None

    def process_message(self, msg, cell, cell_index):
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            self.progress.write(content["text"])
        elif kind in ("display_data", "update_display_data") and content.get("metadata", {}).get("progress"):
            self.progress.bar(content["data"].get("text/plain", ""))
        return super().process_message(msg, cell, cell_index)


def execute(path, notebook, timeout, progress):
    """Runs all cells in place. Raises NotebookFailure."""
    code = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    sources = {number: cell.source for number, (_, cell) in enumerate(code, 1)}
    for _, cell in code:
        cell.outputs, cell.execution_count = [], None
    client = Client(
        notebook,
        kernel_manager_class=RepositoryKernelManager,
        kernel_name="tslab",
        timeout=timeout,
        startup_timeout=120,
        # After its last cell's reply a kernel's outputs are still on their way.
        iopub_timeout=600,
        raise_on_iopub_timeout=True,
        coalesce_streams=True,
        record_timing=False,
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    client.progress = progress
    progress.notebook(next_position(progress, path), len(code))
    number, source = 0, ""
    try:
        with FirstInterrupt(client, progress) as interrupt, client.setup_kernel():
            for number, (index, cell) in enumerate(code, 1):
                source = cell.source
                progress.cell(number)
                try:
                    client.execute_cell(cell, index)
                except CellExecutionError:
                    if not interrupt.came:
                        raise
                if interrupt.came:
                    finish_interrupted(client, notebook, path, number, sources)
                    raise KeyboardInterrupt
                # tslab sends no execute_input message, from which nbclient would take the number.
                cell.execution_count = number
                progress.cell_done()
            settle(client, notebook, path, number, sources)
    except CellExecutionError:
        raise from_outputs(path, number, source, cell.outputs, sources) from None
    except CellTimeoutError as error:
        over = f"the cell ran longer than {timeout:g} s" if timeout else str(error)
        raise NotebookFailure(path, number, source, f"timeout: {over}") from None
    except DeadKernelError:
        raise NotebookFailure(path, number, source, "the kernel died while this cell ran") from None
    except RuntimeError as error:
        raise NotebookFailure(path, number, source, f"the kernel did not start: {error}") from error


class FirstInterrupt:
    """The first Ctrl-C goes to the running cell alone, so that a training stage keeps a checkpoint; a second ends it all.

    The kernel is told by a file: a signal can end it while it multiplies (kernel/start.cjs).
    """

    def __init__(self, client, progress):
        self.client, self.progress, self.came = client, progress, False
        self.folder = tempfile.mkdtemp(prefix="interrupt-")
        self.file = os.path.join(self.folder, "now")

    def __enter__(self):
        os.environ["KERNEL_INTERRUPT_FILE"] = self.file
        self.previous = signal.signal(signal.SIGINT, self.on_signal)
        return self

    def __exit__(self, *_):
        signal.signal(signal.SIGINT, self.previous)
        del os.environ["KERNEL_INTERRUPT_FILE"]
        shutil.rmtree(self.folder)

    def on_signal(self, *_):
        if self.came or not (self.client.km and self.client.km.provisioner):
            raise KeyboardInterrupt
        self.came = True
        self.progress.say("interrupted; the running cell ends in order (Ctrl-C again: at once)\n")
        with open(self.file, "x", encoding="ascii"):
            pass


def finish_interrupted(client, notebook, path, number, sources):
    """Waits until the interrupted work has ended: the kernel answers the next cell when the checkpoint is written."""
    time.sleep(0.5)  # the kernel drops what follows a failed cell at once
    try:
        settle(client, notebook, path, number, sources)
    except NotebookFailure:
        pass  # the interrupted work's own error, "stopped by SIGINT"


def next_position(progress, path):
    return progress.names.index(path.name.removesuffix(".ipynb"))


def settle(client, notebook, path, number, sources):
    """Fails when something that the cells left behind throws shortly after the last one."""
    last = nbformat.v4.new_code_cell(SETTLE)
    notebook.cells.append(last)
    try:
        client.execute_cell(last, len(notebook.cells) - 1)
    except CellExecutionError:
        raise from_outputs(path, number, sources.get(number, ""), last.outputs, sources) from None
    finally:
        notebook.cells.pop()
