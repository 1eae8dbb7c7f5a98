import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.model.metrics import CountryMetrics, Metrics, calibration_bins, evaluate


def score(probabilities: list[list[float]], truth: list[int]) -> Metrics:
    countries = "ABCDEF"[: len(probabilities[0])]
    return evaluate(np.array(probabilities, float), np.array(truth), countries)


def test_metrics_by_hand() -> None:
    # Answers A A B C, of which the first and the third are right; D is neither true nor answered.
    metrics = score(
        [[0.7, 0.2, 0.1, 0], [0.5, 0.4, 0.1, 0], [0.2, 0.6, 0.1, 0.1], [0.05, 0.2, 0.6, 0.15]], [0, 1, 1, 0]
    )
    assert metrics.n == 4
    assert metrics.accuracy == 0.5
    assert metrics.top3_accuracy == 0.75  # of the last name, the truth is fourth
    assert metrics.per_country == {
        "A": CountryMetrics(2, 0.5, 0.5, 0.5),
        "B": CountryMetrics(2, 1.0, 0.5, 2 / 3),
        "C": CountryMetrics(0, 0.0, 0.0, 0.0),
    }
    assert metrics.macro_f1 == pytest.approx((0.5 + 2 / 3 + 0) / 3)
    assert metrics.balanced_accuracy == 0.5
    assert metrics.nll == pytest.approx(
        -(math.log(0.7) + math.log(0.4) + math.log(0.6) + math.log(0.05)) / 4
    )
    # Bins: 0.7 in the 11th, 0.5 in the 8th, 0.6 and 0.6 in the 9th.
    assert metrics.ece == pytest.approx((0.3 + 0.5 + abs(1 - 1.2)) / 4)


def test_a_perfect_predictor() -> None:
    metrics = score([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]], [0, 1, 2, 1])
    assert metrics.accuracy == metrics.top3_accuracy == metrics.macro_f1 == metrics.balanced_accuracy == 1
    assert metrics.nll == metrics.ece == 0


def test_a_constant_predictor() -> None:
    metrics = score([[0.4, 0.3, 0.2, 0.1]] * 4, [0, 1, 2, 3])
    assert metrics.accuracy == 0.25
    assert metrics.top3_accuracy == 0.75
    assert metrics.balanced_accuracy == 0.25
    assert metrics.macro_f1 == pytest.approx(0.4 / 4)  # precision 1/4, recall 1: F1 2/5, and three zeros
    assert metrics.ece == pytest.approx(0.4 - 0.25)


def test_ties_go_to_the_first() -> None:
    metrics = score([[0.2] * 5] * 5, [0, 1, 2, 3, 4])
    assert metrics.accuracy == 0.2
    assert metrics.top3_accuracy == 0.6
    assert metrics.per_country["A"].recall == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_truth_of_probability_0_has_a_finite_loss(dtype: type) -> None:
    metrics = evaluate(np.array([[1, 0], [0.5, 0.5]], dtype), np.array([1, 1]), "AB")
    assert 40 < metrics.nll < 400


def test_two_countries_are_always_among_three() -> None:
    assert score([[0.9, 0.1], [0.2, 0.8]], [1, 0]).top3_accuracy == 1


@pytest.mark.parametrize(
    ("confidence", "correct", "expected"),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([0.0], [False], 0.0),
        ([0.8, 0.8], [True, False], 0.3),
        ([0.95, 0.35], [True, True], (0.05 + 0.65) / 2),
        ([0.61, 0.65], [False, True], abs(1 - 1.26) / 2),  # one bin, (9/15, 10/15]
        ([0.59, 0.61], [False, True], (0.59 + 0.39) / 2),  # two bins
    ],
)
def test_calibration_error_by_hand(confidence: list[float], correct: list[bool], expected: float) -> None:
    ece = calibration_bins(np.array(confidence), np.array(correct)).ece
    assert ece == pytest.approx(expected)


@pytest.mark.parametrize(
    ("right", "n", "least", "most"),
    [
        (8, 10, 0.4902, 0.9433),  # as SciPy's binomtest has them
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (0, 1, 0.0, 0.7935),
        (50, 100, 0.4038, 0.5962),
        (9000, 10_000, 0.8940, 0.9057),
    ],
)
def test_the_interval_of_an_accuracy(right: int, n: int, least: float, most: float) -> None:
    bins = calibration_bins(np.full(n, 0.9), (np.arange(n) < right).astype(int))
    low, high = (end[bins.n > 0] for end in bins.interval())
    assert low == pytest.approx([least], abs=1e-4)
    assert high == pytest.approx([most], abs=1e-4)
    assert 0 <= low[0] <= right / n <= high[0] <= 1
    empty = bins.n == 0
    assert not bins.interval()[0][empty].any()
    assert bins.interval()[1][empty].all()


@st.composite
def cases(draw: st.DrawFn) -> tuple[FloatArray, IntArray]:
    countries, n = draw(st.integers(1, 6)), draw(st.integers(1, 25))
    # Few distinct values, so that ties are common.
    weights = st.lists(st.integers(0, 4), min_size=countries, max_size=countries).filter(any)
    rows = draw(st.lists(weights, min_size=n, max_size=n))
    truth = draw(st.lists(st.integers(0, countries - 1), min_size=n, max_size=n))
    table = np.array(rows, np.float64)
    return table / table.sum(axis=1, keepdims=True), np.array(truth)


@given(cases())
def test_metrics_agree_with_their_definitions(case: tuple[FloatArray, IntArray]) -> None:
    probabilities, truth_array = case
    p, truth = probabilities.tolist(), truth_array.tolist()
    n, C = len(p), len(p[0])
    ranked = [sorted(range(C), key=lambda c: -row[c]) for row in p]  # sorted keeps ties in order
    guess = [order[0] for order in ranked]
    pairs = list(zip(guess, truth, strict=True))

    metrics = evaluate(probabilities, truth_array, "ABCDEF")
    assert metrics.n == n
    assert metrics.accuracy == pytest.approx(sum(g == t for g, t in pairs) / n)
    assert metrics.top3_accuracy == pytest.approx(
        sum(t in order[:3] for order, t in zip(ranked, truth, strict=True)) / n
    )
    of: dict[str, tuple[int, float, float, float]] = {}
    for c in sorted({*guess, *truth}):
        hits = pairs.count((c, c))
        precision = hits / guess.count(c) if c in guess else 0.0
        recall = hits / truth.count(c) if c in truth else 0.0
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        of["ABCDEF"[c]] = (truth.count(c), precision, recall, f1)
    assert list(metrics.per_country) == list(of)
    for country, m in metrics.per_country.items():
        assert (m.n, m.precision, m.recall, m.f1) == pytest.approx(of[country])
    assert metrics.macro_f1 == pytest.approx(sum(f1 for *_, f1 in of.values()) / len(of))
    recalls = [recall for n_true, _, recall, _ in of.values() if n_true]
    assert metrics.balanced_accuracy == pytest.approx(sum(recalls) / len(recalls))
    losses = [-math.log(max(row[t], np.finfo(float).tiny)) for row, t in zip(p, truth, strict=True)]
    assert metrics.nll == pytest.approx(sum(losses) / n)
    assert 0 <= metrics.ece <= 1


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40).filter(
        # A value on the edge of a bin may be rounded into either.
        lambda rows: all(abs(p * 15 - round(p * 15)) > 1e-9 for p, _ in rows)
    )
)
def test_calibration_error_agrees_with_its_definition(rows: list[tuple[float, bool]]) -> None:
    total = 0.0
    for k in range(15):
        inside = [(p, right) for p, right in rows if k / 15 < p <= (k + 1) / 15]
        if inside:
            accuracy = sum(right for _, right in inside) / len(inside)
            confidence = sum(p for p, _ in inside) / len(inside)
            total += len(inside) / len(rows) * abs(accuracy - confidence)
    p, right = (np.array(column) for column in zip(*rows, strict=True))
    assert calibration_bins(p, right).ece == pytest.approx(total)


def test_a_country_neither_true_nor_answered_is_not_counted() -> None:
    few = score([[0.9, 0.1, 0], [0.2, 0.8, 0]], [0, 1])
    assert few.macro_f1 == 1
    assert set(few.per_country) == {"A", "B"}


# coverage


def test_coverage_by_hand() -> None:
    p = np.array([[0.7, 0.3], [0.5, 0.5], [0.2, 0.8], [0.1, 0.9]])
    truth = np.array([0, 1, 0, 1])  # right, wrong, wrong, right
    for threshold, coverage, accuracy in (
        (0.0, 1, 1 / 2),
        (0.5, 1, 1 / 2),  # an answer that reaches the threshold is given
        (0.6, 3 / 4, 2 / 3),
        (0.75, 2 / 4, 1 / 2),
        (0.85, 1 / 4, 1),
        (0.95, 0, None),
    ):
        metrics = evaluate(p, truth, "AB", threshold)
        assert metrics.coverage == coverage
        assert metrics.covered_accuracy == (None if accuracy is None else pytest.approx(accuracy))


@given(cases(), st.integers(0, 12).map(lambda k: k / 12))
def test_coverage_agrees_with_its_definition(case: tuple[FloatArray, IntArray], threshold: float) -> None:
    p, truth = case
    rows = [(max(row), row.index(max(row)) == t) for row, t in zip(p.tolist(), truth.tolist(), strict=True)]
    covered = [right for confidence, right in rows if confidence >= threshold]
    metrics = evaluate(p, truth, "ABCDEF", threshold)
    assert metrics.coverage == pytest.approx(len(covered) / len(rows))
    if covered:
        assert metrics.covered_accuracy == pytest.approx(sum(covered) / len(covered))
    else:
        assert metrics.covered_accuracy is None
    # Figures of countries obey the threshold; the others do not, and without one all is covered.
    plain = evaluate(p, truth, "ABCDEF")
    assert (plain.coverage, plain.covered_accuracy) == (1, plain.accuracy)
    assert (metrics.accuracy, metrics.top3_accuracy) == (plain.accuracy, plain.top3_accuracy)
    assert (metrics.nll, metrics.ece) == (plain.nll, plain.ece)
    given = [row.index(max(row)) for row in p.tolist() if max(row) >= threshold]
    for country, found in metrics.per_country.items():
        c = "ABCDEF".index(country)
        hits = sum(
            t == c and row.index(max(row)) == c and max(row) >= threshold
            for row, t in zip(p.tolist(), truth.tolist(), strict=True)
        )
        assert found.recall == pytest.approx(hits / max(1, truth.tolist().count(c)))
        assert found.precision == pytest.approx(hits / max(1, given.count(c)))
