#!/usr/bin/env python3
"""Makes small BERTs and the losses of ten fine-tuning steps that PyTorch computes from them.

Usage: make_traces.py OUT

Each OUT/<name>/ is a Hugging Face model folder with random weights; its trace.json holds the
examples (token ids and targets), the settings, and the loss and gradient norm of each step:
AdamW (no decay of biases and norms), linear rate with warm-up, gradients clipped at 1.0, no
dropout, the order of examples that TrainingOrder.swift draws. `masked` trains under the mask of
the 50 % smallest prunable weights, with PyTorch's own pruning.
Needs: pip install torch transformers safetensors
"""
import json, math, random, sys
import torch
from torch.nn.utils import prune
from transformers import BertConfig, BertForQuestionAnswering, BertForSequenceClassification

MASK = (1 << 64) - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Stream:
    """RandomStream.swift, with the numbers below a bound that Swift's library draws."""

    def __init__(self, seed, stream=0):
        self.state = mix((seed + mix((stream + 0x9E3779B97F4A7C15) & MASK)) & MASK)

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        return mix(self.state)

    def below(self, bound):
        product = self.next() * bound
        if product & MASK < bound:
            least = ((1 << 64) - bound) % bound
            while product & MASK < least:
                product = self.next() * bound
        return product >> 64

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items) - 1):
            k = i + self.below(len(items) - i)
            items[i], items[k] = items[k], items[i]
        return items


def batches(lengths, size, seed, epoch):
    first = Stream(seed)
    first.next()
    order = Stream(first.next(), epoch)
    items = order.shuffled(range(len(lengths)))
    for start in range(0, len(items), 50 * size):
        items[start:start + 50 * size] = sorted(
            items[start:start + 50 * size], key=lambda item: lengths[item])
    return order.shuffled([items[i:i + size] for i in range(0, len(items), size)])


def trace(out, name, seed):
    torch.manual_seed(seed)
    rng = random.Random(seed)
    kind = name.split("-")[0]
    config = BertConfig(
        vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=48, initializer_range=0.1,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        num_labels=1 if kind == "regress" else 2)
    model = (BertForQuestionAnswering if kind == "qa" else BertForSequenceClassification)(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
    folder = f"{out}/{name}"
    model.save_pretrained(folder)
    model.train()

    examples = []
    for _ in range(40):
        length = rng.randint(4, 40)
        ids = [rng.randint(1, 59) for _ in range(length)]
        start = rng.randint(0, length - 1)
        target = {"classify": rng.randint(0, 1), "masked": rng.randint(0, 1),
                  "regress": rng.randint(0, 50) / 10,
                  "qa": [start, min(length - 1, start + rng.randint(0, 3))]}[kind]
        examples.append({"ids": ids, "target": target})

    settings = dict(seed=7, batch_size=4, accumulation=2 if kind == "classify" else 1,
                    learning_rate=3e-3, warmup_ratio=0.2, weight_decay=0.05, steps=10)
    if kind == "masked":
        modules = [module for path, module in model.named_modules()
                   if ".layer." in path and isinstance(module, torch.nn.Linear)]
        prune.global_unstructured(
            [(module, "weight") for module in modules], prune.L1Unstructured, amount=0.5)

    def decays(path):
        return not (path.endswith("bias") or "LayerNorm" in path)

    optimizer = torch.optim.AdamW(
        [{"params": [p for n, p in model.named_parameters() if decays(n)],
          "weight_decay": settings["weight_decay"]},
         {"params": [p for n, p in model.named_parameters() if not decays(n)],
          "weight_decay": 0.0}], lr=settings["learning_rate"], eps=1e-8)
    warm = math.ceil(settings["warmup_ratio"] * settings["steps"])
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: s / warm if s < warm else (10 - s) / (10 - warm))

    lengths = [len(example["ids"]) for example in examples]
    queue = []
    epoch = 0
    losses, norms = [], []
    for _ in range(settings["steps"]):
        total = 0.0
        for _ in range(settings["accumulation"]):
            if not queue:
                queue = batches(lengths, settings["batch_size"], settings["seed"], epoch)
                epoch += 1
            chosen = [examples[i] for i in queue.pop(0)]
            longest = max(len(example["ids"]) for example in chosen)
            ids = torch.tensor([e["ids"] + [0] * (longest - len(e["ids"])) for e in chosen])
            mask = torch.tensor(
                [[1] * len(e["ids"]) + [0] * (longest - len(e["ids"])) for e in chosen])
            targets = torch.tensor([e["target"] for e in chosen])
            if kind == "qa":
                # Each sequence by itself: padding has no logits in a packed batch.
                loss = sum(
                    model(ids[i:i + 1, :len(e["ids"])], start_positions=targets[i:i + 1, 0],
                          end_positions=targets[i:i + 1, 1]).loss
                    for i, e in enumerate(chosen)) / len(chosen)
            else:
                loss = model(ids, attention_mask=mask, labels=targets).loss
            (loss / settings["accumulation"]).backward()
            total += loss.item() / settings["accumulation"]
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(total)
    with open(f"{folder}/trace.json", "w") as file:
        json.dump({"settings": settings, "losses": losses, "norms": norms, "examples": examples},
                  file)


if __name__ == "__main__":
    for seed, name in enumerate(["classify", "regress", "qa", "masked"]):
        trace(sys.argv[1], name, seed)
