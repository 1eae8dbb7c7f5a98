"""What the commands say of a few rows with labels of one's own, and of models that learned them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rnn_names.insight.explain import explain
from rnn_names.model import checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.examples import read_examples
from rnn_names.names.spelling import RULES
from rnn_names.names.split import split, unique
from rnn_names.training import state
from tests.test_cli import failed, fine, invoke
from tests.test_explain import Terminal, written

QUICK = ["--hidden-size", 3, "--epochs", 1, "--networks", 1, "--ngrams", 0, "--bag", 0, "--workers", 1]
ROWS = [
    (f"{a}{b}{end}", label)
    for label, end in (("odd", "ski"), ("even", "moto"))
    for a in ("Ba", "De", "Fi", "Go", "Lu", "Ma", "Ne", "Po")
    for b in ("l", "m", "n", "r", "s")
]
TAUGHT = "this includes names that the model was trained on"
MAYBE = "the model may have been trained on some of these names"
ADVICE = "; --split test leaves them out"


def table(path: Path, rows: Sequence[Sequence[str]], head: str = "name,label") -> Path:
    lines = [head, *(",".join(row) for row in rows)]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of ROWS, which are in d.csv beside it."""
    folder = tmp_path_factory.mktemp("rows")
    fine("train", table(folder / "d.csv", ROWS), *QUICK, "-o", folder / "m.npz")
    return folder / "m.npz"


def test_no_name_of_other_data_that_was_trained_on_is_in_their_test_part(model: Path, here: Path) -> None:
    trained = checkpoint.load(model)
    config, rule = trained.training, trained.data.rule
    parts = split(unique(read_examples(model.parent / "d.csv")), config.val_split, config.test_split, 1)
    assert len(parts.train) == trained.data.train
    learned = {RULES[rule].split_key(example.name) for example in parts.train}
    train = [(example.name, example.country) for example in parts.train]
    new = [(f"Xu{name.lower()}", label) for name, label in ROWS]
    other = table(here / "o.csv", [*train, *new])
    fine("evaluate", other, "-m", model, "--split", "test", "--predictions", "p.csv")
    scored = Path("p.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert scored
    assert not learned & {RULES[rule].split_key(line.split(",")[0]) for line in scored}
    told = failed("evaluate", table(here / "t.csv", train), "-m", model, "--split", "test")
    assert "its test part is empty; give --split all, or more data" in told


def test_a_model_and_one_that_went_on_from_it_are_compared_on_the_same_names(
    model: Path, here: Path
) -> None:
    more = table(here / "more.csv", [*ROWS, *(("Xu" + name.lower(), label) for name, label in ROWS[::3])])
    fine("train", more, "--from", model, "--epochs", 1, "--workers", 1, "-o", "on.npz")
    done = fine("evaluate", more, "-m", model, "-m", "on.npz")
    assert "the models score different names" not in done.stderr
    assert "p (McNemar)" in done.stdout


def test_evaluate_says_what_it_knows_of_names_that_were_trained_on(model: Path, here: Path) -> None:
    own, other = model.parent / "d.csv", table(here / "o.csv", [("Zorn", "odd"), ("Zork", "even")])
    said = [line for line in fine("evaluate", other, "-m", model).stderr.splitlines() if "trained" in line]
    assert said == [MAYBE + ADVICE]
    said = fine("evaluate", own, "-m", model, "--split", "all").stderr.splitlines()
    assert TAUGHT + ADVICE in said
    said = fine("evaluate", own, "-m", model).stderr.splitlines()
    assert not [line for line in said if "trained" in line]
    said = fine("evaluate", own, "-m", model, "-m", model, "--split", "all").stderr.splitlines()
    assert "this includes names that a model was trained on" + ADVICE in said


def test_of_a_model_without_a_test_part_evaluate_does_not_advise_it(here: Path) -> None:
    data = table(here / "d.csv", ROWS)
    fine("train", data, *QUICK, "--test-split", 0, "-o", "m.npz")
    other = table(here / "o.csv", [("Zorn", "odd"), ("Zork", "even")])
    for file, line in ((data, TAUGHT), (other, MAYBE)):
        assert line in fine("evaluate", file, "-m", "m.npz", "--split", "all").stderr.splitlines()
        told = failed("evaluate", file, "-m", "m.npz", "--split", "test")
        assert "the model was trained without a test part; give --split all" in told
    people = table(here / "p.csv", [("Rossi", "Italy"), ("Sato", "Japan")])
    assert MAYBE in fine("evaluate", people, "-m", "bundled").stderr.splitlines()


def test_a_row_without_label_and_name_is_counted_alike_by_all_commands(here: Path) -> None:
    rows = [("7", "", "odd"), ("8", "Abe", ""), ("9", "", ""), ("9", "", "")]
    data = table(here / "d.csv", [*(("1", *row) for row in ROWS), *rows], "id,name,label")
    left_out = "left out: 1 row without a label, 3 cells without a name"
    assert left_out in fine("train", data, *QUICK, "-o", "m.npz").stderr
    assert left_out in fine("evaluate", data, "-m", "m.npz").stderr
    checked = fine("check", data).output
    assert "warning: 1 row without a label, left out: Abe\n" in checked
    assert "warning: 3 cells without a name, left out\n" in checked


def test_the_numbers_of_rows_that_train_tells_add_up(here: Path) -> None:
    rows = [*ROWS, ROWS[0], ("BALSKI", "odd"), ("Balski", "even"), ("", "odd"), ("Abe", "")]
    told = fine("train", table(here / "d.csv", rows), *QUICK, "-o", "m.npz").stderr
    [line] = [line for line in told.splitlines() if "names read" in line]
    read, *parts = (int(n) for n in re.findall(r"\d+", line.partition(" to test")[0]))
    assert (read, sum(parts)) == (85, 81)
    assert "left out: 1 row without a label, 1 cell without a name, 2 repeated rows\n" in told
    told = fine("train", table(here / "d.csv", ROWS), *QUICK, "-o", "m.npz").stderr
    assert "left out" not in told


def test_labels_of_one_name_each_are_not_sent_to_folds(here: Path) -> None:
    data = table(here / "d.csv", [(name, name) for name, _ in ROWS[:6]])
    said = fine("train", data, *QUICK, "-o", "m.npz").stderr
    assert "nothing tells how good the model is; give labels more names\n" in said
    told = failed("train", data, *QUICK, "--folds", 5, "-q", "-o", "f.npz")
    assert "every label has one name only, which is kept in training; give labels more names" in told
    pairs = table(here / "e.csv", [(name, label) for name, label in ROWS[:3] + ROWS[-2:]])
    said = fine("train", pairs, *QUICK, "--test-split", 0, "-o", "p.npz").stderr
    assert "; --folds 5 scores every name\n" in said
    fine("train", pairs, *QUICK, "--folds", 5, "-o", "f.npz")


def test_check_with_a_model_says_which_option_names_the_labels(model: Path, here: Path) -> None:
    data = table(here / "d.csv", ROWS[::20], "name,team")
    told = failed("check", data, "-m", model)
    assert "no name has a label that the model could judge; give --label-column their column" in told
    fine("check", data, "-m", model, "--label-column", "team")


def test_labels_are_not_called_countries(model: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = fine("info", model).output
    assert re.search(r"readouts +label, step_label, next_symbol ", told)
    assert "countr" not in told
    assert re.search(r"readouts +country, step_country, next_symbol ", fine("info", "bundled").output)
    fine("evaluate", "-m", model, "--confusion", "c.svg")
    assert "Which labels are taken for which" in Path("c.svg").read_text(encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "30")
    classifier = NameClassifier.load(model)
    shown = written(explain(classifier, ["Bam"]), classifier, Terminal(), 2)
    assert "least likely of 2 labels after each letter" in " ".join(shown.split())


def test_a_training_whose_base_is_gone_says_which(
    model: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = state.save

    def stop(*args: Any) -> None:
        saved(*args)
        raise KeyboardInterrupt

    base = Path("base.npz")
    base.write_bytes(model.read_bytes())
    monkeypatch.setattr(state, "save", stop)
    begin = ["train", model.parent / "d.csv", "--from", base, "--epochs", 2, "--workers", 1]
    assert invoke(*begin, "-o", "m.npz").exit_code == 130
    monkeypatch.setattr(state, "save", saved)
    base.rename("away.npz")
    told = failed("train", "--resume", "-o", "m.npz")
    assert f"{base.absolute()}, the model that the training began with, is not here; put it back" in told
    Path("away.npz").rename(base)
    fine("train", "--resume", "-o", "m.npz")


def test_few_names_are_advised_to_start_from_the_bundled_model(here: Path) -> None:
    advice = "so few names are often learned better from the bundled model: --from bundled\n"
    data = table(here / "d.csv", ROWS)
    quick = ["--epochs", 1, "--workers", 1, "-o", "m.npz"]
    assert advice in fine("train", data, *quick, "--networks", 1).stderr
    assert advice not in fine("train", data, *QUICK, "-o", "m.npz").stderr  # a network of one's own
    assert advice not in fine("train", data, *quick, "--from", "bundled").stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], False),
        (["--test-split", 0.05], False),
        (["--test-split", 0], False),
        (["--test-split", 0.2], True),
        (["--seed", 2], True),
    ],
    ids=str,
)
def test_train_says_if_the_base_may_know_the_test_part(
    model: Path, here: Path, options: list[object], told: bool
) -> None:
    one = ["--epochs", 1, "--workers", 1, "-o", "on.npz"]
    said = fine("train", model.parent / "d.csv", "--from", model, *one, *options).stderr
    line = "note: m.npz may know some names of the test part, which then looks better\n"
    assert (line in said) == told


def test_without_wrong_answers_errors_says_so(model: Path) -> None:
    told = fine("evaluate", "-m", model, "--errors", 3, "--threshold", 1).stdout
    assert told.endswith("no wrong answers\n")
    assert "because" not in told
