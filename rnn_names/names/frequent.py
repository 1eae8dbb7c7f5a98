"""Which n-grams a network knows: the most frequent ones that several of its training names hold."""

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.names.encoded import Encoded
from rnn_names.names.ngrams import MARK, NGrams

WHOLE = 1 << 20  # the largest weight becomes this number: sums of integers do not depend on their order
HOLDERS = 3  # a model must not spell the names that it was trained on


def frequent_ngrams(
    names: Encoded, name: IntArray, weight: FloatArray, symbols: int, blank: int, count: int, length: int
) -> NGrams:
    """The `count` most frequent n-grams of up to `length` letters, of which the V symbols are the first.

    An occurrence has the weight of its spelling. Spelling i is one of the name `name[i]`. An n-gram of two
    letters or more is known only if three different names hold it. Ties go to the
    shorter n-gram. The set is closed of itself, for a part of an n-gram is as frequent as the whole.
    """
    V, none = symbols, np.empty(0, np.int64)
    letter = NGrams(V, blank, none, none).letters(names.symbols)
    letter, word, weights, holders = _words(names, letter, name, np.rint(weight / weight.max() * WHOLE))
    node, place = letter[:-1], np.arange(1, len(letter))  # as NGrams.find goes from length to length
    levels = []
    for _ in range(2, length + 1):
        inside = np.flatnonzero(word[place] == word[place - 1])
        node, place = node[inside], place[inside]
        if not len(node):
            break
        key = node * V + letter[place]
        order = np.argsort(key)
        starts = np.flatnonzero(np.diff(key[order], prepend=-1))
        of_place = word[place[order]]
        held = _several(holders[:, of_place], starts)
        total = np.add.reduceat(weights[of_place], starts)
        levels.append((key[order[starts[held]]], total[held]))
        number = np.where(held, np.cumsum(held) - 1, -1)
        node = np.empty_like(node)
        node[order] = np.repeat(number, np.diff(starts, append=len(order)))
        known = np.flatnonzero(node >= 0)
        node, place = node[known], place[known]
        following = np.flatnonzero(np.diff(place) == 1)
        node, place = node[following], place[following + 1]
    return _renumbered(levels, V, blank, max(count - V, 0))


def _words(
    names: Encoded, letter: IntArray, name: IntArray, weight: FloatArray
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    """The different words of the names, each between marks, end to end; and of each letter the word.

    For each word also its weight in all names, and three of the names that hold it: the first, another, the
    last. If fewer names hold it, some of the three are the same.
    """
    text = letter.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    number: dict[str, int] = {}
    word = np.array([number.setdefault(w, len(number)) for w in text.split(chr(MARK))[1:-1]], np.intp)
    spelling = np.repeat(np.arange(len(names.lengths)), names.lengths)[letter == MARK][:-1]
    total = np.asarray(np.bincount(word, weight[spelling]), float)
    held = np.sort(word * np.int64(name.max() + 1) + name[spelling])
    held = held[np.diff(held, prepend=-1) > 0]
    first, stop = np.searchsorted(held // (name.max() + 1), np.arange(len(number))[:, None] + [0, 1]).T
    holders: IntArray = held[[first, np.minimum(first + 1, stop - 1), stop - 1]] % (name.max() + 1)
    marked = [f"{chr(MARK)}{w}{chr(MARK)}" if w else "" for w in number]  # there is none between two marks
    lengths = np.array([len(w) for w in marked])
    letters: IntArray = np.frombuffer("".join(marked).encode("utf-32-le", "surrogatepass"), "<u4").astype(
        np.int64
    )
    return letters, np.repeat(np.arange(len(number)), lengths), total, holders


def _several(holders: IntArray, starts: IntArray) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Whether the columns (3, n) of each group, from its start to the next, have three different entries.

    They have if some entry is neither the least of its group nor the greatest.
    """
    sizes = np.diff(starts, append=holders.shape[1])
    least = np.repeat(np.minimum.reduceat(holders.min(axis=0), starts), sizes)
    greatest = np.repeat(np.maximum.reduceat(holders.max(axis=0), starts), sizes)
    between = ((holders != least) & (holders != greatest)).any(axis=0)
    return np.asarray(np.logical_or.reduceat(between, starts))


def _renumbered(levels: list[tuple[IntArray, FloatArray]], V: int, blank: int, count: int) -> NGrams:
    """The `count` most frequent of all levels, whose keys are place in the level before · V + letter."""
    if not levels:
        return NGrams(V, blank, np.empty(0, np.int64), np.empty(0, np.int64))
    sizes = [len(key) for key, _ in levels]
    order = np.argsort(-np.concatenate([total for _, total in levels]), kind="stable")
    chosen = np.zeros(len(order), bool)
    chosen[order[:count]] = True
    number, size = np.arange(V), V
    parents, letters = [], []
    for (key, _), kept in zip(levels, np.split(chosen, np.cumsum(sizes)[:-1]), strict=True):
        parent, letter = np.divmod(key[kept], V)
        parents.append(number[parent])
        letters.append(letter)
        number = size + np.cumsum(kept) - 1
        size += len(letter)
    return NGrams(V, blank, np.concatenate(parents), np.concatenate(letters))
