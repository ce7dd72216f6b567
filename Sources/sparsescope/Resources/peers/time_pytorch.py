"""Times PyTorch on texts, for `sparsescope bench evaluate --pytorch PYTHON`.

    time_pytorch.py MODEL TEXTS THREADS

TEXTS is the JSON of a list of texts, each a list of one sentence or two. Sorted by length, in batches
of 32 padded to their longest, the best of three passes, in float32 and bfloat16. Prints one JSON
document. Needs: torch transformers.
"""
import json
import resource
import sys
import time

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, logging

BATCH, PASSES, MAX_LENGTH = 32, 3, 128


def best_time(model, tokenizer, encoded):
    times = []
    for _ in range(PASSES):
        began = time.perf_counter()
        with torch.inference_mode():
            for start in range(0, len(encoded), BATCH):
                rows = encoded[start : start + BATCH]
                model(**tokenizer.pad(rows, return_tensors="pt"))
        times.append(time.perf_counter() - began)
    return min(times)


def main():
    folder, path, threads = sys.argv[1:]
    logging.set_verbosity_error()
    torch.set_num_threads(int(threads))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with open(path, encoding="utf-8") as file:
        texts = json.load(file)
    encoded = [tokenizer(*text, truncation=True, max_length=MAX_LENGTH) for text in texts]
    encoded.sort(key=lambda text: len(text["input_ids"]))
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    report = {"version": torch.__version__}
    report["float32"] = best_time(model, tokenizer, encoded)
    # Before the weights are there a second time.
    report["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    report["bfloat16"] = best_time(model.to(torch.bfloat16), tokenizer, encoded)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
