import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import rnn_names
from rnn_names import NameClassifier
from rnn_names.checkpoint import Checkpoint
from rnn_names.dataset import Example, read_examples
from rnn_names.errors import CheckpointError, DataError

NAMES = ["Schmidt", "Papadopoulos", "山田", "Nowak", "Nguyễn", "x", "Yamamoto", "'", "a" * 300]


def test_the_fixture_model_has_learned_something(classifier: NameClassifier, few_countries: Path) -> None:
    metrics, unknown = classifier.evaluate(read_examples(few_countries))
    assert metrics.accuracy > 0.5  # of five countries
    assert metrics.n == 973
    assert not unknown


def test_load(model_file: Path, model: Checkpoint) -> None:
    for path in (model_file, str(model_file)):
        loaded = NameClassifier.load(path)
        assert loaded.countries == model.countries
        np.testing.assert_array_equal(
            loaded.predict_proba(NAMES), NameClassifier(model).predict_proba(NAMES)
        )


def test_load_refuses_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"none\.npz: no such model file"):
        NameClassifier.load(tmp_path / "none.npz")


def test_bundled_model_knows_common_names() -> None:
    classifier = NameClassifier.load()
    for name, country in {
        "Schmidt": "Germany",
        "Nguyen": "Vietnam",
        "Papadopoulos": "Greece",
        "Kowalski": "Poland",
        "Yamamoto": "Japan",
        "Johansson": "Sweden",
    }.items():
        assert (name, classifier.predict([name])[0][0].country) == (name, country)
    assert {"Russia", "Bulgaria"} & {guess.country for guess in classifier.predict(["Ivanov"], 2)[0]}


def test_countries_are_sorted_and_are_the_columns(classifier: NameClassifier) -> None:
    assert list(classifier.countries) == ["Germany", "Greece", "Japan", "Poland", "Vietnam"]
    row = classifier.predict_proba(["Papadopoulos"])[0]
    assert classifier.countries[row.argmax()] == "Greece"


def test_probabilities_are_a_row_for_each_name_that_sums_to_1(classifier: NameClassifier) -> None:
    p = classifier.predict_proba(NAMES)
    assert p.shape == (len(NAMES), 5)
    assert p.dtype == np.float32
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


def test_a_name_scores_the_same_in_any_company(classifier: NameClassifier, few_countries: Path) -> None:
    names = [example.name for example in read_examples(few_countries)]  # 973: more than one chunk
    together = classifier.predict_proba(names)
    for i in (0, 1, 400, 511, 512, 972):
        np.testing.assert_allclose(classifier.predict_proba([names[i]])[0], together[i], atol=1e-6)
    np.testing.assert_allclose(classifier.predict_proba(names[::-1])[::-1], together, atol=1e-6)


def test_spellings_score_the_same(classifier: NameClassifier) -> None:
    p = classifier.predict_proba(["Müller", "MÜLLER", "mu\u0308ller ", " müller"])
    np.testing.assert_allclose(p, np.broadcast_to(p[0], p.shape), atol=1e-6)


def test_guesses_are_the_likeliest_first(classifier: NameClassifier) -> None:
    p = classifier.predict_proba(NAMES)
    for name, row, guesses in zip(NAMES, p, classifier.predict(NAMES, top_k=5), strict=True):
        assert name
        assert [guess.probability for guess in guesses] == sorted(map(float, row), reverse=True)
        assert {guess.country: guess.probability for guess in guesses} == dict(
            zip(classifier.countries, map(float, row), strict=True)
        )


@pytest.mark.parametrize(("top_k", "given"), [(1, 1), (3, 3), (5, 5), (6, 5), (1000, 5)])
def test_top_k(classifier: NameClassifier, top_k: int, given: int) -> None:
    assert [len(guesses) for guesses in classifier.predict(["Nowak", "Abe"], top_k)] == [given, given]
    assert classifier.predict(["Nowak"], top_k)[0] == classifier.predict(["Nowak"], 5)[0][:given]


def test_three_guesses_unless_asked_otherwise(classifier: NameClassifier) -> None:
    assert len(classifier.predict(["Nowak"])[0]) == 3


@pytest.mark.parametrize("top_k", [0, -1])
def test_top_k_below_1_is_refused(classifier: NameClassifier, top_k: int) -> None:
    with pytest.raises(ValueError, match="top_k must be at least 1"):
        classifier.predict(["Nowak"], top_k)


def test_a_blank_name_has_no_guesses(classifier: NameClassifier) -> None:
    guesses = classifier.predict(["", "Nowak", " \t", "\u00a0", "Abe"])
    assert [len(of_name) for of_name in guesses] == [0, 3, 0, 0, 3]
    assert guesses[1] == classifier.predict(["Nowak"])[0]


def test_a_bare_string_is_refused(classifier: NameClassifier) -> None:
    with pytest.raises(TypeError, match=r"write \[name\]"):
        classifier.predict_proba("Nowak")
    with pytest.raises(TypeError, match=r"write \[name\]"):
        classifier.predict("Nowak")


def test_no_names(classifier: NameClassifier) -> None:
    assert classifier.predict_proba([]).shape == (0, 5)
    assert classifier.predict([]) == []


def test_odd_text_is_answered(classifier: NameClassifier) -> None:
    p = classifier.predict_proba(["\ud800", "\x02\x03\x1a", "\u0301", "\U0010ffff", "a\nb", "\0"])
    assert np.isfinite(p).all()


def test_evaluate_counts_unknown_labels(classifier: NameClassifier) -> None:
    rows = [
        Example("Nowak", "Poland"),
        Example("Nowak", "Poland"),
        Example("Quispe", "Peru"),
        Example("Mamani", "Peru"),
        Example("Ait", "Morocco"),
    ]
    metrics, unknown = classifier.evaluate(rows)
    assert metrics.n == 2  # a row each, duplicates too
    assert unknown == {"Peru": 2, "Morocco": 1}
    answered = classifier.predict(["Nowak"])[0][0].country
    assert metrics.accuracy == (answered == "Poland")


def test_evaluate_with_no_known_label_is_an_error(classifier: NameClassifier) -> None:
    with pytest.raises(DataError, match=r"knows none of the labels \(Peru\)"):
        classifier.evaluate([Example("Quispe", "Peru")])
    with pytest.raises(DataError, match="no name to score"):
        classifier.evaluate([])


# the package


def test_the_public_names_are_there() -> None:
    assert set(rnn_names.__all__) == {"Guess", "NameClassifier", "__version__"}
    for name in rnn_names.__all__:
        assert getattr(rnn_names, name) is not None
    assert rnn_names.NameClassifier.__module__ == "rnn_names.classifier"
    assert rnn_names.Guess("Poland", 0.5).country == "Poland"
    with pytest.raises(AttributeError, match="no attribute 'Classifier'"):
        rnn_names.Classifier  # noqa: B018


def test_importing_the_package_does_not_load_numpy() -> None:
    code = (
        "import sys, rnn_names; print('numpy' in sys.modules)\n"
        "from rnn_names import NameClassifier; print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
