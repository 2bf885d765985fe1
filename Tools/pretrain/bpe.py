"""A small byte-pair vocabulary with CLIP's file layout, and the tokenizer that reads it."""

import html
from collections import Counter
from functools import lru_cache
from pathlib import Path

import ftfy
import regex

_WORDS = regex.compile(
    r"<start_of_text>|<end_of_text>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.IGNORECASE
)


def byte_symbols():
    """CLIP's byte alphabet: printable bytes first, the others moved to code points from 256."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable}, **{byte: chr(256 + n) for n, byte in enumerate(others)}}


_SYMBOLS = byte_symbols()


def words(text):
    """Cleaned, lower-cased pre-tokens as byte symbols."""
    text = html.unescape(html.unescape(ftfy.fix_text(text))).strip()
    text = regex.sub(r"\s+", " ", text).strip().lower()
    return ["".join(_SYMBOLS[byte] for byte in word.encode()) for word in _WORDS.findall(text)]


def learn(texts, count):
    """The `count` most frequent merges, in order; ties are broken by the pair's text."""
    spelled = Counter(word for text in texts for word in words(text))
    parts = {word: [*word[:-1], word[-1] + "</w>"] for word in spelled}
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for word, symbols in parts.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += spelled[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, symbols in parts.items():
            parts[word] = _merge(symbols, best)
    return merges


def _merge(symbols, pair):
    out, index = [], 0
    while index < len(symbols):
        if index + 1 < len(symbols) and (symbols[index], symbols[index + 1]) == pair:
            out.append(symbols[index] + symbols[index + 1])
            index += 2
        else:
            out.append(symbols[index])
            index += 1
    return out


class Tokenizer:
    """Text to ids; vocabulary = bytes, bytes with </w>, merges, start, end."""

    def __init__(self, merges, context_length):
        singles = list(_SYMBOLS.values())
        vocabulary = singles + [symbol + "</w>" for symbol in singles] + ["".join(pair) for pair in merges]
        vocabulary += ["<start_of_text>", "<end_of_text>"]
        self.ids = {symbol: index for index, symbol in enumerate(vocabulary)}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.context_length = context_length
        self.size = len(vocabulary)
        self.encode_word = lru_cache(maxsize=None)(self._encode_word)

    def _encode_word(self, word):
        symbols = [*word[:-1], word[-1] + "</w>"]
        while len(symbols) > 1:
            pair = min(zip(symbols, symbols[1:]), key=lambda pair: self.ranks.get(pair, float("inf")))
            if pair not in self.ranks:
                break
            symbols = _merge(symbols, pair)
        return [self.ids[symbol] for symbol in symbols]

    def encode(self, text):
        """Ids with start and end, cut to the context length, not padded."""
        start, end = self.size - 2, self.size - 1
        ids = [start] + [i for word in words(text) for i in self.encode_word(word)] + [end]
        if len(ids) > self.context_length:
            ids = [*ids[: self.context_length - 1], end]
        return ids


def save(path, merges):
    """Writes merges in CLIP's layout; no line end after the last, which some readers would take for a merge."""
    lines = ["#version: 1.0 multiads bundled model", *(f"{a} {b}" for a, b in merges)]
    Path(path).write_text("\n".join(lines), encoding="utf-8")


def load(path):
    """Reads merges back."""
    lines = Path(path).read_text(encoding="utf-8").split("\n")[1:]
    return [tuple(line.split()) for line in lines if line]
