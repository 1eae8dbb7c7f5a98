import csv
import io
import json
import math
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.text import printable
from rnn_names.model.evaluation import Evaluation, Run
from rnn_names.model.metrics import evaluate
from rnn_names.model.provenance import CrossValidation
from rnn_names.model.ranking import Guess
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.example import Example
from rnn_names.names.lines import Lines
from rnn_names.names.split import Split
from rnn_names.show.evaluation import evaluation_json, write_metrics
from rnn_names.show.prediction import Added, Prediction
from rnn_names.show.predictions import WRITERS
from rnn_names.show.tables import new_console, new_table, print_table
from rnn_names.show.training import better_judge, calibration_line, epoch_line, folds_lines, step_line
from rnn_names.training.folds import FoldReport
from rnn_names.training.history import history_entry
from rnn_names.training.loop import EpochReport, State
from rnn_names.training.trainer import StepReport
from tests.as_lists import as_lists

ODD = ["[b]x[/b]", "[/x]", ":smile:", "a,b", 'q"q', "t\tt", "", "山田", "'x'", "\\", "a\nb", "=1+1"]
GUESSES = [Guess("Côte d'Ivoire", 0.75), Guess("Japan", 0.25)]


def written(predictions: list[Prediction], form: str, top_k: int = 2) -> str:
    file = io.StringIO(newline="")
    out = WRITERS[form](Lines(iter([])), top_k, Added(), file)
    if predictions:
        out.write(
            [p.name for p in predictions],
            [rendered for p in predictions for rendered in out.render(as_lists(p, top_k))],
        )
    out.end()
    return file.getvalue()


COLUMNS = ["name", "country", "probability", "country_2", "probability_2", "unknown_letters"]
NAMES = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.lists(NAMES | st.sampled_from(ODD), max_size=8))
def test_every_machine_format_is_read_back(names: list[str]) -> None:
    predictions = [Prediction(name, GUESSES if name.strip() else [], name[-2:]) for name in names]
    lines = [
        json.loads(line) for line in written(predictions, "jsonl").removesuffix("\n").split("\n") if line
    ]
    assert lines == json.loads(written(predictions, "json"))
    assert [record["name"] for record in lines] == names
    assert [record["unknown_letters"] for record in lines] == [name[-2:] for name in names]
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        file = io.StringIO(written(predictions, form), newline="")
        header, *rows = csv.reader(file, delimiter=delimiter, strict=True)
        assert header == COLUMNS
        assert [row[0] for row in rows] == names
        assert [row[-1] for row in rows] == [name[-2:] for name in names]
        for row in rows:
            full = ["Côte d'Ivoire", "0.750000", "Japan", "0.250000"]
            assert row[1:-1] == (full if row[0].strip() else [""] * 4)


def test_a_record() -> None:
    [record] = json.loads(written([Prediction("Abeж", GUESSES, "ж")], "json"))
    assert record == {
        "name": "Abeж",
        "country": "Côte d'Ivoire",
        "probability": 0.75,
        "top": [
            {"country": "Côte d'Ivoire", "probability": 0.75},
            {"country": "Japan", "probability": 0.25},
        ],
        "unknown_letters": "ж",
    }
    assert list(record)[-1] == "unknown_letters"
    [blank] = json.loads(written([Prediction("", [], "")], "json"))
    assert blank == {"name": "", "country": None, "probability": None, "top": [], "unknown_letters": ""}


def test_nothing_is_still_well_formed() -> None:
    assert json.loads(written([], "json")) == []
    assert written([], "jsonl") == ""
    assert written([], "csv") == ",".join(COLUMNS) + "\n"


def test_a_table_shows_names_as_they_are() -> None:
    names = ["[b]x[/b]", "[/x]", ":smile:", "[link=http://x]y", "山田"]
    table = written([Prediction(name, GUESSES, "") for name in names], "table")
    rows = [line.strip() for line in table.splitlines() if "75%" in line]
    assert len(rows) == len(names)
    for name, row in zip(names, rows, strict=True):
        assert row.startswith(name)
        assert "Côte d'Ivoire 75%" in row
        assert "Japan 25%" in row


def test_a_table_of_many_rows_keeps_them_in_order() -> None:
    table = written([Prediction(f"n{i}", GUESSES, "") for i in range(2500)], "table")
    assert [line.split()[0] for line in table.splitlines() if "75%" in line] == [
        f"n{i}" for i in range(2500)
    ]


def test_a_table_cannot_steer_the_terminal() -> None:
    table = written([Prediction("\x1b[31mred\x07\u202e", GUESSES, "\x1b\x07")], "table")
    assert "\x1b" not in table
    assert "\x07" not in table
    assert "\ufffd[31mred\ufffd\ufffd" in table


@given(st.text(st.characters()))
def test_printable(text: str) -> None:
    assert printable(text).isprintable()
    escapes = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
    assert printable(text) == "".join(c if c.isprintable() else escapes.get(c, "\ufffd") for c in text)


@pytest.mark.parametrize("unknown", [Counter[str](), Counter({"Peru": 2, "Chad": 1})])
def test_metrics_as_json_and_as_a_table(unknown: Counter[str]) -> None:
    p, truth = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), np.array([0, 1, 1])
    examples = [Example(name, "B") for name in "abc"]
    scored = Evaluation(["[b]A", "B"], examples, p, truth, unknown, 0.0)
    metrics = scored.metrics
    read = json.loads(evaluation_json([Run("m.npz", "a.csv", "all", scored)]))
    assert "errors" not in read
    assert read["unknown_labels"] == dict(unknown)
    assert read["accuracy"] == metrics.accuracy
    assert read["per_country"]["B"] == {"n": 2, "precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)}
    assert (read["coverage"], read["covered_accuracy"]) == (1, metrics.accuracy)
    file = io.StringIO()
    write_metrics(scored, file)
    cells = [line.split() for line in file.getvalue().splitlines()]
    assert ["accuracy", "0.667", "0.208", "to", "0.939"] in cells  # 2 of 3, by Wilson's formula
    assert read["intervals"]["accuracy"] == [
        pytest.approx(0.2077, abs=1e-4),
        pytest.approx(0.9385, abs=1e-4),
    ]
    assert cells.index(["B", "2", "1.00", "0.50", "0.67"]) < cells.index(
        ["[b]A", "1", "0.50", "1.00", "0.67"]
    )


@pytest.mark.parametrize(
    ("test", "folds", "advice"),
    [
        ([Example("Abe", "A")], None, "rely on the ECE of the test part"),
        ([], CrossValidation(2, 12, 1, 0, 1, 0, 0, 0), "rely on the NLL of the folds"),
        ([], None, "score names that it has not seen: rnn-names evaluate DATA -m a.npz"),
    ],
)
def test_the_advice_about_calibration_names_figures_that_there_are(
    test: list[Example], folds: CrossValidation | None, advice: str
) -> None:
    training: Any = SimpleNamespace(data=SimpleNamespace(parts=Split([], [], test)), folds=folds)
    assert better_judge(training, " -m a.npz") == advice


@pytest.mark.parametrize("right", [True, False])
def test_a_figure_that_is_the_same_in_every_draw_has_no_interval(right: bool) -> None:
    truth = np.array([0, 1, 2] * 4)
    p = np.eye(3)[truth if right else (truth + 1) % 3]
    scored = Evaluation([*"ABC"], [Example(f"n{k}", "A") for k in range(12)], p, truth, Counter(), 0.0)
    read = json.loads(evaluation_json([Run("m.npz", "a.csv", "all", scored)]))["intervals"]
    assert read.keys() == {"accuracy", "top3_accuracy", "macro_f1", "balanced_accuracy", "covered_accuracy"}
    assert (read["macro_f1"], read["balanced_accuracy"]) == (None, None)
    assert read["accuracy"] == pytest.approx([0.757, 1] if right else [0, 0.243], abs=1e-3)
    file = io.StringIO()
    write_metrics(scored, file)
    cells = [line.split() for line in file.getvalue().splitlines()]
    assert ["macro-F1", f"{right:.3f}"] in cells
    [whole, _] = folds_lines([FoldReport(1, scored)], CrossValidation(2, 12, 1, 0, 1, 0, 0, 0))
    assert whole.endswith(f"macro-F1 {right:.3f}")
    assert "95 %" in whole


@pytest.mark.parametrize(
    ("threshold", "country"),
    [(0.0, "Côte d'Ivoire"), (0.75, "Côte d'Ivoire"), (0.76, "unknown"), (1.0, "unknown")],
)
def test_the_answer_under_a_threshold(threshold: float, country: str) -> None:
    prediction = Prediction("Abe", GUESSES, "", threshold)
    assert prediction.country == country
    [record] = json.loads(written([prediction], "json"))
    assert (record["country"], record["probability"]) == (country, 0.75)
    assert [guess["country"] for guess in record["top"]] == ["Côte d'Ivoire", "Japan"]  # still said
    assert written([prediction], "csv").splitlines()[1] == f"Abe,{country},0.750000,Japan,0.250000,"
    assert ("(unsure)" in written([prediction], "table")) == (country == "unknown")


def test_a_blank_name_is_unsure_under_no_threshold() -> None:
    blank = Prediction("", [], "", 1.0)
    assert blank.country is None
    assert written([blank], "csv").splitlines()[1] == ",,,,,"
    assert "unsure" not in written([blank], "table")


def test_a_label_that_is_unknown_by_name_is_an_answer() -> None:
    prediction = Prediction("Abe", [Guess("unknown", 0.75)], "", 0.5)
    assert prediction.country == "unknown"
    assert "unsure" not in written([prediction], "table", 1)


def test_a_table_says_which_letters_are_unknown() -> None:
    table = written([Prediction("Aж", GUESSES, "ж", 0.9), Prediction("Abe", GUESSES, "")], "table")
    rows = [line.strip() for line in table.splitlines() if "75%" in line]
    assert rows[0].startswith("Aж (unknown letters: ж) (unsure) ")
    assert rows[1].split("  ")[0] == "Abe"


def test_coverage_in_the_table_of_metrics() -> None:
    p, truth = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), np.array([0, 0, 1])

    def cells(threshold: float) -> list[list[str]]:
        file = io.StringIO()
        examples = [Example(name, "A") for name in "abc"]
        write_metrics(Evaluation(["A", "B"], examples, p, truth, Counter(), threshold), file)
        return [line.split() for line in file.getvalue().splitlines()]

    assert ["coverage", "0.667"] in cells(0.7)
    assert ["accuracy", "of", "covered", "names", "0.500", "0.095", "to", "0.905"] in cells(0.7)
    assert ["coverage", "0.000"] in cells(0.95)
    assert ["accuracy", "of", "covered", "names"] in cells(0.95)  # without covered names it is empty


def epoch(number: int, network: int = 1, validation: bool = True, best: bool = True) -> EpochReport:
    figures = evaluate(np.array([[0.75, 0.25]]), np.array([0]), "AB")
    return EpochReport(
        network=network,
        epoch=number,
        loss=1.5,
        grad_norm=0.25,
        clipped=0.5,
        clip_factor=0.75,
        lr=0.01,
        temperature=1.25,
        training=evaluate(np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([0, 1]), "AB"),
        validation=figures if validation else None,
        ece_before=0.5 if validation else None,
        members=({},) if best else None,
        state=State(),
    )


def test_lines_on_epochs() -> None:
    one, two = TrainConfig(epochs=3, networks=1), TrainConfig(epochs=3, networks=2)
    assert epoch_line(epoch(2), one) == (
        "epoch 2/3  train-loss 0.693  val-loss 0.288  train-accuracy 0.500  val-accuracy 1.000  "
        "gradient 0.25  *"
    )
    assert epoch_line(epoch(3, 2, False, False), two) == (
        "network 2/2, epoch 3/3  train-loss 0.693  train-accuracy 0.500  gradient 0.25"
    )


def test_what_is_kept_of_an_epoch() -> None:
    entry = history_entry(epoch(2, 1))
    assert entry == {
        **{"network": 1, "epoch": 2, "loss": 1.5, "grad_norm": 0.25, "clipped": 0.5, "lr": 0.01},
        **{"clip_factor": 0.75, "train_loss": pytest.approx(math.log(2)), "train_accuracy": 0.5},
        **{"val_loss": pytest.approx(-math.log(0.75)), "val_accuracy": 1.0, "temperature": 1.25},
        **{"ece_before": 0.5, "ece": 0.25, "kept": 1},
    }
    without = history_entry(epoch(2, 1, False))
    assert {key for key, value in without.items() if value is None} == {
        *("val_loss", "val_accuracy", "ece_before", "ece")
    }
    step = StepReport(7, 10, 0.5, 2.0)
    assert step_line(step, []) == step_line(step, [without]) == "objective 0.500  gradient 2.00"
    assert step_line(step, [entry]) == "objective 0.500  gradient 2.00  val-accuracy 1.000"


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (0.329, 0.354, "raises: 0.354 on average (ECE), by 0.329 before"),
        (0.0, 0.001, "raises: 0.001 on average (ECE), by 0.000 before"),
        (0.0131, 0.0129, "stays: 0.013 on average (ECE)"),
        (0.0129, 0.0131, "stays: 0.013 on average (ECE)"),
        (0.0, 0.0, "stays: 0.000 on average (ECE)"),
        (0.052, 0.013, "lowers: 0.013 on average (ECE), by 0.052 before"),
    ],
)
def test_only_a_lower_ece_is_told_as_calibrated(before: float, after: float, line: str) -> None:
    what, _, figures = line.partition(": ")
    figures = f"probabilities are off by {figures}"
    said = calibration_line(1.25, before, after, 1234, "rely on other names")
    if what == "raises":
        assert said == (
            "warning: temperature 1.25 has the lowest loss, but on the validation part (1,234 names) "
            f"{figures}; rely on other names"
        )
    elif what == "lowers":
        assert said == f"calibrated on the validation part, temperature 1.25: {figures}"
    else:
        assert said == f"calibration changes little, temperature 1.25: on the validation part, {figures}"


@pytest.mark.parametrize(
    ("width", "header", "not_shown"),
    [
        (80, ["label", "names", "share", "F1"], None),
        (30, ["label", "names", "share", "F1"], None),  # texts go on in the next line
        (29, ["label", "names", "share"], "F1"),
        (23, ["label", "names"], "share, F1"),
        (5, None, "share, F1"),  # two columns stay, whatever room they have
    ],
)
def test_a_table_says_which_columns_it_leaves_out(
    width: int, header: list[str] | None, not_shown: str | None
) -> None:
    file = io.StringIO()
    table = new_table("label", "names", "share", "F1")
    table.add_row("a long label", "1,234", "0.12", "0.5")
    print_table(table, new_console(file, width))
    lines = [line for line in file.getvalue().splitlines() if line.strip()]
    assert max(map(len, lines)) <= width
    note = f"not shown: {not_shown}; widen the terminal, or write to a file or pipe"
    assert ("".join(note.split()) in "".join(file.getvalue().split())) == (not_shown is not None)
    if header:
        assert lines[0].split() == header
        assert lines[2].split()[-len(header) + 1 :] == ["1,234", "0.12", "0.5"][: len(header) - 1]


def test_a_pipe_leaves_no_column_out() -> None:
    file = io.StringIO()
    table = new_table("label", *(f"column {k}" for k in range(100)))
    table.add_row("a", *("0.123",) * 100)
    print_table(table, new_console(file))
    assert file.getvalue().count("0.123") == 100
    assert "not shown" not in file.getvalue()
