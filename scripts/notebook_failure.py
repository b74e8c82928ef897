"""A failed notebook as one readable message: notebook, cell, its source with the line marked, the error."""

import re

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class NotebookFailure(Exception):
    def __init__(self, path, number, source, message, thrown_by=None):
        self.number = number
        origin = f" (thrown by cell {thrown_by})" if thrown_by not in (None, number) else ""
        super().__init__(f"FAILED {path}, cell {number}{origin}\n\n{_listing(source, _marked(message, number))}\n\n{message}")


def _marked(message, number):
    """Lines of the cell that the error names: "cell 3:2:7" in a stack, "2:7 - " of the compiler."""
    lines = re.findall(rf"\bcell {number}:(\d+):\d+", message) or re.findall(r"^(\d+):\d+ - ", message, re.MULTILINE)
    return {int(line) for line in lines}


def _listing(source, marked):
    rows = source.split("\n")
    return "\n".join(f"{'>' if i in marked else ' '} {i:>3} | {row}" for i, row in enumerate(rows, 1))


def from_outputs(path, number, source, outputs, sources):
    """The failure that a cell's `error` output tells of; `sources` holds the code cells by number."""
    error = next((output for output in outputs if output.output_type == "error"), None)
    if error is None:
        return NotebookFailure(path, number, source, "the kernel reported a failure without an error output")
    trace = COLOUR.sub("", "\n".join(error.traceback))
    message = trace if error.evalue in trace else f"{error.ename}: {error.evalue}\n{trace}"
    named = [int(cell) for cell in re.findall(r"\bcell (\d+):\d+:\d+", trace)]
    origin = None
    if named and number not in named and named[0] in sources:
        # Only noticed while this cell ran: an earlier one left a timer or a promise behind.
        origin = named[0]
        listing = _listing(sources[origin], _marked(trace, origin))
        message = f"{message}\n\ncell {origin}:\n{listing}"
    return NotebookFailure(path, number, source, message, origin)
