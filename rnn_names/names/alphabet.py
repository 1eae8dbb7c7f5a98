"""The symbols that a network knows, and names as their indices."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.names import spelling1
from rnn_names.names.encoded import END_INDEX, UNKNOWN_INDEX, Encoded
from rnn_names.names.letters import BETWEEN, JOINERS, nearest
from rnn_names.names.plain import encode_plain, plain_table
from rnn_names.names.spelling import (
    LONGEST,
    fold,
    fold_case,
    fold_lines,
    has_letters,
    normalise,
    tidy,
    tidy_lines,
)

# ASCII's own control characters for these three; they sort before every letter, and no name has them.
START, END, UNKNOWN = "\x02", "\x03", "\x1a"
ANY_LETTER = (
    0xE000  # the code point that stands for any letter of the first script, from the private use area
)
SCRIPTS = 64  # of one alphabet at most
MANY = 100  # letters of a script, from which on the rare ones are not learned one by one:
RARE, SHARE = 10, 200_000  # those that fewer than ten names, or one name in so many, have
NAME_START, NAME_END = "\n", "\r"  # in a text of many names: no tidy name has one
MANY_NAMES = 64  # from which the table of plain characters is worth making


# Blanks that `tidy` takes off or collapses, in a text of many names, and what it takes for blanks.
_UNTIDY = re.compile(f"[^\\S {NAME_START}{NAME_END}]|  |{NAME_START} | {NAME_END}")


class _Spelling(dict[int, str]):
    """For `str.translate`: from a code point to letters of the alphabet. Each is worked out once."""

    def __init__(self, letters: str, scripts: Sequence[str]) -> None:
        super().__init__((ord(letter), letter) for letter in letters)
        self |= {ord(c): c for c in (NAME_START, NAME_END)}
        self.letters = frozenset(letters)
        self.scripts = {script: chr(ANY_LETTER + k) for k, script in enumerate(scripts)}

    def __missing__(self, code: int) -> str:
        # Not all has been normalised: see `Alphabet.settled`.
        written = normalise(chr(code)) or " "
        parts = [nearest(c, self.letters) for c in written]
        self[code] = "".join(
            self.scripts.get(script(c), UNKNOWN) if part is None else part
            for c, part in zip(written, parts, strict=True)
        )
        return self[code]


@dataclass(frozen=True)
class Alphabet:
    """The symbols that a network knows: start, end, unknown, any letter of each script, sorted letters.

    A letter outside the alphabet is read as "any letter of its script" if the alphabet knows the script.
    """

    letters: str
    scripts: tuple[str, ...] = ()

    @classmethod
    def learn(cls, names: Iterable[str]) -> "Alphabet":
        """The alphabet of the letters in these names and of their base letters; the scripts, if several.

        The rare letters of a script with MANY letters, such as Han, are left out.
        """
        times, count = Counter[str](), 0
        for name in names:
            times.update({*normalise(name), *fold(name)})
            count += 1
        letters = list(filter(is_letter, times))
        sizes = Counter(map(script, letters))
        kept = (
            c
            for c in letters
            if sizes[script(c)] < MANY or not script(c) or times[c] >= max(RARE, count / SHARE)
        )
        scripts = sorted({*sizes} - {""})
        return cls("".join(sorted(kept)), tuple(scripts) if 1 < len(scripts) <= SCRIPTS else ())

    @cached_property
    def symbols(self) -> str:
        """All symbols; a symbol's index is its place here."""
        any_letter = "".join(chr(ANY_LETTER + k) for k in range(len(self.scripts)))
        return START + END + UNKNOWN + any_letter + self.letters

    @cached_property
    def fallback(self) -> IntArray:
        """(V,): what each symbol is read as where it is not known: any letter of its script, or unknown."""
        place = {name: UNKNOWN_INDEX + 1 + k for k, name in enumerate(self.scripts)}
        of_letters = [place.get(script(c), UNKNOWN_INDEX) for c in self.letters]
        return np.array([0, END_INDEX, UNKNOWN_INDEX, *[UNKNOWN_INDEX] * len(self.scripts), *of_letters])

    @cached_property
    def _spelling(self) -> _Spelling:
        return _Spelling(self.letters, self.scripts)

    @cached_property
    def settled(self) -> bool:
        """Whether its letters are those of normalised names, as of all models since rule 2.

        An older one may have learned ’ or half-width kana as letters of their own. It knows those as
        they are, so its names are read by rule 1, and only what it lacks is normalised.
        """
        letters = NAME_START.join(c for c in self.letters if c not in JOINERS)
        return fold_lines(letters) == letters

    @cached_property
    def _index(self) -> IntArray:
        """The index of each symbol, by its code point; -1 where there is none, as at the end."""
        codes = [*map(ord, NAME_START + NAME_END), *map(ord, self.symbols[UNKNOWN_INDEX:])]
        index = np.full(max(codes) + 2, -1, np.int32)  # half the memory of a million names
        index[codes] = np.arange(len(codes))
        return index

    @cached_property
    def _plain(self) -> IntArray:
        return plain_table(self.letters, self.symbols)

    @cached_property
    def of_letter(self) -> FloatArray:
        """(V,): whether each symbol is a letter for sure; one that stands for a script may be a mark."""
        return np.array([c.isalpha() and unicodedata.category(c) != "Lm" for c in self.symbols])

    def unnamed(self, texts: Sequence[str], names: Encoded) -> list[int]:
        """The places of the names that have no letter: see `has_letters`."""
        if not texts:
            return []
        letters = np.logical_or.reduceat(self.of_letter[names.symbols], names.starts)
        return [k for k in np.flatnonzero(~letters).tolist() if not has_letters(texts[k])]

    def __len__(self) -> int:
        return len(self.symbols)

    def unknown(self, name: str) -> str:
        """The characters of the name for which the alphabet has no letter, nor a near one."""
        letters = normalise(name) if self.settled else spelling1.normalise(name)
        if UNKNOWN not in letters.translate(self._spelling):  # of most names; quicker than one by one
            return ""
        return "".join(c for c in letters if UNKNOWN in self._spelling[ord(c)])

    def suspects(self, texts: Sequence[str], names: Encoded) -> list[int]:
        """The places of the names that may have an unknown letter, or may have been cut."""
        if not texts:
            return []
        unknown = np.logical_or.reduceat(names.symbols == UNKNOWN_INDEX, names.starts)
        long = np.fromiter(map(len, texts), np.intp, len(texts)) > LONGEST // 2
        return np.flatnonzero(unknown | long | (names.lengths > LONGEST // 2)).tolist()

    def unknown_share(self, names: Encoded) -> FloatArray:
        """The share of each name's letters that are unknown; 1 for a name without letters.

        Blank, hyphen, apostrophe, comma and full stop stand between letters and are not counted.
        """
        if not len(names.lengths):
            return np.empty(0)
        letter = np.arange(len(self)) > END_INDEX
        letter[[self.symbols.index(c) for c in BETWEEN if c in self.letters]] = False
        letters = np.add.reduceat(letter[names.symbols], names.starts, dtype=np.intp)
        unknown = np.add.reduceat(names.symbols == UNKNOWN_INDEX, names.starts, dtype=np.intp)
        return np.where(letters > 0, unknown / np.maximum(letters, 1), 1.0)

    def encode(self, names: Iterable[str]) -> Encoded:
        """Each name, the first LONGEST letters of it, between start and end, as symbol indices."""
        words = [*names]
        if not words:
            none = np.empty(0, np.intp)
            return Encoded(none, none, none)
        if len(words) < MANY_NAMES or not self.settled:
            return self._encode(words)
        plain, odd = encode_plain(words, self._plain)
        if not len(odd):
            return plain
        others = self._encode([words[k] for k in odd.tolist()])
        place = np.empty(len(words), np.intp)
        place[odd] = len(plain.lengths) + np.arange(len(odd))
        place[np.delete(np.arange(len(words)), odd)] = np.arange(len(plain.lengths))
        return Encoded(
            np.concatenate([plain.symbols, others.symbols]),
            np.concatenate([plain.starts, len(plain.symbols) + others.starts]),
            np.concatenate([plain.lengths, others.lengths]),
        ).take(place)

    def _encode(self, words: list[str]) -> Encoded:
        """As `encode`, of any names."""
        text = NAME_START + (NAME_END + NAME_START).join(words) + NAME_END
        ends = max(text.count(NAME_START), text.count(NAME_END))
        if ends > len(words) or max(map(len, words)) > LONGEST or _UNTIDY.search(text):
            words = [
                name if name.isalpha() and len(name) <= LONGEST else self._bounded(name) for name in words
            ]
            text = NAME_START + (NAME_END + NAME_START).join(words) + NAME_END
        # If every character is known by now, the name is normalised, for all letters of the alphabet are.
        symbols = self._indices(fold_case(text))
        odd = JOINERS + self.symbols[UNKNOWN_INDEX + 1 : UNKNOWN_INDEX + 1 + len(self.scripts)]
        if symbols.min() < 0 or any(c in text for c in odd):
            text = fold_lines(text) if self.settled else spelling1.fold_case(text)
            symbols = self._indices(tidy_lines(text.translate(self._spelling)))
        stops = np.flatnonzero(symbols == END_INDEX) + 1
        starts = np.concatenate([[0], stops[:-1]])
        encoded = Encoded(symbols, starts, stops - starts)
        return encoded if encoded.lengths.max() <= LONGEST + 2 else _cut(encoded)

    def _bounded(self, name: str) -> str:
        """The tidy name; a long one is cut a little behind what is read."""
        if len(name) <= LONGEST:
            return tidy(name)
        return normalise(name) if self.settled else tidy(name)[:LONGEST]

    def _indices(self, text: str) -> IntArray:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        return np.take(self._index, codes, mode="clip")


def is_letter(c: str) -> bool:
    """Whether the character may be one of an alphabet."""
    return c.isprintable() or c in JOINERS


def script(c: str) -> str:
    """The script of a letter, the first word of its Unicode name: LATIN, CJK; "" of other characters."""
    return unicodedata.name(c, "").partition(" ")[0] if c.isalpha() else ""


def _cut(names: Encoded) -> Encoded:
    """The names, each to its LONGEST-th letter, and the end."""
    place = np.arange(len(names.symbols)) - np.repeat(names.starts, names.lengths)
    symbols = names.symbols[(place <= LONGEST) | (names.symbols == END_INDEX)]
    lengths = np.minimum(names.lengths, LONGEST + 2)
    return Encoded(symbols, np.cumsum(lengths) - lengths, lengths)
