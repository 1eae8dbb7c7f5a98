"""The prior, checked by Bayes' rule, and the temperature, checked by exhaustive search."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.model import calibration
from rnn_names.model.calibration import CAUTION, COLDEST, HOTTEST, POWERS, trained_prior
from rnn_names.training.weights import class_weights

C = 4
WEIGHT = st.floats(1e-3, 1e3)
WEIGHTS = st.lists(WEIGHT, min_size=C, max_size=C).map(np.array)
ROWS = st.lists(WEIGHTS, min_size=1, max_size=8).map(np.array)
TEMPERATURES = st.floats(0.2, 5)


def normal(weights: FloatArray) -> FloatArray:
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def scores(p: FloatArray) -> FloatArray:
    """Scores whose softmax is p; the sum of each row is arbitrary."""
    return np.log(np.maximum(p, np.finfo(p.dtype).tiny)) + np.arange(len(p), dtype=p.dtype)[:, None]


def adjust(p: FloatArray, trained: FloatArray, prior: FloatArray, temperature: float) -> FloatArray:
    return calibration.adjust(scores(p), trained, prior, temperature)


def fit_temperature(p: FloatArray, truth: IntArray, trained: FloatArray, prior: FloatArray) -> float:
    return calibration.fit_temperature(scores(p), truth, trained, prior)


def loss(p: FloatArray, truth: IntArray) -> float:
    with np.errstate(divide="ignore"):  # of a country that is impossible
        return float(-np.log(p[np.arange(len(p)), truth]).mean())


# the prior


def test_another_prior_by_hand() -> None:
    p = np.array([[0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
    found = adjust(p, np.array([1.0, 1.0, 2.0]), np.array([2.0, 1.0, 1.0]), 1.0)
    expected = [[1.2 / 1.55, 0.3 / 1.55, 0.05 / 1.55], [0.4 / 0.9, 0.2 / 0.9, 0.3 / 0.9]]
    np.testing.assert_allclose(found, expected)


def test_a_temperature_by_hand() -> None:
    p = np.array([[0.8, 0.2]])
    even = np.ones(2)
    np.testing.assert_allclose(adjust(p, even, even, 0.5), [[0.64 / 0.68, 0.04 / 0.68]])
    np.testing.assert_allclose(adjust(p, even, even, 2.0), [[2 / 3, 1 / 3]])  # √0.8 is twice √0.2


@given(ROWS, WEIGHTS)
def test_under_the_prior_of_the_training_nothing_changes(rows: FloatArray, prior: FloatArray) -> None:
    np.testing.assert_allclose(adjust(normal(rows), prior, prior, 1.0), normal(rows), rtol=1e-9)


@given(ROWS, WEIGHTS, WEIGHTS)
def test_another_prior_is_that_of_bayes_rule(
    likelihood: FloatArray, trained: FloatArray, prior: FloatArray
) -> None:
    # p(country | name) ∝ p(name | country) p(country), of which only the last factor changes.
    p = normal(likelihood * trained)
    np.testing.assert_allclose(adjust(p, trained, prior, 1.0), normal(likelihood * prior), rtol=1e-9)


@given(ROWS, WEIGHTS, WEIGHTS, TEMPERATURES)
def test_a_temperature_is_a_power(
    rows: FloatArray, trained: FloatArray, prior: FloatArray, temperature: float
) -> None:
    at_1 = adjust(normal(rows), trained, prior, 1.0)
    found = adjust(normal(rows), trained, prior, temperature)
    np.testing.assert_allclose(found, normal(at_1 ** (1 / temperature)), rtol=1e-6)
    first = at_1[
        np.arange(len(at_1)), found.argmax(axis=1)
    ]  # of two that are equal but for rounding, either
    np.testing.assert_allclose(first, at_1.max(axis=1), rtol=1e-9)


@given(ROWS, WEIGHTS, WEIGHTS, TEMPERATURES, WEIGHT)
def test_priors_need_not_sum_to_1(
    rows: FloatArray, trained: FloatArray, prior: FloatArray, temperature: float, times: float
) -> None:
    found = adjust(normal(rows), trained, prior, temperature)
    for again in (
        adjust(normal(rows), times * trained, prior, temperature),
        adjust(normal(rows), trained, times * prior, temperature),
    ):
        np.testing.assert_allclose(again, found, rtol=1e-9)


@given(ROWS, WEIGHTS, st.lists(st.booleans(), min_size=C, max_size=C).filter(any), TEMPERATURES)
def test_what_is_impossible_beforehand_has_probability_0(
    rows: FloatArray, prior: FloatArray, possible: list[bool], temperature: float
) -> None:
    p = normal(rows).astype(np.float32)
    found = adjust(p, np.ones(C), np.where(possible, prior, 0.0), temperature)
    assert found.dtype == np.float32
    assert (found[:, ~np.array(possible)] == 0).all()
    assert (found[:, possible] > 0).any(axis=1).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


def test_certainty_stays_finite() -> None:
    p = np.array([[1, 0], [0, 1]], np.float32)
    found = adjust(p, np.array([1.0, 9.0]), np.array([9.0, 1.0]), 2.0)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, p, atol=1e-6)
    # A country with the whole prior is certain, even if the network gives it 0.
    np.testing.assert_array_equal(adjust(p, np.ones(2), np.array([0.0, 1.0]), 1.0), [[0, 1], [0, 1]])


@pytest.mark.parametrize(("mode", "expected"), [("none", [9, 1]), ("sqrt", [3, 1]), ("balanced", [1, 1])])
def test_the_prior_that_the_class_weights_make_by_hand(mode: str, expected: list[float]) -> None:
    assert trained_prior(np.array([9.0, 1.0]), mode).tolist() == expected


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=6), st.sampled_from(sorted(POWERS)))
def test_the_prior_of_the_training_is_each_country_s_share_in_the_loss(names: list[int], mode: str) -> None:
    counts = np.array(names, float)
    np.testing.assert_allclose(
        normal(trained_prior(counts, mode)), normal(counts * class_weights(counts, mode))
    )


# the temperature


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("known", [0.4, 1.0, 2.5])
def test_a_known_temperature_is_found(known: float, dtype: type) -> None:
    rng = np.random.default_rng(3)
    even = np.ones(5)
    p = normal(np.exp(rng.standard_normal((20_000, 5))))
    truth = (rng.random((len(p), 1)) > p.cumsum(axis=1)).sum(axis=1)
    sharpened: FloatArray = normal(p**known).astype(dtype)  # which the temperature `known` makes p again
    assert fit_temperature(sharpened, truth, even, even) == pytest.approx(known, rel=0.04)


@given(
    ROWS.filter(lambda rows: len(rows) > 1),
    WEIGHTS,
    WEIGHTS,
    st.lists(st.integers(0, C - 1), min_size=8, max_size=8),
)
def test_no_temperature_has_a_lower_loss(
    rows: FloatArray, trained: FloatArray, prior: FloatArray, countries: list[int]
) -> None:
    p, truth = normal(rows), np.array(countries[: len(rows)])
    fitted = fit_temperature(p, truth, trained, prior)
    assert COLDEST * 0.999 < fitted < HOTTEST * 1.001

    def objective(t: float) -> float:
        return loss(adjust(p, trained, prior, t), truth) + CAUTION / len(p) * math.log(t) ** 2

    assert objective(fitted) <= min(map(objective, np.geomspace(COLDEST, HOTTEST, 400))) + 1e-6


def test_a_few_names_that_are_all_right_do_not_make_it_certain() -> None:
    even = np.ones(2)
    p = np.array([[0.9, 0.1], [0.2, 0.8]] * 20)
    right, wrong = np.array([0, 1] * 20), np.array([1, 0] * 20)
    assert 0.6 < fit_temperature(p, right, even, even) < 1
    assert 1 < fit_temperature(p, wrong, even, even) < 10
    few, many = (fit_temperature(np.tile(p, (k, 1)), np.tile(right, k), even, even) for k in (1, 1000))
    assert COLDEST < many < few / 2


def test_a_temperature_by_hand_is_fitted() -> None:
    # Two of three answers are right, all at odds of 8 to 1: a temperature of 3 makes the odds 2 to 1.
    p = np.array([[8, 1], [8, 1], [1, 8]]) / 9
    p, truth = np.tile(p, (100_000, 1)), np.zeros(300_000, int)
    assert fit_temperature(p, truth, np.ones(2), np.ones(2)) == pytest.approx(3, rel=1e-3)
    assert math.log(8) / math.log(2) == pytest.approx(3)


def test_the_temperature_is_fitted_under_the_prior_that_is_to_hold() -> None:
    # Under even odds the network said 4 to 1; a prior of 16 to 1 makes it 64 to 1, or 4 to 1 against.
    p = np.array([[0.8, 0.2]] * 90_000)
    truth = np.array(([0] * 8 + [1]) * 10_000)  # 8 to 1: half of the logarithm
    fitted = fit_temperature(p, truth, np.ones(2), np.array([16.0, 1.0]))
    assert fitted == pytest.approx(2, rel=1e-2)
