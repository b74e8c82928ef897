"""Rows "train-tiny" and "train-real" with torch, transformers and peft."""
import time

import torch
import torch.nn.functional as F
from models import load, trainer, with_lora


def prepare(spec):
    ids = torch.tensor(spec["ids"])
    targets = ids[:, 1:].reshape(-1)
    model = load(spec["folder"])
    if "rank" in spec:
        model = with_lora(model, spec["rank"], 2 * spec["rank"])
    model.train()
    forward = torch.compile(model) if spec.get("compiled") else model

    def logits():
        return forward(ids, use_cache=False).logits[:, :-1].reshape(-1, model.config.vocab_size)

    if "cache" in spec:
        rows = len(targets)
        top_ids = torch.tensor(spec["topIds"]).reshape(rows, -1)
        top_logits = torch.tensor(spec["topLogits"]).reshape(rows, -1)
        tail = torch.tensor(spec["logTail"]) + torch.tensor(spec["logSumExp"])
        teacher = torch.log_softmax(torch.cat([top_logits, tail[:, None]], 1), 1)

        def loss():
            student = logits()
            rest = student.scatter(1, top_ids, float("-inf")).logsumexp(1, keepdim=True)
            listed = torch.log_softmax(torch.cat([student.gather(1, top_ids), rest], 1), 1)
            divergence = F.kl_div(listed, teacher, reduction="batchmean", log_target=True)
            return 0.5 * F.cross_entropy(student, targets) + 0.5 * divergence
    else:

        def loss():
            return F.cross_entropy(logits(), targets)

    step = trainer(model, spec["learningRate"], loss)

    def seconds():
        started = time.perf_counter()
        loss = step()
        return loss, time.perf_counter() - started

    first, first_seconds = seconds()
    losses = [first] + [step() for _ in range(spec["warmUp"] - 1)]
    return {"losses": losses}, lambda: {"seconds": seconds()[1], "firstSeconds": first_seconds}
