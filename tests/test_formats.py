"""Old models still load: a file of every format so far, and its expected answers."""

import json
from pathlib import Path

import numpy as np
import pytest

from rnn_names.model.checkpoint import FORMAT
from rnn_names.model.classifier import NameClassifier

FIXTURES = Path(__file__).resolve().parent / "fixtures"


@pytest.mark.parametrize("version", range(1, FORMAT + 1))
def test_a_model_of_every_format_answers_as_it_did(version: int) -> None:
    pinned = json.loads((FIXTURES / f"format{version}.json").read_text(encoding="utf-8"))
    classifier = NameClassifier.load(FIXTURES / f"format{version}.npz")
    assert list(classifier.countries) == pinned["countries"]
    p = classifier.of_texts(list(pinned["answers"]))
    np.testing.assert_allclose(p, list(pinned["answers"].values()), atol=1e-5)
