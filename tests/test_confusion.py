import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.arrays import FloatArray
from rnn_names.insight.confusion import Confusion, count_pairs, seriation


@st.composite
def symmetric(draw: st.DrawFn) -> FloatArray:
    n = draw(st.integers(0, 9))
    numbers = st.lists(st.floats(0, 1), min_size=n, max_size=n)
    half = np.array(draw(st.lists(numbers, min_size=n, max_size=n))).reshape(n, n)
    return np.asarray(half + half.T)


@given(symmetric())
def test_an_order_has_every_row_once(similarity: FloatArray) -> None:
    assert sorted(seriation(similarity)) == list(range(len(similarity)))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.data())
def test_blocks_come_out_as_blocks_whatever_the_order(sizes: list[int], data: st.DataObject) -> None:
    block = np.repeat(np.arange(len(sizes)), sizes)
    block = block[data.draw(st.permutations(range(len(block))))]
    same = block[:, None] == block
    noise = np.array(data.draw(st.lists(st.floats(0, 0.2), min_size=same.size, max_size=same.size)))
    noise = noise.reshape(same.shape)
    ordered = block[seriation(same + (noise + noise.T) / 2)].tolist()
    assert [k for k, before in zip(ordered, [None, *ordered], strict=False) if k != before] == list(
        dict.fromkeys(ordered)
    )


def test_where_nothing_is_similar_the_order_stays() -> None:
    assert seriation(np.zeros((5, 5))) == [0, 1, 2, 3, 4]
    assert seriation(np.zeros((0, 0))) == []


def test_the_more_similar_ends_meet() -> None:
    similarity = np.zeros((4, 4))
    for a, b, value in ((0, 1, 0.9), (2, 3, 0.8), (0, 3, 0.5)):
        similarity[a, b] = similarity[b, a] = value
    assert seriation(similarity) == [1, 0, 3, 2]


# The counts


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_every_pair_is_counted_under_its_countries(pairs: list[tuple[int, int]]) -> None:
    guess, truth = (np.array(column) for column in zip(*pairs, strict=True))
    found = count_pairs(guess, truth, "ABCDE")
    assert sorted(found.countries) == sorted({"ABCDE"[c] for pair in pairs for c in pair})
    for r, true in enumerate(found.countries):
        for c, answer in enumerate(found.countries):
            assert found.counts[r, c] == pairs.count(("ABCDE".index(answer), "ABCDE".index(true)))
    for row, counts in zip(found.shares, found.counts, strict=True):
        assert row.sum() == pytest.approx(1 if counts.sum() else 0)


def confused() -> Confusion:
    """Of 10 names of C 7 are found, 2 are taken for A, 1 for B; of 4 of A all; B is no name's country."""
    pairs = [("C", "C")] * 7 + [("C", "A")] * 2 + [("C", "B")] + [("A", "A")] * 4
    truth, guess = (np.array(["ABC".index(pair[k]) for pair in pairs]) for k in (0, 1))
    return count_pairs(guess, truth, "ABC")


def test_what_a_country_was_taken_for_the_most_frequent_first() -> None:
    found = confused()
    of = {country: found.taken_for(row) for row, country in enumerate(found.countries)}
    named = {country: [found.countries[c] for c in columns] for country, columns in of.items()}
    assert named == {"A": [], "B": [], "C": ["A", "B"]}
    row = found.countries.index("C")
    assert [found.countries[c] for c in found.taken_for(row, 1)] == ["A"]


def test_countries_that_are_mixed_up_stand_together() -> None:
    truth = np.repeat(np.arange(6), 10)
    guess = truth.copy()
    for a, b in ((0, 4), (1, 5), (2, 3)):
        guess[10 * a] = b
    ordered = "".join(count_pairs(guess, truth, "ABCDEF").countries)
    assert all(pair in ordered or pair[::-1] in ordered for pair in ("AE", "BF", "CD"))
