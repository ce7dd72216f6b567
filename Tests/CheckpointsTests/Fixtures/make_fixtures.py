"""Makes the PyTorch files beside it: python make_fixtures.py (torch 2.15).

Each tensor holds 0, 1, 2, ... so that the tests know what to expect.
"""

import collections
import pathlib
import sys
import zipfile

import torch

folder = pathlib.Path(__file__).parent


def ramp(*shape, dtype=torch.float32):
    count = torch.Size(shape).numel()
    return torch.arange(count, dtype=torch.float32).reshape(shape).to(dtype)


def save(name, value, **options):
    torch.save(value, folder / name, **options)


# Every element type that has one, parameters, scalars and empty tensors.
dtypes = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "int64", "int32",
          "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool"]
types = collections.OrderedDict((name, ramp(2, dtype=getattr(torch, name))) for name in dtypes)
types["parameter"] = torch.nn.Parameter(ramp(2, 3))
types["scalar"] = torch.tensor(7.0)
types["empty"] = torch.empty(0, 3)
save("types.pt", types)

# Tied tensors, a slice of a shared storage, a transposed and a strided view.
shared = ramp(3, 4)
views = {"tied.a": shared, "tied.b": shared, "row": shared[1], "transposed": shared.t(), "columns": shared[:, 1:3],
         "permuted": ramp(2, 3, 4).permute(2, 0, 1)}
save("views.pt", views)
save("views-legacy.pt", views, _use_new_zipfile_serialization=False)

# What people save: a module's state dict, wrapped, with a prefix, in newer protocols, on Python 2.
linear = torch.nn.Linear(2, 2)
with torch.no_grad():
    linear.weight.copy_(ramp(2, 2))
    linear.bias.copy_(ramp(2))
save("linear.pth", linear.state_dict())
save("wrapped.pt", {"epoch": 3, "rates": [0.1, None, True], "state_dict": linear.state_dict()})
save("wrapped-model.pt", {"model": {"module." + k: v for k, v in linear.state_dict().items()}, "size": torch.Size([2, 2]),
                          "dtype": torch.float32})
save("protocol-4.pt", linear.state_dict(), pickle_protocol=4)
save("legacy.pt", linear.state_dict(), _use_new_zipfile_serialization=False)
save("legacy-protocol-4.pt", linear.state_dict(), _use_new_zipfile_serialization=False, pickle_protocol=4)

# What is refused: a whole module, a repeated view, no tensors, an optimizer's other types.
save("module.pt", linear)
save("expanded.pt", {"w": torch.ones(1, 2).expand(3, 2)})
save("no-tensors.pt", {"epoch": 3, "loss": 0.5})
save("complex.pt", {"w": torch.ones(1, dtype=torch.complex64)})

# The same archive deflated, and one that says big-endian.
with zipfile.ZipFile(folder / "linear.pth") as source:
    with zipfile.ZipFile(folder / "deflated.pt", "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            target.writestr(entry, source.read(entry))
    with zipfile.ZipFile(folder / "big-endian.pt", "w", zipfile.ZIP_STORED) as target:
        for entry in source.namelist():
            target.writestr(entry, b"big" if entry.endswith("byteorder") else source.read(entry))
