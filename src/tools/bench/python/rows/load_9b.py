"""Row "load-9b" with torch and transformers."""
import time

import torch
from models import load


def prepare(spec):
    started = time.perf_counter()
    model = load(spec["folder"], torch.bfloat16).eval()
    loaded = time.perf_counter() - started
    with torch.inference_mode():
        logits = model(torch.tensor([spec["ids"]]), use_cache=False).logits
    seconds = time.perf_counter() - started
    measures = {"seconds": seconds, "loadSeconds": loaded, "forwardSeconds": seconds - loaded}
    return {"logits": logits[0, -1, :64].float().tolist()}, lambda: measures
