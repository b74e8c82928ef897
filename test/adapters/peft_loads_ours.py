"""Loads adapters that this project wrote with the real peft and stores the logits that come out, for test/adapters/own.test.ts.

Run, with torch, transformers 4.44 and peft 0.12 installed (they are no part of this project's environment):
    node scripts/run.mjs test/adapters/own-adapters.ts && python3 test/adapters/peft_loads_ours.py
"""

import json
import sys
from pathlib import Path

import peft
import torch
import transformers

FIXTURES = Path(__file__).parent.parent / "fixtures"
BASE = FIXTURES / "oracles/models/gemma2"
IDS = [2, 30, 40, 50, 60, 70, 80, 90]


def logits(model):
    with torch.no_grad():
        return model(torch.tensor([IDS])).logits[0].double()


def base():
    model = transformers.AutoModelForCausalLM.from_pretrained(
        BASE, torch_dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval()


def main():
    plain = logits(base())
    found = {}
    for folder in sorted(path for path in (FIXTURES / "peft").iterdir() if path.is_dir()):
        model = peft.PeftModel.from_pretrained(base(), folder).eval()
        state = peft.get_peft_model_state_dict(model)
        stored = peft.load_peft_weights(str(folder), device="cpu")
        left = sorted(set(stored) ^ set(state))
        if left:
            sys.exit(f"{folder.name}: peft and the file differ in these tensors: {left[:5]}")
        after = logits(model)
        if (after - plain).abs().max() < 0.1:
            sys.exit(f"{folder.name}: the adapter changes nothing")
        found[folder.name] = [round(value, 7) for value in after.flatten().tolist()]
    versions = {module.__name__: module.__version__ for module in (torch, transformers, peft)}
    result = {"made": "python3 test/adapters/peft_loads_ours.py", "versions": versions, "ids": IDS, "logits": found}
    (FIXTURES / "peft/logits.json").write_text(json.dumps(result) + "\n")
    print(versions, {kind: len(values) for kind, values in found.items()})


main()
