#!/usr/bin/env python3
"""Makes Tests/Fixtures/Tokenizer: a small vocabulary, test strings, and the ids OpenCLIP gives them.

    python3 -m venv .venv && .venv/bin/pip install -r Tools/requirements.txt
    .venv/bin/python Tools/golden/make_tokenizer_goldens.py

small-merges.txt   byte-pair merges learned here from the knowledge base and the sentences below
strings.json       the test strings, all ASCII by JSON escapes
small-ids.txt      ids with the small vocabulary, one line per string, without padding
clip-ids.txt       ids with OpenAI's vocabulary (which is not in the repository)

Seeded: the same versions of open_clip, ftfy and regex give the same files. Strings that `ftfy` takes for wrongly
decoded text are left out, because the Swift tokenizer does not guess encodings; so are characters that Unicode 14
does not know, because Python, `regex` and Swift carry different versions of Unicode.
"""

import collections
import gzip
import html.entities
import json
import pathlib
import random
import tempfile
import unicodedata

import ftfy
import open_clip
import regex
from open_clip.tokenizer import SimpleTokenizer, basic_clean, bytes_to_unicode

ROOT = pathlib.Path(__file__).parents[2]
OUTPUT = ROOT / "Tests/Fixtures/Tokenizer"
KNOWLEDGE = ROOT / "Config/knowledge-base"
CONTEXT = 77
MERGES = 1500
SEED = 20250714

WORDS = """
café naïve façade Ångström über Größe Straße größer maße œuvre Łódź kůň žluťoučký příliš smörgåsbord jalapeño señor
corazón coração São Tromsø fjäll İstanbul ışık ğ şeker ĳs fluffy ﬁne ofﬁce ﬂow Ǆ ǈ ŉ ﬅart ß ẞ Ÿ ǅ
Кабель изолятор царапина трещина Дефект ЁЛКА їжак Ґанок България ѝ
σωλήνας ΡΩΓΜΗ ΟΔΟΣ ΟΔΟΣ. ΑΣ ΣΑΣ Σ ΌΣΑ Άρης ΐ ᾳ ᾼ Ὀδυσσεύς
كابل خدش ثقب عيب مُعَيَّن ٣٤٥ סדק שריטה חֹר नली खरोंच छेद दोष १२३ สายไฟ รอยขีดข่วน ๑๒ 電纜 划痕 裂缝 ケーブル 傷 ひび割れ ｶﾞﾗｽ ＡＢＣ１２３ 한국어 케이블 긁힘
კაბელი ծակ ሽቦ ᏣᎳᎩ 𐐨𐐀 𝒥ohn ℋ ℌ K Å Ω ⅷ Ⅻ ½ ² ₃ ① ㊿ ٪
""".split()

EMOJI = ["🙂", "👍🏽", "👩‍🔧", "🇩🇪", "❤️", "☃", "✔️", "1️⃣", "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f", "🔩", "⚙️", "🧑🏿‍🚀", "©", "™", "→", "±", "µm", "⌀", "°C", "∅", "≤", "¼"]
SPACES = [" ", "  ", "\t", "\n", "\r\n", "\r", "\u00a0", "\u2003", "\u3000", "\u2028", "\u2029", "\u202f", "\u1680", "\u205f", "\x0b", "\x0c", "\x85"]
INVISIBLE = ["\u200b", "\u200d", "\u200e", "\u2060", "\ufeff", "\u00ad", "\u0345", "\u0301", "\u034f", "\ufffc", "\u206a", "\ufffd"]
CONTROLS = [chr(c) for c in (*range(0x00, 0x20), 0x7F)] + ["\x1b[31m", "\x1b[0m", "\x1b[1;4x", "\x1b[", "\x1b[3", "\x1b]0;t"]
QUOTES = ["‘", "’", "‚", "‛", "“", "”", "„", "‟", "ʼ", "′", "'", '"', "«", "»", "…", "—", "–", "‐"]
LITERALS = ["<start_of_text>", "<end_of_text>", "<START_OF_TEXT>", "<ſtart_of_text>", "<|startoftext|>", "<start_of_text", "it's", "IT'S", "don't", "they're", "we've", "I'm", "she'll", "he'd", "rock'n'roll", "'s", "'ſ", "’s", "'S't're", "'' 's", "'re-'ve", "o'clock", "''ll", "'D"]


def knowledge():
    templates = json.loads((KNOWLEDGE / "templates.json").read_text())["templates"]
    phrases = list(json.loads((KNOWLEDGE / "normal-states.json").read_text())["phrases"])
    nouns = ["part", "hose", "gear wheel", "Steckverbinder", "O-ring", "M8 bolt"]
    for file in sorted(KNOWLEDGE.glob("*.json")):
        content = json.loads(file.read_text())
        if content.get("kind") != "dataset":
            continue
        nouns += [p["noun"] for p in content.get("products", [])]
        phrases += [text for t in content["defectTypes"] for text in t["phrases"]]
    return templates, sorted(set(phrases)), sorted(set(nouns))


def learn(texts, cleaner, count):
    """Byte-pair merges (Sennrich et al. 2016): the commonest pair first, ties in order of spelling."""
    symbols = bytes_to_unicode()
    words = collections.Counter()
    for text in texts:
        for token in regex.findall(cleaner.pat, cleaner.clean_fn(text)):
            spelled = [symbols[b] for b in token.encode()]
            words[tuple(spelled[:-1] + [spelled[-1] + "</w>"])] += 1
    merges = []
    while len(merges) < count:
        pairs = collections.Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        if not pairs:
            break
        best = min(pairs, key=lambda p: (-pairs[p], p))
        merges.append(best)
        renewed = collections.Counter()
        for word, n in words.items():
            out, i = [], 0
            while i < len(word):
                if word[i : i + 2] == best:
                    out.append(best[0] + best[1])
                    i += 2
                else:
                    out.append(word[i])
                    i += 1
            renewed[tuple(out)] += n
        words = renewed
    return merges


def entity(rng, names):
    name = rng.choice(names)
    kind = rng.randrange(10)
    code = rng.choice([rng.randrange(0x20, 0x250), rng.randrange(0, 0x2000), rng.randrange(0x110000), rng.randrange(0x7E, 0xA1)])
    if kind == 0:
        return f"&{name};"
    if kind == 1:
        return f"&{name}"
    if kind == 2:
        return f"&{name.upper()};"
    if kind == 3:
        return f"&amp;{name};"
    if kind == 4:
        return f"&#{code};"
    if kind == 5:
        return f"&#x{code:x};"
    if kind == 6:
        return f"&#X{code:X}" + rng.choice(["", ";", "g"])
    if kind == 7:
        return f"&amp;amp;amp;#{code};"
    if kind == 8:
        return rng.choice(["&;", "&#;", "&#x;", "&", "&&amp;", "&nosuch;", "&notit;", "&copycat", "&#99999999999;", "&ampamp;", "AT&T", "&lt;b&gt;", "&#38;lt;", "&LT;", "&AMP", "&notinva;"])
    return f"&{name}{rng.choice('abc1 ')}{rng.choice(['', ';'])}"


def random_strings(rng):
    templates, phrases, nouns = knowledge()
    names = sorted({n.rstrip(";") for n in html.entities.html5})
    legacy = sorted(n for n in html.entities.html5 if not n.endswith(";"))
    lower = sorted(n.rstrip(";") for n in html.entities.html5 if n == n.lower() and len(n) < 8)
    known = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Co", "Cs", "Cc")]
    plain = "the flawed surface shows a small Scratch near edge of METAL part with hole".split()
    separators = ["", " ", "_", "-", ".", ", ", "/", "  "]

    def mix(pool, low, high, joints=(" ",)):
        parts = [rng.choice(pool)]
        for _ in range(rng.randrange(low, high)):
            parts += [rng.choice(joints), rng.choice(pool)]
        return "".join(parts)

    def prompt():
        return rng.choice(templates).format(rng.choice(phrases).format(rng.choice(nouns)))

    def ascii_noise():
        return "".join(chr(rng.randrange(0x20, 0x7F)) for _ in range(rng.randrange(0, 40)))

    def identifier():
        part = lambda: rng.choice(plain + ["pcb1", "x86", "A7", "__init__", "v2", "007"])
        return rng.choice(["_", "-", "__", "."]).join(part() for _ in range(rng.randrange(1, 5)))

    def digits():
        return mix([str(rng.randrange(10 ** rng.randrange(1, 9))) for _ in range(4)] + ["3.14", "1,000", "½", "²", "٣", "Ⅻ", "१२", "10mm", "1e-9", "①", "𝟙𝟚"], 0, 5, separators)

    def letters():
        form = rng.choice(["NFC", "NFD", "NFC"])
        text = mix(WORDS, 0, 5, separators)
        return unicodedata.normalize(form, rng.choice([text, text.upper(), text.lower(), text.title()]))

    def entities():
        pool = rng.choice([names, legacy, lower])
        parts = [entity(rng, pool) if rng.random() < 0.6 else rng.choice(plain) for _ in range(rng.randrange(1, 6))]
        return rng.choice([" ", "", ""]).join(parts) if rng.random() < 0.8 else "<b>" + "\n".join(parts)

    plan = [
        (prompt, 240), (ascii_noise, 200), (identifier, 140), (digits, 160), (letters, 360), (entities, 420),
        (lambda: mix(EMOJI + plain, 1, 6, separators), 180),
        (lambda: mix(plain + WORDS[:20], 1, 6, SPACES), 140),
        (lambda: mix(QUOTES + plain + ["'s", "n't", "'re"], 1, 8, ["", "", " "]), 150),
        (lambda: mix(CONTROLS + plain, 1, 8, ["", " "]), 120),
        (lambda: mix(INVISIBLE + WORDS + plain, 1, 6, ["", " "]), 120),
        (lambda: mix(LITERALS + plain, 0, 5, ["", " "]), 140),
        (lambda: "".join(rng.choice(known) for _ in range(rng.randrange(1, 12))), 130),
        (lambda: mix([prompt() for _ in range(9)], 6, 9, [" ", "; "]), 12),
    ]
    yield from ["", " ", "a diagram", "hello world!", "a photo of my transistor1.", "\n\n", "&", "Σ", "ΑΣ'", "x" * 300, "é" * 200, "&LTIMES; &GTDOT; &NTILDE;", "<b>\n&rsquo;s &EACUTE;", "&rsquo;s\n<b>&rsquo;s"]
    for make, count in plan:
        for _ in range(count):
            yield make()


def admissible(text):
    if ftfy.fix_text(text) != ftfy.fix_text(text, fix_encoding=False):
        return False
    seen = text + basic_clean(text)
    return all(unicodedata.category(c) not in ("Cn", "Co", "Cs") for c in seen)


def ids(tokenizer, text):
    row = [tokenizer.sot_token_id, *tokenizer.encode(text), tokenizer.eot_token_id]
    padded = tokenizer([text])[0].tolist()
    kept = min(len(row), CONTEXT)
    assert padded[kept:] == [0] * (CONTEXT - kept)
    return padded[:kept]


def main():
    rng = random.Random(SEED)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    full = SimpleTokenizer()
    templates, phrases, nouns = knowledge()
    corpus = [t.format("X") for t in templates] + [p.format(n) for p in phrases for n in rng.sample(nouns, 3)]
    corpus += WORDS * 2 + EMOJI + LITERALS
    merges = learn(corpus, full, MERGES)
    # No newline at the end: OpenCLIP would read an empty merge from it and number one symbol more.
    text = "#version: multiads-test 1\n" + "\n".join(" ".join(m) for m in merges)
    (OUTPUT / "small-merges.txt").write_text(text)
    with tempfile.NamedTemporaryFile(suffix=".gz") as packed:
        packed.write(gzip.compress(text.encode()))
        packed.flush()
        small = SimpleTokenizer(bpe_path=packed.name)

    strings = list(dict.fromkeys(s for s in random_strings(rng) if admissible(s)))
    header = {
        "generator": "Tools/golden/make_tokenizer_goldens.py",
        "versions": {"open_clip": open_clip.__version__, "ftfy": ftfy.__version__, "regex": regex.__version__},
        "contextLength": CONTEXT,
        "smallVocabularySize": small.vocab_size,
    }
    body = ",\n".join(json.dumps(s) for s in strings)
    (OUTPUT / "strings.json").write_text(json.dumps(header)[:-1] + ', "strings": [\n' + body + "\n]}\n")
    for name, tokenizer in [("small", small), ("clip", full)]:
        rows = (" ".join(map(str, ids(tokenizer, s))) for s in strings)
        (OUTPUT / f"{name}-ids.txt").write_text("\n".join(rows) + "\n")
    print(f"{len(strings)} strings, {len(merges)} merges, vocabulary {small.vocab_size}")


if __name__ == "__main__":
    main()
