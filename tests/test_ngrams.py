"""Known n-grams: which they are, where they stand in names, and what of a file is refused."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rnn_names.base.arrays import FloatArray
from rnn_names.names import ngrams as ngrams_module
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.frequent import HOLDERS, frequent_ngrams
from rnn_names.names.ngrams import LONGEST_NGRAM, MARK, MOST, NONE, NGrams

ABC = Alphabet(" -abc")
SPELLED = "_" + ABC.symbols[1:]
V, BLANK, HYPHEN = len(ABC), ABC.symbols.index(" "), ABC.symbols.index("-")
NAMES = st.lists(st.text("  -abc", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=30)


def known(ngrams: NGrams) -> list[str]:
    """Each n-gram in letters, the mark as "_"."""
    return [ngrams.spelled(node, SPELLED) for node in range(len(ngrams))]


def words(name: str) -> list[str]:
    return [f"_{word}_" for word in name.split()]


def learned(
    names: list[str], count: int = MOST, length: int = 6, weight: FloatArray | None = None
) -> NGrams:
    each = np.ones(len(names)) if weight is None else weight
    return frequent_ngrams(ABC.encode(names), np.arange(len(names)), each, V, BLANK, count, length)


def ngrams_of(*spelled: str) -> NGrams:
    """These n-grams, with their parts."""
    parts = {
        ngram[i:j] for ngram in spelled for i in range(len(ngram)) for j in range(i + 2, len(ngram) + 1)
    }
    number = {letter: k for k, letter in enumerate(SPELLED)}
    keys: list[tuple[int, int]] = []
    for length in range(2, 20):
        level = sorted((number[p[:-1]], number[p[-1]], p) for p in parts if len(p) == length)
        for parent, letter, part in level:
            number[part] = V + len(keys)
            keys.append((parent, letter))
    return NGrams(V, BLANK, *np.array(keys, np.int64).reshape(-1, 2).T)


# which n-grams are known


@given(NAMES, st.integers(0, 60), st.integers(1, 6), st.integers(0, 1000))
@example(["a"], 100, 6, 0)
@example(["a", "b a", "a-a"], 100, 6, 0)
def test_the_most_frequent_ngrams_that_three_names_hold(
    names: list[str], count: int, length: int, seed: int
) -> None:
    weights = np.random.default_rng(seed).integers(1, 1 << 10, len(names)).astype(float)
    times, holders = Counter[str](), defaultdict[str, set[int]](set)
    for number, (name, weight) in enumerate(zip(names, weights.tolist(), strict=True)):
        for word in words(name):
            for i in range(len(word)):
                for ngram in (word[i:j] for j in range(i + 2, min(i + length, len(word)) + 1)):
                    times[ngram] += round(weight / int(weights.max()) * (1 << 20))
                    holders[ngram].add(number)
    held = [ngram for ngram in times if len(holders[ngram]) >= HOLDERS]
    held.sort(key=lambda n: (-times[n], len(n), [SPELLED.index(letter) for letter in n]))
    found = known(learned(names, count, length, weights))
    assert found[:V] == list(SPELLED)
    assert sorted(found[V:]) == sorted(held[: max(count - V, 0)])


def test_spellings_of_one_name_are_one_holder() -> None:
    names = ABC.encode(["ab", "ab", "ab", "cc", "cc", "cc"])
    found = frequent_ngrams(names, np.array([0, 0, 1, 2, 3, 4]), np.ones(6), V, BLANK, 100, 4)
    assert known(found)[V:] == ["_c", "c_", "cc", "_cc", "cc_", "_cc_"]


def test_what_is_learned_does_not_depend_on_the_order_of_the_names() -> None:
    names = ["abc ab", "bca", "ab-ca", "cab b", "aab", "bc"] * 3
    weight = np.arange(18) / 7 + 0.1
    first = learned(names, 30, 5, weight)
    second = learned(names[::-1], 30, 5, weight[::-1])
    assert known(first) == known(second)
    assert len(first) == 30


# where they stand


@given(NAMES, NAMES, st.integers(0, 80))
def test_the_longest_known_ngram_that_ends_and_that_starts_at_each_place(
    learned_from: list[str], names: list[str], count: int
) -> None:
    ngrams = learned(learned_from * HOLDERS, count)
    number = {spelled: k for k, spelled in enumerate(known(ngrams))}
    encoded = ABC.encode(names)
    text = "".join("_" if s == BLANK or s < 2 else ABC.symbols[s] for s in encoded.symbols.tolist())
    found = ngrams.find(encoded.symbols)
    for place in range(len(text)):
        ending = [n for n in number if text[: place + 1].endswith(n)]
        starting = [n for n in number if text[place:].startswith(n)]
        assert found.ending[place] == number[max(ending, key=len)]
        assert found.starting[place] == number[max(starting, key=len)]


def test_names_are_read_one_by_one_as_together() -> None:
    ngrams = learned(["abc ab", "bca", "ab-ca", "cab b", "aab", "bc"] * 3, 60)
    names = ["abc", "c ab b", "bcabca", "a", "\u1234b", "ab-b -", "-"]
    together = ngrams.find(ABC.encode(names).symbols)
    alone = [ngrams.find(ABC.encode([name]).symbols) for name in names]
    np.testing.assert_array_equal(together.ending, np.concatenate([found.ending for found in alone]))
    np.testing.assert_array_equal(together.starting, np.concatenate([found.starting for found in alone]))


@pytest.mark.parametrize(("before", "after"), [("abcab", "c"), ("ab c", "ab"), ("ab", "cabcab")])
def test_what_is_found_depends_on_no_letter_that_is_not_read_yet(before: str, after: str) -> None:
    ngrams = learned(["abcab", "cab", "abc bca", "ab c ab"] * 3)
    read = len(before) + 1  # with the start
    one, other = (ngrams.find(ABC.encode([before + end]).symbols) for end in (after, after[::-1] + "b"))
    np.testing.assert_array_equal(one.ending[:read], other.ending[:read])
    one, other = (ngrams.find(ABC.encode([end + before]).symbols) for end in (after, "b" + after[::-1]))
    np.testing.assert_array_equal(one.starting[-read:], other.starting[-read:])


@given(NAMES, NAMES, st.integers(0, 80))
def test_read_letter_by_letter_the_longest_ngrams_are_the_same(
    learned_from: list[str], names: list[str], count: int
) -> None:
    ngrams = learned(learned_from * HOLDERS, count)
    encoded = ABC.encode(names)
    found = iter(ngrams.find(encoded.symbols).ending.tolist())
    for start, length in zip(encoded.starts.tolist(), encoded.lengths.tolist(), strict=True):
        node = np.array([NONE])
        for symbol in encoded.symbols[start : start + length]:
            node = ngrams.after(node, symbol[None])
            assert node.tolist() == [next(found)]
    last = ngrams.after(np.array([NONE, V - 1, 0]), np.array([V - 1, 0, V - 1]))  # several at once
    for one, before, symbol in zip(last.tolist(), (NONE, V - 1, 0), (V - 1, 0, V - 1), strict=True):
        assert ngrams.after(np.array([before]), np.array([symbol])).tolist() == [one]


def test_pairs_of_older_models_reach_across_blanks_and_know_start_from_end() -> None:
    pairs = [("\x02", "a"), ("a", "b"), ("b", "\x03"), (" ", "a"), ("b", " ")]
    keys = sorted(V * ABC.symbols.index(first) + ABC.symbols.index(second) for first, second in pairs)
    ngrams = NGrams.pairs(tuple(keys), V)
    assert (ngrams.marked, ngrams.blank, len(ngrams.levels)) == (False, NONE, 2)
    assert [ngrams.spelled(V + k, ABC.symbols) for k in range(5)] == [
        ABC.symbols[key // V] + ABC.symbols[key % V] for key in keys
    ]
    symbols = ABC.encode(["ab ab", "b"]).symbols
    ending, starting = ngrams.find(symbols)
    for place, (found, from_here) in enumerate(zip(ending.tolist(), starting.tolist(), strict=True)):
        before, here, behind = (
            ABC.symbols[symbols[at]] if 0 <= at < len(symbols) else ""
            for at in (place - 1, place, place + 1)
        )
        assert ngrams.spelled(found, ABC.symbols) == (before + here if (before, here) in pairs else here)
        assert ngrams.spelled(from_here, ABC.symbols) == (
            here + behind if (here, behind) in pairs else here
        )


def test_children_and_letters_say_all() -> None:
    ngrams = ngrams_of("_abc_", "cab")
    parent = np.repeat(np.arange(len(ngrams)), ngrams.children)
    again = NGrams(V, BLANK, parent, ngrams.letter)
    assert again == ngrams
    assert hash(again) == hash(ngrams)
    assert ngrams != ngrams_of("_abc_")
    assert ngrams != ngrams_of("_abc_", "cac")
    assert ngrams != "_abc_"


def test_keys_that_share_every_slot_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = ngrams_of("_abc_").find(ABC.encode(["abc", "cab"]).symbols)
    monkeypatch.setattr(ngrams_module, "ROUNDS", 0)
    monkeypatch.setattr(ngrams_module, "FEW", 0)
    found = ngrams_of("_abc_").find(ABC.encode(["abc", "cab"]).symbols)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("few", [0, ngrams_module.FEW], ids=["by the hash", "by bisection"])
@given(st.integers(0, 2**32 - 1), st.integers(2, 50_000))
def test_any_keys_are_found_and_no_others(few: int, seed: int, symbols: int) -> None:
    rng = np.random.default_rng(seed)
    keys = np.unique(rng.integers(symbols, symbols**2, 300, dtype=np.int64))
    parent, letter = np.divmod(keys[np.isin(keys // symbols, [1], invert=True)], symbols)
    ngrams = NGrams(symbols, NONE, parent, letter, marked=False)
    others = rng.integers(0, symbols, (2, 2000))
    expected = np.isin(others[0] * np.int64(symbols) + others[1], ngrams.key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ngrams_module, "FEW", few)
        assert ngrams.child(parent, letter).tolist() == list(range(symbols, len(ngrams)))
        np.testing.assert_array_equal(ngrams.child(*others) >= 0, expected)


def test_parts_of_an_ngram_are_its_prefix_and_its_suffix() -> None:
    ngrams = ngrams_of("_abc_", "cab")
    spelled = known(ngrams)
    for n, ngram in enumerate(spelled):
        assert ngrams.length[n] == len(ngram)
        if len(ngram) == 1:
            assert ngrams.prefix[n] == ngrams.suffix[n] == NONE
        else:
            assert spelled[ngrams.prefix[n]] == ngram[:-1]
            assert spelled[ngrams.suffix[n]] == ngram[1:]
    assert [len(spelled[level.start]) for level in ngrams.levels] == [1, 2, 3, 4, 5]


def test_arrays_of_32_bits_do_as_well() -> None:
    wide = ngrams_of("_abc_", "cab")
    narrow = NGrams(V, BLANK, wide.parent.astype(np.int32), wide.letter.astype(np.uint16))
    symbols = ABC.encode(["abc", "cab abc"]).symbols
    for found, expected in zip(narrow.find(symbols.astype(np.uint8)), wide.find(symbols), strict=True):
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(narrow.suffix, wide.suffix)
    np.testing.assert_array_equal(narrow.prefix, wide.prefix)


# what is refused

A, B, C = (ABC.symbols.index(letter) for letter in "abc")


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ([(A, V)], "a letter that is none"),
        ([(A, -1)], "a letter that is none"),
        ([(-1, A)], "not stand behind its parent"),
        ([(V, A)], "not stand behind its parent"),  # its own parent
        ([(V + 1, A), (V, A)], "not stand behind its parent"),  # each the other's
        ([(A, B), (A, A)], "not sorted"),
        ([(A, B), (A, B)], "not sorted"),
        ([(A, B), (V, C)], "without its first letter"),  # abc, but not bc
        ([(A, B), (B, C), (V, B)], "without its first letter"),  # abb, but not bb
        ([(MARK, MARK)], "beyond a word"),
        ([(A, MARK), (V, B)], "beyond a word"),  # a_b
        ([(MARK, A), (A, MARK), (V, MARK), (V + 2, A)], "beyond a word"),  # _a_a
        ([(A, BLANK)], "beyond a word"),
        ([(BLANK, A)], "beyond a word"),
        ([(A, 1)], "beyond a word"),
        ([(A, A), *((V + k, A) for k in range(LONGEST_NGRAM - 1))], f"more than {LONGEST_NGRAM} letters"),
    ],
)
def test_what_no_set_of_ngrams_can_be_is_refused(keys: list[tuple[int, int]], problem: str) -> None:
    parent, letter = np.array(keys).T
    with pytest.raises(ValueError, match=problem):
        NGrams(V, BLANK, parent, letter)


def test_as_many_letters_as_are_allowed_are_read() -> None:
    ngrams = ngrams_of("a" * LONGEST_NGRAM)
    found = ngrams.find(ABC.encode(["b" + 20 * "a"]).symbols)
    assert ngrams.length[found.ending].max() == LONGEST_NGRAM


def test_arrays_of_different_lengths_and_too_many_are_refused() -> None:
    none = np.empty(0, np.int64)
    with pytest.raises(ValueError, match="a parent and a letter each"):
        NGrams(V, BLANK, none, np.array([A]))
    with pytest.raises(ValueError, match="more than 1,048,576"):
        NGrams(MOST + 1, NONE, none, none)
