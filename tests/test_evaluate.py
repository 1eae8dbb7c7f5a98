"""Evaluation of single names, of several models and of several data sets, by library and command."""

import csv
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import Result

from rnn_names.insight.counted import Counted
from rnn_names.insight.mistakes import Mistake
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.evaluation import Evaluation, Run
from rnn_names.model.metrics import ranks
from rnn_names.names.example import Example
from rnn_names.show.evaluation import warnings, write_comparison
from rnn_names.show.mistakes import write_mistakes
from tests import test_cli

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
    assert scored.truth_rank.tolist() == [3, 2, 1, 2, 2]  # ties go to the smaller index
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


ROWS = [Example("Nowak", "Poland"), Example("Quispe", "Peru"), Example("Abe", "JAPAN")]


def test_a_label_that_the_model_does_not_know_is_a_wrong_answer(classifier: NameClassifier) -> None:
    scored = classifier.score(ROWS)
    assert [e.name for e in scored.examples] == ["Nowak", "Quispe", "Abe"]
    assert scored.truth.tolist() == [
        classifier.countries.index("Poland"),
        -1,
        classifier.countries.index("Japan"),
    ]
    assert scored.p == pytest.approx(classifier.predict_proba(["Nowak", "Quispe", "Abe"]))
    assert (scored.metrics, scored.unknown) == classifier.evaluate(ROWS)
    known, metrics = classifier.score(ROWS, known_labels=True), scored.metrics
    assert [e.name for e in known.examples] == ["Nowak", "Abe"]
    assert known.unknown == scored.unknown == {"Peru": 1}
    assert (metrics.n, metrics.n_known, known.metrics.n) == (3, 2, 2)
    assert metrics.accuracy == pytest.approx(known.metrics.accuracy * 2 / 3)
    assert metrics.top3_accuracy == pytest.approx(known.metrics.top3_accuracy * 2 / 3)
    assert metrics.balanced_accuracy == pytest.approx(known.metrics.balanced_accuracy * 2 / 3)
    assert (metrics.nll, metrics.ece) == pytest.approx((known.metrics.nll, known.metrics.ece))
    assert scored.truth_rank[1] == len(classifier.countries) + 1
    assert scored.truth_probability[1] == 0


def test_gates_count_unknown_labels(here: Path) -> None:
    Path("z.csv").write_text("name,country\nNowak,Poland\n" + "Quispe,Peru\n" * 9)
    result = invoke("z.csv", "-m", "a.npz", "--min-accuracy", 0.5)
    assert result.exit_code == 1
    assert "counted as wrong: 9 names of 'Peru', a label unknown to the model" in result.stderr
    assert "--known-labels leaves out names of labels unknown to the model\n" in result.stderr
    result = invoke("z.csv", "-m", "a.npz", "--min-accuracy", 0.5, "--known-labels")
    assert "left out: 9 names of 'Peru'" in result.stderr
    assert "--known-labels" not in result.stderr


@pytest.mark.parametrize("command", ["evaluate", "check"])
def test_of_an_unknown_label_the_nearest_known_one_is_named(here: Path, command: str) -> None:
    Path("z.csv").write_text("name,country\nNowak,Poland\nKowalski,Polland\nQuispe,Peru\n")
    told = test_cli.fine(command, "z.csv", "-m", "a.npz").stderr
    assert ": 1 name of 'Polland', a label unknown to the model; did you mean 'Poland'?\n" in told
    assert ": 1 name of 'Peru', a label unknown to the model\n" in told


# the command


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_file: Path, ensemble: Checkpoint) -> Path:
    """The current folder, with two models that know the same countries, and two tables of names."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    shutil.copy(model_file, "a.npz")
    checkpoint.save(Path("b.npz"), ensemble)
    rows = "Nowak,Poland\nNowak,Poland\nMüller,Germany\nQuispe,Peru\nAbe,Japan\nPapas,Japan\n"
    Path("x.csv").write_text(f"name,country\n{rows}", encoding="utf-8")
    Path("y.csv").write_text("name,country\nNguyen,Poland\n[b]Papas[/b],Greece\nNguyen,Poland\n")
    return folder


AGAINST = {"model", "difference", "interval", "only_this", "only_first", "p"}


def invoke(*args: object) -> Result:
    return test_cli.invoke("evaluate", *args)


def fine(*args: object) -> Result:
    return test_cli.fine("evaluate", *args)


def read(*args: object) -> Any:
    return json.loads(fine("--format", "json", *args).stdout)


def test_several_models_and_data_sets_as_json(here: Path) -> None:
    records = read("x.csv", "y.csv", "-m", "a.npz", "-m", "b.npz")
    assert [list(record)[:3] for record in records] == [["model", "data", "part"]] * 4
    assert [(record["model"], record["data"]) for record in records] == [
        *(("a.npz", "x.csv"), ("b.npz", "x.csv")),
        *(("a.npz", "y.csv"), ("b.npz", "y.csv")),
    ]
    for record in records:
        alone = read(record["data"], "-m", record["model"])
        assert record.pop("against_first", {}).keys() == (AGAINST if record["model"] == "b.npz" else set())
        assert list(record)[3:] == list(alone)
        assert {key: record[key] for key in alone} == alone
    assert records[0]["unknown_labels"] == {"Peru": 1}


def test_several_models_and_data_sets_as_a_table(here: Path) -> None:
    both = ("-m", "a.npz", "-m", "b.npz")
    result = fine("x.csv", "y.csv", *both)
    lines = [line.split() for line in result.stdout.splitlines() if line.strip()]
    header, rows = lines[0], lines[2:6]
    assert header[:4] == ["model", "data", "names", "accuracy"]
    records = read("x.csv", "y.csv", *both)
    for row, record in zip(rows, records, strict=True):
        assert row[:3] == [record["model"], record["data"], str(record["n"])]
        keys = ("accuracy", "macro_f1", "top3_accuracy", "nll", "ece", "balanced_accuracy", "coverage")
        assert row[3:10] == [f"{record[key]:.3f}" for key in keys]
    assert lines[6][:4] == ["model", "data", "against", "accuracy"]
    for row, record in zip(lines[8:], records[1::2], strict=True):
        assert row[:3] == ["b.npz", record["data"], "a.npz"]
        assert row[3] == f"{record['against_first']['difference']:+.3f}"
    assert "b.npz on y.csv: 3 names" in result.stderr
    assert fine("x.csv", *both).stdout.split()[:2] == ["model", "names"]  # all have the same data
    assert fine("x.csv", "y.csv", "-m", "a.npz").stdout.split()[:2] == ["data", "names"]


def test_models_are_scored_on_the_same_part(here: Path, few_countries: Path, model: Checkpoint) -> None:
    records = read(few_countries, "-m", "a.npz", "-m", "b.npz")
    assert [record["part"] for record in records] == ["test", "test"]
    assert [record["n"] for record in records] == [model.data.test] * 2
    config = replace(model.training, seed=7)
    checkpoint.save(
        Path("c.npz"), replace(model, training=config, data=model.data._replace(fingerprint=""))
    )
    unlike = "the models score different names"
    assert unlike not in fine(few_countries, "-m", "a.npz", "-m", "b.npz").stderr
    assert unlike in fine(few_countries, "-m", "a.npz", "-m", "c.npz").stderr
    assert unlike not in fine(few_countries, "-m", "a.npz", "-m", "c.npz", "--split", "all").stderr


def test_several_models_each_on_its_own_data(here: Path, few_countries: Path, model: Checkpoint) -> None:
    shutil.copy("a.npz", "c.npz")
    records = read("-m", "a.npz", "-m", "c.npz")
    assert [(r["model"], r["data"], r["part"], r["n"]) for r in records] == [
        (name, str(few_countries), "test", model.data.test) for name in ("a.npz", "c.npz")
    ]


@pytest.mark.parametrize("threshold", [0, 0.6])
def test_the_most_confident_mistakes(here: Path, few_countries: Path, threshold: float) -> None:
    fine(
        few_countries, "-m", "a.npz", "--split", "all", "--predictions", "p.jsonl", "--threshold", threshold
    )
    rows = [json.loads(line) for line in Path("p.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = [row for row in rows if row["answer"] not in (row["truth"], "unknown")]
    assert len(wrong) > 5
    expected = sorted((row["probability"] for row in wrong), reverse=True)[:5]
    listed = read(few_countries, "-m", "a.npz", "--split", "all", "--errors", 5, "--threshold", threshold)[
        "errors"
    ]
    assert [mistake["probability"] for mistake in listed] == expected
    keys = ["name", "truth", "answer", "probability"]
    for mistake in listed:
        assert list(mistake) == [*keys, "ngrams", "letters"]
        assert {key: mistake[key] for key in keys} in [{key: row[key] for key in keys} for row in wrong]
    table = fine(
        few_countries, "-m", "a.npz", "--split", "all", "--errors", 5, "--threshold", threshold
    ).stdout
    lines = [line for line in table.splitlines()[-6:] if line.strip()]
    for line, m in zip(lines, listed, strict=True):
        shown = [*m["name"].split(), m["truth"], m["answer"], f"{m['probability']:.3f}"]
        assert line.split()[: len(shown)] == shown
        assert f"{m['letters'][0]['letter']} {m['letters'][0]['effect']:+.2f}" in line


@pytest.mark.parametrize(
    ("n", "right", "said"),
    [
        (50, 40, ""),
        (49, 49, "49 names scored: an accuracy of 1.00 here means 0.93 to 1.00 elsewhere"),
        (12, 9, "12 names scored: an accuracy of 0.75 here means 0.47 to 0.91 elsewhere"),
        (2, 0, "2 names scored: an accuracy of 0.00 here means 0.00 to 0.66 elsewhere"),
        (1, 1, "1 name scored: an accuracy of 1.00 here means 0.21 to 1.00 elsewhere"),
    ],
)
def test_what_few_names_tell(n: int, right: int, said: str) -> None:
    names = [f"name{chr(97 + k // 26)}{chr(97 + k % 26)}" for k in range(n)]
    examples = [Example(name, "AB"[k < right]) for k, name in enumerate(names)]
    p, truth = np.array([[0.1, 0.9]] * n), np.array([int(k < right) for k in range(n)])
    scored = Evaluation("AB", examples, p, truth, Counter(), 0.0)
    told = warnings(Run("m.npz", "a.csv", "all", scored))
    assert told == ([f"{said}; score more names"] if said else [])
    told = warnings(Run("m.npz", "a.csv", "test", scored, own=True))
    assert told == ([f"{said}; score more names (train --folds 5 scores all of its data)"] if said else [])


def test_few_names_are_warned_of(here: Path, few_countries: Path) -> None:
    result = fine("x.csv", "-m", "a.npz")
    (warning,) = (line for line in result.stderr.splitlines() if line.startswith("warning: "))
    assert read("x.csv", "-m", "a.npz")["warnings"] == [warning.removeprefix("warning: ")]
    several = fine("x.csv", "-m", "a.npz", "-m", "b.npz").stderr
    assert [f"warning: {m}.npz on x.csv: " in several for m in "ab"] == [True, True]
    assert read(few_countries, "-m", "a.npz")["warnings"] == []


def test_the_usual_model(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = f"c{os.pathsep}d e.npz"
    shutil.copy("b.npz", odd)
    monkeypatch.setenv("RNN_NAMES_MODEL", odd)
    assert read("x.csv") == read("x.csv", "-m", "b.npz") != read("x.csv", "-m", "a.npz")
    assert [record["model"] for record in read("x.csv", "y.csv")] == [odd, odd]


def test_quietly_no_note_is_said_but_what_fails(here: Path) -> None:
    result = invoke("x.csv", "-m", "a.npz", "-q", "--min-accuracy", 1, "--min-macro-f1", 1)
    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["error", "error"]


def test_mistakes_of_several_are_told_apart(here: Path) -> None:
    Path("z.csv").write_text(
        "name,country\n[b]Papas[/b],Japan\n[b]Papas[/b],Japan\n\x1b[1mX,Japan\n\x1b[1mX,Poland\n"
    )
    result = fine("z.csv", "y.csv", "-m", "a.npz", "-m", "b.npz", "--errors", 1)
    assert "\x1b" not in result.stdout
    told = [line.strip() for line in result.stdout.splitlines() if " on " in line or "truth" in line]
    assert told[::2] == [f"{model}.npz on {data}.csv" for data in "zy" for model in "ab"]
    assert [line.split() for line in told[1::2]] == [
        ["name", "truth", "answer", "probability", "because"]
    ] * 4
    assert "errors" not in read("z.csv", "-m", "a.npz", "--errors", 0)
    table = fine("z.csv", "-m", "a.npz", "--errors", 9).stdout
    assert table.count("[b]Papas[/b]") == 1
    assert "\ufffd[1mX" in table


def test_labels_that_are_no_countries_are_labels(here: Path, model: Checkpoint) -> None:
    assert "\n country " in fine("x.csv", "-m", "a.npz", "--confusion", "-").stdout
    own = replace(model, countries=("deu", "ell", "jpn", "pol", "vie"))
    checkpoint.save(Path("own.npz"), own)
    Path("own.csv").write_text("name,country\nNowak,pol\nAbe,jpn\nPapas,jpn\n")
    done = fine("own.csv", "-m", "own.npz", "--confusion", "-")
    assert done.stdout.count("\n label ") == 2
    assert "country" not in done.stdout
    fine("own.csv", "-m", "own.npz", "--confusion", "c.svg")
    assert "true label" in Path("c.svg").read_text(encoding="utf-8")
    told = test_cli.fine("info", "own.npz").stdout
    assert "labels" in told
    assert "countries" not in told


def test_labels_as_csv(here: Path) -> None:
    rows = list(csv.reader(io.StringIO(fine("x.csv", "-m", "a.npz", "--format", "csv").stdout)))
    assert rows[0] == ["label", "n", "precision", "recall", "f1"]
    known = read("x.csv", "-m", "a.npz")["per_country"]
    assert [(label, int(n), *map(float, rest)) for label, n, *rest in rows[1:]] == [
        (label, m["n"], *(pytest.approx(m[key], abs=1e-6) for key in ("precision", "recall", "f1")))
        for label, m in known.items()
    ]
    both = fine("x.csv", "y.csv", "-m", "a.npz", "-m", "b.npz", "--format", "csv").stdout
    several = list(csv.DictReader(io.StringIO(both)))
    assert list(several[0])[:3] == ["model", "data", "label"]
    assert {(row["model"], row["data"]) for row in several} == {
        (model, data) for model in ("a.npz", "b.npz") for data in ("x.csv", "y.csv")
    }


@pytest.mark.parametrize("file", ["c.csv", "c.json", "c.JSON"])
def test_confusion_as_counts(here: Path, few_countries: Path, file: str) -> None:
    fine(few_countries, "-m", "a.npz", "--split", "all", "--confusion", file)
    text = Path(file).read_bytes().decode()
    if file.endswith("csv"):
        (corner, *labels), *rows = csv.reader(io.StringIO(text))
        assert (corner, [row[0] for row in rows]) == ("truth", labels)
        counts = [list(map(int, row[1:])) for row in rows]
    else:
        labels, counts = json.loads(text).values()
    record = read(few_countries, "-m", "a.npz", "--split", "all")
    for k, label in enumerate(labels):
        m = record["per_country"][label]
        assert sum(counts[k]) == m["n"]
        assert counts[k][k] == round(m["recall"] * m["n"])


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_predictions_that_are_packed(here: Path, form: str) -> None:
    for name in (f"p.{form}", f"p.{form}.gz", f"q.{form}.gz"):
        fine("x.csv", "-m", "a.npz", "--predictions", name)
    assert gzip.decompress(Path(f"p.{form}.gz").read_bytes()) == Path(f"p.{form}").read_bytes()
    assert Path(f"p.{form}.gz").read_bytes() == Path(f"q.{form}.gz").read_bytes()  # neither time nor name


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "CSV"])
def test_what_is_said_of_each_name(here: Path, form: str) -> None:
    fine("x.csv", "-m", "a.npz", "--predictions", f"p.{form}")
    text = Path(f"p.{form}").read_bytes().decode()
    assert "\r" not in text
    if form == "jsonl":
        rows = [json.loads(line) for line in text.splitlines()]
    else:
        rows = list(
            csv.DictReader(io.StringIO(text), delimiter="\t" if form == "tsv" else ",", strict=True)
        )
    classifier = NameClassifier.load("a.npz")
    peru = [row for row in rows if row["truth"] == "Peru"]
    assert [(row["name"], int(row["truth_rank"]), float(row["truth_probability"])) for row in peru] == [
        ("Quispe", len(classifier.countries) + 1, 0)
    ]
    rows = [row for row in rows if row["truth"] != "Peru"]
    names = ["Nowak", "Nowak", "Müller", "Abe", "Papas"]
    truth = ["Poland", "Poland", "Germany", "Japan", "Japan"]
    assert [row["name"] for row in rows] == names
    assert [row["truth"] for row in rows] == truth
    for row, guesses in zip(rows, classifier.predict(names, 5), strict=True):
        ranked = [guess.country for guess in guesses]
        rank = ranked.index(row["truth"])
        assert list(row) == ["name", "truth", "answer", "probability", "truth_rank", "truth_probability"]
        assert row["answer"] == ranked[0]
        assert int(row["truth_rank"]) == rank + 1
        assert float(row["probability"]) == pytest.approx(guesses[0].probability, abs=1e-6)
        assert float(row["truth_probability"]) == pytest.approx(guesses[rank].probability, abs=1e-6)


def test_what_several_models_say_of_each_name(here: Path) -> None:
    odd = Path('q"\r,.csv')
    shutil.copy("x.csv", odd)
    fine("y.csv", odd, "-m", "a.npz", "-m", "b.npz", "--predictions", "p.csv", "--threshold", "1")
    with Path("p.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert list(rows[0])[:3] == ["model", "data", "name"]
    told = [(model, data) for data, n in (("y.csv", 3), (str(odd), 6)) for model in "ab" for _ in range(n)]
    assert [(row["model"], row["data"]) for row in rows] == [(f"{model}.npz", data) for model, data in told]
    assert {row["answer"] for row in rows} == {"unknown"}


def test_an_old_file_stays_where_a_run_fails(here: Path) -> None:
    Path("p.csv").write_text("old")
    Path("n.csv").write_text("name,country\nQuispe,Peru\n")
    result = invoke("x.csv", "n.csv", "-m", "a.npz", "--predictions", "p.csv")
    assert result.exit_code == 1
    assert "error: a.npz on n.csv: there is no name to score" in result.stderr
    assert Path("p.csv").read_text() == "old"
    assert invoke("x.csv", "-m", "a.npz", "--predictions", "no/p.csv").exit_code == 1
    assert sorted(path.name for path in here.iterdir()) == [
        *("a.npz", "b.npz", "n.csv", "p.csv", "x.csv", "y.csv")
    ]


def test_a_figure_that_is_asked_for(here: Path) -> None:
    by_default = read("x.csv", "-m", "a.npz")
    accuracy, f1 = by_default["accuracy"], by_default["macro_f1"]
    assert max(accuracy, f1) < 1
    assert read("x.csv", "-m", "a.npz", "--min-accuracy", accuracy, "--min-macro-f1", f1) == by_default
    result = invoke("x.csv", "-m", "a.npz", "--format", "json", "--min-accuracy", 1, "--min-macro-f1", f1)
    assert result.exit_code == 1
    assert json.loads(result.stdout) == by_default  # still printed
    said = f"error: a.npz on x.csv: accuracy {accuracy:.4f} is {1 - accuracy:.2g} below 1; "
    assert said in result.stderr
    assert "macro-F1" not in result.stderr


def test_each_model_and_data_set_that_fails_is_named(here: Path) -> None:
    args = ("x.csv", "y.csv", "-m", "a.npz", "-m", "b.npz", "--predictions", "p.csv")
    result = invoke(*args, "--min-accuracy", 1, "--min-macro-f1", 1)
    assert result.exit_code == 1
    lines = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 8
    for model in ("a.npz", "b.npz"):
        for data in ("x.csv", "y.csv"):
            assert sum(line.startswith(f"error: {model} on {data}: ") for line in lines) == 2
    assert Path("p.csv").is_file()
    fine(*args, "--min-accuracy", 0, "--min-macro-f1", 0)


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_failure_counts_though_nobody_reads_the_results(here: Path, form: str) -> None:
    command = [sys.executable, "-m", "rnn_names", "evaluate", "x.csv", "-m", "a.npz", "--format", form]
    command.append("--min-accuracy")
    for least, code in (("1", 1), ("0", 0)):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [*command, least], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(writer)
        assert done.returncode == code
        assert done.stderr.count("error: ") == code
        assert "Broken" not in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["--min-accuracy", "1.1"],
        ["--min-accuracy", "nan"],
        ["--min-macro-f1", "-1"],
        ["--min-macro-f1", "inf"],
        ["--errors", "-1"],
        ["--predictions", "p.txt"],
        ["--predictions", "p.gz"],
        ["--predictions", "p.txt.gz"],
        ["--format", "csv", "--confusion", "-"],
        ["--confusion", "c.txt"],
        ["--reliability", "c.csv"],
        ["--predictions", "p"],
        ["y.csv", "--confusion", "c.svg"],
        ["-m", "a.npz", "-m", "b.npz", "--reliability", "r.svg"],
    ],
    ids=" ".join,
)
def test_wrong_usage(here: Path, args: list[str]) -> None:
    result = invoke("x.csv", *args)
    assert result.exit_code == 2
    assert result.stdout == ""


BOLD = re.compile("\x1b\\[[0-9;]*m")


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_a_terminal_shows_the_figures_that_fit(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    scored = evaluation(P, TRUTH, "vwxyw")
    runs = [Run(f"{k}-{'long' * 9}.npz", f"{k}-{'name' * 9}.csv", "all", scored) for k in "ab"]
    file = Terminal()
    write_comparison(runs, file)
    lines = BOLD.sub("", file.getvalue()).splitlines()
    assert max(map(len, lines)) <= width
    shown = lines[1].split()[2:]
    told = " ".join(line.strip() for line in lines[-4:])
    assert ("not shown" in told) == (width < 200)
    every = [*("names", "accuracy", "macro-F1", "top-3", "NLL", "ECE", "balanced", "coverage", "covered")]
    assert shown == every[: {40: 1, 60: 3, 80: 5, 200: 9}[width]]
    said = " ".join(" ".join(lines).split()).partition("not shown: ")[2]
    assert said.partition(";")[0].split(", ") == (every[len(shown) :] or [""])
    assert all("…" not in line for line in lines)
    letters = "".join(line[1:13].split("  ")[0].strip() for line in lines[3:])
    assert width > 60 or runs[0].model.startswith(letters[:12])
    file = Terminal()
    wrong = Mistake("long" * 20, "A", "B", 0.9, (Counted("-ong-", 1.5), Counted("-lon-", 0.5)), ())
    write_mistakes([wrong], file)
    assert max(map(len, BOLD.sub("", file.getvalue()).splitlines())) <= width


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "not in the confusion: 1 of labels unknown to the model\n"),
        (["--threshold", 0.7], "below the threshold, 1 of labels unknown to the model\n"),
        (["--threshold", 0.7, "--known-labels"], "below the threshold\n"),
        (["--known-labels"], ""),
    ],
)
def test_who_is_not_in_the_confusion_is_counted(here: Path, options: list[object], said: str) -> None:
    rows = "name,country\nRossi,Italy\nYamamoto,Japan\nX,Atlantis\nZz,Italy\n"
    (here / "d.csv").write_text(rows, encoding="utf-8")
    for where in ("-", "c.svg"):
        notes = fine("d.csv", "--confusion", where, *options).stderr
        assert notes.endswith(said) if said else "not in the confusion" not in notes


def test_a_picture_of_no_confusion_is_an_error(here: Path) -> None:
    (here / "d.csv").write_text("name,country\nRossi,Italy\n", encoding="utf-8")
    result = invoke("d.csv", "--confusion", "c.svg", "--threshold", 1)
    assert result.exit_code == 1
    assert result.stderr.endswith("error: c.svg: no name is left to draw; lower --threshold\n")
    assert not (here / "c.svg").exists()


def test_data_are_read_by_the_columns_of_the_models_own(here: Path, model: Checkpoint) -> None:
    data = model.data._replace(name_column="Nachname", country_column="Land")
    checkpoint.save(Path("own.npz"), replace(model, data=data))
    Path("own.csv").write_text("Nachname,Land\nNowak,Poland\nAbe,Japan\n")
    done = test_cli.fine("evaluate", "own.csv", "-m", "own.npz", "--split", "all", "--format", "json")
    assert json.loads(done.stdout)["n"] == 2
    said = "own.csv: read by the columns of the model's data"
    assert said in done.stderr
    assert said in test_cli.fine("gradients", "own.csv", "-m", "own.npz").stderr
    Path("own.csv").write_text("Nachname,Ort\nNowak,Poland\n")
    told = test_cli.failed("evaluate", "own.csv", "-m", "own.npz")
    assert "no column 'country' among 'Nachname', 'Ort'" in told
