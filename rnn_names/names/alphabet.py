"""The symbols that a network knows, and names as their indices."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.names import spelling1
from rnn_names.names.encoded import Encoded
from rnn_names.names.letters import BETWEEN, JOINERS, nearest
from rnn_names.names.spelling import (
    LONGEST,
    fold,
    fold_case,
    fold_lines,
    normalise,
    tidy,
    tidy_lines,
)

# ASCII's own control characters for these three; they sort before every letter, and no name has them.
START, END, UNKNOWN = "\x02", "\x03", "\x1a"
END_INDEX, UNKNOWN_INDEX = 1, 2  # of START + END + UNKNOWN + letters
NAME_START, NAME_END = "\n", "\r"  # in a text of many names: no tidy name has one


class _Spelling(dict[int, str]):
    """For `str.translate`: a code point to letters of the alphabet; worked out once, on first meeting."""

    def __init__(self, letters: str) -> None:
        super().__init__((ord(letter), letter) for letter in letters)
        self |= {ord(c): c for c in (NAME_START, NAME_END)}
        self.letters = frozenset(letters)

    def __missing__(self, code: int) -> str:
        # Not all has been normalised: see `Alphabet.settled`.
        parts = [nearest(c, self.letters) for c in normalise(chr(code)) or " "]
        self[code] = "".join(UNKNOWN if part is None else part for part in parts)
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
        return cls("".join(sorted(c for c in seen if c.isprintable() or c in JOINERS)))

    @cached_property
    def symbols(self) -> str:
        """All symbols; a symbol's index is its place here."""
        return START + END + UNKNOWN + self.letters

    @cached_property
    def _spelling(self) -> _Spelling:
        return _Spelling(self.letters)

    @cached_property
    def settled(self) -> bool:
        """Whether its letters are those of normalised names, as of all models since rule 2.

        One of before may have learned ’ or half-width kana as letters of their own: those it knows as
        they are, so its names are read by rule 1, and only what it lacks is normalised.
        """
        letters = NAME_START.join(c for c in self.letters if c not in JOINERS)
        return fold_lines(letters) == letters

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
        """The characters of the name that it has no letter for, nor one that is near."""
        letters = normalise(name) if self.settled else spelling1.normalise(name)
        if UNKNOWN not in letters.translate(self._spelling):  # of most names; quicker than one by one
            return ""
        return "".join(c for c in letters if UNKNOWN in self._spelling[ord(c)])

    def unknown_share(self, names: Encoded) -> FloatArray:
        """The share of each name's letters that are unknown; of a name of no letters all.

        What stands between letters, blank, hyphen, apostrophe, comma, full stop, is none.
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
        """Each name, the first LONGEST letters of it, between start and end, as symbol indices."""
        words = [name if name.isalpha() and len(name) <= LONGEST else self._bounded(name) for name in names]
        if not words:
            none = np.empty(0, np.intp)
            return Encoded(none, none, none)
        text = NAME_START + (NAME_END + NAME_START).join(words) + NAME_END
        # Where all is known by now, it is normalised: each of the alphabet's letters is.
        symbols = self._indices(fold_case(text))
        if symbols.min() < 0 or any(c in text for c in JOINERS):
            text = fold_lines(text) if self.settled else spelling1.fold_case(text)
            symbols = self._indices(tidy_lines(text.translate(self._spelling)))
        ends = np.flatnonzero(symbols == END_INDEX) + 1
        starts = np.concatenate([[0], ends[:-1]])
        encoded = Encoded(symbols, starts, ends - starts)
        return encoded if encoded.lengths.max() <= LONGEST + 2 else _cut(encoded)

    def _bounded(self, name: str) -> str:
        """The tidy name, and of a long one not much more than is read."""
        if len(name) <= LONGEST:
            return tidy(name)
        return normalise(name) if self.settled else tidy(name)[:LONGEST]

    def _indices(self, text: str) -> IntArray:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        return np.take(self._index, codes, mode="clip")


def _cut(names: Encoded) -> Encoded:
    """The names, each to its LONGEST-th letter, and the end."""
    place = np.arange(len(names.symbols)) - np.repeat(names.starts, names.lengths)
    symbols = names.symbols[(place <= LONGEST) | (names.symbols == END_INDEX)]
    lengths = np.minimum(names.lengths, LONGEST + 2)
    return Encoded(symbols, np.cumsum(lengths) - lengths, lengths)
