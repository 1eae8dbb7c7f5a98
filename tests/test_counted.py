"""Which n-grams counted, against the scores of a name that is read without one."""

import json

import numpy as np
import pytest

from rnn_names import NameClassifier
from rnn_names.insight.counted import counted, in_a_word
from rnn_names.names.encoded import Encoded
from rnn_names.network.input import inputs
from rnn_names.network.scores import scores_of
from tests.test_cli import fine


def test_an_effect_is_the_log_odds_without_the_ngram() -> None:
    classifier = NameClassifier.load()
    model, ngrams = classifier.model, classifier.model.network.ngrams
    assert ngrams is not None
    name = model.alphabet.encode(["Ceaușescu"])
    c = classifier.index("Romania")
    found = counted(classifier, name.symbols, c)
    assert found[0].effect > 0.5
    assert [abs(one.effect) for one in found] == sorted((abs(one.effect) for one in found), reverse=True)
    letters = "_" + model.alphabet.symbols[1:]
    odds = []
    for left_out in (None, found[0].ngram):
        read = {}
        for direction, one in inputs(name, model.network).items():
            at = []
            in_order = name.symbols if direction == "forward" else name.symbols[::-1]
            for node, symbol in zip(one.symbols.tolist(), in_order.tolist(), strict=True):
                single = 0 if symbol < 2 else symbol  # start and end are the mark
                at.append(single if in_a_word(ngrams.spelled(node, letters)) == left_out else node)
            read[direction] = Encoded(np.array(at), one.starts, one.lengths)
        z = scores_of(model.members[0], model.network, read).astype(float)
        p = classifier.calibrated(z, name)[0, c]
        odds.append(np.log(p / (1 - p)))
    assert found[0].effect == pytest.approx(odds[0] - odds[1], abs=1e-5)


@pytest.mark.parametrize(
    ("ngram", "shown"), [("_sch", "sch-"), ("ov", "-ov-"), ("mit_", "-mit"), ("_li_", "li"), ("_a", "a-")]
)
def test_an_ngram_is_shown_as_a_part_of_a_word(ngram: str, shown: str) -> None:
    assert in_a_word(ngram) == shown


def test_a_network_over_letters_has_none(classifier: NameClassifier) -> None:
    symbols = classifier.model.alphabet.encode(["Rossi"]).symbols
    expected = classifier.model.network.ngrams is not None
    assert bool(counted(classifier, symbols, 0)) == expected


def test_what_counted_is_told() -> None:
    assert "n-grams that counted: " in fine("explain", "Ionescu").stdout
    (record,) = json.loads(fine("explain", "Ionescu", "--format", "json").stdout)
    assert {"ngram", "effect"} == set(record["ngrams"][0])
