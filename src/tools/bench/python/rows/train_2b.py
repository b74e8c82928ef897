"""Row "train-2b" with torch and peft."""
import time

import torch
import torch.nn.functional as F
from models import load, trainer, with_lora


def prepare(spec):
    ids = torch.tensor(spec["ids"])
    model = with_lora(load(spec["folder"], getattr(torch, spec["dtype"])), 8, 16)
    model.train()

    def loss():
        logits = model(ids, use_cache=False).logits[:, :-1]
        return F.cross_entropy(logits.reshape(-1, logits.shape[-1]).float(), ids[:, 1:].reshape(-1))

    step = trainer(model, spec["learningRate"], loss)

    def run():
        started = time.perf_counter()
        step()
        return {"seconds": time.perf_counter() - started}

    with torch.no_grad():
        return {"loss": loss().item()}, run
