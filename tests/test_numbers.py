"""Extreme numbers: the right answer, or one clear line. NumPy's warnings are errors here."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from rnn_names.cli.commands import app
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import ENTRIES, NameClassifier
from rnn_names.names.example import Example
from rnn_names.network.config import NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.training import loop
from rnn_names.training.loop import EpochReport, fit
from rnn_names.training.prepared import prepare
from tests.conftest import PLAIN, once

SMALL = ["--hidden-size", "4", "--epochs", "1", "--networks", "1", "-q"]


def run(*args: object) -> Any:
    return CliRunner().invoke(app, once(args))


@pytest.mark.parametrize(
    "size", [["--hidden-size", 10_000_000], ["--hidden-size", 200_000, "--cell", "rnn"]], ids=str
)
def test_an_absurd_size_is_refused_before_memory_is_asked_for(
    few_countries: Path, here: Path, size: list[object]
) -> None:
    result = run("train", few_countries, *SMALL, *size)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: training takes more than ")
    assert "lower --hidden-size or --batch-size" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not list(here.iterdir())


def test_where_the_memory_runs_out_it_is_one_line(
    few_countries: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_: object) -> None:
        np.empty(2**56)

    monkeypatch.setattr(loop, "check_memory", too_much)
    result = run("train", few_countries, *SMALL)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: not enough memory; use a smaller network or less data\n"


@pytest.mark.parametrize(
    "options",
    [["--hidden-size", 1], ["--batch-size", 10**15], ["--batch-size", 1, "--epochs", 1], ["--lr", 0]],
    ids=str,
)
def test_the_smallest_and_the_largest(here: Path, options: list[object]) -> None:
    rows = "".join(f"{a}{b}{label.lower()},{label}\n" for label in "AB" for a in "klmn" for b in "aeiou")
    (here / "names.csv").write_text(f"name,country\n{rows}", encoding="utf-8")
    assert run("train", "names.csv", *SMALL, *options).exit_code == 0
    result = run("predict", "-m", "rnn-names.npz", "Kab", "--format", "json")
    assert result.exit_code == 0
    assert '"country": "' in result.stdout


def test_a_country_of_one_name_and_empty_parts(here: Path) -> None:
    (here / "names.csv").write_text("name,country\nAbe,Japan\nMori,Japan\nNowak,Poland\n", encoding="utf-8")
    result = run("train", "names.csv", *SMALL, "--val-split", 0, "--test-split", 0)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    model = checkpoint.load(here / "rnn-names.npz")
    assert (model.data.train, model.data.val, model.data.test, model.temperature) == (3, 0, 0, 1)
    result = run("evaluate", "-m", "rnn-names.npz")
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"error: {here / 'names.csv'}: the model was trained without a test part; give --split all\n"
    )
    assert run("evaluate", "--split", "all").exit_code == 0
    alone = run("train", "names.csv", *SMALL, "--country-column", "name", "--name-column", "country")
    assert alone.exit_code == 0  # three labels of one name each: whatever part they fall in


def test_a_rate_that_diverges_is_one_line_and_leaves_no_state(few_countries: Path, here: Path) -> None:
    wild = ["--optimizer", "sgd", "--lr", "1e12", "--clip-norm", 0, "--epochs", 3]
    result = run("train", few_countries, *SMALL, *wild)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: the ")
    assert "lower --lr" in result.stderr
    assert result.stderr.count("\n") == 1
    assert set(here.iterdir()) <= {here / "rnn-names.npz"}


def test_many_labels_are_trained_and_ranked(model: Checkpoint) -> None:
    labels = [f"L{k:04}" for k in range(2000)]
    letters = "bcdfghjklm"
    examples = [
        Example("".join(letters[int(digit)] for digit in label[1:]) + end, label)
        for label in labels
        for end in "ao"
    ]
    config = replace(PLAIN, epochs=1, batch_size=512)
    data = prepare(examples, config)
    network = NetworkConfig(len(data.alphabet), len(labels), 4)
    *_, report = fit(data, network, config)
    assert isinstance(report, EpochReport)
    assert report.members
    assert report.validation
    many = replace(
        model,
        network=network,
        alphabet=data.alphabet,
        countries=data.countries,
        members=report.members,
        counts=(1,) * len(labels),
    )
    classifier = NameClassifier(many)
    names = [example.name for example in examples]
    assert len(names) * len(labels) > ENTRIES / 2
    guesses = classifier.predict(names, 2)
    metrics, _ = classifier.evaluate(examples[:500])
    assert metrics.n == 500
    assert [len(found) for found in guesses] == [2] * len(names)


def test_names_are_ranked_a_part_at_a_time(model: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = NameClassifier(model)
    names = ["Schmidt", "", "Yamamoto", "Nowak", "Nguyen"]
    whole = classifier.predict(names)
    monkeypatch.setattr("rnn_names.model.classifier.ENTRIES", 2 * len(model.countries))
    for guesses, same in zip(classifier.predict(names), whole, strict=True):
        assert [g.country for g in guesses] == [g.country for g in same]
        assert [g.probability for g in guesses] == pytest.approx([g.probability for g in same], abs=1e-6)


def test_parameters_of_one_unit_are_finite() -> None:
    for recurrent in ("orthogonal", "identity"):
        params = init_params(NetworkConfig(4, 2, 1, cell="lstm"), np.random.default_rng(0), recurrent)
        assert all(np.isfinite(q).all() for q in params.values())
