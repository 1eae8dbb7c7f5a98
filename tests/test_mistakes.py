"""The surest wrong answers, and what in the name speaks for them."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rnn_names.insight.counted import Counted
from rnn_names.insight.explain import explain
from rnn_names.insight.mistakes import Mistake, mistakes
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.cleaning import clean
from rnn_names.names.example import Example
from rnn_names.names.groups import Groups, grouped
from rnn_names.show.mistakes import because
from tests.test_cli import fine

WRONG = [("Nowak", "Japan"), ("Papadopoulos", "Poland"), ("Dr. Yamamoto (retired)", "Greece")]


def found(classifier: NameClassifier, groups: Groups | None = None) -> list[Mistake]:
    scored = classifier.score([Example(*row) for row in WRONG])
    return mistakes(classifier, scored.by(groups) if groups else scored, 9)


def test_ngrams_are_those_that_explain_tells(knowing: Checkpoint) -> None:
    classifier = NameClassifier(knowing)
    listed = found(classifier)
    assert len(listed) >= 2
    for one in listed:
        (told,) = explain(classifier, [one.name], one.answer)
        assert one.ngrams
        assert one.letters == ()
        assert one.ngrams == tuple(each for each in told.ngrams if each.effect > 0)


def log_odds(classifier: NameClassifier, name: str, country: str) -> float:
    p = classifier.predict_proba([name])[0, classifier.index(country)]
    return float(np.log(p / (1 - p)))


def test_without_ngrams_letters_speak(classifier: NameClassifier) -> None:
    listed = found(classifier)
    assert len(listed) >= 2
    for one in listed:
        name = clean(one.name)
        whole = log_odds(classifier, name, one.answer)
        effects = [
            (whole - log_odds(classifier, name[:k] + name[k + 1 :], one.answer), letter)
            for k, letter in enumerate(name.lower())
        ]
        expected = sorted((each for each in effects if each[0] > 0), reverse=True)
        assert one.ngrams == ()
        assert [each.ngram for each in one.letters] == [letter for _, letter in expected]
        assert [each.effect for each in one.letters] == pytest.approx([e for e, _ in expected], abs=1e-3)


def test_an_ngram_model_that_knows_none_in_a_name_tells_letters(knowing: Checkpoint) -> None:
    classifier = NameClassifier(knowing)
    scored = classifier.score([Example("Qx", label) for label in classifier.countries])
    listed = mistakes(classifier, scored, 9)
    assert len(listed) == len(classifier.countries) - 1
    assert all(one.ngrams == () for one in listed)
    assert any(one.letters for one in listed)


@pytest.mark.parametrize("plain", [True, False])
def test_of_groups_the_effects_are_on_the_group(
    classifier: NameClassifier, knowing: Checkpoint, plain: bool
) -> None:
    one = classifier if plain else NameClassifier(knowing)
    each_alone = found(one, grouped([f"of {country}" for country in one.countries]))
    listed = found(one)
    assert [m.answer for m in each_alone] == [f"of {m.answer}" for m in listed]
    for grouped_one, single in zip(each_alone, listed, strict=True):
        effects = [part.effect for part in (single.ngrams or single.letters)]
        assert [p.effect for p in (grouped_one.ngrams or grouped_one.letters)] == pytest.approx(effects)
    assert found(one, grouped(["any"] * len(one.countries))) == []


@pytest.mark.parametrize(
    ("ngrams", "letters", "told"),
    [
        (
            [("ov-", 1.234), ("-ski", 0.5), ("a-", 0.06), ("-b-", 0.05)],
            [],
            "ov- +1.23, -ski +0.50, a- +0.06",
        ),
        ([("ov-", 0.04)], [("x", 0.9)], ""),
        ([], [("x", 0.9), (" ", 0.8)], "x +0.90, ␣ +0.80"),
        ([], [], ""),
    ],
)
def test_the_three_that_speak_most_are_told(
    ngrams: Sequence[tuple[str, float]], letters: Sequence[tuple[str, float]], told: str
) -> None:
    parts = (tuple(Counted(*one) for one in each) for each in (ngrams, letters))
    assert because(Mistake("Name", "a", "b", 0.9, *parts)) == told


def test_of_the_bundled_model_in_every_format(tmp_path: Path) -> None:
    data = tmp_path / "people.csv"
    data.write_text(
        "name,country\nIonescu,Spain\nYamamoto,Italy\nKowalski,Poland\n", encoding="utf-8", newline=""
    )
    asked = ["evaluate", data, "-m", "bundled", "--errors", 2]
    table = fine(*asked).stdout
    (line,) = (line for line in table.splitlines() if "Ionescu" in line)
    assert re.search(r" -?[a-z]+-? [+-]\d\.\d\d,", line)  # an n-gram and its effect
    record = json.loads(fine(*asked, "--format", "json").stdout)["errors"]
    assert [one["name"] for one in record] == ["Ionescu", "Yamamoto"]
    assert list(record[0]) == ["name", "truth", "answer", "probability", "ngrams", "letters"]
    effects = [one["effect"] for one in record[0]["ngrams"]]
    assert effects[0] > 0.1
    assert effects == sorted(effects, key=lambda effect: -abs(effect))
    rows = [*csv.reader(fine(*asked, "--format", "csv").stdout.splitlines())]
    assert rows[0] == ["name", "truth", "answer", "probability", "because"]
    assert [row[:3] for row in rows[1:]] == [
        ["Ionescu", "Spain", "Romania"],
        ["Yamamoto", "Italy", "Japan"],
    ]
    assert rows[1][4].startswith(record[0]["ngrams"][0]["ngram"])
    several = fine(*asked, data, "--format", "csv").stdout.splitlines()
    assert several[0] == "model,data,name,truth,answer,probability,because"
    assert len(several) == 5
    assert [*csv.reader(fine(*asked, "--format", "csv", "--by", "region").stdout.splitlines())][2][2] == (
        "Eastern Asia"
    )
