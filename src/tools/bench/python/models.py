"""Models and adapters of the Python side, made so that both sides start from the same numbers."""
import math

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from transformers.utils import logging

logging.disable_progress_bar()
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def load(folder, dtype=torch.float32):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager", local_files_only=True)


def with_lora(model, rank, alpha):
    """Adapter A as ../lora-start.ts makes it, B zero."""
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=PROJECTIONS, lora_dropout=0.0, task_type="CAUSAL_LM")
    model = get_peft_model(model, config)
    for name, parameter in model.named_parameters():
        if "lora_A" in name:
            count = parameter.numel()
            values = torch.sin(torch.arange(1, count + 1, dtype=torch.float64)) / math.sqrt(parameter.shape[1])
            parameter.data = values.to(torch.float32).reshape(parameter.shape)
        elif "lora_B" in name:
            parameter.data = torch.zeros_like(parameter, dtype=torch.float32)
    return model


def trainer(model, learning_rate, loss_of):
    """One optimizer step: loss, gradients clipped to a norm of 1, AdamW."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate, weight_decay=0.0)

    def step():
        loss = loss_of()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    return step
