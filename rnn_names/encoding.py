"""Names to arrays: the alphabet, one-hot rows, and packed batches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from rnn_names.dataset import fold, normalise

# ASCII's own control characters for these three; they sort before every letter, and no name has them.
START, END, UNKNOWN = "\x02", "\x03", "\x1a"

IntArray = NDArray[np.intp]
FloatArray = NDArray[np.floating[Any]]


class Encoded(NamedTuple):
    """Names as symbol indices, end to end: name i is `symbols[starts[i] : starts[i] + lengths[i]]`."""

    symbols: IntArray  # (Σ lengths,)
    starts: IntArray  # (n,)
    lengths: IntArray  # (n,), the start and the end symbol counted


class PackedBatch(NamedTuple):
    """Names sorted by length, longest first, and laid out step after step with no padding.

    The t-th symbols of all names that have one stand together, in `sizes[t]` rows; so row b of
    every step is the same name, and no product is spent on padding.
    """

    symbols: IntArray  # (N,), N = Σ lengths
    sizes: IntArray  # (T,), never growing; sizes[0] = B
    order: IntArray  # (B,), the place in the caller's batch of the name in row b


class _Spelling(dict[int, str]):
    """For `str.translate`: a code point to letters of the alphabet; worked out once, on first meeting."""

    def __init__(self, letters: str) -> None:
        super().__init__((ord(letter), letter) for letter in letters)
        self.letters = frozenset(letters)

    def __missing__(self, code: int) -> str:
        base = fold(chr(code))  # empty for a lone mark: its letter has been read already
        self[code] = "".join(c if c in self.letters else UNKNOWN for c in base)
        return self[code]


@dataclass(frozen=True)
class Alphabet:
    """The symbols that a network knows: start, end, unknown, and its letters, sorted."""

    letters: str

    @classmethod
    def learn(cls, names: Iterable[str]) -> "Alphabet":
        """The alphabet of the letters in these names."""
        seen = set[str]()
        for name in names:
            seen.update(normalise(name))
        return cls("".join(sorted(c for c in seen if c.isprintable())))

    @cached_property
    def symbols(self) -> str:
        """All symbols; a symbol's index is its place here."""
        return START + END + UNKNOWN + self.letters

    @cached_property
    def _spelling(self) -> _Spelling:
        return _Spelling(self.letters)

    @cached_property
    def _codes(self) -> NDArray[np.uint32]:
        return _code_points(self.symbols)

    def __len__(self) -> int:
        return len(self.symbols)

    def spell(self, name: str) -> str:
        """The name in letters of the alphabet: others as their base letters, or else as UNKNOWN."""
        return normalise(name).translate(self._spelling)

    def encode(self, names: Iterable[str]) -> Encoded:
        """Each name between start and end, as symbol indices."""
        words = [START + self.spell(name) + END for name in names]
        lengths = np.fromiter(map(len, words), dtype=np.intp, count=len(words))
        symbols = np.searchsorted(self._codes, _code_points("".join(words)))
        return Encoded(symbols, np.cumsum(lengths) - lengths, lengths)


def _code_points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint32)


def one_hot(index: IntArray, size: int, dtype: DTypeLike = np.float32) -> FloatArray:
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
    return PackedBatch(names.symbols[(starts + steps)[reading]], reading.sum(axis=1), order)


def batches(count: int, size: int, rng: np.random.Generator) -> Iterator[IntArray]:
    """Indices 0 … count - 1 in random order, in batches of `size`, the last one perhaps smaller."""
    order = rng.permutation(count)
    for start in range(0, count, size):
        yield order[start : start + size]
