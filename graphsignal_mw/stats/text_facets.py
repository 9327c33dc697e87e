"""What is said of texts instead of their words: how long they are, and of what kinds of characters."""

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_CHARACTERS = 10_000  # of a text that are looked at
_TOGETHER = 65_536  # characters that are looked at together
_KNOWN, _UPPERCASE, _DIGIT, _SYMBOL, _NON_ASCII, _SPACE, _WORD = (1 << bit for bit in range(7))
_COUNTED = (_WORD, _UPPERCASE, _DIGIT, _SYMBOL, _NON_ASCII)
_COMBINATIONS = 128
_HAS = np.array([[(flags & kind) > 0 for kind in _COUNTED] for flags in range(_COMBINATIONS)], dtype=np.float64)

# By code point, 0 for those that did not come yet; of zeros, memory is taken only where they are written to.
_flags = np.zeros(0x110000, np.uint8)


def text_facets(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the facets of ``texts`` in the order of TEXT_FACETS, shape (6, len(texts)).

    Characters, words, and the shares of characters that are uppercase letters (Unicode categories Lu and Lt), digits
    (Nd), symbols (P and S: punctuation too) and not ASCII. A word is what stands between white space. All but the
    length are of the first 10,000 characters; shares of an empty text are 0.
    """
    seen = [text[:MOST_CHARACTERS] for text in texts]
    sizes = np.fromiter(map(len, seen), np.int64, len(seen))
    if len(seen) > 1 and sizes.sum() > _TOGETHER:
        half = len(seen) // 2
        return np.concatenate([text_facets(texts[:half]), text_facets(texts[half:])], axis=1)
    lengths = np.fromiter(map(len, texts), np.float64, len(texts))
    words, *others = _counts(seen, sizes).T
    return np.stack([lengths, words, *(count / np.maximum(sizes, 1) for count in others)])


def _counts(texts: Sequence[str], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many characters of each text begin a word, are uppercase, ..., shape (len(texts), 5)."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), "<u4")
    flags = _flags_of(codes)
    is_space = (flags & _SPACE) > 0
    begins = ~is_space
    begins[1:] &= is_space[:-1]
    firsts = (np.cumsum(sizes) - sizes)[sizes > 0]
    begins[firsts] = ~is_space[firsts]
    places = np.repeat(np.arange(len(texts)) * _COMBINATIONS, sizes)
    found = np.bincount(places + (flags | begins * np.uint8(_WORD)), minlength=len(texts) * _COMBINATIONS)
    counts: NDArray[np.float64] = np.einsum("ij,jk->ik", found.reshape(-1, _COMBINATIONS).astype(np.float64), _HAS)
    return counts


def _flags_of(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    flags = _flags[codes]
    new = codes[flags == 0]
    if not len(new):
        return flags
    for code in np.unique(new).tolist():
        _flags[code] = _classified(chr(code))
    return _flags[codes]


def _classified(character: str) -> int:
    category = unicodedata.category(character)
    return (
        _KNOWN
        | _UPPERCASE * (category in {"Lu", "Lt"})
        | _DIGIT * (category == "Nd")
        | _SYMBOL * (category[0] in "PS")
        | _NON_ASCII * (not character.isascii())
        | _SPACE * character.isspace()
    )
