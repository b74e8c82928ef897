"""Starts the TypeScript kernel, runs a notebook up to its first import and prints the seconds. Run by ../rows/startup.ts: first_cell.py NOTEBOOK."""
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
import nbformat  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from notebook_session import RepositoryKernelManager  # noqa: E402

source = json.loads((ROOT / "notebooks" / sys.argv[1]).read_text(encoding="utf-8"))
code = ["".join(cell["source"]) for cell in source["cells"] if cell["cell_type"] == "code"]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in code[:2]])
client = NotebookClient(
    notebook, kernel_manager_class=RepositoryKernelManager, kernel_name="tslab", resources={"metadata": {"path": str(ROOT)}}
)
started = time.perf_counter()
with client.setup_kernel():
    for index, cell in enumerate(notebook.cells):
        client.execute_cell(cell, index)
    seconds = time.perf_counter() - started
print(seconds)
