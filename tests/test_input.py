"""Which rows of U a batch selects, what an n-gram says with all that it backs off to, the derivative."""

from pathlib import Path

import numpy as np
import pytest

from rnn_names.base.arrays import FloatArray, IntArray, Params
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.encoded import Encoded
from rnn_names.names.ngrams import MARK, NONE, NGrams
from rnn_names.network.config import NetworkConfig
from rnn_names.network.input import (
    RowGradient,
    added,
    distinct,
    inputs,
    links,
    needed,
    rows_read,
    shortened,
)
from rnn_names.network.sums import sums, with_sums
from rnn_names.network.totals import FEW, sum_by_index, totals
from tests.golden.ngram_problem import NGRAMS, PLACES, chains, rows_and_targets
from tests.gradients import full, gradient_errors
from tests.problems import BAG, batch, network
from tests.problems import NGRAMS as OF_PROBLEM

GOLDEN = np.load(Path(__file__).with_name("golden") / "ngrams.npz")
CONFIG = NetworkConfig(5, 2, 3, bidirectional=True, ngrams=NGRAMS)
WAYS = pytest.mark.parametrize(("direction", "way"), [("forward", "suffix"), ("backward", "prefix")])


def dense(up: IntArray) -> FloatArray:
    """(N, N): a one where the n-gram of the row backs off to that of the column, or is it."""
    return np.array([[float(other in chain) for other in range(len(up))] for chain in chains(up)])


@WAYS
def test_the_sums_are_those_of_all_that_an_ngram_backs_off_to(direction: str, way: str) -> None:
    e, _ = rows_and_targets()
    up = links(NGRAMS, direction)
    np.testing.assert_array_equal(up, getattr(NGRAMS, way))
    u = dense(up) @ e
    planes = np.stack([e, -2 * e])
    np.testing.assert_allclose(sums(planes, NGRAMS, direction), [u, -2 * u], rtol=1e-12)
    np.testing.assert_array_equal(planes[0], e)  # the rows themselves stay
    of_batch = needed(CONFIG, PLACES, direction)
    read, _ = rows_read(planes, of_batch)
    at = of_batch.at
    np.testing.assert_allclose(read[:, at], np.stack([u, -2 * u])[:, PLACES], rtol=1e-12)


@WAYS
def test_a_batch_has_what_its_places_back_off_to_and_no_more(direction: str, way: str) -> None:
    e, _ = rows_and_targets()
    expected = np.flatnonzero(dense(getattr(NGRAMS, way))[PLACES].any(axis=0))
    of_batch = needed(CONFIG, PLACES, direction)
    read, back = rows_read(e[None], of_batch)
    gradient = back(np.ones_like(read))
    assert isinstance(gradient, RowGradient)
    np.testing.assert_array_equal(gradient.rows, expected)
    assert read.shape == (1, len(expected), 3)
    assert len(expected) < len(NGRAMS)


def gradient_of(e: FloatArray, direction: str, by_place: FloatArray) -> tuple[FloatArray, RowGradient]:
    """What is read at each place, and the gradient where that of each place's row is given."""
    of_batch = needed(CONFIG, PLACES, direction)
    read, back = rows_read(e[None], of_batch)
    at = of_batch.at
    du = np.zeros_like(read)
    np.add.at(du[0], at, by_place)
    gradient = back(du)
    assert isinstance(gradient, RowGradient)
    return read[0, at], gradient


@WAYS
def test_the_gradient_is_that_of_the_dense_product(direction: str, way: str) -> None:
    e, target = rows_and_targets()
    _, gradient = gradient_of(e, direction, target)
    expected = np.zeros_like(e)
    np.add.at(expected, PLACES, target)
    expected = dense(getattr(NGRAMS, way)).T @ expected
    np.testing.assert_allclose(full(gradient, (1, *e.shape))[0], expected, rtol=1e-12, atol=1e-14)


@WAYS
def test_every_entry_of_the_gradient_is_the_central_difference(direction: str, way: str) -> None:
    e, target = rows_and_targets()
    params = Params(e=e)

    def loss() -> float:
        of_batch = needed(CONFIG, PLACES, direction)
        read, _ = rows_read(params["e"][None], of_batch)
        at = of_batch.at
        return 0.5 * float(((np.tanh(read[0, at]) - target) ** 2).sum())

    h = np.tanh(gradient_of(e, direction, target)[0])
    _, gradient = gradient_of(e, direction, (h - target) * (1 - h * h))
    assert gradient_errors(loss, params, Params(e=full(gradient, (1, *e.shape))[0]))["e"] < 1e-6


@WAYS
def test_values_and_gradients_are_those_of_pytorch(direction: str, way: str) -> None:
    e, target = rows_and_targets()
    u, _ = gradient_of(e, direction, target)
    np.testing.assert_allclose(u, GOLDEN[f"{way}/u"], rtol=1e-9)
    h = np.tanh(u)
    _, gradient = gradient_of(e, direction, (h - target) * (1 - h * h))
    found = full(gradient, (1, *e.shape))[0]
    np.testing.assert_allclose(found, GOLDEN[f"{way}/gradient"], rtol=1e-9, atol=1e-12)


def test_without_ngrams_the_rows_are_those_of_the_symbols() -> None:
    config = NetworkConfig(5, 2, 3)
    e = np.ones((1, 5, 3))
    of_batch = needed(config, PLACES % 5, "forward")
    read, back = rows_read(e, of_batch)
    at = of_batch.at
    assert read is e
    np.testing.assert_array_equal(at, PLACES % 5)
    assert back(e) is e
    assert with_sums(Params(e=e), config)["e"] is e


def test_sums_are_of_the_rows_of_ngrams_alone() -> None:
    config = network("gru", True, ngrams=OF_PROBLEM, bag=BAG)
    params: Params = {name: np.ones(shape) for name, shape in config.shapes().items()}
    held = with_sums(params, config)
    assert set(config.row_parameters) == {"forward.U", "backward.U", "bag.U"}
    for name, q in held.items():
        if name in config.row_parameters:  # of ones it is how many there are
            np.testing.assert_array_equal(q[0, :, 0], OF_PROBLEM.length)
        else:
            assert q is params[name]


@pytest.mark.parametrize("seed", range(3))
def test_ngrams_are_shortened_at_the_same_places_in_both_directions(seed: int) -> None:
    config = network("rnn", True, ngrams=OF_PROBLEM)
    names, _ = batch()
    names = names.take(np.tile(np.arange(7), 100))
    whole, read = inputs(names, config), inputs(names, config, 0.5, np.random.default_rng(seed))
    assert inputs(names, config, 0.5, None)["forward"].symbols.tolist() == whole["forward"].symbols.tolist()
    for direction in config.directions:
        before, after = whole[direction].symbols, read[direction].symbols
        lost = OF_PROBLEM.length[before] - OF_PROBLEM.length[after]
        np.testing.assert_array_equal(
            after, shortened(before, links(OF_PROBLEM, direction), np.maximum(lost, 0))
        )
        for length in (2, 3, 4):  # half of those that can be shortened are, half of them again, …
            of_length = lost[OF_PROBLEM.length[before] == length]
            for k in range(1, length):
                assert (of_length >= k).mean() == pytest.approx(0.5**k, abs=0.12)


def test_changing_a_letter_that_is_not_read_yet_changes_no_input_before() -> None:
    config = network("rnn", True, ngrams=OF_PROBLEM)
    name = [0, 3, 3, 5, 3, 4, 5, 1]
    for place in range(1, 7):
        for letter in (2, 3, 4, 5, 6):
            other = [*name[:place], letter, *name[place + 1 :]]
            one, two = (
                inputs(Encoded(np.array(n), np.array([0]), np.array([8])), config) for n in (name, other)
            )
            np.testing.assert_array_equal(one["forward"].symbols[:place], two["forward"].symbols[:place])
            unread = 7 - place
            np.testing.assert_array_equal(
                one["backward"].symbols[:unread], two["backward"].symbols[:unread]
            )


@pytest.mark.parametrize("largest", [3, 300, 70_000])  # in 16 bits, and in more
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_are_summed_by_their_index(largest: int, dtype: type) -> None:
    rng = np.random.default_rng(largest)
    times = np.append(np.arange(1, 2 * FEW + 2), [FEW**2, FEW**2 + 1, FEW**3 - 1])  # of the k-th index
    different = np.sort(rng.permutation(2 * largest)[: len(times)])
    times = times[: len(different)]
    index = rng.permutation(np.repeat(different, times))
    rows: FloatArray = rng.standard_normal((len(index), 4)).astype(dtype)
    found: FloatArray = np.ones((2 * largest, 4), dtype)
    of = totals(index)
    expected = np.stack([rows[index == k].astype(float).sum(axis=0) for k in different])
    within = 1e-4 if dtype is np.float32 else 1e-12
    for k in (1, 2):  # it serves as often as one likes
        of.add_to(found, rows)
        np.testing.assert_allclose(found[different], 1 + k * expected, rtol=0, atol=within)
    assert (np.delete(found, different, axis=0) == 1).all()


def test_of_no_rows_there_are_no_sums() -> None:
    none = totals(np.empty(0, np.intp))
    assert sum_by_index(np.empty((2, 0, 4)), none, 3).tolist() == np.zeros((2, 3, 4)).tolist()


def test_different_numbers_and_where_each_stands() -> None:
    found, place = distinct(np.array([7, 2, 7, 0]), 9)
    assert (found.tolist(), place.tolist()) == ([0, 2, 7], [2, 1, 2, 0])


def test_gradients_of_parts_add_up() -> None:
    one = RowGradient(np.array([1, 4]), np.array([[[1.0, 2], [3, 4]]]))
    other = RowGradient(np.array([0, 4, 6]), np.array([[[5.0, 6], [7, 8], [9, 10]]]))
    total = added(one, other)
    assert isinstance(total, RowGradient)
    assert total.rows.tolist() == [0, 1, 4, 6]
    assert total.values.tolist() == [[[5, 6], [1, 2], [10, 12], [9, 10]]]
    assert one.values.tolist() == [[[1, 2], [3, 4]]]
    dense_sum = added(np.array([1.0, 2]), np.array([3.0, 4]))
    assert np.asarray(dense_sum).tolist() == [4, 6]


@WAYS
def test_backing_off_ends_at_the_single_symbol(direction: str, way: str) -> None:
    up = links(NGRAMS, direction)
    for times in range(4):
        found = shortened(PLACES, up, np.full(len(PLACES), times))
        expected = [chain[min(times, len(chain) - 1)] for chain in (chains(up)[n] for n in PLACES)]
        assert found.tolist() == expected
    some = shortened(PLACES, up, np.arange(len(PLACES)) % 2)
    np.testing.assert_array_equal(some[::2], PLACES[::2])
    assert (some[1::2] != PLACES[1::2]).any()


def test_the_name_worked_out_in_the_documentation() -> None:
    alphabet = Alphabet("chs")
    letter = {c: alphabet.symbols.index(c) for c in "chs"}
    V = len(alphabet)
    # _s ch sc | _sc: each its parent and a letter
    keys = sorted([(MARK, letter["s"]), (letter["c"], letter["h"]), (letter["s"], letter["c"])])
    ngrams = NGrams(V, NONE, *np.array([*keys, (V, letter["c"])]).T)
    spelled = [ngrams.spelled(node, "_" + alphabet.symbols[1:]) for node in range(len(ngrams))]
    own = {"_": 1, "s": 2, "c": 3, "h": 4, "_s": 0.5, "sc": 0.25, "_sc": 0.125, "ch": -1}
    e = np.array([[[own.get(s, 0.0)] for s in spelled]])
    config = NetworkConfig(V, 2, ngrams=ngrams, bag=1)
    read = ngrams.find(alphabet.encode(["sch"]).symbols).ending
    assert [spelled[node] for node in read] == ["_", "_s", "_sc", "ch", "_"]
    of_batch = needed(config, read, "forward")
    u, derivative = rows_read(e, of_batch)
    at = of_batch.at
    assert u[0, at, 0].tolist() == [1, 2.5, 3.375, 3, 1]
    assert u[0, at, 0].mean() == pytest.approx(2.175)
    gradient = derivative(np.bincount(at, minlength=u.shape[1])[None, :, None] / 5)
    assert isinstance(gradient, RowGradient)
    of = dict(zip([spelled[row] for row in gradient.rows], gradient.values[0, :, 0], strict=True))
    fifths = dict.fromkeys(["s", "c", "h", "_s", "sc", "_sc", "ch"], 1)
    # _sc passes its fifth on to sc and c, _s to s, ch to h.
    assert {s: 5 * value for s, value in of.items()} == pytest.approx({"_": 2, **fifths})


def test_places_may_share_rows() -> None:
    rng = np.random.default_rng(3)
    index, row = rng.integers(0, 6, 50), rng.integers(0, 4, 50)
    rows = rng.standard_normal((4, 3))
    expected = np.stack([rows[row[index == k]].sum(axis=0) for k in range(6)])
    found = sum_by_index(rows[None], totals(index, row), 6)
    np.testing.assert_allclose(found, expected[None], rtol=1e-12, atol=1e-12)
