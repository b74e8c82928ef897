"""GGUF files read with gguf-py and held against their source, tensor by tensor; prints one JSON line a file.

Run by `npm run check:gguf`: check_gguf.py SOURCE FILE..., where SOURCE is a folder of Hugging Face files or a GGUF file.
"""

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from gguf import GGUFReader, GGMLQuantizationType, MODEL_ARCH, get_tensor_name_map
from gguf.quants import dequantize, quantize

ARCHITECTURES = {"gemma2": MODEL_ARCH.GEMMA2, "gemma3_text": MODEL_ARCH.GEMMA3, "qwen3": MODEL_ARCH.QWEN3, "llama": MODEL_ARCH.LLAMA}


def safetensors(path):
    """All tensors of a safetensors file in fp32."""
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    for name, entry in json.loads(raw[8 : 8 + length]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        data = raw[8 + length + begin : 8 + length + end]
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            values = np.frombuffer(data, {"F32": "<f4", "F16": "<f2"}[entry["dtype"]]).astype(np.float32)
        yield name, values.reshape(entry["shape"])


def permute(weights, heads):
    """Rows of queries or keys in pairs of a plane, as conversion/llama.py has it."""
    halves = weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
    return halves.swapaxes(1, 2).reshape(weights.shape)


def expected(source):
    """fp32 values by GGUF name, in the order of a GGUF file."""
    if source.suffix == ".gguf":
        return {tensor.name: dequantize(tensor.data, tensor.tensor_type) for tensor in GGUFReader(source).tensors}
    config = json.loads((source / "config.json").read_text())
    names = get_tensor_name_map(ARCHITECTURES[config["model_type"]], config["num_hidden_layers"])
    found = {}
    for name, values in safetensors(source / "model.safetensors"):
        if config["model_type"] == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
            heads = "num_attention_heads" if "q_proj" in name else "num_key_value_heads"
            values = permute(values, config[heads])
        if config["model_type"].startswith("gemma") and name.endswith("norm.weight"):
            values = values + np.float32(1)
        found[names.get_name(name, try_suffixes=(".weight",))] = values
    return found


def check(file, values):
    types, relative = Counter(), {}
    identical = comparable = 0
    reader = GGUFReader(file)
    stored = {tensor.name: tensor for tensor in reader.tensors}
    factors = stored.pop("rope_freqs.weight", None)
    own = {name: tensor for name, tensor in values.items() if name != "rope_freqs.weight"}
    assert set(stored) == set(own), set(stored) ^ set(own)
    if factors is not None and "rope_freqs.weight" in values:
        assert np.allclose(factors.data, values["rope_freqs.weight"], rtol=1e-6, atol=0)
    squares = {}
    for name, tensor in stored.items():
        kind = tensor.tensor_type
        types[kind.name] += 1
        given = own[name].reshape([int(size) for size in reversed(tensor.shape)])
        read = dequantize(tensor.data, kind)
        assert read.shape == given.shape and np.isfinite(read).all(), name
        try:
            theirs = quantize(given, kind)
        except NotImplementedError:
            error, size = squares.get(kind.name, (0.0, 0.0))
            error += float(((read - given).astype(np.float64) ** 2).sum())
            squares[kind.name] = (error, size + float((given.astype(np.float64) ** 2).sum()))
            continue
        comparable += 1
        identical += bool(np.array_equal(theirs.view(np.uint8).ravel(), tensor.data.view(np.uint8).ravel()))
    relative = {name: (error / size) ** 0.5 for name, (error, size) in squares.items()}
    raw = Path(file).read_bytes()
    return {
        "sha256": hashlib.sha256(raw).hexdigest(),
        "bytes": len(raw),
        "tensors": dict(types),
        "identical": identical,
        "comparable": comparable,
        "relativeError": relative,
    }


def main():
    values = expected(Path(sys.argv[1]))
    for file in sys.argv[2:]:
        print(json.dumps(check(file, values)), flush=True)


main()
