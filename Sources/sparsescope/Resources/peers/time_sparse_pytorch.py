"""Times PyTorch on a pruned model, for `sparsescope bench evaluate --sparsity LEVELS --pytorch PYTHON`.

    time_sparse_pytorch.py MODEL TEXTS THREADS LEVELS

TEXTS is the JSON of a list of texts, each a list of one sentence or two; LEVELS are separated by commas.
The linear layers of the encoder are pruned by one threshold on the magnitude, and multiplied by dense,
in float32 and bfloat16, and as torch.sparse CSR. Sorted by length, in batches of 32 padded to their
longest, the best of three passes. Prints one JSON document of seconds. Needs: torch transformers.
"""
import json
import sys
import warnings

import torch
from time_pytorch import MAX_LENGTH, best_time
from transformers import AutoModelForSequenceClassification, AutoTokenizer, logging


class SparseLinear(torch.nn.Module):
    def __init__(self, linear):
        super().__init__()
        self.weight = linear.weight.detach().to_sparse_csr()
        self.bias = linear.bias.detach()

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1]).t().contiguous()
        return (self.weight @ rows).t().reshape(*x.shape[:-1], -1) + self.bias


def pruned(folder, level):
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    linears = [
        (parent, name, module)
        for parent in model.base_model.encoder.modules()
        for name, module in parent.named_children()
        if isinstance(module, torch.nn.Linear)
    ]
    with torch.no_grad():
        magnitudes = torch.cat([module.weight.abs().flatten() for _, _, module in linears])
        count = round(level * magnitudes.numel())
        if count:
            threshold = magnitudes.kthvalue(count).values
            for _, _, module in linears:
                module.weight[module.weight.abs() <= threshold] = 0
    return model, linears


def main():
    folder, path, threads, levels = sys.argv[1:]
    logging.set_verbosity_error()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(int(threads))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with open(path, encoding="utf-8") as file:
        texts = json.load(file)
    encoded = [tokenizer(*text, truncation=True, max_length=MAX_LENGTH) for text in texts]
    encoded.sort(key=lambda text: len(text["input_ids"]))
    report = {"version": torch.__version__, "csr": {}}
    for level in levels.split(","):
        model, linears = pruned(folder, float(level))
        if "float32" not in report:
            # Zeros are multiplied like any other number: once is enough.
            report["float32"] = best_time(model, tokenizer, encoded)
            report["bfloat16"] = best_time(model.to(torch.bfloat16), tokenizer, encoded)
            model, linears = pruned(folder, float(level))
        for parent, name, module in linears:
            setattr(parent, name, SparseLinear(module))
        report["csr"][level] = best_time(model, tokenizer, encoded)
    print(json.dumps(report))


main()
