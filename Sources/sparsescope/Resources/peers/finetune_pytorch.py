"""Times PyTorch's fine-tuning on given batches, for `sparsescope bench finetune --pytorch PYTHON`.

    finetune_pytorch.py MODEL BATCHES WARM_UP THREADS

BATCHES is the JSON of a list of batches, each a list of texts (lists of one sentence or two) with the
number of their class: [[["a film"], 1], …]. AdamW, float32, gradients clipped at 1.0, each batch
padded to its longest; the first WARM_UP batches do not count. Prints one JSON document. Needs: torch
transformers.
"""
import json
import sys
import time

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, logging


def main():
    folder, path, warm_up, threads = sys.argv[1:]
    logging.set_verbosity_error()
    torch.set_num_threads(int(threads))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with open(path, encoding="utf-8") as file:
        batches = json.load(file)
    encoded = []
    for batch in batches:
        rows = [tokenizer(*text, truncation=True, max_length=128) for text, _ in batch]
        encoded.append((rows, torch.tensor([label for _, label in batch])))
    labels = 1 + max(label for batch in batches for _, label in batch)
    model = AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=labels, ignore_mismatched_sizes=True).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.0)
    examples, began = 0, 0.0
    for step, (rows, target) in enumerate(encoded):
        if step == int(warm_up):
            examples, began = 0, time.perf_counter()
        model(**tokenizer.pad(rows, return_tensors="pt"), labels=target).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        examples += len(rows)
    seconds = time.perf_counter() - began
    print(json.dumps({"version": torch.__version__, "rate": examples / seconds}))


main()
