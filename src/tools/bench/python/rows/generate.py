"""Row "generate" with transformers."""
import time

import torch
from models import load


def writer(spec):
    """Writes all prompts' texts anew at each call; returns them with the time it took."""
    model = load(spec["folder"], getattr(torch, spec["dtype"])).eval()
    model.generation_config.eos_token_id = None
    ids = torch.tensor(spec["prompts"])
    options = {
        "attention_mask": torch.ones_like(ids),
        "max_new_tokens": spec["tokens"],
        "do_sample": False,
        "use_cache": True,
        "pad_token_id": 0,
    }

    def write():
        started = time.perf_counter()
        with torch.inference_mode():
            texts = model.generate(ids, **options)[:, ids.shape[1] :]
        seconds = time.perf_counter() - started
        return texts, {"seconds": seconds, "tokensPerSecond": spec["tokens"] * len(ids) / seconds}

    return write


def prepare(spec):
    write = writer(spec)
    return {"tokens": write()[0].flatten().tolist()}, lambda: write()[1]
