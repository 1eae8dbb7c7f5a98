import csv
import io
import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.classifier import Guess
from rnn_names.metrics import evaluate
from rnn_names.report import Prediction, metrics_json, printable, write_metrics, write_predictions

ODD = ["[b]x[/b]", "[/x]", ":smile:", "a,b", 'q"q', "t\tt", "", "山田", "'x'", "\\", "a\nb", "=1+1"]
GUESSES = [Guess("Côte d'Ivoire", 0.75), Guess("Japan", 0.25)]


def written(predictions: list[Prediction], form: str, top_k: int = 2) -> str:
    file = io.StringIO(newline="")
    write_predictions(iter(predictions), form, top_k, file)
    return file.getvalue()


NAMES = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.lists(NAMES | st.sampled_from(ODD), max_size=8))
def test_every_machine_format_is_read_back(names: list[str]) -> None:
    predictions: list[Prediction] = [(name, GUESSES if name.strip() else []) for name in names]
    lines = [
        json.loads(line) for line in written(predictions, "jsonl").removesuffix("\n").split("\n") if line
    ]
    assert lines == json.loads(written(predictions, "json"))
    assert [record["name"] for record in lines] == names
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        file = io.StringIO(written(predictions, form), newline="")
        header, *rows = csv.reader(file, delimiter=delimiter, strict=True)
        assert header == ["name", "country", "probability", "country_2", "probability_2"]
        assert [row[0] for row in rows] == names
        for row in rows:
            full = ["Côte d'Ivoire", "0.750000", "Japan", "0.250000"]
            assert row[1:] == (full if row[0].strip() else [""] * 4)


def test_a_record() -> None:
    [record] = json.loads(written([("Abe", GUESSES)], "json"))
    assert record == {
        "name": "Abe",
        "country": "Côte d'Ivoire",
        "probability": 0.75,
        "top": [
            {"country": "Côte d'Ivoire", "probability": 0.75},
            {"country": "Japan", "probability": 0.25},
        ],
    }
    [blank] = json.loads(written([("", [])], "json"))
    assert blank == {"name": "", "country": None, "probability": None, "top": []}


def test_nothing_is_still_well_formed() -> None:
    assert json.loads(written([], "json")) == []
    assert written([], "jsonl") == ""
    assert written([], "csv") == "name,country,probability,country_2,probability_2\n"


def test_a_table_shows_names_as_they_are() -> None:
    names = ["[b]x[/b]", "[/x]", ":smile:", "[link=http://x]y", "山田"]
    table = written([(name, GUESSES) for name in names], "table")
    rows = [line.strip() for line in table.splitlines() if "75%" in line]
    assert len(rows) == len(names)
    for name, row in zip(names, rows, strict=True):
        assert row.startswith(name)
        assert "Côte d'Ivoire 75%" in row
        assert "Japan 25%" in row


def test_a_table_of_many_rows_keeps_them_in_order() -> None:
    table = written([(f"n{i}", GUESSES) for i in range(2500)], "table")
    assert [line.split()[0] for line in table.splitlines() if "75%" in line] == [
        f"n{i}" for i in range(2500)
    ]


def test_a_table_cannot_steer_the_terminal() -> None:
    table = written([("\x1b[31mred\x07\u202e", GUESSES)], "table")
    assert "\x1b" not in table
    assert "\ufffd[31mred\ufffd\ufffd" in table


@given(st.text(st.characters()))
def test_printable(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)
    assert all(a == b for a, b in zip(text, printable(text), strict=True) if a.isprintable())


@pytest.mark.parametrize("unknown", [Counter[str](), Counter({"Peru": 2, "Chad": 1})])
def test_metrics_as_json_and_as_a_table(unknown: Counter[str]) -> None:
    metrics = evaluate(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), np.array([0, 1, 1]), ["[b]A", "B"])
    read = json.loads(metrics_json(metrics, unknown))
    assert read["unknown_labels"] == dict(unknown)
    assert read["accuracy"] == metrics.accuracy
    assert read["per_country"]["B"] == {"n": 2, "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)}
    file = io.StringIO()
    write_metrics(metrics, file)
    cells = [line.split() for line in file.getvalue().splitlines()]
    assert ["accuracy", "0.667"] in cells
    assert cells.index(["B", "2", "1.00", "0.50", "0.67"]) < cells.index(
        ["[b]A", "1", "0.50", "1.00", "0.67"]
    )
