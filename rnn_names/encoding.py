"""Names to arrays: the alphabet, one-hot rows, and batches."""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnn_names.dataset import bounded, fold, fold_case, normalise

# ASCII's own control characters for these three; they sort before every letter, and no name has them.
START, END, UNKNOWN = "\x02", "\x03", "\x1a"
END_INDEX, UNKNOWN_INDEX = 1, 2  # of START + END + UNKNOWN + letters
NAME_START, NAME_END = "\n", "\r"  # in a text of many names: no tidy name has one

BETWEEN = " -',"  # letters of an alphabet that are none
BUCKET = 32  # batches sorted by length together

if TYPE_CHECKING:  # at run time the names will do: numpy.typing takes as long to load as all of this
    from numpy.typing import DTypeLike, NDArray

    IntArray = NDArray[np.signedinteger[Any]]
    FloatArray = NDArray[np.floating[Any]]
else:
    IntArray = FloatArray = np.ndarray


class Encoded(NamedTuple):
    """Names as symbol indices, end to end: name i is `symbols[starts[i] : starts[i] + lengths[i]]`."""

    symbols: IntArray  # (Σ lengths,)
    starts: IntArray  # (n,)
    lengths: IntArray  # (n,), the start and the end symbol counted

    def take(self, chosen: IntArray) -> "Encoded":
        """The chosen names, end to end."""
        lengths = self.lengths[chosen]
        starts = np.cumsum(lengths) - lengths
        at = np.arange(lengths.sum()) + np.repeat(self.starts[chosen] - starts, lengths)
        return Encoded(self.symbols[at], starts, lengths)

    def backward(self) -> "Encoded":
        """The same names, each read from its end."""
        at = np.repeat(2 * self.starts + self.lengths - 1, self.lengths) - np.arange(len(self.symbols))
        return self._replace(symbols=self.symbols[at])

    def pairs(self, symbols: int) -> IntArray:
        """What each symbol makes with the one before it, first · symbols + second; -1 at starts."""
        pairs = np.full(len(self.symbols), -1, np.int64)
        pairs[1:] = self.symbols[:-1].astype(np.int64) * symbols + self.symbols[1:]
        pairs[self.starts] = -1
        return pairs

    def order(self) -> IntArray:
        """The places of the names in an order in which those that begin alike stand together."""
        base = int(self.symbols.max(initial=0)) + 2
        digits = int(62 / math.log2(base))
        key = np.zeros(len(self.lengths), np.int64)
        for place in range(digits):
            inside = place < self.lengths
            key *= base
            key[inside] += self.symbols[self.starts[inside] + place] + 1
        return np.argsort(key, kind="stable")


class _Spelling(dict[int, str]):
    """For `str.translate`: a code point to letters of the alphabet; worked out once, on first meeting."""

    def __init__(self, letters: str) -> None:
        super().__init__((ord(letter), letter) for letter in letters)
        self |= {ord(c): c for c in (NAME_START, NAME_END)}
        self.letters = frozenset(letters)

    def __missing__(self, code: int) -> str:
        base = fold(chr(code))
        if not base and not unicodedata.combining(chr(code)):
            base = UNKNOWN  # but a lone mark is nothing: its letter has been read already
        self[code] = "".join(c if c in self.letters else UNKNOWN for c in base)
        return self[code]


@dataclass(frozen=True)
class Alphabet:
    """The symbols that a network knows: start, end, unknown, and its letters, sorted."""

    letters: str

    @classmethod
    def learn(cls, names: Iterable[str]) -> "Alphabet":
        """The alphabet of the letters in these names, and of their base letters."""
        seen = set[str]()
        for name in names:
            seen.update(normalise(name), fold(name))
        return cls("".join(sorted(c for c in seen if c.isprintable())))

    @cached_property
    def symbols(self) -> str:
        """All symbols; a symbol's index is its place here."""
        return START + END + UNKNOWN + self.letters

    @cached_property
    def _spelling(self) -> _Spelling:
        return _Spelling(self.letters)

    @cached_property
    def _index(self) -> IntArray:
        """The index of each symbol, by its code point; -1 where there is none, as at the end."""
        codes = [ord(symbol) for symbol in NAME_START + NAME_END + UNKNOWN + self.letters]
        index = np.full(max(codes) + 2, -1, np.int32)  # half the memory of a million names
        index[codes] = np.arange(len(codes))
        return index

    def __len__(self) -> int:
        return len(self.symbols)

    def unknown(self, name: str) -> str:
        """The characters of the name that it has no letter for, nor for their base letters."""
        letters = normalise(name)
        if UNKNOWN not in letters.translate(self._spelling):  # of most names; quicker than one by one
            return ""
        return "".join(c for c in letters if UNKNOWN in self._spelling[ord(c)])

    def unknown_share(self, names: Encoded) -> FloatArray:
        """The share of each name's letters that are unknown; of a name of no letters all.

        What stands between letters, blank, hyphen, apostrophe, comma, is none.
        """
        between = [self.symbols.index(c) for c in BETWEEN if c in self.letters]
        letters, unknown = (
            np.bincount(np.repeat(np.arange(len(names.lengths)), names.lengths), which, len(names.lengths))
            for which in (
                (names.symbols > END_INDEX) & ~np.isin(names.symbols, between),
                names.symbols == UNKNOWN_INDEX,
            )
        )
        return np.where(letters > 0, unknown / np.maximum(letters, 1), 1.0)

    def encode(self, names: Iterable[str]) -> Encoded:
        """Each name, the first LONGEST characters of it, between start and end, as symbol indices."""
        words = [bounded(name) for name in names]
        if not words:
            none = np.empty(0, np.intp)
            return Encoded(none, none, none)
        text = NAME_START + fold_case((NAME_END + NAME_START).join(words)) + NAME_END
        symbols = self._indices(text)
        if symbols.min() < 0:  # letters that it does not have
            symbols = self._indices(text.translate(self._spelling))
        ends = np.flatnonzero(symbols == END_INDEX) + 1
        starts = np.concatenate([[0], ends[:-1]])
        return Encoded(symbols, starts, ends - starts)

    def _indices(self, text: str) -> IntArray:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        return np.take(self._index, codes, mode="clip")


def one_hot(index: IntArray, size: int, dtype: "DTypeLike" = np.float32) -> FloatArray:
    """Rows of zeros with a 1 at `index`: (N,) → (N, size).

    `one_hot(index, V) @ U` is `U[index]`, and `one_hot(index, V).T @ da` sums the rows of da by symbol.
    """
    rows = np.zeros((len(index), size), dtype)
    rows[np.arange(len(index)), index] = 1
    return rows


def frequent_pairs(parts: Iterable[Encoded], symbols: int, count: int) -> tuple[int, ...]:
    """The `count` most frequent pairs of neighbours in all the names, or all there are; rising.

    Of equally frequent ones the first. START and END are symbols, too, so a pair may say how names begin.
    """
    times = Counter[int]()
    for names in parts:
        found, n = np.unique(names.pairs(symbols), return_counts=True)
        times.update(dict(zip(found.tolist(), n.tolist(), strict=True)))
    del times[-1]
    return tuple(sorted(sorted(times, key=lambda pair: (-times[pair], pair))[:count]))


def batches(lengths: IntArray, size: int, rng: "np.random.Generator") -> list[IntArray]:
    """All indices of `lengths`, in batches of `size`, one of them perhaps smaller, in random order.

    A batch is of names of like length, so that it takes few steps: each run of BUCKET batches of a
    random order is sorted by length before it is cut. Which names meet still changes every time.
    """
    order = rng.permutation(len(lengths))
    buckets = [order[at : at + BUCKET * size] for at in range(0, len(order), BUCKET * size)]
    sorted_buckets = [bucket[np.argsort(lengths[bucket], kind="stable")] for bucket in buckets]
    cut = [bucket[at : at + size] for bucket in sorted_buckets for at in range(0, len(bucket), size)]
    return [cut[i] for i in rng.permutation(len(cut))]
