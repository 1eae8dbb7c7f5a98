"""Names to arrays: the alphabet, one-hot rows, and packed batches."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rnn_names.dataset import fold, normalise

# ASCII's own control characters for these three; they sort before every letter, and no name has them.
START, END, UNKNOWN = "\x02", "\x03", "\x1a"
END_INDEX, UNKNOWN_INDEX = 1, 2  # of START + END + UNKNOWN + letters

BUCKET = 32  # batches sorted by length together

if TYPE_CHECKING:  # at run time the names will do: numpy.typing takes as long to load as all of this
    from numpy.typing import DTypeLike, NDArray

    IntArray = NDArray[np.intp]
    FloatArray = NDArray[np.floating[Any]]
else:
    IntArray = FloatArray = np.ndarray


class Encoded(NamedTuple):
    """Names as symbol indices, end to end: name i is `symbols[starts[i] : starts[i] + lengths[i]]`."""

    symbols: IntArray  # (Σ lengths,)
    starts: IntArray  # (n,)
    lengths: IntArray  # (n,), the start and the end symbol counted


@dataclass(frozen=True)
class PackedBatch:
    """Names sorted by length, longest first, and laid out step after step with no padding.

    The t-th symbols of all names that have one stand together, in `sizes[t]` rows; so row b of
    every step is the same name, and no product is spent on padding.
    """

    symbols: IntArray  # (N,), N = Σ lengths
    sizes: IntArray  # (T,), never growing; sizes[0] = B
    lengths: IntArray  # (B,), never growing
    order: IntArray  # (B,), the place in the caller's batch of the name in row b

    @cached_property
    def starts(self) -> IntArray:
        """(T,): the first row of each step."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def names(self) -> IntArray:
        """(N,): the name b that each row is a symbol of."""
        return np.arange(len(self.symbols)) - np.repeat(self.starts, self.sizes)

    @cached_property
    def last(self) -> IntArray:
        """(B,): the row of each name's last symbol."""
        return self.starts[self.lengths - 1] + np.arange(len(self.lengths))

    @cached_property
    def before(self) -> IntArray:
        """(N - B,): for each row of the steps after the first, the same name's row one step before."""
        return np.arange(self.sizes[0], len(self.symbols)) - np.repeat(self.sizes[:-1], self.sizes[1:])

    def backward(self) -> "PackedBatch":
        """The same names, each read from its end: the sizes stay."""
        step = np.repeat(np.arange(len(self.sizes)), self.sizes)
        mirrored = self.starts[self.lengths[self.names] - 1 - step] + self.names
        return replace(self, symbols=self.symbols[mirrored])


class _Spelling(dict[int, str]):
    """For `str.translate`: a code point to letters of the alphabet; worked out once, on first meeting."""

    def __init__(self, letters: str) -> None:
        super().__init__((ord(letter), letter) for letter in letters)
        self[ord("\n")] = END + START  # between two names
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
        """The index of each symbol, by its code point."""
        codes = [ord(symbol) for symbol in self.symbols]
        index = np.zeros(max(codes) + 1, np.intp)
        index[codes] = np.arange(len(codes))
        return index

    def __len__(self) -> int:
        return len(self.symbols)

    def spell(self, name: str) -> str:
        """The name in letters of the alphabet: others as their base letters, or else as UNKNOWN."""
        return normalise(name).translate(self._spelling)

    def encode(self, names: Iterable[str]) -> Encoded:
        """Each name between start and end, as symbol indices."""
        words = [normalise(name) for name in names]  # in which no line ends are left
        if not words:
            none = np.empty(0, np.intp)
            return Encoded(none, none, none)
        text = START + "\n".join(words).translate(self._spelling) + END
        symbols = self._index[np.frombuffer(text.encode("utf-32-le"), "<u4")]
        ends = np.flatnonzero(symbols == END_INDEX) + 1
        starts = np.concatenate([[0], ends[:-1]])
        return Encoded(symbols, starts, ends - starts)


def one_hot(index: IntArray, size: int, dtype: "DTypeLike" = np.float32) -> FloatArray:
    """Rows of zeros with a 1 at `index`: (N,) → (N, size).

    `one_hot(index, V) @ U` is `U[index]`, and `one_hot(index, V).T @ da` sums the rows of da by symbol.
    """
    rows = np.zeros((len(index), size), dtype)
    rows[np.arange(len(index)), index] = 1
    return rows


def pack(names: Encoded, chosen: Sequence[int] | IntArray | None = None) -> PackedBatch:
    """The batch of the chosen names, or of all."""
    starts, lengths = names.starts, names.lengths
    if chosen is not None:
        starts, lengths = starts[chosen], lengths[chosen]
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    steps = np.arange(lengths[0])[:, None]
    reading = steps < lengths  # (T, B): does name b still have a t-th symbol?
    return PackedBatch(names.symbols[(starts + steps)[reading]], reading.sum(axis=1), lengths, order)


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
