"""Known n-grams: the strings of letters within a word that a network reads as one input.

    V, N, P   symbols; known n-grams, of which the first V are the single symbols; places in names
    parent    an n-gram without its last letter:  "sch" of "schm"
    suffix    an n-gram without its first letter: "chm" of "schm"

If an n-gram is known, so are its parent and its suffix. So the n-grams form a tree: each is its parent and
one more letter. Those of two letters or more are sorted by these two, so each stands behind its parent, and
longer ones behind shorter ones. Start, end and blank are one letter, the mark: "_sch" begins a word.

Read from the left, the network meets at each letter the longest known n-gram that ends there; read from
the right, the longest one that starts there. One set serves both, for it is closed at both ends. A
belief depends on no letter that is not read yet.

Models of formats 1 and 2 know pairs instead: n-grams of two symbols, in which start, end and blank are
symbols like all others. `marked` tells the two kinds apart.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rnn_names.base.arrays import IntArray
from rnn_names.names.encoded import END_INDEX

MARK = 0  # the index of the start symbol
NONE = -1
LONGEST_NGRAM = 16  # letters
MOST = 1 << 20  # n-grams: this keeps their hash within 64 bits, and the work on a stranger's file bounded
FEW = 4096  # n-grams, up to which searching takes less time than making the hash
ROUNDS = 256  # multipliers tried for a bucket of the hash; only keys made on purpose need more
GOLDEN = np.int64(0x9E3779B97F4A7C15 - (1 << 64))  # 2^64 / golden ratio: Knuth, volume 3, section 6.4


class Found(NamedTuple):
    """The longest known n-grams at each place of names that stand end to end."""

    ending: IntArray  # (P,), the one whose last letter stands here
    starting: IntArray  # (P,), the one whose first letter does


@dataclass(frozen=True, eq=False)
class NGrams:
    """The known n-grams over V symbols; `blank` is the one between words, NONE where names have none.

    `marked` says that start, end and blank are one letter, which ends a word.
    Raises ValueError unless they are sorted, closed under parent and suffix, and within words.
    """

    symbols: int
    blank: int
    parent: IntArray  # (N - V,)
    letter: IntArray  # (N - V,)
    marked: bool = True

    def __post_init__(self) -> None:
        V, parent, letter = self.symbols, self.parent, self.letter
        if parent.shape != letter.shape or parent.ndim != 1:
            raise ValueError("n-grams have a parent and a letter each")
        if len(self) > MOST:
            raise ValueError(f"more than {MOST:,} n-grams")
        if (parent < 0).any() or (parent >= np.arange(V, len(self))).any():
            raise ValueError("an n-gram does not stand behind its parent")
        if (letter < 0).any() or (letter >= V).any():
            raise ValueError("an n-gram has a letter that is none")
        if (np.diff(self.key) <= 0).any():
            raise ValueError("the n-grams are not sorted, or one is there twice")
        if len(self.levels) > LONGEST_NGRAM:
            raise ValueError(f"an n-gram has more than {LONGEST_NGRAM} letters")
        before = np.append(np.arange(V), letter)[parent]  # the last letter but one
        if self.marked:
            closed = (before == MARK) & ((parent >= V) | (letter == MARK))
            beyond = closed.any() or any(
                (letters == no_letter).any()
                for letters in (before, letter)
                for no_letter in (END_INDEX, self.blank)
            )
        else:
            beyond = (before == END_INDEX).any() or len(self.levels) > 2
        if beyond:
            raise ValueError("an n-gram goes beyond a word")
        if (self.suffix[V:] < 0).any():
            raise ValueError("an n-gram is known, and is not without its first letter")

    def __len__(self) -> int:
        return self.symbols + len(self.parent)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NGrams):
            return NotImplemented
        same = (self.symbols, self.blank, self.marked) == (other.symbols, other.blank, other.marked)
        return (
            same and np.array_equal(self.parent, other.parent) and np.array_equal(self.letter, other.letter)
        )

    def __hash__(self) -> int:
        return hash((self.symbols, self.blank, self.marked, len(self)))

    @classmethod
    def pairs(cls, pairs: tuple[int, ...], symbols: int) -> "NGrams":
        """The pairs of a model of formats 1 and 2, first · V + second, rising."""
        parent, letter = np.divmod(np.array(pairs, np.int64), symbols)
        return cls(symbols, NONE, parent, letter, marked=False)

    @cached_property
    def children(self) -> IntArray:
        """(N,): how many n-grams each is the parent of. With `letter` it says all: they stand sorted."""
        return np.bincount(self.parent, minlength=len(self))

    def spelled(self, node: int, symbols: str) -> str:
        """An n-gram as a text of these symbols."""
        letters = ""
        while node >= self.symbols:
            letters = symbols[self.letter[node - self.symbols]] + letters
            node = int(self.parent[node - self.symbols])
        return symbols[node] + letters

    @cached_property
    def key(self) -> IntArray:
        """(N - V,): parent · V + letter, rising."""
        return self.parent * np.int64(self.symbols) + self.letter

    @cached_property
    def levels(self) -> list[slice]:
        """Where those of 1, 2, … letters stand: the parents of a level are the level before."""
        levels, stop = [slice(0, self.symbols)], self.symbols
        while stop < len(self) and len(levels) <= LONGEST_NGRAM:  # a stranger's may be as many as there are
            start, stop = stop, self.symbols + int(np.searchsorted(self.parent, stop))
            levels.append(slice(start, stop))
        return levels

    @cached_property
    def length(self) -> IntArray:
        """(N,): the letters of each."""
        return np.repeat(
            np.arange(1, len(self.levels) + 1), [level.stop - level.start for level in self.levels]
        )

    @cached_property
    def prefix(self) -> IntArray:
        """(N,): the parent of each; NONE of a single symbol."""
        return np.append(np.full(self.symbols, NONE), self.parent)

    @cached_property
    def suffix(self) -> IntArray:
        """(N,): each without its first letter, which ends as the suffix of its parent and its last one."""
        suffix = np.full(len(self), NONE)
        for shorter, level in pairwise(self.levels):
            at = slice(level.start - self.symbols, level.stop - self.symbols)
            parent, letter = suffix[self.parent[at]], self.letter[at]
            suffix[level] = self._searched(parent, letter, shorter) if shorter.start else letter
        return suffix

    @cached_property
    def _table(self) -> tuple[IntArray, IntArray, int] | None:
        """A perfect hash of the keys: (multipliers of the buckets, slots, bits of an n-gram).

        A key falls into a bucket, and each bucket has a multiplier under which all of its keys fall into
        slots of their own. In a slot stands key · 2^bits + n-gram. None for keys made to share slots.
        """
        bits, left = len(self).bit_length(), self.key
        node = np.arange(self.symbols, len(self))
        multipliers = np.zeros(1 << len(left).bit_length(), np.int64)
        slots = np.full(4 * len(multipliers), NONE, np.int64)
        claim = np.zeros(len(slots), np.int64)
        for multiplier in np.full(ROUNDS + 1, GOLDEN).cumprod()[1:]:  # odd, modulo 2^64
            if not len(left):
                return multipliers, slots, bits
            bucket, slot = _hash(left, GOLDEN, len(multipliers)), _hash(left, multiplier, len(slots))
            claim[slot] = node
            lost = (claim[slot] != node) | (slots[slot] != NONE)
            again = (np.bincount(bucket[lost], minlength=len(multipliers)) > 0)[bucket]
            slots[slot[~again]] = (left[~again] << bits) + node[~again]
            multipliers[bucket[~again]] = multiplier
            left, node = left[again], node[again]
        return None

    def child(self, node: IntArray, letter: IntArray) -> IntArray:
        """The n-gram that each n-gram and a letter behind it make; negative if it is not known."""
        if len(node) <= FEW or self._table is None:
            return self._searched(node, letter)
        multipliers, slots, bits = self._table
        key = node * np.int64(self.symbols)
        key += letter
        bucket = _hash(key, GOLDEN, len(multipliers))
        slot = _hash(key, multipliers.take(bucket, mode="clip"), len(slots))
        child = slots.take(slot, mode="clip")
        key <<= bits
        child -= key
        child[child >= 1 << bits] = NONE  # it is another key's, whose n-gram lies beyond
        return child

    def _searched(self, node: IntArray, letter: IntArray, among: slice | None = None) -> IntArray:
        """`child`, by bisection; `among` says where the n-grams stand that may be children."""
        start, stop = (among.start, among.stop) if among else (self.symbols, len(self))
        keys = self.key[start - self.symbols : stop - self.symbols]
        key = node * np.int64(self.symbols)
        key += letter
        at = np.searchsorted(keys, key)
        known = keys.take(at, mode="clip") == key if len(keys) else np.zeros(len(key), bool)
        return np.where(known, at + start, NONE)

    def after(self, node: IntArray, symbols: IntArray) -> IntArray:
        """The longest n-gram (n,) that ends with each symbol, after the longest one that ended before it.

        NONE stands for nothing before. Read letter by letter, it is what `find` calls `ending`.
        """
        letter = self.letters(symbols)
        found, node, place = letter.copy(), node.copy(), np.arange(len(node))
        while True:
            place = place[node[place] >= 0]
            if not len(place):
                return found
            child = self.child(node[place], letter[place])
            known = child >= 0
            found[place[known]] = child[known]
            place = place[~known]
            node[place] = self.suffix[node[place]]

    def letters(self, symbols: IntArray) -> IntArray:
        """The symbols; where n-grams end with words, start, end and blank as the mark."""
        if not self.marked:
            return symbols.astype(np.int64)
        letter = np.arange(self.symbols)
        letter[[END_INDEX, *([self.blank] if self.blank != NONE else [])]] = MARK
        return letter.take(symbols)

    def find(self, symbols: IntArray) -> Found:
        """The longest known n-grams of names that stand end to end, at all places at once."""
        letter = self.letters(symbols)
        ending, starting = letter.copy(), letter.copy()
        node, place = letter[:-1], np.arange(1, len(letter))  # n-grams, and the places behind them
        for length in range(2, len(self.levels) + 1):
            node = self.child(node, letter.take(place))
            known = np.flatnonzero(node >= 0)
            node, place = node.take(known), place.take(known)
            ending[place] = node
            starting[place - (length - 1)] = node
            # With a known n-gram its suffix is known: where that one has not been found, stop.
            next_to = np.flatnonzero(place[1:] - place[:-1] == 1)
            node, place = node.take(next_to), place.take(next_to + 1)
        return Found(ending, starting)


def _hash(key: IntArray, multiplier: IntArray | np.int64, size: int) -> IntArray:
    """The topmost bits of key · multiplier, modulo 2^64: a number below `size`, a power of two."""
    product = key * multiplier
    product >>= 65 - size.bit_length()
    product &= size - 1
    return product
