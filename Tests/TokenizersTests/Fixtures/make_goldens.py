#!/usr/bin/env python3
"""Makes the small vocabularies, texts and goldens beside this file with Hugging Face tokenizers.

Usage: make_goldens.py
Needs: pip install tokenizers==0.23.3 (the committed files were made with that and Python 3.11).
Training breaks ties as it happens, so each run makes other vocabularies and with them all files.

  texts.json        the texts: [text] or [text, pair]
  wordpiece/…, wordpiece-cased/…, bytes/…, pieces/…
                    vocabularies, trained here on the texts' sources
  pipelines.json    tokenizer.json files; "@NAME" stands for what is in the vocabulary files
  goldens/NAME.txt  for each text: its ids, and digests of offsets, type ids and decoded text
  goldens/windows.txt  the overlapping windows of some pairs

Ids are written in two characters each, in base 94 from '!' on. Offsets are in Unicode scalars.
"""
import json
import os
import random
import struct
from tokenizers import Tokenizer, __version__, decoders, models, normalizers, pre_tokenizers
from tokenizers import trainers

HERE = os.path.dirname(os.path.abspath(__file__))
PAIR_LENGTH = 24

# The first article of the Universal Declaration of Human Rights, and a few lines of old books.
SENTENCES = """\
All human beings are born free and equal in dignity and rights.
They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.
Tous les êtres humains naissent libres et égaux en dignité et en droits.
Alle Menschen sind frei und gleich an Würde und Rechten geboren.
Todos los seres humanos nacen libres e iguales en dignidad y derechos.
Todos os seres humanos nascem livres e iguais em dignidade e direitos.
Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti.
Alla människor är födda fria och lika i värde och rättigheter.
Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.
Minden emberi lény szabadon születik és egyenlő méltósága és joga van.
Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv.
Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.
Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.
Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.
Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.
Все люди рождаются свободными и равными в своём достоинстве и правах.
Всі люди народжуються вільними і рівними у своїй гідності та правах.
Բոլոր մարդիկ ծնվում են ազատ ու հավասար իրենց արժանապատվությամբ ու իրավունքներով։
ყველა ადამიანი იბადება თავისუფალი და თანასწორი თავისი ღირსებითა და უფლებებით.
כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם.
يولد جميع الناس أحراراً متساوين في الكرامة والحقوق.
تمام انسان آزاد اور حقوق و عزت کے اعتبار سے برابر پیدا ہوئے ہیں۔
सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।
সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে।
மனிதப் பிறவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்.
ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును జన్మతః స్వతంత్రులును సమానులును నగుదురు.
ಎಲ್ಲಾ ಮಾನವರೂ ಸ್ವತಂತ್ರರಾಗಿಯೇ ಜನಿಸಿದ್ದಾರೆ.
മനുഷ്യരെല്ലാവരും തുല്യാവകാശങ്ങളോടും അന്തസ്സോടും സ്വാതന്ത്ര്യത്തോടുംകൂടി ജനിച്ചവരാണ്.
මනුෂ්‍යයන් සියල්ලෝ නිදහස්ව උපත ලබා ඇත.
มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ
ມະນຸດເກີດມາມີສິດເສລີພາບ
လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် မွေးဖွားလာသူများ ဖြစ်သည်။
មនុស្សទាំងអស់កើតមកមានសេរីភាព
人人生而自由,在尊严和权利上一律平等。
人人生而自由,在尊嚴和權利上一律平等。
すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。
모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.
የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው።
ᏂᎦᏓ ᎠᏂᏴᏫ ᏂᎨᎫᏓᎸᎾ ᎠᎴ ᎤᏂᏠᏱ ᎤᎾᏕᎿ
Хүн бүр төрж мэндлэхэд эрх чөлөөтэй, адилхан нэр төртэй.
ᠬᠦᠮᠦᠨ ᠪᠦᠷ ᠲᠥᠷᠥᠵᠦ ᠮᠡᠨᠳᠡᠯᠡᠬᠦ
Binadamu wote huzaliwa huru, hadhi na haki zao ni sawa.
Gbogbo ènìyàn ni a bí ní òmìnira; iyì àti ẹ̀tọ́ kọ̀ọ̀kan sì dọ́gba.
It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness.
Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse...
"What is the use of a book," thought Alice, "without pictures or conversations?"
It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a wife.
Whether I shall turn out to be the hero of my own life, or whether that station will be held by anybody else, these pages must show.
Shall I compare thee to a summer's day? Thou art more lovely and more temperate.
We've seen it, they'll say; I'm sure you're right, he'd go, don't you think it isn't so?
The year 1866 was signalised by a remarkable incident, a mysterious and inexplicable phenomenon.
a gripping movie , funny and smart , with the kind of energy that makes you forgive its flaws .
x = [int(s) for s in "1 22 333 4444".split(' ')]  # 10,000.50 + 3.14e-10 == 0x1F
""".splitlines()

AWKWARD = """\
e\u0301|a\u0323\u0301|a\u0301\u0323|q\u0307\u0323|o\u0308\u0304|\u1112\u1161\u11ab|각|ᆨ|\u0344|Å|Å|ﬁn|ﬃ|ſt|ß|ẞ|İ|ı|ǅ|Ǆ|½|x²|①|Ⅻ|㎏|…|—|–|-|--|---|…|·|•
👍|👍🏽|👩‍👩‍👧‍👦|🇩🇪|🏴󠁧󠁢󠁥󠁮󠁧󠁿|❤️|❤|☺︎|#️⃣|🤦🏼‍♂️|\ufe0f|\u200d|\u200b|\u200c|\u2060|\ufeff|\u00ad|\u202e|\u2066
\t|\n|\r|\r\n|\n\n|\x0b|\x0c|\x1f|\x7f|\x85|\xa0|\u1680|\u2003|\u2028|\u2029|\u3000|\ufffd|\x00|\x01|\ue000|\U000f0000|\u0378|\uffff
[CLS]|[SEP]|[MASK]|[UNK]|[PAD]|[mask]|<s>|</s>|<unk>|<pad>|<mask>|<|endoftext|>|<0x0A>|▁|▁▁|Ġ|Ċ|##|##ing|[MASK|MASK]|< s >
's|'S|'ſ|'t|'re|'RE|'ve|'m|'ll|'LL|'d|'|''|don't|I'M|’s|"|\"\"|(|)|@user|#tag|http://a.b/c?d=e#f|a_b|a/b\\c|$5.00|100%|1,000|3.14|12345678
movie|Movie|movies|FILM|film|<L>|<R>|<LR>|bad|badly|bad.|É|é|don|ing|going|ing.|of the|OF THE
""".replace("\n", "|").split("|")


def texts():
    r = random.Random(20030517)
    spaces = [" "] * 12 + ["  ", "   ", "\t", "\n", "\xa0", "\u3000", " " * 9]
    words = [word for sentence in SENTENCES for word in sentence.split()]
    awkward = [a for a in AWKWARD if a]

    def scalar():
        while True:
            c = r.choice([r.randrange(0x20, 0x250), r.randrange(0x250, 0x3100),
                          r.randrange(0x3100, 0x10000), r.randrange(0x10000, 0x1FBFF)])
            if not 0xD800 <= c < 0xE000:
                return chr(c)

    def mixture(length):
        out = ""
        for _ in range(length):
            p = r.random()
            if p < 0.45:
                out += r.choice(words)
            elif p < 0.75:
                out += r.choice(awkward)
            elif p < 0.85:
                out += "".join(chr(r.randrange(33, 127)) for _ in range(r.randrange(1, 6)))
            elif p < 0.95:
                out += scalar()
            if r.random() < 0.6:
                out += r.choice(spaces)
        return out

    lines = ["", " ", "  ", "\n", "\t \n", "a", " a", "a ", "é", "e\u0301", "中", "👩‍👩‍👧‍👦", "\x00"]
    lines += ["▁", "▁a", "a" * 99, "a" * 100, "a" * 101, "é" * 100, "é" * 101]
    lines += ["word" * 60, "ab" * 400, "中文" * 60]
    lines += [" " * n for n in range(3, 20)] + ["x" + " " * n + "y" for n in range(1, 12)]
    lines += ["\n" * n + "z" for n in range(1, 5)] + ["123456789"[:n] for n in range(1, 10)]
    lines += SENTENCES + [s.upper() for s in SENTENCES] + AWKWARD
    lines += ["a" + a + "b " + a for a in awkward]
    lines += [mixture(r.randrange(1, 9)) for _ in range(1650)]
    result = [[line] for line in lines]
    result += [[mixture(r.randrange(0, 14)), mixture(r.randrange(0, 14))] for _ in range(200)]
    return result


# MARK: Vocabularies


def write(path, text):
    path = os.path.join(HERE, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def trained(model, trainer, normalizer=None, pre_tokenizer=None):
    tokenizer = Tokenizer(model)
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(SENTENCES * 3 + AWKWARD, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [" ".join(m) for m in model.get("merges", [])]


def word_pieces(lowercase, size):
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary, _ = trained(
        models.WordPiece(unk_token="[UNK]"),
        trainers.WordPieceTrainer(
            vocab_size=size, special_tokens=special, show_progress=False, limit_alphabet=450),
        normalizers.BertNormalizer(lowercase=lowercase), pre_tokenizers.BertPreTokenizer())
    tokens = sorted(vocabulary, key=vocabulary.get)
    # A vocabulary of lines cannot hold these.
    return [t if t.strip() and "\n" not in t else f"[unused{i}]" for i, t in enumerate(tokens)]


def byte_pairs(size):
    return trained(
        models.BPE(),
        trainers.BpeTrainer(
            vocab_size=size, special_tokens=["<|endoftext|>"], show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()),
        pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=False))


def piece_pairs(size):
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    return trained(
        models.BPE(unk_token="<unk>"),
        trainers.BpeTrainer(
            vocab_size=size, special_tokens=special, show_progress=False, limit_alphabet=200),
        pre_tokenizer=pre_tokenizers.Metaspace())


def derived_merges(vocabulary):
    """Every way to part a piece into two, in the order of the pieces, shorter first parts first."""
    pieces = sorted(vocabulary, key=vocabulary.get)
    return [
        (piece[:cut], piece[cut:])
        for piece in pieces
        for cut in range(1, len(piece))
        if piece[:cut] in vocabulary and piece[cut:] in vocabulary
    ]


def sentence_piece_model(vocabulary):
    """A SentencePiece model of type BPE in its protocol buffer."""

    def field(number, data):
        return bytes([number << 3 | 2]) + length(len(data)) + data

    def length(n):
        return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + length(n >> 7)

    def number(field_number, value):
        return length(field_number << 3) + length(value)

    data = b""
    for i, piece in enumerate(sorted(vocabulary, key=vocabulary.get)):
        kind = 2 if i == 0 else 3 if i < 3 else 6 if i < 259 else 1
        score = b"\x15" + struct.pack("<f", -max(0.0, i - 258.0))
        data += field(1, field(1, piece.encode()) + score + number(3, kind))
    trainer = number(3, 2) + number(35, 1)
    normalizer = field(1, b"identity") + number(3, 1) + number(4, 0)
    return data + field(2, trainer) + field(3, normalizer)


# MARK: Pipelines

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|" + REST
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|" + REST
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
TEKKEN = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*|\p{{N}}|"
    + REST.replace(r"[\r\n]*", r"[\r\n/]*")
)


def token(content, identifier, **flags):
    plain = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
    return dict(id=identifier, content=content, **{**plain, **flags})


def flagged(first):
    """Added tokens of every sort."""
    plain = dict(special=False)
    return [
        token("movie", first, **plain, normalized=True, single_word=True),
        token("Film", first + 1, **plain, normalized=True),
        token("<L>", first + 2, lstrip=True),
        token("<R>", first + 3, rstrip=True),
        token("<LR>", first + 4, **plain, lstrip=True, rstrip=True, normalized=True),
        token("bad", first + 5, single_word=True),
        token("É", first + 6, **plain, normalized=True),
        token("don", first + 7, **plain, single_word=True, lstrip=True),
        token("  ", first + 8, **plain),
        token("ing", first + 9, **plain, normalized=True, rstrip=True, single_word=True),
    ]


def template(before, after, ids, second=None):
    def special(name, kind):
        return {"SpecialToken": {"id": name, "type_id": kind}}

    def text(name, kind):
        return [{"Sequence": {"id": name, "type_id": kind}}]

    single = [special(n, 0) for n in before] + text("A", 0) + [special(n, 0) for n in after]
    second = before if second is None else second
    pair = single + [special(n, 1) for n in second] + text("B", 1) + [special(n, 1) for n in after]
    names = {n: dict(id=n, ids=[ids[n]], tokens=[n]) for n in before + after}
    return dict(type="TemplateProcessing", single=single, pair=pair, special_tokens=names)


def pipeline(model, added, normalizer=None, pre_tokenizer=None, post_processor=None, decoder=None):
    return dict(
        version="1.0", truncation=None, padding=None, added_tokens=added, normalizer=normalizer,
        pre_tokenizer=pre_tokenizer, post_processor=post_processor, decoder=decoder, model=model)


def sequence(key, *parts):
    return {"type": "Sequence", key: list(parts)}


def byte_level(prefix=False, regex=True, trim=True):
    return dict(type="ByteLevel", add_prefix_space=prefix, trim_offsets=trim, use_regex=regex)


def split(expression):
    part = dict(type="Split", pattern={"Regex": expression}, behavior="Isolated", invert=False)
    return sequence("pretokenizers", part, byte_level(regex=False, trim=False))


def bert_pipelines(vocabulary, cased):
    size = len(vocabulary)
    ids = {t: i for i, t in enumerate(vocabulary)}
    added = [token(t, ids[t]) for t in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")]

    def model(name):
        return dict(
            type="WordPiece", unk_token="[UNK]", continuing_subword_prefix="##",
            max_input_chars_per_word=100, vocab=name)

    def bert(**options):
        usual = dict(
            clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
        return dict(type="BertNormalizer", **{**usual, **options})

    uncased = model("@wordpiece")
    around = template(["[CLS]"], ["[SEP]"], ids, second=[])
    decoder = dict(type="WordPiece", prefix="##", cleanup=True)
    words = dict(type="BertPreTokenizer")
    processing = dict(
        type="BertProcessing", sep=["[SEP]", ids["[SEP]"]], cls=["[CLS]", ids["[CLS]"]])
    nfd = sequence(
        "normalizers", dict(type="NFD"), dict(type="Lowercase"), dict(type="StripAccents"),
        dict(type="Strip", strip_left=True, strip_right=True))
    by_class = sequence(
        "pretokenizers", dict(type="Whitespace"),
        dict(type="Punctuation", behavior="MergedWithPrevious"),
        dict(type="Digits", individual_digits=False))
    by_text = sequence(
        "pretokenizers", dict(type="WhitespaceSplit"),
        dict(type="Punctuation", behavior="Contiguous"),
        dict(type="Split", pattern={"String": "e"}, behavior="MergedWithNext", invert=False),
        dict(type="Split", pattern={"String": "a"}, behavior="Isolated", invert=True))
    cased_ids = {t: i for i, t in enumerate(cased)}
    cased_around = template(["[CLS]"], ["[SEP]"], cased_ids, second=[])
    cased_added = [token(t, cased_ids[t]) for t in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")]
    return {
        "bert-uncased": pipeline(uncased, added, bert(), words, around, decoder),
        "bert-cased": pipeline(
            model("@wordpiece-cased"), cased_added, bert(lowercase=False), words, cased_around,
            decoder),
        "bert-accents": pipeline(
            uncased, added,
            bert(strip_accents=False, handle_chinese_chars=False, clean_text=False), words,
            processing, decoder),
        "bert-added": pipeline(uncased, added + flagged(size), bert(), words, around, decoder),
        "bert-sequence": pipeline(uncased, added, nfd, by_class, around, decoder),
        "bert-splits": pipeline(uncased, added, dict(type="NFC"), by_text, around, None),
    }


def byte_pipelines(vocabulary):
    size = len(vocabulary)
    end = token("<|endoftext|>", 0)

    def model(**options):
        return dict(
            type="BPE", dropout=None, unk_token=None, continuing_subword_prefix="",
            end_of_word_suffix="", fuse_unk=False, byte_fallback=False, **options,
            vocab="@bytes", merges="@bytes")

    roberta = [end] + [token(t, size + i) for i, t in enumerate(["<s>", "</s>", "<unk>", "<pad>"])]
    mask = token("<mask>", size + 4, lstrip=True)

    def processing(prefix):
        return dict(
            type="RobertaProcessing", sep=["</s>", size + 1], cls=["<s>", size],
            trim_offsets=True, add_prefix_space=prefix)

    decoder = byte_level(prefix=True)
    digits = sequence("pretokenizers", dict(type="Digits", individual_digits=True), byte_level())
    marked = template(["<|endoftext|>"], [], {"<|endoftext|>": 0})
    llama3 = sequence("processors", byte_level(prefix=True), marked)
    return {
        "gpt2": pipeline(model(), [end], None, byte_level(), byte_level(), decoder),
        "gpt2-plain": pipeline(model(), [end], None, byte_level(), None, decoder),
        "roberta": pipeline(
            model(), roberta + [mask], None, byte_level(), processing(False), decoder),
        "roberta-prefix": pipeline(
            model(), roberta + [mask] + flagged(size + 5), None, byte_level(prefix=True),
            processing(True), decoder),
        "opt": pipeline(model(), [end], None, byte_level(), marked, decoder),
        "qwen2": pipeline(
            model(), [end], dict(type="NFC"), split(QWEN2), byte_level(trim=False), decoder),
        "llama3": pipeline(model(ignore_merges=True), [end], None, split(LLAMA3), llama3, decoder),
        "tekken": pipeline(model(), [end], None, split(TEKKEN), None, decoder),
        "digits": pipeline(model(), [end], None, digits, byte_level(), decoder),
    }


def piece_pipelines(vocabulary):
    size = len(vocabulary)
    added = [token(t, vocabulary[t]) for t in ("<unk>", "<s>", "</s>")]

    def model(**options):
        usual = dict(fuse_unk=True, byte_fallback=True, ignore_merges=False)
        return dict(
            type="BPE", dropout=None, unk_token="<unk>", continuing_subword_prefix=None,
            end_of_word_suffix=None, **{**usual, **options}, vocab="@pieces", merges="@pieces")

    older = sequence(
        "normalizers", dict(type="Prepend", prepend="▁"),
        dict(type="Replace", pattern={"String": " "}, content="▁"))

    def metaspace(scheme, split):
        return dict(type="Metaspace", replacement="▁", prepend_scheme=scheme, split=split)

    decoder = sequence(
        "decoders", dict(type="Replace", pattern={"String": "▁"}, content=" "),
        dict(type="ByteFallback"), dict(type="Fuse"),
        dict(type="Strip", content=" ", start=1, stop=0))
    around = template(["<s>"], [], vocabulary)
    strip = dict(type="Strip", strip_left=True, strip_right=False)
    unknown = model(byte_fallback=False, fuse_unk=False)
    return {
        "llama": pipeline(model(), added, older, None, around, decoder),
        "llama-added": pipeline(model(), added + flagged(size), older, None, around, decoder),
        "llama-metaspace": pipeline(
            model(), added + flagged(size), None, metaspace("first", False), around, decoder),
        "llama-always": pipeline(
            model(), added, None, metaspace("always", True),
            template(["<s>"], ["</s>"], vocabulary), metaspace("always", True)),
        "llama-stripped": pipeline(model(), added, strip, metaspace("first", False), around, None),
        "llama-unknown": pipeline(unknown, added, None, metaspace("never", False), around, decoder),
        "llama-fused": pipeline(model(byte_fallback=False), added, older, None, around, decoder),
    }


# MARK: Goldens


def digest(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return f"{value:08x}"


def packed(ids):
    return "".join(chr(33 + i // 94) + chr(33 + i % 94) for i in ids)


def golden(tokenizer, text):
    if len(text) == 2:
        tokenizer.enable_truncation(PAIR_LENGTH)
    else:
        tokenizer.no_truncation()
    encoding = tokenizer.encode(*text)
    offsets = " ".join(f"{a} {b}" for a, b in encoding.offsets)
    types = " ".join(map(str, encoding.type_ids))
    decoded = tokenizer.decode(encoding.ids, skip_special_tokens=False)
    return " ".join([packed(encoding.ids) or "-", digest(offsets), digest(types), digest(decoded)])


def windows(tokenizer, pairs):
    """Windows of 20 tokens that share 4: a line for each pair, with blanks between."""
    tokenizer.enable_truncation(20, stride=4, strategy="only_second")
    for first, second in pairs:
        encoding = tokenizer.encode(first, second)
        yield " ".join(packed(e.ids) for e in [encoding] + encoding.overflowing)


def main():
    assert __version__ == "0.23.3", "the committed goldens were made with 0.23.3"
    all_texts = texts()
    lines = ",\n".join(json.dumps(text, ensure_ascii=False) for text in all_texts)
    write("texts.json", f"[{lines}]\n")

    uncased, cased = word_pieces(True, 2000), word_pieces(False, 2200)
    write("wordpiece/vocab.txt", "".join(t + "\n" for t in uncased))
    write("wordpiece-cased/vocab.txt", "".join(t + "\n" for t in cased))
    byte_vocabulary, byte_merges = byte_pairs(1400)
    write("bytes/vocab.json", json.dumps(byte_vocabulary, ensure_ascii=False) + "\n")
    write("bytes/merges.txt", "#version: 0.2\n" + "".join(m + "\n" for m in byte_merges))
    piece_vocabulary, piece_merges = piece_pairs(1400)
    write("pieces/vocab.json", json.dumps(piece_vocabulary, ensure_ascii=False) + "\n")
    write("pieces/merges.txt", "".join(m + "\n" for m in piece_merges))
    with open(os.path.join(HERE, "pieces/tokenizer.model"), "wb") as file:
        file.write(sentence_piece_model(piece_vocabulary))

    pipelines = {
        **bert_pipelines(uncased, cased),
        **byte_pipelines(byte_vocabulary),
        **piece_pipelines(piece_vocabulary),
    }
    write("pipelines.json", json.dumps(pipelines, ensure_ascii=False, indent=1) + "\n")
    stand_ins = {
        "@wordpiece": {t: i for i, t in enumerate(uncased)},
        "@wordpiece-cased": {t: i for i, t in enumerate(cased)},
        "@bytes": byte_vocabulary,
        "@pieces": piece_vocabulary,
    }
    merges = {"@bytes": byte_merges, "@pieces": piece_merges}
    # One of each kind is complete; of the others there is a fifth.
    complete = {"bert-uncased", "gpt2", "qwen2", "llama"}

    def make(name, pipeline):
        model = dict(pipeline["model"])
        if "merges" in model:
            model["merges"] = merges[model["merges"]]
        model["vocab"] = stand_ins[model["vocab"]]
        tokenizer = Tokenizer.from_str(json.dumps(dict(pipeline, model=model)))
        chosen = all_texts if name in complete else all_texts[::5]
        write(f"goldens/{name}.txt", "".join(golden(tokenizer, t) + "\n" for t in chosen))
        return tokenizer

    made = {name: make(name, pipeline) for name, pipeline in pipelines.items()}
    merges["@pieces"] = [" ".join(m) for m in derived_merges(piece_vocabulary)]
    sentence_piece = dict(pipelines["llama-metaspace"])
    sentence_piece["added_tokens"] = pipelines["llama"]["added_tokens"]
    make("sentencepiece", sentence_piece)

    pairs = [t for t in all_texts if len(t) == 2]
    # The first text and the special tokens must leave room for more than the stride.
    fitting = [p for p in pairs if len(made["bert-uncased"].encode(p[0]).ids) < 12][:60]
    write("goldens/windows.txt", "".join(
        f"{all_texts.index(p)} {line}\n"
        for p, line in zip(fitting, windows(made["bert-uncased"], fitting))))


if __name__ == "__main__":
    main()
