"""onnx.checker and Python's onnxruntime on exported models, against transformers' logits; prints one JSON line a file.

Run by `npm run check:onnx`: check_onnx.py REFERENCES FOLDER, where FOLDER/<model>/onnx holds the exported files.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime


def safetensor(path, name):
    """One F32 tensor of a safetensors file."""
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    entry = json.loads(raw[8 : 8 + length])[name]
    begin, end = entry["data_offsets"]
    assert entry["dtype"] == "F32", entry["dtype"]
    return np.frombuffer(raw[8 + length + begin : 8 + length + end], "<f4").reshape(entry["shape"])


def feeds(session, batch):
    """Inputs of one left-padded batch, the cache empty."""
    mask = np.array(batch["attention_mask"], np.int64)
    ids = np.array(batch["input_ids"], np.int64)
    values = {"input_ids": ids, "attention_mask": mask, "position_ids": np.maximum(np.cumsum(mask, 1) - 1, 0)}
    for node in session.get_inputs():
        if node.name.startswith("past_key_values."):
            values[node.name] = np.zeros((ids.shape[0], node.shape[1], 0, node.shape[3]), np.float32)
    return values, mask


def check(reference, file):
    onnx.checker.check_model(str(file), full_check=file.name == "model.onnx")
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    batch = json.loads((reference / "forward.json").read_text())["batches"]["left"]
    values, mask = feeds(session, batch)
    logits = session.run(["logits"], values)[0]
    expected = safetensor(reference / "forward.safetensors", "left.logits")
    difference = float(np.abs(logits - expected)[mask == 1].max())
    return {
        "model": file.parent.parent.name,
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "checker": "passed",
        "difference": difference,
        "onnx": onnx.__version__,
        "onnxruntime": onnxruntime.__version__,
    }


def main():
    references, folder = Path(sys.argv[1]), Path(sys.argv[2])
    for file in sorted(folder.glob("*/onnx/*.onnx")):
        print(json.dumps(check(references / file.parent.parent.name, file)), flush=True)


main()
