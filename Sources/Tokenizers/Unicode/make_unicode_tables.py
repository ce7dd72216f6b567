#!/usr/bin/env python3
"""Writes UnicodeTables.swift: what Hugging Face tokenizers takes each Unicode scalar for.

Usage: make_unicode_tables.py > UnicodeTables.swift
Needs: pip install tokenizers==0.23.3 (the tables in the repository were made with that version and
the unicodedata 14.0.0 of Python 3.11).

The library's parts rest on different editions of Unicode: its punctuation and marks are older than
its letters, and those are older than its case mappings. So every scalar is shown to the library,
and what it did is written down. Bits, from 0: see ScalarClass.swift.
"""
import sys
import unicodedata
from tokenizers import Regex, __version__
from tokenizers import normalizers, pre_tokenizers

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def matching(pattern):
    """The scalars that a pattern of the library's own regular expressions matches."""
    split = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    found = set()
    for start in range(0, len(SCALARS), 4096):
        chunk = SCALARS[start : start + 4096]
        for _, (a, b) in split.pre_tokenize_str("".join(map(chr, chunk))):
            found.update(chunk[a:b])
    return found


def separating(pre_tokenizer):
    """The scalars that part the two letters around them."""
    return {c for c in SCALARS if len(pre_tokenizer.pre_tokenize_str(f"a{chr(c)}a")) > 1}


def changed(normalizer, before="", after=""):
    """What becomes of each scalar that the normalizer changes, with its surroundings."""
    result = {}
    for c in SCALARS:
        text = before + chr(c) + after
        normalized = normalizer.normalize_str(text)
        if normalized != text:
            result[c] = normalized
    return result


def bert(**options):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**off, **options})


def removed_by(normalizer):
    return {c for c, text in changed(normalizer, "a", "a").items() if text == "aa"}


def reordered(decomposed):
    """The scalars that canonical ordering moves: those with a combining class other than 0."""
    nfd = normalizers.NFD()
    return {
        c
        for c in SCALARS
        if c not in decomposed
        and (
            nfd.normalize_str("\u0345" + chr(c)) != "\u0345" + chr(c)
            or nfd.normalize_str(chr(c) + "\u0334") != chr(c) + "\u0334"
        )
    }


def runs(classes):
    """(first scalar, bits) of each run of scalars with the same bits."""
    bits = [0] * 0x110000
    for index, members in enumerate(classes):
        for c in members:
            bits[c] |= 1 << index
    previous = None
    for c, value in enumerate(bits):
        if value != previous:
            yield c, value
        previous = value


def single_steps(decomposed):
    """(scalar, first, second or 0) of each canonical decomposition that is not a Hangul syllable's."""
    for c in sorted(decomposed):
        if 0xAC00 <= c < 0xD7A4:
            continue
        parts = [int(part, 16) for part in unicodedata.decomposition(chr(c)).split()]
        yield c, parts[0], parts[1] if len(parts) == 2 else 0


def composed(pairs):
    """The scalars of `pairs` that the library puts together again."""
    nfc = normalizers.NFC()
    return {c for c, first, second in pairs if second and nfc.normalize_str(chr(c)) == chr(c)}


def literal(name, comment, values):
    print(f"\n  {comment}")
    print(f"  static let {name}: [UInt64] = [")
    line = "   "
    for value in values:
        text = f" 0x{value:X},"
        if len(line) + len(text) > 100:
            print(line)
            line = "   "
        line += text
    print(line)
    print("  ]")


def main():
    assert __version__ == "0.23.3", "the tables in the repository were made with 0.23.3"
    decomposed = changed(normalizers.NFD())
    whitespace = separating(pre_tokenizers.WhitespaceSplit())
    assert whitespace == matching(r"\s"), "both definitions of white space agree"
    words = set(SCALARS) - separating(pre_tokenizers.Whitespace())
    pairs = list(single_steps(decomposed))
    kept = composed(pairs)
    classes = [
        matching(r"\p{L}"),
        matching(r"\p{N}"),
        whitespace,
        matching(r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"),
        matching(r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"),
        words,
        separating(pre_tokenizers.Punctuation()),
        separating(pre_tokenizers.Digits()),
        removed_by(bert(clean_text=True)),
        set(changed(bert(handle_chinese_chars=True))),
        removed_by(bert(strip_accents=True)),
        set(changed(normalizers.StripAccents())),
        set(changed(normalizers.Lowercase())),
        set(decomposed),
        reordered(decomposed),
        # What may not stand as it is in a composed text: it decomposes and is not put together
        # again, or it may join what stands before it (Hangul vowels and finals included).
        set(changed(normalizers.NFC()))
        | {second for c, _, second in pairs if c in kept}
        | set(range(0x1161, 0x1176))
        | set(range(0x11A8, 0x11C3)),
    ]
    print("// Made by make_unicode_tables.py with tokenizers 0.23.3; change that, not this.")
    print("// swift-format-ignore-file")
    print("\nenum UnicodeTables {", end="")
    literal(
        "classRuns", "/// The first scalar of each run of one class << 16 | its `ScalarClass`.",
        [c << 16 | bits for c, bits in runs(classes)],
    )
    literal(
        "decompositions",
        "/// A scalar << 42 | the first << 21 | the second, or 0, that it decomposes to.",
        [c << 42 | first << 21 | second for c, first, second in pairs],
    )
    literal(
        "neverComposed", "/// Those of `decompositions` that are not composed again.",
        [c for c, _, second in pairs if second and c not in kept],
    )
    print("}")


if __name__ == "__main__":
    sys.exit(main())
