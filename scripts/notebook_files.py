"""Notebook files: finding, reading, parameters, and writing them so that a rerun gives the same bytes."""

import json
import os
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
DECLARATION = re.compile(
    r"^(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(:[^=]+?)?\s*=(?!=)\s*(.*?);?\s*(?://.*)?$", re.MULTILINE
)


def find(names):
    """Files for names: a path, a name in notebooks/, or its unique beginning; all in order when no name is given."""
    folder = ROOT / "notebooks"
    if not names:
        found = sorted(path for path in folder.glob("*.ipynb"))
        if not found:
            raise FileNotFoundError(f"no notebook in {folder}")
        return found
    return [_find_one(name, folder) for name in names]


def _find_one(name, folder):
    path = Path(name)
    if path.suffix == ".ipynb" and path.is_file():
        return path
    matches = sorted(folder.glob(f"{path.name.removesuffix('.ipynb')}*.ipynb"))
    exact = [match for match in matches if match.stem == path.name.removesuffix(".ipynb")]
    if len(exact or matches) != 1:
        listed = ", ".join(match.stem for match in matches) or "none"
        raise FileNotFoundError(f"expected one notebook for {name!r}, found in {folder.name}/: {listed}")
    return (exact or matches)[0]


def read(path):
    try:
        return nbformat.read(path, 4)
    except Exception as error:  # nbformat raises many kinds: JSON, validation, version
        raise ValueError(f"{path} is not a notebook: {error}") from error


def _parameter_cell(notebook):
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            return index
    return None


def known_parameters(notebook):
    """Names declared in the cell tagged 'parameters', each with its type annotation and the text of its default."""
    index = _parameter_cell(notebook)
    if index is None:
        return {}
    found = DECLARATION.findall(notebook.cells[index].source)
    return {name: (annotation, default) for name, annotation, default in found}


def parameter_value(name, text, declared):
    """The value for a parameter: JSON or else a string, of the same kind as its default. Raises ValueError."""
    default = _json_or_none(declared[1])
    if isinstance(default, str):
        # "7" for a string parameter is the string, as are words without quotation marks.
        value = _json_or_none(text)
        return value if isinstance(value, str) else text
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = text
    kinds = {bool: "true or false", int: "a number", float: "a number"}
    kind = kinds.get(type(default))
    if kind and kinds.get(type(value)) != kind:
        raise ValueError(f"parameter {name}: expected {kind}, as its default {declared[1]}; found {text!r}")
    return value


def _json_or_none(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def inject(notebook, values, declared):
    """Puts a cell that declares the values again after the cell tagged 'parameters' (tslab allows it)."""
    if not values:
        return
    # Without an annotation `any`: a literal's own type would make comparing it with another value a compile error.
    lines = [
        f"const {name}{declared[name][0] or ': any'} = {json.dumps(value, ensure_ascii=False)};"
        for name, value in values.items()
    ]
    cell = nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": ["injected-parameters"]})
    notebook.cells.insert(_parameter_cell(notebook) + 1, cell)


def normalise(notebook):
    """Removes what differs from run to run though nothing changed: ids, timings, paths of this machine."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = {
        "display_name": "TypeScript (this repository)",
        "language": "typescript",
        "name": "tslab",
    }
    notebook.metadata["language_info"] = {
        "file_extension": ".ts",
        "mimetype": "text/typescript",
        "name": "typescript",
    }
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{index}"
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        # Charts of the running work: a rerun that finds the work done draws none.
        cell["outputs"] = [output for output in cell.outputs if not output.get("metadata", {}).get("live")]
        for output in cell.outputs:
            _normalise_output(output)


def _normalise_output(output):
    if output.output_type == "stream":
        output.text = output.text.replace(f"{ROOT}/", "")
    elif output.output_type == "error":
        output.traceback = [line.replace(f"{ROOT}/", "") for line in output.traceback]
    elif output.get("metadata", {}).pop("progress", False):
        # A progress bar's last state without its times, which stand behind " · ".
        output.data["text/plain"] = output.data["text/plain"].split(" · ")[0]


def save(notebook, path):
    normalise(notebook)
    text = nbformat.writes(notebook, 4)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
