"""Evaluations: of each name, of several models and data sets, by the library and by the command."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.classifier import NameClassifier
from rnn_names.dataset import Example
from rnn_names.evaluation import Evaluation
from rnn_names.metrics import ranks

# the library


def evaluation(p: list[list[float]], truth: list[int], names: str, threshold: float = 0.0) -> Evaluation:
    examples = [Example(name, "ABC"[t]) for name, t in zip(names, truth, strict=True)]
    return Evaluation("ABC", examples, np.array(p), np.array(truth), Counter(), threshold)


P = [[0.5, 0.25, 0.25], [0.1, 0.2, 0.7], [0.25, 0.5, 0.25], [0.9, 0.1, 0.0], [0.1, 0.2, 0.7]]
TRUTH = [2, 1, 1, 1, 1]  # wrong, wrong, right, wrong, wrong


def test_what_a_model_says_of_each_name() -> None:
    scored = evaluation(P, TRUTH, "vwxyw")
    assert scored.answer.tolist() == [0, 2, 1, 0, 2]
    assert scored.probability.tolist() == [0.5, 0.7, 0.5, 0.9, 0.7]
    assert scored.truth_rank.tolist() == [3, 2, 1, 2, 2]  # of equals the earlier column
    assert scored.truth_probability.tolist() == [0.25, 0.2, 0.5, 0.1, 0.2]
    assert scored.metrics.accuracy == 1 / 5


def test_mistakes_are_the_most_confident_and_each_once() -> None:
    assert evaluation(P, TRUTH, "vwxyw").mistakes(10) == [3, 1, 0]
    assert evaluation(P, TRUTH, "vwxyw").mistakes(2) == [3, 1]
    assert evaluation(P, TRUTH, "vwxyz").mistakes(10) == [3, 1, 4, 0]
    assert evaluation(P, TRUTH, "vwxyw", threshold=0.6).mistakes(10) == [3, 1]
    assert evaluation(P[2:3], TRUTH[2:3], "x").mistakes(1) == []


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=9), st.data())
def test_the_rank_is_the_place_in_a_stable_order(rows: list[list[int]], data: st.DataObject) -> None:
    truth = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    places = [
        sorted(range(4), key=lambda c: -row[c]).index(t) + 1 for row, t in zip(rows, truth, strict=True)
    ]
    assert ranks(np.array(rows, float), np.array(truth)).tolist() == places


def test_score_leaves_out_what_the_model_does_not_know(classifier: NameClassifier) -> None:
    rows = [Example("Nowak", "Poland"), Example("Quispe", "Peru"), Example("Abe", "Japan")]
    scored = classifier.score(rows)
    assert [e.name for e in scored.examples] == ["Nowak", "Abe"]
    assert [classifier.countries[t] for t in scored.truth] == ["Poland", "Japan"]
    assert scored.p == pytest.approx(classifier.predict_proba(["Nowak", "Abe"]))
    assert (scored.metrics, scored.unknown) == classifier.evaluate(rows)
