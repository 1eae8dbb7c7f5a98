import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rnn_names
from rnn_names import NameClassifier
from rnn_names.base.arrays import FloatArray
from rnn_names.base.bundled import bundled_test
from rnn_names.base.errors import CheckpointError, DataError, UnknownCountryError
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.network import scores
from rnn_names.network.init import init_params
from rnn_names.network.layers import softmax
from rnn_names.network.scores import forward
from rnn_names.training.prepared import prepare
from tests.conftest import PLAIN

NAMES = ["Schmidt", "Papadopoulos", "山田", "Nowak", "Nguyễn", "x", "Yamamoto", "Ō", "a" * 300]
KNOWN = ["Schmidt", "Papadopoulos", "Nowak", "Nguyen", "Yamamoto", "x", "a" * 300]  # letters of the model


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


def test_a_name_scores_the_same_in_any_company(
    classifier: NameClassifier, few_countries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [example.name for example in read_examples(few_countries)]
    monkeypatch.setattr(scores, "GROUP", 300)  # so that both threads have work
    together = classifier.predict_proba(names)
    for i in (0, 1, 400, 511, 512, 972):
        np.testing.assert_array_equal(classifier.predict_proba([names[i]])[0], together[i])
    np.testing.assert_array_equal(classifier.predict_proba(names[::-1])[::-1], together)


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
    assert guesses[1][0].country == classifier.predict(["Nowak"])[0][0].country


def test_a_bare_string_is_refused(classifier: NameClassifier) -> None:
    with pytest.raises(TypeError, match=r"write \[name\]"):
        classifier.predict_proba("Nowak")
    with pytest.raises(TypeError, match=r"write \[name\]"):
        classifier.predict("Nowak")


def test_no_names(classifier: NameClassifier) -> None:
    assert classifier.predict_proba([]).shape == (0, 5)
    assert classifier.predict([]) == []


def test_odd_text_is_answered(classifier: NameClassifier) -> None:
    odd = ["\ud800", "\x02\x03\x1a", "\u0301", "\U0010ffff", "a\nb", "\0"]
    assert np.isfinite(classifier.of_texts(odd)).all()
    assert np.isnan(classifier.predict_proba(odd)).all(axis=1).tolist() == [*[True] * 4, False, True]


class NAType:
    """Stands for the type of pandas.NA."""

    def __eq__(self, other: object) -> "NAType":  # type: ignore[override]  # as pandas has it
        return self

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


@pytest.mark.parametrize(
    "missing", [None, float("nan"), np.float64("nan"), NAType(), "", "  ", "12345", "-", "…"]
)
def test_a_missing_name_has_no_answer(classifier: NameClassifier, missing: Any) -> None:
    assert [len(guesses) for guesses in classifier.predict(["Nowak", missing])] == [3, 0]
    p = classifier.predict_proba(["Nowak", missing])
    assert np.isnan(p).all(axis=1).tolist() == [False, True]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("", "for one name write"),
        (b"Nowak", "for one name write"),
        ({"a": "Nowak"}, "give one column of the dict"),
        ({"Nowak"}, "give sorted"),
        (np.array([["Nowak"]]), "one dimension"),
        (["Nowak", 3], r"names\[1\] is 3"),
        (("Nowak", b"Abe"), r"names\[1\] is b'Abe'"),
    ],
)
def test_what_is_no_list_of_names_is_refused(classifier: NameClassifier, names: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        classifier.predict(names)
    with pytest.raises(TypeError, match=said):
        classifier.predict_proba(names)


def test_names_of_other_kinds(classifier: NameClassifier) -> None:
    expected = classifier.predict(["Nowak", "Abe"])
    for names in (("Nowak", "Abe"), np.array(["Nowak", "Abe"]), iter(["Nowak", "Abe"])):
        assert [[g.country for g in of_name] for of_name in classifier.predict(names)] == [
            [g.country for g in of_name] for of_name in expected
        ]


def test_what_it_is_in_one_line(classifier: NameClassifier) -> None:
    assert re.fullmatch(r"<NameClassifier of 5 countries: 1 × rnn of 16 units, .*>", repr(classifier))
    assert "bundled" in repr(NameClassifier.load())


HOST = """
import csv, gc, locale, os, signal, warnings
import numpy as np

def state():
    signals = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    return (csv.field_size_limit(), dict(os.environ), signals, list(warnings.filters), gc.get_threshold(),
            locale.getlocale(), np.geterr())

before = state()
import rnn_names
rnn_names.NameClassifier.load().predict(["Nowak"] * 5000)
import rnn_names.names.tables
assert state() == before
"""


def test_the_library_leaves_its_host_as_it_is() -> None:
    subprocess.run([sys.executable, "-c", HOST], check=True)


def test_evaluate_counts_unknown_labels(classifier: NameClassifier) -> None:
    rows = [
        Example("Nowak", "Poland"),
        Example("Nowak", "Poland"),
        Example("Quispe", "Peru"),
        Example("Mamani", "Peru"),
        Example("Ait", "Morocco"),
    ]
    metrics, unknown = classifier.evaluate(rows)
    assert (metrics.n, metrics.n_known) == (5, 2)  # a row each, duplicates too
    assert unknown == {"Peru": 2, "Morocco": 1}
    answered = classifier.predict(["Nowak"])[0][0].country
    assert metrics.accuracy == 2 / 5 * (answered == "Poland")


def test_evaluate_with_no_known_label_is_an_error(classifier: NameClassifier) -> None:
    with pytest.raises(DataError, match=r"knows none of the labels \(Peru\)"):
        classifier.evaluate([Example("Quispe", "Peru")])
    with pytest.raises(DataError, match="no name to score"):
        classifier.evaluate([])


# the package


def test_the_public_names_are_there() -> None:
    assert {"Example", "Guess", "NameClassifier", "RnnNamesError", "__version__"} < set(rnn_names.__all__)
    assert set(rnn_names.__all__) <= set(dir(rnn_names))
    for name in rnn_names.__all__:
        assert getattr(rnn_names, name) is not None
    assert rnn_names.NameClassifier.__module__ == "rnn_names.model.classifier"
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


# several networks


def test_networks_are_averaged(model: Checkpoint) -> None:
    def with_members(*seeds: int) -> FloatArray:
        members = tuple(init_params(model.network, np.random.default_rng(seed)) for seed in seeds)
        return NameClassifier(replace(model, members=members, temperature=1.0)).predict_proba(KNOWN)

    one, two, three = (with_members(seed).astype(float) for seed in (1, 2, 3))
    expected = np.cbrt(one * two * three)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(with_members(1, 2, 3), expected, rtol=1e-5)
    np.testing.assert_allclose(with_members(3, 1, 2), expected, rtol=1e-5)
    np.testing.assert_allclose(with_members(1, 1), one, rtol=1e-5)
    assert abs(expected - one).max() > 0.01


def test_the_temperature_is_a_power(model: Checkpoint) -> None:
    plain, warm = (
        NameClassifier(replace(model, temperature=t)).predict_proba(KNOWN).astype(float) for t in (1.0, 2.0)
    )
    expected = np.sqrt(plain)
    np.testing.assert_allclose(warm, expected / expected.sum(axis=1, keepdims=True), rtol=1e-5)


# priors


@pytest.fixture
def uneven(model: Checkpoint) -> Checkpoint:
    """The model, as if its training lists had very different lengths."""
    return replace(model, counts=(400, 100, 25, 900, 1), temperature=1.0)


def test_other_priors_by_bayes_rule(uneven: Checkpoint) -> None:
    uneven = replace(uneven, temperature=1.3)
    weights = [1.0, 0.5, 4.0, 1.0, 2.0]
    mapping = dict(zip(uneven.countries, weights, strict=True))
    by_prior = [
        NameClassifier(uneven, prior).predict_proba(KNOWN) for prior in ("data", "uniform", "sqrt", mapping)
    ]
    likelihood = by_prior[0] / np.array(uneven.counts)
    for p, prior in zip(by_prior[1:], (np.ones(5), np.sqrt(uneven.counts), np.array(weights)), strict=True):
        expected = likelihood * prior
        np.testing.assert_allclose(p, expected / expected.sum(axis=1, keepdims=True), rtol=1e-4)
    np.testing.assert_array_equal(NameClassifier(uneven).predict_proba(KNOWN), by_prior[0])
    counts = dict(zip(uneven.countries, uneven.counts, strict=True))
    np.testing.assert_array_equal(NameClassifier(uneven, counts).predict_proba(KNOWN), by_prior[0])


@pytest.mark.parametrize("prior", ["data", "sqrt", "uniform"])
def test_the_prior_that_a_model_was_calibrated_for_holds_unless_told_otherwise(
    uneven: Checkpoint, prior: str
) -> None:
    calibrated = replace(uneven, training=replace(uneven.training, prior=prior))
    expected = NameClassifier(uneven, prior).predict_proba(NAMES)
    np.testing.assert_allclose(NameClassifier(calibrated).predict_proba(NAMES), expected, rtol=1e-5)
    for other in {"data", "sqrt", "uniform"} - {prior}:
        assert not np.allclose(NameClassifier(calibrated, other).predict_proba(NAMES), expected, rtol=1e-2)


@pytest.mark.parametrize("mode", ["none", "cbrt", "sqrt", "balanced"])
def test_what_the_weights_made_of_the_prior_is_put_right(uneven: Checkpoint, mode: str) -> None:
    model = replace(uneven, training=replace(uneven.training, class_weight=mode))
    raw = softmax(forward(model.members[0], model.network, model.alphabet.encode(KNOWN)).astype(float))
    n = np.array(model.counts, float)
    expected = raw * {"none": np.ones(5), "cbrt": np.cbrt(n), "sqrt": np.sqrt(n), "balanced": n}[mode]
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(NameClassifier(model).predict_proba(KNOWN), expected, rtol=1e-4)


def test_countries_without_weight_have_probability_0(model_file: Path) -> None:
    classifier = NameClassifier.load(model_file, {"Poland": 1, "Japan": 1, "Greece": 0})
    p = classifier.predict_proba(NAMES)
    assert (p[:, [0, 1, 4]] == 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    assert {guesses[0].country for guesses in classifier.predict(NAMES)} == {"Japan", "Poland"}
    assert (NameClassifier.load(model_file, {"Japan": 0.1}).predict_proba(NAMES)[:, 2] == 1).all()


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        ({"Polland": 1.0}, "prior: 'Polland' is not a country of the model; did you mean 'Poland'?"),
        (
            {"Poland": 1.0, "Xy": 1.0},
            "prior: 'Xy' is not a country of the model; it knows Germany, Greece, Japan, Poland, Vietnam",
        ),
        ({"Poland": -0.5}, "prior: the weight of 'Poland' is -0.5; give a number of at least 0"),
        ({"Poland": float("nan")}, "prior: the weight of 'Poland' is nan; give a number of at least 0"),
        ({"Poland": float("inf")}, "prior: the weight of 'Poland' is inf; give a number of at least 0"),
        ({"Poland": 0.0, "Japan": 0.0}, "prior: no country has a weight above 0; give one"),
        ({}, "prior: no country has a weight above 0; give one"),
    ],
)
def test_a_prior_that_is_none_is_refused(model: Checkpoint, prior: dict[str, float], said: str) -> None:
    with pytest.raises(DataError) as caught:
        NameClassifier(model, prior)
    assert str(caught.value) == said


def test_a_prior_of_another_name_is_refused(model: Checkpoint) -> None:
    with pytest.raises(
        ValueError, match="data, sqrt, uniform, population or weights of countries, not 'flat'"
    ):
        NameClassifier(model, "flat")


@pytest.mark.parametrize("weight", [5e-324, 1e-300, 1e308])
def test_weights_of_any_size(model: Checkpoint, weight: float) -> None:
    classifier = NameClassifier(model, dict.fromkeys(model.countries, weight))
    expected = NameClassifier(model, "uniform").predict_proba(NAMES)
    np.testing.assert_allclose(classifier.predict_proba(NAMES), expected, rtol=1e-4)


# unknown letters


@pytest.mark.parametrize("name", ["山田", "Иванов", "\u0e2a\u0e21"])
def test_of_a_name_in_another_script_nothing_is_known_but_the_prior(uneven: Checkpoint, name: str) -> None:
    for prior, expected in (
        ("data", np.array(uneven.counts) / sum(uneven.counts)),
        ("uniform", np.full(5, 0.2)),
        ({"Poland": 3.0, "Japan": 1.0}, np.array([0, 0, 0.25, 0.75, 0])),
    ):
        (p,) = NameClassifier(uneven, prior).predict_proba([name])
        np.testing.assert_allclose(p, expected, atol=1e-7)
        assert ((p == 0) == (expected == 0)).all()


def test_countries_that_are_equally_likely_keep_their_order(model: Checkpoint) -> None:
    names = ["山田", "Иванов", "ж"]
    for guesses in NameClassifier(model, "uniform").predict(names, 5):
        assert [guess.country for guess in guesses] == list(model.countries)


@pytest.mark.parametrize(
    ("name", "share"), [("Nowжж", 2 / 5), ("Noжж", 1 / 2), ("жNow", 1 / 4), ("жNжж", 3 / 4)]
)
def test_part_of_the_letters_unknown_is_part_of_the_way_to_the_prior(
    uneven: Checkpoint, name: str, share: float
) -> None:
    (raw,) = softmax(
        forward(uneven.members[0], uneven.network, uneven.alphabet.encode([name])).astype(float)
    )
    n = np.array(uneven.counts, float)
    raw *= np.cbrt(n)  # the labels counted by n^⅔
    expected = (1 - share) * raw / raw.sum() + share * n / n.sum()
    found = NameClassifier(uneven).predict_proba(["Nowak", name, "Abe"])
    np.testing.assert_allclose(found[1], expected, rtol=1e-4)
    # It moves no other name.
    np.testing.assert_allclose(
        found[::2], NameClassifier(uneven).predict_proba(["Nowak", "Abe"]), rtol=1e-4
    )


def test_the_letters_that_are_unknown(classifier: NameClassifier) -> None:
    unknown = classifier.unknown_letters
    assert [unknown(name) for name in ("Nowak", "NOWAK", "Nǒwąk", "")] == ["", "", "", ""]
    assert [unknown(name) for name in ("山田", "ИВАН", "Noжak7", "ЖaЖ")] == ["山田", "иван", "ж7", "жж"]


def test_a_name_of_two_parts_is_no_name_of_unknown_letters() -> None:
    examples = [
        Example(a + b + c, country)
        for country, vowels in (("Italy", "ao"), ("Congo", "eu"))
        for a in "klmnprst"
        for b in vowels
        for c in "klmnprst"
    ]
    config = replace(PLAIN, epochs=1, join=0.5)  # half of the names are read with a blank or a hyphen
    data = prepare(examples, config)
    assert [data.alphabet.unknown(name) for name in ("kak", "kak lol", "kak-lol")] == ["", "", ""]


def test_evaluate_under_a_threshold(classifier: NameClassifier, few_countries: Path) -> None:
    examples = read_examples(few_countries)
    plain, _ = classifier.evaluate(examples)
    metrics, _ = classifier.evaluate(examples, 0.9)
    p = classifier.predict_proba([example.name for example in examples])
    sure = p.max(axis=1) >= 0.9
    right = [classifier.countries[row.argmax()] == e.country for row, e in zip(p, examples, strict=True)]
    assert 0 < metrics.coverage < plain.coverage == 1
    assert metrics.coverage == pytest.approx(sure.mean())
    assert metrics.covered_accuracy == pytest.approx(np.array(right)[sure].mean())
    assert metrics.accuracy == plain.accuracy


def test_a_country_is_found_in_whatever_case(classifier: NameClassifier, model: Checkpoint) -> None:
    place = classifier.countries.index("Germany")
    assert classifier.index("gERMANY") == place
    assert NameClassifier(model, {"germany": 2.0, "Greece": 2.0}).prior[place] == 0.5
    with pytest.raises(
        DataError, match=r"^x: 'Germoney' is not a country of the model; did you mean 'Germany'\?$"
    ):
        classifier.index("Germoney", "x: ")


@pytest.mark.parametrize("names", [None, 5, bytearray(b"Rossi")])
def test_what_is_no_list_of_names(classifier: NameClassifier, names: Any) -> None:
    with pytest.raises(TypeError, match="names must be a list of strings"):
        classifier.predict(names)


@pytest.mark.parametrize("example", [Example(None, "Italy"), Example("Rossi", None), ("Rossi",)])  # type: ignore[arg-type]  # what is tried
def test_what_is_no_example(classifier: NameClassifier, example: Any) -> None:
    with pytest.raises(TypeError, match=r"examples\[0\] is"):
        classifier.evaluate([example])


def test_a_country_with_two_weights(classifier: NameClassifier) -> None:
    with pytest.raises(UnknownCountryError, match="are one country"):
        NameClassifier(classifier.model, {"Poland": 1, "poland": 5})
    with pytest.raises(TypeError, match="weights by country"):
        NameClassifier(classifier.model, [1, 2])  # type: ignore[arg-type]  # what is tried


def test_a_sign_that_goes_with_letters_is_no_name(classifier: NameClassifier) -> None:
    assert classifier.predict(["ー", "ˉ", "-"]) == [[], [], []]


@pytest.mark.parametrize("bits", [64, 5, 12, 0])
def test_bits_that_no_file_has(classifier: NameClassifier, tmp_path: Path, bits: int) -> None:
    with pytest.raises(CheckpointError, match="give 32, 16, 8 or 4"):
        checkpoint.save(tmp_path / "m.npz", classifier.model, bits)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_does_not_depend_on_the_names_beside_it() -> None:
    classifier = NameClassifier.load()
    names = [example.name for example in read_examples(bundled_test())[:1200]]
    p = classifier.predict_proba(names)
    for size in (1, 7, 512):
        some = names[: 40 * size]
        parts = [classifier.predict_proba(some[at : at + size]) for at in range(0, len(some), size)]
        np.testing.assert_array_equal(np.concatenate(parts), p[: len(some)])
    np.testing.assert_array_equal(classifier.predict_proba(names[::-1])[::-1], p)


def test_answers_tell_what_each_name_alone_tells() -> None:
    classifier = NameClassifier.load()
    names = ["Ito", "", "12", "ᚠᚢᚦ", "Ito ᚠ", "é" * 300, "Dr. Ito", "a" * 257]
    names += ["ж" * 130, "\u200b" * 140_000]
    for name, answer in zip(names, classifier.answers(names, 2), strict=True):
        assert answer.guesses == classifier.predict([name], 2)[0]
        assert answer.unknown_letters == classifier.unknown_letters(name)
        assert answer.groups == []


def test_a_name_of_one_word_may_have_a_temperature_of_its_own() -> None:
    classifier = NameClassifier.load()
    names = ["Schmidt", "Anna Schmidt", "Kowalski", "Jan Kowalski", ""]
    model = replace(classifier.model, alone=None)
    cold, hot = (NameClassifier(replace(model, temperature=t)).predict_proba(names) for t in (0.8, 2.0))
    both = NameClassifier(replace(model, temperature=0.8, alone=2.0)).predict_proba(names)
    np.testing.assert_array_equal(both[1:4:2], cold[1:4:2])
    np.testing.assert_array_equal(both[::2], hot[::2])
    assert not np.array_equal(cold[0], hot[0])
