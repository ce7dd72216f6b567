"""Makes the files in images/ beside it: python make_image_fixtures.py

Needs numpy, scikit-learn, torch, torchvision, transformers 5 and Pillow 13.
"""

import base64
import gzip
import json
import pathlib
import pickle
import shutil
import struct
import zlib

import numpy
from PIL import Image
from sklearn.datasets import load_digits
from transformers import CLIPImageProcessorPil, DeiTImageProcessorPil, ViTImageProcessorPil

folder = pathlib.Path(__file__).parent / "images"
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir()
random = numpy.random.default_rng(7)


def text(array):
    return base64.b64encode(numpy.ascontiguousarray(array).tobytes()).decode()


def dump(name, value):
    (folder / name).write_text(json.dumps(value, indent=1) + "\n")


# Resizing: larger, smaller, one axis only, odd sizes; noise shows every bit that is wrong.
cases = []
for (height, width), target in [
    ((8, 8), (20, 20)), ((28, 28), (17, 17)), ((9, 31), (24, 5)), ((13, 7), (13, 19)), ((13, 7), (4, 7)),
    ((1, 1), (3, 3)), ((3, 40), (1, 1)),
    ((40, 3), (1, 1)), ((40, 22), (16, 16)), ((30, 22), (16, 16)),
]:
    source = random.integers(0, 256, (height, width), dtype=numpy.uint8)
    for resample in range(6):
        resized = Image.fromarray(source).resize((target[1], target[0]), resample)
        cases.append({
            "source": text(source), "size": [height, width], "target": list(target), "filter": resample,
            "expected": text(numpy.asarray(resized))})
dump("resized.json", cases)

# Decoding: every kind of PNG that convert("RGB") or convert("L") has to do something for.
smooth = numpy.clip(
    numpy.add.outer(numpy.arange(12) * 9, numpy.arange(17) * 6)[..., None] + [0, 40, 20]
    + random.integers(0, 9, (12, 17, 3)), 0, 255).astype(numpy.uint8)
alpha = random.integers(0, 256, (12, 17, 1), dtype=numpy.uint8)
color = Image.fromarray(smooth)
color.save(folder / "rgb.png")
color.convert("L").save(folder / "grey.png")
color.convert("1").save(folder / "bits.png")
color.quantize(11).save(folder / "palette.png", transparency=3)
Image.fromarray(numpy.concatenate([smooth, alpha], 2), "RGBA").save(folder / "rgba.png")
Image.fromarray(numpy.concatenate([smooth[..., :1], alpha], 2), "LA").save(folder / "grey-alpha.png")
Image.fromarray((smooth[..., 0].astype(numpy.uint16) * 3)).save(folder / "grey-16.png")
color.save(folder / "rgb.jpg", quality=80)
color.save(folder / "rgb-progressive.jpg", quality=95, subsampling=0, progressive=True)
color.convert("L").save(folder / "grey.jpg")
color.convert("CMYK").save(folder / "cmyk.jpg")


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


wide = random.integers(0, 65536, (3, 2, 3)).astype(">u2")
rows = b"".join(b"\0" + row.tobytes() for row in wide)
(folder / "rgb-16.png").write_bytes(
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 3, 16, 2, 0, 0, 0))
    + chunk(b"gAMA", struct.pack(">I", 100000)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

decoded = {}
for path in sorted(folder.glob("*.png")) + sorted(folder.glob("*.jpg")):
    if path.name == "cmyk.jpg":
        continue
    image = Image.open(path)
    grey = image.mode in ("L", "1", "LA", "I;16")
    planes = numpy.asarray(image.convert("L" if grey else "RGB"))
    planes = planes[None] if grey else planes.transpose(2, 0, 1)
    decoded[path.name] = {"shape": list(planes.shape), "bytes": text(planes)}
dump("decoded.json", decoded)

# Whole processors, on a colour image of 12×17.
processors = []
for kind, settings in [
    (ViTImageProcessorPil, {"size": {"height": 16, "width": 16}}),
    (ViTImageProcessorPil, {"size": 9, "resample": 3, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.5, 0.4, 0.3]}),
    (ViTImageProcessorPil, {"size": {"height": 8, "width": 10}, "resample": 0, "do_rescale": False}),
    (ViTImageProcessorPil, {"do_resize": False, "do_normalize": False}),
    (DeiTImageProcessorPil, {"size": {"height": 20, "width": 21}, "crop_size": {"height": 16, "width": 16}}),
    (DeiTImageProcessorPil, {"size": {"height": 10, "width": 9}, "crop_size": {"height": 16, "width": 16}}),
    (CLIPImageProcessorPil, {"size": {"shortest_edge": 10}, "crop_size": {"height": 8, "width": 9}}),
]:
    processor = kind(**settings)
    pixels = processor(color, return_tensors="np")["pixel_values"][0].astype(numpy.float32)
    config = json.loads(processor.to_json_string())
    processors.append({"config": config, "shape": list(pixels.shape), "expected": text(pixels)})
dump("processors.json", processors)

# CIFAR's pickles of two images, as Python 2 and 3 write them.
images = ((numpy.arange(2 * 3072) * 31 + 7) % 256).astype(numpy.uint8).reshape(2, 3072)
for protocol in (2, 3, 4, 5):
    batch = pickle.dumps({b"data": images, b"labels": [3, 9], b"filenames": [b"a", b"b"]}, protocol=protocol)
    (folder / f"cifar10-protocol-{protocol}").write_bytes(batch)
    if protocol == 2:
        old = batch.replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
        (folder / "cifar10-numpy-1").write_bytes(old)
(folder / "cifar10-python-2").write_bytes(
    b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x14testing batch 1 of 1q\x03U\x06labelsq\x04]q\x05(K\x03K\x09eU\x04dataq\x06"
    b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85U\x01b\x87Rq\x09"
    b"(K\x01K\x02M\x00\x0c\x86cnumpy\ndtype\nq\x0aU\x02u1K\x00K\x01\x87Rq\x0b"
    b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<I", images.size)
    + images.tobytes() + b"tbU\x09filenamesq\x0c]q\x0d(U\x01aU\x01beu.")
(folder / "cifar100-protocol-2").write_bytes(pickle.dumps(
    {b"data": images, b"fine_labels": [42, 99], b"coarse_labels": [1, 2]}, protocol=2))
(folder / "floats").write_bytes(pickle.dumps({b"data": images.astype(numpy.float32), b"labels": [3, 9]}, protocol=2))
(folder / "evil").write_bytes(b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.")

# The first ten of each of three of the embedded test digits, as 16×16 PNG files.
digits = load_digits()
for label in (0, 3, 7):
    (folder / f"digits/test/{label}").mkdir(parents=True)
    chosen = [n for n in range(1347, 1797) if digits.target[n] == label][:10]
    for number in chosen:
        small = digits.images[number].astype(numpy.uint8)
        Image.fromarray(small.repeat(2, 0).repeat(2, 1)).save(folder / f"digits/test/{label}/{number}.png")

with open(folder / "t10k-images-idx3-ubyte.gz", "wb") as file:
    file.write(gzip.compress(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 16, 8, 4]), mtime=0))
with open(folder / "t10k-labels-idx1-ubyte.gz", "wb") as file:
    file.write(gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 3]), mtime=0))
