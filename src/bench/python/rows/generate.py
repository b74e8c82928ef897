"""Rows "generate" and "generate-2b" with transformers."""
import time

import torch
from models import load


def prepare(spec):
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
        with torch.inference_mode():
            return model.generate(ids, **options)[:, ids.shape[1] :]

    def run():
        started = time.perf_counter()
        write()
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "tokensPerSecond": spec["tokens"] * len(ids) / seconds}

    texts = write()
    tokens = texts.flatten() if spec["dtype"] == "float32" else torch.tensor([len(text) for text in texts])
    return {"tokens": tokens.tolist()}, run
