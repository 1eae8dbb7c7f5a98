"""Which labels and names are taken: --min-per-label and --max-per-label."""

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.errors import DataError
from rnn_names.model import checkpoint
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples
from rnn_names.names.selection import selected
from rnn_names.names.spelling import normalise
from rnn_names.names.split import split, unique
from rnn_names.training import state
from tests.test_checkpoint import rewrite
from tests.test_cli import QUICK, failed, fine, invoke, wrong_usage

SYLLABLES = ["ka", "ro", "mi", "te", "su", "la", "ne", "do", "vi", "ra"]


def people(label: str, n: int) -> list[Example]:
    """So many names, which are those of no other label."""
    return [
        Example(f"{label} {SYLLABLES[k // 100 % 10]}{SYLLABLES[k // 10 % 10]}{SYLLABLES[k % 10]}", label)
        for k in range(n)
    ]


DATA = [*people("a", 300), *people("b", 40), *people("c", 3)]


def sizes(examples: list[Example]) -> dict[str, int]:
    return dict(Counter(example.country for example in unique(examples)))


@pytest.mark.parametrize(
    ("least", "most", "taken", "small"),
    [
        (0, 0, {"a": 300, "b": 40, "c": 3}, {}),
        (0, 50, {"a": 50, "b": 40, "c": 3}, {}),
        (0, 1, {"a": 1, "b": 1, "c": 1}, {}),
        (3, 0, {"a": 300, "b": 40, "c": 3}, {}),
        (4, 0, {"a": 300, "b": 40}, {"c": 3}),
        (40, 40, {"a": 40, "b": 40}, {"c": 3}),
        (20, 10, {"a": 10, "b": 10}, {"c": 3}),  # what is counted is all that is there
    ],
)
def test_so_many_names_of_each_label(
    least: int, most: int, taken: dict[str, int], small: dict[str, int]
) -> None:
    found = selected(DATA, least, most, seed=1)
    assert sizes(list(found.examples)) == taken
    assert found.small == small
    assert {*found.examples} <= {*DATA}


@pytest.mark.parametrize(
    ("least", "left"), [(41, "1 of 3 labels have 41"), (1000, "0 of 3 labels have 1,000")]
)
def test_less_than_two_labels_are_an_error(least: int, left: str) -> None:
    with pytest.raises(DataError, match=f"{left} names or more, and it takes two; lower --min-per-label"):
        selected(DATA, least, 0, seed=1)


def test_a_name_counts_once_in_all_its_rows(tmp_path: Path) -> None:
    rows = [Example(name, "a", weight) for name in ("Rossi", "ROSSI", "rossi ") for weight in (1.0, 2.0)]
    rows += [Example("-", "a"), Example("", "a"), Example("Bianchi", "b"), Example("Verdi", "b")]
    found = selected(rows, 0, 1, seed=1)
    assert [e for e in found.examples if e.country == "a"] == rows[:6]
    assert len([e for e in found.examples if e.country == "b"]) == 1
    with pytest.raises(DataError, match="1 of 2 labels"):  # Rossi is one name
        selected(rows, 2, 0, seed=1)


def test_a_name_of_two_labels_counts_under_each() -> None:
    rows = [Example(name, label) for name in ("Rossi", "Bianchi") for label in ("a", "b")]
    assert list(selected(rows, 2, 2, seed=1).examples) == rows
    one = selected(rows, 0, 1, seed=1).examples
    assert [example.country for example in one] == ["a", "b"]
    assert len({example.name for example in one}) == 1  # the hash is that of the name


@given(st.integers(1, 60), st.integers(0, 2**63 - 1), st.randoms(use_true_random=False))
def test_the_order_of_the_data_says_nothing(most: int, seed: int, random: Random) -> None:
    shuffled = random.sample(DATA, len(DATA))
    assert {*selected(shuffled, 0, most, seed).examples} == {*selected(DATA, 0, most, seed).examples}


@given(st.integers(1, 60), st.integers(0, 2**63 - 1), st.integers(1, 20))
def test_a_row_that_is_added_moves_one_at_most(most: int, seed: int, added: int) -> None:
    more = people("a", 300 + added)[300:]
    before, after = ({*selected(data, 0, most, seed).examples} for data in (DATA, [*DATA, *more]))
    assert len(before - after) == len(after - before) <= added
    assert after - before <= {*more}


def test_a_larger_sample_has_the_smaller_one_in_it() -> None:
    few, more = ({*selected(DATA, 0, most, 1).examples} for most in (20, 80))
    assert few < more
    assert {*selected(DATA, 0, 20, 2).examples} != few  # the seed chooses


def test_the_sample_is_divided_as_all_are() -> None:
    sample = [e for e in selected(DATA, 0, 100, 1).examples if e.country == "a"]
    parts = split(sample, 0.1, 0.1, 1)
    assert [len(part) for part in parts] == pytest.approx([80, 10, 10], abs=1)


# the command


@pytest.fixture
def data(here: Path) -> Path:
    """40 names of `a`, 20 of `b`, two of `c`, in the capitals of people; and the rows are mixed."""
    rows = [*people("a", 40), *people("b", 20), *people("c", 2)]
    rows = Random(1).sample(rows, len(rows))
    text = "".join(f"{example.name.title()},{example.country}\n" for example in rows)
    (here / "d.csv").write_text(f"name,label\n{text}", encoding="utf-8")
    return here / "d.csv"


LIMITS = ["--max-per-label", "15", "--min-per-label", "5"]


def test_train_takes_them_and_evaluate_finds_them(data: Path) -> None:
    done = fine("train", data, *QUICK, *LIMITS, "--test-split", "0.2", "-o", "m.npz")
    assert "left out: 1 label of fewer than 5 names: c (2)\n" in done.stderr
    assert "62 names read; 2" in done.stderr
    assert "left out: 30 rows above --max-per-label\n" in done.stderr
    model = checkpoint.load("m.npz")
    assert model.countries == ("a", "b")
    assert (model.training.min_per_label, model.training.max_per_label) == (5, 15)
    assert model.data.train + model.data.val + model.data.test == 30
    figures = json.loads(fine("info", "m.npz", "--format", "json").stdout)
    assert figures["training"]["max_per_label"] == 15
    for given_data in ([], [data]):
        sizes = {
            part: json.loads(
                fine("evaluate", *given_data, "-m", "m.npz", "--split", part, "--format", "json").stdout
            )["n"]
            for part in ("train", "val", "test", "all")
        }
        assert sizes == {
            "train": model.data.train,
            "val": model.data.val,
            "test": model.data.test,
            "all": 30,
        }
    scored = fine("evaluate", data, "-m", "m.npz", "--split", "test", "--predictions", "p.csv")
    assert "unknown to the model" not in scored.stderr
    listed = read_examples(data)
    taken = {normalise(e.name) for e in selected(listed, 5, 15, 1).examples}
    answered = (Path("p.csv").read_text(encoding="utf-8").splitlines())[1:]
    assert {normalise(line.split(",")[0]) for line in answered} <= taken


def test_other_data_are_scored_whole(data: Path, here: Path) -> None:
    fine("train", data, *QUICK, *LIMITS, "-o", "m.npz")
    text = data.read_text(encoding="utf-8")
    (here / "more.csv").write_text(f"{text}New,a\n", encoding="utf-8")
    scored = fine("evaluate", "more.csv", "-m", "m.npz", "--format", "json")
    assert json.loads(scored.stdout)["n"] == 63
    data.write_text(f"{text}New,a\n", encoding="utf-8")
    assert "changed since the model was trained on it" in failed("evaluate", "-m", "m.npz")


def test_what_follows_is_of_the_names_that_are_taken(data: Path) -> None:
    done = fine("train", data, *QUICK, *LIMITS, "--folds", "3", "-o", "m.npz")
    assert "3 folds, 30 names, each scored by a model that has not seen it" in done.stdout


def test_an_interrupted_training_finds_the_same_names(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fine("train", data, *QUICK, *LIMITS, "-o", "whole.npz")
    saved = state.save

    def stop(*args: object) -> None:
        saved(*args)  # type: ignore[arg-type]  # what save takes
        raise KeyboardInterrupt

    monkeypatch.setattr(state, "save", stop)
    assert invoke("train", data, *QUICK, *LIMITS, "-o", "m.npz").exit_code == 130
    monkeypatch.setattr(state, "save", saved)
    assert "--max-per-label 15" in wrong_usage("train", "--resume", "-o", "m.npz", "--max-per-label", "9")
    fine("train", "--resume", "-o", "m.npz")
    assert Path("m.npz").read_bytes() == Path("whole.npz").read_bytes()


@pytest.mark.parametrize("value", ["-1", "x", "1.5"])
@pytest.mark.parametrize("option", ["--max-per-label", "--min-per-label"])
def test_what_is_no_number_of_names(data: Path, option: str, value: str) -> None:
    assert option in wrong_usage("train", data, option, value)


def test_too_few_labels_are_left(data: Path) -> None:
    told = failed("train", data, *QUICK, "--min-per-label", "30", "-o", "m.npz")
    assert "1 of 3 labels have 30 names or more, and it takes two; lower --min-per-label" in told
    assert not Path("m.npz").exists()


def test_models_of_before_took_all(data: Path) -> None:
    fine("train", data, *QUICK, "-o", "m.npz")
    whole = checkpoint.load("m.npz")
    rewrite(
        Path("m.npz"),
        lambda header, _: [header["training"].pop(name) for name in ("min_per_label", "max_per_label")],
    )
    assert checkpoint.load("m.npz").training == whole.training
