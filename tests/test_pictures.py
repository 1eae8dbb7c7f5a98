"""Pictures of an evaluation and of a training, the table of confusions, and the options that draw them."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.insight.confusion import Confusion, count_pairs
from rnn_names.model.metrics import CalibrationBins, calibration_bins
from rnn_names.show import confusion, svg
from rnn_names.show.confusion_matrix import confusion_matrix
from rnn_names.show.curves import training_curves
from rnn_names.show.reliability import reliability_diagram
from tests.test_cli import fine, invoke

QUICK = ["--epochs", "2", "--hidden-size", "8", "--networks", "1", "--workers", "1"]


def parsed(panel: svg.Panel) -> ElementTree.Element:
    return ElementTree.fromstring(
        svg.picture(panel, "a title").replace(' xmlns="http://www.w3.org/2000/svg"', "")
    )


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter("text")]


def tips(root: ElementTree.Element) -> list[str]:
    return ["".join(title.itertext()) for rect in root.iter("rect") for title in rect.iter("title")]


def lines(root: ElementTree.Element, colour: str) -> list[list[tuple[float, float]]]:
    """The pixels of the lines of this colour, of more than a legend's two points."""
    found = []
    for element in root.iter("polyline"):
        if element.get("class") == colour:
            points = [point.split(",") for point in element.attrib["points"].split()]
            found.append([(float(x), float(y)) for x, y in points])
    return [points for points in found if len(points) > 2]


def confused() -> Confusion:
    """Of 10 names of C 7 are found, 2 are taken for A, 1 for B; of 4 of A all; B is no name's country."""
    pairs = [("C", "C")] * 7 + [("C", "A")] * 2 + [("C", "B")] + [("A", "A")] * 4
    truth, guess = (np.array(["ABC".index(pair[k]) for pair in pairs]) for k in (0, 1))
    return count_pairs(guess, truth, "ABC")


# The pictures


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40),
)
def test_bins_hold_every_name_and_give_the_calibration_error(rows: list[tuple[float, bool]]) -> None:
    p, right = (np.array(column) for column in zip(*rows, strict=True))
    bins = calibration_bins(p, right)
    assert bins.n.sum() == len(rows)
    assert bins.n @ bins.accuracy == pytest.approx(right.sum())
    assert bins.n @ bins.confidence == pytest.approx(p.sum())
    gaps = [n * abs(accuracy - confidence) for n, accuracy, confidence in zip(*bins, strict=True)]
    assert bins.ece == pytest.approx(sum(gaps) / len(rows))
    for k in np.flatnonzero(bins.n):
        assert k / 15 - 1e-9 <= bins.confidence[k] <= (k + 1) / 15 + 1e-9


def test_the_matrix_says_every_count_and_marks_what_was_found() -> None:
    root = parsed(confusion_matrix(confused()))
    assert sorted(tips(root)) == [
        "A found: 4 of 4 names",
        "C found: 7 of 10 names",
        "C taken for A: 2 of 10 names",
        "C taken for B: 1 of 10 names",
    ]
    assert {"100", "70", "20", "10", "78.6% of 14 names found"} <= set(texts(root))
    assert len([rect for rect in root.iter("rect") if rect.get("class") == "good"]) == 2
    shades = {
        "".join(rect.itertext()): float(rect.get("fill-opacity", "nan"))
        for rect in root.iter("rect")
        if rect.get("class") in ("good", "heat")
    }
    assert shades["C taken for B: 1 of 10 names"] == pytest.approx(0.1**0.5, abs=0.01)


@pytest.mark.parametrize(("countries", "numbers"), [(60, True), (61, False)])
def test_where_countries_are_many_squares_are_small_and_bare(countries: int, numbers: bool) -> None:
    names = [f"country {k}" for k in range(countries)]
    found = count_pairs(np.arange(countries), np.arange(countries), names)
    root = parsed(confusion_matrix(found))
    assert ("100" in texts(root)) == numbers
    assert len(tips(root)) == countries


def circles(root: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in root.iter("circle")]


def test_reliability_has_a_dot_an_interval_and_a_count_for_each_bin() -> None:
    p = np.array([0.99, 0.98, 0.97, 0.5, 0.51])
    right = np.array([1, 1, 0, 0, 1])
    root = parsed(reliability_diagram(calibration_bins(p, right)))
    said = [
        "0.467 to 0.533: 2 names, mean probability 0.505, accuracy 0.500 (95%: 0.095 to 0.905)",
        "0.933 to 1.000: 3 names, mean probability 0.980, accuracy 0.667 (95%: 0.208 to 0.939)",
    ]
    dots = ["".join(title.itertext()) for dot in root.iter("circle") for title in dot.iter("title")]
    assert tips(root) == dots == said
    assert {"2", "3", "Reliability: ECE 0.190, 5 names"} <= set(texts(root))
    left, bottom = 66, 350  # where both axes are 0; to 1 it is 480 to the right and 320 up
    places = [(left + 480 * p, bottom - 320 * accuracy) for p, accuracy in ((0.505, 1 / 2), (0.98, 2 / 3))]
    for found, place in zip(circles(root), places, strict=True):
        assert found == pytest.approx(place, abs=0.01)
    assert {"accuracy, with its 95% interval", "as often right as said"} <= set(texts(root))


@pytest.mark.parametrize(
    ("p", "accuracy", "off"),
    [(0.9, 1.0, "above"), (0.9, 0.0, "below"), (0.99, 0.5, "below"), (0.5, 0.5, "on")],
)
def test_a_dot_leaves_the_diagonal_where_answers_are_better_or_worse_than_said(
    p: float, accuracy: float, off: str
) -> None:
    right = (np.arange(10) < 10 * accuracy).astype(int)
    ((across, up),) = circles(parsed(reliability_diagram(calibration_bins(np.full(10, p), right))))
    diagonal = 350 - 320 * (across - 66) / 480
    assert (up < diagonal - 1) == (off == "above")
    assert (up > diagonal + 1) == (off == "below")


def test_names_that_are_all_in_one_bin_can_be_drawn() -> None:
    n = np.zeros(15, dtype=int)
    n[0] = 123_456
    empty = np.zeros(15)
    assert "123,456" in texts(parsed(reliability_diagram(CalibrationBins(n, empty, empty))))


def entry(network: int, epoch: int, **more: float | None) -> dict[str, float | None]:
    usual: dict[str, float | None] = {
        "loss": 3.0 / epoch, "grad_norm": 2.0, "clipped": 0.5, "val_loss": 1.0, "val_accuracy": 0.5,
        "train_loss": 0.9 / epoch, "train_accuracy": 0.6,
    }  # fmt: skip
    return {"network": network, "epoch": epoch, **usual, **more}


OBJECTIVE = "Objective: all losses, as trained on"
TITLES = ["Loss of the answer", "Accuracy", OBJECTIVE, "Gradient norm", "Clipped steps"]


def shown(root: ElementTree.Element) -> list[str]:
    return [text for text in texts(root) if text in TITLES]


def test_curves_have_a_line_for_each_network_and_the_clip_norm() -> None:
    history = [entry(network, epoch) for network in (1, 2) for epoch in (1, 2, 3)]
    root = parsed(training_curves(history, 1.0))
    assert shown(root) == TITLES
    assert texts(root).count("clip norm 1") == 1
    assert texts(root).count("network 1") == texts(root).count("network 2") == 3
    for part in ("training", "validation"):
        assert texts(root).count(f"network 1, {part}") == 2
        assert texts(root).count(f"average of 2, {part}") == 2  # the average is scored
    assert len(lines(root, "c0")) == len(lines(root, "c1")) == 7
    dashed = [e.get("stroke-dasharray") for e in root.iter("polyline") if e.get("class") == "c0"]
    assert dashed.count("2 4") == 4  # training, in two panels and their legends


def test_both_parts_are_drawn_on_one_axis() -> None:
    history = [entry(1, e, train_loss=1.0 / e, val_loss=0.5 + 1.0 / e) for e in (1, 2, 4)]
    root = parsed(training_curves(history, 0.0))
    validation, training = lines(root, "c0")[:2]
    gaps = [low - high for (_, high), (_, low) in zip(validation, training, strict=True)]
    assert gaps == pytest.approx([gaps[0]] * 3, abs=0.05)  # half a nat everywhere
    assert gaps[0] == pytest.approx(training[1][1] - training[0][1], abs=0.05)  # from 1 to 1/2 as well


def test_a_history_of_before_has_the_lines_that_it_can_have() -> None:
    history = [entry(1, e, train_loss=None, train_accuracy=None) for e in (1, 2, 3)]
    for old in history:
        del old["train_loss"], old["train_accuracy"]
    root = parsed(training_curves(history, 1.0))
    assert shown(root) == TITLES
    assert texts(root).count("network 1, validation") == 2
    assert "network 1, training" not in texts(root)


def test_what_was_not_measured_has_no_panel() -> None:
    history = [entry(1, epoch, val_loss=None, val_accuracy=None) for epoch in (1, 2)]
    root = parsed(training_curves(history, 0.0))
    assert shown(root) == ["Loss of the answer", "Accuracy", OBJECTIVE, "Gradient norm"]
    assert "network 1, validation" not in texts(root)
    assert not any(text.startswith("clip norm") for text in texts(root))


def test_norms_that_explode_are_drawn_in_powers_of_ten() -> None:
    tall, flat = (
        lines(
            parsed(training_curves([entry(1, e, grad_norm=g) for e, g in enumerate(norms, 1)], 0)),
            "c0",
        )
        for norms in ((1e6, 1e3, 1.0), (3.0, 2.0, 1.0))
    )
    for drawn in (tall, flat):
        heights = [y for _, y in drawn[5]]
        assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=0.05)


def test_no_label_is_markup_in_a_picture_or_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    labels = ["<b>[red]x[/red]</b>", "a\x1b[31m"]
    found = count_pairs(np.array([1, 1]), np.array([0, 1]), labels)
    tags = {element.tag for element in parsed(confusion_matrix(found)).iter()}
    assert tags == {"svg", "title", "style", "rect", "g", "text"}
    confusion.write_confusion(found, sys.stdout)
    written = capsys.readouterr().out
    assert labels[0] in written
    assert "\x1b" not in written


# The table


def rows(found: Confusion, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    confusion.write_confusion(found, sys.stdout)
    return [
        re.split(r"\s{2,}", line.strip()) for line in capsys.readouterr().out.splitlines() if line.strip()
    ]


def test_the_table_has_recall_and_the_largest_confusions(capsys: pytest.CaptureFixture[str]) -> None:
    head, _, *countries = rows(confused(), capsys)
    assert head == ["label", "names", "recall", "taken for"]
    assert sorted(countries) == [["A", "4", "1.00"], ["B", "0"], ["C", "10", "0.70", "20% A, 10% B"]]


def test_a_share_that_rounds_to_nothing_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    truth = np.zeros(1000, dtype=int)
    guess = truth.copy()
    guess[:4], guess[4:24] = 1, 2
    _, _, *countries = rows(count_pairs(guess, truth, "ABC"), capsys)
    assert ["A", "1,000", "0.98", "2% C"] in countries


# The commands


def test_evaluate_draws_both_and_says_the_same(here: Path, few_countries: Path, model_file: Path) -> None:
    args = ["evaluate", few_countries, "-m", model_file, "--format", "json"]
    plain = fine(*args)
    drawn = fine(*args, "--confusion", "c.svg", "--reliability", "r.SVG")
    assert drawn.stdout == plain.stdout
    scores = json.loads(plain.stdout)
    matrix, reliability = (
        ElementTree.fromstring((here / name).read_bytes()) for name in ("c.svg", "r.SVG")
    )
    all_text = " ".join(matrix.itertext())
    assert f"{scores['accuracy']:.1%} of {scores['n']:,} names found" in all_text
    for country, m in scores["per_country"].items():
        assert f"{country} found: {round(m['recall'] * m['n']):,} of {m['n']:,} names" in all_text
    assert f"ECE {scores['ece']:.3f}, {scores['n']:,} names" in " ".join(reliability.itertext())


def test_confusion_in_the_terminal(here: Path, few_countries: Path, model_file: Path) -> None:
    args = ["evaluate", few_countries, "-m", model_file]
    plain, more = fine(*args).stdout, fine(*args, "--confusion", "-").stdout
    assert more.startswith(plain)
    assert "taken for" in more.removeprefix(plain)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--confusion", "c.png"], "ends with .svg"),
        (["--confusion", "-", "--format", "json"], "--confusion - prints a table"),
    ],
)
def test_wrong_usage_of_evaluate(here: Path, model_file: Path, args: list[str], said: str) -> None:
    result = invoke("evaluate", "-m", model_file, *args)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("option", ["--confusion", "--reliability"])
def test_a_picture_that_cannot_be_written_is_refused_before_the_model_is_read(
    here: Path, option: str
) -> None:
    result = invoke("evaluate", "-m", "none.npz", option, "nowhere/a.svg")
    assert result.exit_code == 1
    assert "nowhere: no such folder" in result.stderr


def test_train_draws_its_curves(here: Path, few_countries: Path) -> None:
    fine("train", few_countries, *QUICK, "--clip-norm", "0.7", "--curves", "t.svg", "-q")
    root = ElementTree.fromstring((here / "t.svg").read_bytes())
    everything = " ".join(root.itertext())
    assert all(title in everything for title in TITLES)
    assert "clip norm 0.7" in everything


@pytest.mark.parametrize(
    ("curves", "code", "said"),
    [
        ("nowhere/t.svg", 1, "nowhere: no such folder"),
        ("t.png", 2, "ends with .svg"),
        ("both.svg", 1, "give another name"),
    ],
)
def test_curves_that_cannot_be_written_are_refused_before_training(
    here: Path, few_countries: Path, curves: str, code: int, said: str
) -> None:
    result = invoke("train", few_countries, *QUICK, "-o", "both.svg", "--curves", curves)
    assert result.exit_code == code
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert list(here.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupted_training_draws_what_there_is(here: Path, few_countries: Path) -> None:
    program = Path(sys.executable).with_name("rnn-names")
    command = [
        program,
        "train",
        few_countries,
        *QUICK[2:],
        "--epochs",
        "100000",
        "--patience",
        "0",
        "--curves",
        "t.svg",
    ]
    with subprocess.Popen(
        list(map(str, command)),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in a background job
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("epoch 2/"):
                running.send_signal(signal.SIGINT)
                break
        running.stderr.read()
    assert running.returncode == 130
    assert "Loss of the answer" in (here / "t.svg").read_text(encoding="utf-8")


def test_a_training_without_an_epoch_draws_nothing(here: Path, few_countries: Path) -> None:
    diverging = ["--optimizer", "sgd", "--lr", "1e38", "--clip-norm", "0"]
    result = invoke("train", few_countries, *QUICK, *diverging, "--curves", "t.svg", "-q")
    assert result.exit_code == 1
    assert "(nothing was saved)" in result.stderr
    assert list(here.iterdir()) == []


def heights(panel: svg.Panel, title: str) -> list[float]:
    """The marks of the y axis of the chart of this title."""
    root = parsed(panel)
    chart = next(g for g in root.iter("g") if title in texts(g) and len(shown(g)) == 1)
    marks = [t for t in chart.iter("text") if t.get("text-anchor") == "end"]
    return [float("".join(t.itertext())) for t in marks]


def test_axes_suit_what_they_measure() -> None:
    panel = training_curves([entry(1, 1, grad_norm=600.0, clipped=1.0)], 0.5)
    assert heights(panel, "Clipped steps") == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert heights(panel, "Gradient norm") == [1, 10, 100]  # the clip norm is visible too
    dots = [line for line in parsed(panel).iter("polyline") if line.get("class") == "c0"]
    assert {line.get("stroke-width") for line in dots} == {"5", "1.75"}  # one epoch is seen; the legend
