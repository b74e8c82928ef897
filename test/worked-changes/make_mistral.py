"""Last logits of a small MistralForCausalLM whose every layer slides: the weights are the reference set's solar. Run: python make_mistral.py MODEL_FOLDER"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

folder = Path(sys.argv[1])
fields = json.loads((folder / "config.json").read_text())
for name in ("model_type", "architectures", "pretraining_tp", "rope_scaling", "attention_bias", "torch_dtype", "transformers_version"):
    fields.pop(name, None)
config = transformers.MistralConfig(**fields, sliding_window=6, attn_implementation="eager")
model = transformers.MistralForCausalLM(config).eval()
model.load_state_dict({name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()})
ids = [(7 * i * i + 3 * i + 5) % config.vocab_size for i in range(20)]
with torch.no_grad():
    logits = model(input_ids=torch.tensor([ids])).logits[0, -1]
    config.sliding_window = None
    full = transformers.MistralForCausalLM(config).eval()
    full.load_state_dict(model.state_dict())
    without = full(input_ids=torch.tensor([ids])).logits[0, -1]
print(
    json.dumps(
        {
            "transformers": transformers.__version__,
            "ids": ids,
            "moved_by_window": float((logits - without).abs().max()),
            "logits": [round(float(value), 6) for value in logits],
        }
    )
)
