import csv
import gzip
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.core import TyperGroup, TyperOption
from typer.main import get_command
from typer.testing import CliRunner, Result

from rnn_names import __version__
from rnn_names.base.errors import TrainingError
from rnn_names.cli.commands import app
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.recipe import LARGE, SUITED, TrainConfig, chosen, defaults, known_ngrams
from rnn_names.model.shape import Shape
from rnn_names.names.examples import read_examples
from rnn_names.network.cells import CELLS
from rnn_names.network.config import READOUTS
from rnn_names.training import loop, plan
from rnn_names.training.loop import EpochReport
from rnn_names.training.prepared import prepare
from rnn_names.training.trainer import StepReport
from tests.conftest import once

METRICS = {
    *("n", "accuracy", "top3_accuracy", "macro_f1", "balanced_accuracy", "nll", "ece", "n_known"),
    *("coverage", "covered_accuracy", "per_country", "unknown_labels", "intervals", "warnings"),
}
SMALL = ["--cell", "rnn", "--no-bidirectional", "--no-pooling", "--networks", "1", "--hidden-size", "8"]
SMALL += ["--step-loss", "0", "--letter-loss", "0", "--ema-decay", "0", "--dropout", "0.1", "--lr", "0.01"]
pytestmark = pytest.mark.usefixtures("here")
QUICK = [*SMALL, "--epochs", "2", "--batch-size", "64"]


def invoke(*args: object, input: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(app, once(args), input=input)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def fine(*args: object, input: str | bytes | None = None) -> Result:
    result = invoke(*args, input=input)
    assert result.exit_code == 0, result.output
    return result


def failed(*args: object, input: str | bytes | None = None) -> str:
    """The single line on stderr of a run that fails and prints nothing else."""
    result = invoke(*args, input=input)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def wrong_usage(*args: object) -> str:
    result = invoke(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr


def spawn(*args: object, **kwargs: Any) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "rnn_names", *map(str, args)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interrupts,
        **kwargs,
    )


def heed_interrupts() -> None:
    """A background job of a shell ignores Ctrl-C, and its child processes inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# train


def as_table(folder: Path, path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",")
        writer.writerows([["name", "country"], *(example[:2] for example in read_examples(folder))])
    return path


@pytest.mark.parametrize("kind", ["folder", "csv", "tsv"])
def test_train(few_countries: Path, here: Path, tmp_path: Path, kind: str) -> None:
    data = few_countries if kind == "folder" else as_table(few_countries, tmp_path / f"names.{kind}")
    result = fine("train", data, *QUICK)
    assert listing(here) == ["rnn-names.npz"]
    epochs = [line for line in result.stderr.splitlines() if line.startswith("epoch ")]
    assert [line.split()[1] for line in epochs] == ["1/2", "2/2"]
    assert "973 names read" in result.stderr
    assert "test part: accuracy" in result.stdout
    model = checkpoint.load(here / "rnn-names.npz")
    assert model.countries == ("Germany", "Greece", "Japan", "Poland", "Vietnam")
    assert model.network.hidden_size == 8
    assert model.training.epochs == 2
    assert model.data.source == str(data)
    assert [entry["epoch"] for entry in model.history] == [1, 2]
    train_part = prepare(read_examples(few_countries), model.training).parts.train
    assert sum(model.counts) == len(train_part)
    assert model.training.prior == "data"
    assert set(model.history[0]) == {
        *("network", "epoch", "loss", "grad_norm", "clipped", "lr", "val_loss", "val_accuracy"),
        *("clip_factor", "temperature", "ece", "ece_before", "train_loss", "train_accuracy", "kept"),
    }
    for line, entry in zip(epochs, model.history, strict=True):
        for part in ("train", "val"):
            for figure in ("loss", "accuracy"):
                assert f"  {part}-{figure} {entry[f'{part}_{figure}']:.3f}  " in line
    assert model.history[-1]["train_loss"] == pytest.approx(scored("--split", "train")["nll"], abs=1e-5)
    assert model.history[-1]["train_accuracy"] == scored("--split", "train")["accuracy"]
    said = re.search(r"temperature ([0-9.]+)[ ,:].* off by ([0-9.]+) on average", result.stderr)
    assert said is not None
    assert float(said[1]) == pytest.approx(model.temperature, abs=0.005)
    assert float(said[2]) == pytest.approx(scored("--split", "val")["ece"], abs=0.0006)


def test_train_quietly(few_countries: Path, here: Path) -> None:
    result = fine("train", few_countries, *QUICK, "-q", "-o", "m")
    assert result.output == ""
    assert listing(here) == ["m"]


@pytest.mark.parametrize(
    "more", [[], ["--networks", "2", "--bits", "16"]], ids=["one network", "two of 16 bits"]
)
def test_one_seed_one_file(few_countries: Path, here: Path, more: list[str]) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        fine("train", few_countries, *QUICK, *more, "-q", "--seed", seed, "-o", name)
    a, b, c = ((here / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_training_options_reach_the_model(few_countries: Path, here: Path) -> None:
    options = {
        **{"lr": 0.01, "warmup": 0.2, "optimizer": "sgd", "momentum": 0.5, "clip-norm": 2.0},
        **{"row-lr": 0.4, "row-start": 0.01, "ngram-dropout": 0.3, "step-share": 0.5},
        **{"muon-scale": 0.3, "dropout-draws": 2, "folded": 0.4, "composed": 3},
        **{"weight-decay": 0.1, "dropout": 0.2, "class-weight": "balanced", "val-split": 0.2},
        **{"test-split": 0.3, "patience": 1, "seed": 7, "batch-size": 50, "epochs": 1},
        **{"min-per-label": 2, "max-per-label": 150},
        **{"join": 0.25, "networks": 2, "step-loss": 0.4, "letter-loss": 0.6, "ema-decay": 0.5},
        **{
            "prior": "uniform",
            "label-smoothing": 0.05,
            "letter-dropout": 0.15,
            "workers": 1,
            "recurrent-init": "identity",
        },
    }
    given = [x for k, v in options.items() for x in (f"--{k}", v)]
    network_options = ["--hidden-size", 4, "--cell", "lstm", "--pooling"]
    network_options += ["--ngrams", 150, "--ngram-length", 3, "--bag", 5]
    fine("train", few_countries, "-q", *network_options, *given)
    model = checkpoint.load(here / "rnn-names.npz")
    assert asdict(model.training) == {k.replace("-", "_"): v for k, v in options.items()} | {
        "freeze": False
    }
    assert len(model.members) == 2
    network = model.network
    assert (network.cell, network.hidden_size, network.bag) == ("lstm", 4, 5)
    assert network.ngrams is not None
    assert (len(network.ngrams), len(network.ngrams.levels)) == (150, 3)
    assert (network.pooling, network.bidirectional) == (True, True)


def test_the_defaults_of_the_command_are_those_of_the_library() -> None:
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    options = {p.name: p for p in command.commands["train"].params}
    for names, tuned in ((0, False), (LARGE - 1, False), (LARGE, False), (0, True), (LARGE, True)):
        shape, config = chosen({}, names, tuned)
        column = "tuned" if tuned else "large"
        for one in (*fields(shape), *fields(config)):
            option = options[one.name]
            assert option.default is None  # nothing given: the number of names decides
            value = one.metadata[column] if tuned or names == LARGE else one.default
            assert {**asdict(shape), **asdict(config)}[one.name] == value
            assert isinstance(option, TyperOption)
            told = re.search(r"\[default: ([^;\]]+)", option.help or "")
            assert told is not None
            small, *others = told[1].split(", or ")
            of_large_alone = one.metadata["large"] != one.default == one.metadata["tuned"]
            assert (" without --from" in told[1]) == of_large_alone
            others = [other.removesuffix(" without --from") for other in others]
            end = " with --from" if tuned else f" for {LARGE:,} names and more"
            of_column = [other.removesuffix(end) for other in others if other.endswith(end)]
            shown = of_column[0] if of_column and (tuned or names == LARGE) else small
            if isinstance(value, bool):
                assert shown == f"--{'' if value else 'no-'}{one.name.replace('_', '-')}"
            else:
                assert str(value) == shown or float(shown) == value
    assert (Shape(), TrainConfig()) == chosen({}, 0)


def test_the_table_of_defaults_is_that_of_the_recipe() -> None:
    text = Path(loop.__file__).with_name("README.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    told = {row[0]: row[1:] for row in rows if row and row[0] in SUITED.values()}
    expected = {}
    for names, tuned in ((LARGE - 1, False), (LARGE, False), (LARGE, True)):
        shape, config = chosen({}, names, tuned)
        networks = f"{config.networks} × {shape.cell} of {shape.hidden_size} units"
        figures = map(str, (config.epochs, config.patience, config.label_smoothing))
        expected[SUITED[defaults(names, tuned)]] = [
            "those of the model" if tuned else networks,
            *figures,
        ]
    assert told == expected


@pytest.mark.parametrize("names", [0, LARGE])
def test_what_is_given_is_chosen_whatever_the_number_of_names(names: int) -> None:
    shape, config = chosen({"ngrams": 7, "bag": 0, "epochs": 3}, names)
    assert (shape.ngrams, shape.bag, config.epochs) == (7, 0, 3)
    with pytest.raises(ValueError, match="ngram_length cannot be 17; give a whole number, 2<=x<=16"):
        chosen({"ngram_length": 17}, names)


def test_ngrams_follow_the_names_and_the_width_of_a_row(few_countries: Path, here: Path) -> None:
    fine("train", few_countries, "-q", *QUICK, "--ngrams", "-1")
    model = checkpoint.load(here / "rnn-names.npz")
    read = len(read_examples(few_countries))
    assert model.network.ngrams is not None
    assert len(model.network.ngrams) == known_ngrams(read, 1) == read // 4
    assert known_ngrams(10**9, 64) == 120_000  # of which each row takes 64 bytes
    assert known_ngrams(10**9, 128) == 60_000
    fine("train", few_countries, "-q", *QUICK, "--ngrams", "0", "--bag", "0", "-o", "plain.npz")
    plain = checkpoint.load(here / "plain.npz").network
    assert (plain.ngrams, plain.bag) == (None, 0)
    for wrong in (("--ngrams", "-2"), ("--ngram-length", "1"), ("--bag", "-1"), ("--bits", "5")):
        assert invoke("train", few_countries, *wrong).exit_code == 2


def test_given_names_are_read_with_the_names(few_countries: Path, here: Path) -> None:
    table = here / "given.csv"
    table.write_text("name,country\nJörgos,Greece\nHeinz,Germany\nHeinz,Peru\n", encoding="utf-8")
    fine("train", few_countries, "-q", *QUICK, "--join", "0.5", "--given-names", table)
    model = checkpoint.load(here / "rnn-names.npz")
    assert model.data.given_names == 2
    assert "," in model.alphabet.letters
    assert scored(few_countries)["n"]  # the parts are found again without them
    line = failed("train", few_countries, "-q", "--given-names", "none.csv")
    assert "none.csv: no such file or folder" in line


@pytest.mark.parametrize("half", [[], ["--bits", "16"]], ids=["32 bits", "16 bits"])
def test_options_of_the_network_and_of_the_file(few_countries: Path, here: Path, half: list[str]) -> None:
    fine("train", few_countries, "-q", *QUICK, *half)
    with np.load(here / "rnn-names.npz") as archive:
        found = {archive[name].dtype for name in archive.files if name != "header"}
    assert found == {np.dtype(np.float16 if half else np.float32), np.dtype(np.uint16)}
    network = checkpoint.load(here / "rnn-names.npz").network
    assert (network.pooling, network.bidirectional, network.cell) == (False, False, "rnn")
    assert 0 < scored()["accuracy"] < 1


def test_train_on_a_gzipped_table(few_countries: Path, here: Path, tmp_path: Path) -> None:
    plain, packed = as_table(few_countries, tmp_path / "n.csv"), tmp_path / "n.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for data, output in ((plain, "a"), (packed, "b")):
        fine("train", data, "-q", *QUICK, "-o", output)
    a, b = (checkpoint.load(here / name) for name in "ab")
    assert a.data.fingerprint == b.data.fingerprint
    for name, q in a.members[0].items():
        assert q.tobytes() == b.members[0][name].tobytes()
    assert scored("-m", "a") == scored("-m", "b") == scored(packed, "-m", "a")
    packed.write_bytes(packed.read_bytes()[:-9])
    for command in (("train", packed, "-o", "c"), ("evaluate", packed, "-m", "a"), ("evaluate", "-m", "b")):
        assert f"{packed}: not a whole gzip file" in failed(*command)
    assert listing(here) == ["a", "b"]


def test_train_on_other_columns(here: Path, tmp_path: Path, few_countries: Path) -> None:
    table = as_table(few_countries, tmp_path / "n.csv")
    table.write_text(
        table.read_text(encoding="utf-8").replace("name,country", "surname,tongue", 1), encoding="utf-8"
    )
    assert "--label-column" in failed("train", table, *QUICK)
    fine("train", table, *QUICK, "-q", "--name-column", "surname", "--country-column", "tongue")
    assert json.loads(fine("evaluate", "--format", "json").stdout)["n"] > 0


@pytest.mark.parametrize(
    ("file", "data", "said"),
    [
        ("t.csv", b"name,country\nA,B\nC\xff,D\n", "t.csv, line 3: byte 0xff"),
        ("t.csv", b"city,country\nA,B\n", "t.csv, line 1: no column 'name'"),
        ("t.csv", b"name,name,country\nA,B,C\n", "t.csv, line 1: more than one column 'name'"),
        ("t.csv", b"name,country\nA, B,C\n", "t.csv, line 2: 3 columns where the first row has 2"),
        ("t.csv", b"name,country\nA\n", "t.csv, line 2: 1 columns where the first row has 2"),
        ("t.csv", b"name,country\nA,\n", "t.csv: no name has a label"),
        ("t.csv", b'name,country\n"A,B\n', "t.csv, line 2: unexpected end"),
        ("t.csv", b"", "t.csv: is empty"),
        ("t.csv", b"name,country\nA,B\nC,B\n", "every name has the label 'B'"),
        ("t.csv", b"name,country\n", "there are no names"),
        ("t.xlsx", b"PK", "t.xlsx, line 1: no column"),
        ("folder/A.txt", b"\xe9\n", "A.txt, line 1: byte 0xe9"),
        ("folder/A.md", b"x\n", "there are no .txt files"),
        ("folder/A.txt/x", b"x\n", "A.txt: is a folder"),
        ("folder/A.txt", b"x\ny\n", "every name has the label 'A'"),
    ],
)
def test_bad_training_data(here: Path, tmp_path: Path, file: str, data: bytes, said: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    assert said in failed("train", tmp_path / file.split("/")[0], *QUICK)
    assert listing(here) == []


def test_missing_training_data(here: Path) -> None:
    for name in ("none", "none.csv"):
        assert f"{name}: " in failed("train", name, *QUICK)
    assert listing(here) == []


def test_a_bad_output_is_refused_before_the_data_is_read(here: Path) -> None:
    (here / "folder").mkdir()
    assert "folder: is a folder" in failed("train", "no-data", "-o", "folder")
    assert "none: no such folder" in failed("train", "no-data", "-o", "none/m.npz")
    assert listing(here) == ["folder"]


def test_divergence_is_an_error_that_says_what_is_kept(few_countries: Path, here: Path) -> None:
    result = invoke(
        "train", few_countries, *QUICK, "-q", "--optimizer", "sgd", "--lr", "1e38", "--clip-norm", 0
    )
    assert result.exit_code == 1
    assert result.stderr.startswith("error: the loss is ")
    assert "lower --lr" in result.stderr
    assert "(nothing was saved)" in result.stderr
    assert listing(here) == []


@pytest.mark.parametrize(
    "option",
    [
        *("--lr", "--warmup", "--momentum", "--clip-norm", "--weight-decay", "--dropout", "--join"),
        *("--step-loss", "--letter-loss", "--ema-decay", "--label-smoothing", "--letter-dropout"),
    ],
)
@pytest.mark.parametrize("value", ["inf", "nan", "-1", "x"])
def test_numbers_must_be_finite_and_not_negative(option: str, value: str) -> None:
    assert option in wrong_usage("train", f"{option}={value}")


@pytest.mark.parametrize(
    "args",
    [
        ["train", "--val-split", "0.5", "--test-split", "0.5"],
        ["train", "--val-split", "1"],
        ["train", "--test-split", "nan"],
        ["train", "--dropout", "1"],
        ["train", "--join", "1"],
        ["train", "--networks", "0"],
        ["train", "--workers", "0"],
        ["train", "--bits", "12"],
        ["train", "--epochs", "0"],
        ["train", "--hidden-size", "0"],
        ["train", "--batch-size", "0"],
        ["train", "--patience", "-1"],
        ["train", "--seed", "-1"],
        ["train", "--seed", str(2**63)],
        ["train", "--optimizer", "adam"],
        ["train", "--class-weight", "x"],
        ["train", "--prior", "x"],
        ["train", "--unknown"],
        ["train", "a", "b"],
        ["predict", "A", "--format", "yaml"],
        ["predict", "A", "-k", "0"],
        ["predict", "A", "-i", "names.txt"],
        ["predict", "A", "--threshold", "1.1"],
        ["predict", "A", "--threshold", "-0.1"],
        ["predict", "A", "--threshold", "nan"],
        ["predict", "A", "--threshold", "x"],
        ["evaluate", "--threshold", "2"],
        ["evaluate", "--threshold", "nan"],
        ["evaluate", "--format", "xml"],
        ["evaluate", "--split", "dev"],
        ["fly"],
    ],
    ids=" ".join,
)
def test_wrong_usage(here: Path, args: list[str]) -> None:
    assert "Traceback" not in wrong_usage(*args)
    assert listing(here) == []


# predict


def test_names_as_arguments(model_file: Path) -> None:
    result = fine("predict", "-m", model_file, "Papadopoulos", "García López", "")
    names = records(result)
    assert [record["name"] for record in names] == ["Papadopoulos", "García López", ""]
    assert names[0]["country"] == "Greece"
    assert [len(record["top"]) for record in names] == [3, 3, 0]
    assert result.stderr.startswith("3 records: 1 blank, ")


LINES = b"\xef\xbb\xbfNowak\r\n\r\n  \n\xc5\x81uk\n[b]\n:smile:\n\xc2\xa0\nAbe"
READ = ["Nowak", "", "  ", "Łuk", "[b]", ":smile:", "\u00a0", "Abe"]


@pytest.mark.parametrize("how", ["-i", "-", "-i -", "pipe"])
def test_every_line_is_a_record(here: Path, model_file: Path, how: str) -> None:
    (here / "names.txt").write_bytes(LINES)
    args = {"-i": ["-i", "names.txt"], "-": ["-"], "-i -": ["-i", "-"], "pipe": []}[how]
    result = fine("predict", "-m", model_file, *args, input=b"" if how == "-i" else LINES)
    assert [record["name"] for record in records(result)] == READ
    blank = [record["country"] is None for record in records(result)]
    assert blank == [not name.strip() for name in READ]


def test_a_long_input_keeps_its_order(model_file: Path) -> None:
    names = [f"Name{'abc'[i % 3]} {i}" if i % 7 else "" for i in range(5000)]
    result = fine("predict", "-m", model_file, "-k", 1, input="\n".join(names) + "\n")
    assert [record["name"] for record in records(result)] == names


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "tsv", "table"])
def test_formats_agree(model_file: Path, form: str) -> None:
    result = fine("predict", "-m", model_file, "-k", 2, "--format", form, "Nowak", "[b]", ":smile:", "")
    expected = records(fine("predict", "-m", model_file, "-k", 2, "Nowak", "[b]", ":smile:", ""))
    if form in ("json", "jsonl"):
        assert (json.loads(result.stdout) if form == "json" else records(result)) == expected
    elif form in ("csv", "tsv"):
        rows = list(csv.DictReader(io.StringIO(result.stdout), delimiter="," if form == "csv" else "\t"))
        assert [(row["name"], row["country"] or None) for row in rows] == [
            (record["name"], record["country"]) for record in expected
        ]
        assert float(rows[0]["probability_2"]) == expected[0]["top"][1]["probability"]
    else:
        lines = [line.strip() for line in result.stdout.splitlines()]
        for record in expected[:3]:
            [line] = [line for line in lines if line.startswith(record["name"])]
            assert f"{record['country']} {record['probability']:.0%}" in line


@pytest.mark.parametrize(("top_k", "given"), [(1, 1), (4, 4), (99, 5)])
def test_top_k(model_file: Path, top_k: int, given: int) -> None:
    [record] = records(fine("predict", "-m", model_file, "-k", top_k, "Nowak"))
    assert len(record["top"]) == given
    header = fine("predict", "-m", model_file, "-k", top_k, "--format", "csv", "Nowak").stdout.splitlines()[
        0
    ]
    assert len(header.split(",")) == 2 + 2 * given


def test_no_input_no_records(model_file: Path) -> None:
    assert fine("predict", "-m", model_file, input="").stdout == ""
    assert json.loads(fine("predict", "-m", model_file, "--format", "json", input="").stdout) == []


def test_undecodable_input(here: Path, model_file: Path) -> None:
    (here / "names.txt").write_bytes(b"Nowak\n\nM\xfcller\n")
    done = invoke("predict", "-m", model_file, "-i", "names.txt")
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 2)  # what stands before is answered
    assert "names.txt, line 3: byte 0xfc is not UTF-8" in done.stderr
    said = failed("predict", "-m", model_file, input=b"M\xfcller\n")
    assert "standard input, line 1: byte 0xfc is not UTF-8" in said


def test_input_that_cannot_be_read(here: Path, model_file: Path) -> None:
    assert "none.txt: no such file" in failed("predict", "-m", model_file, "-i", "none.txt")
    assert "is a folder" in failed("predict", "-m", model_file, "-i", here)


def test_wrong_model_files(here: Path) -> None:
    (here / "text").write_text("no model")
    assert "none.npz: no such model file" in failed("predict", "-m", "none.npz", "A")
    assert "text: not a model of rnn-names" in failed("predict", "-m", "text", "A")
    assert "text: not a model of rnn-names" in failed("evaluate", "-m", "text")


def test_the_model_here_is_preferred_to_the_bundled_one(here: Path, model_file: Path) -> None:
    assert fine("predict", "-v", "Nowak").stderr == "model: bundled\n"
    (here / "rnn-names.npz").write_bytes(model_file.read_bytes())
    result = fine("predict", "-v", "Nowak")
    assert result.stderr == "model: rnn-names.npz\n"
    assert records(result) == records(fine("predict", "-m", model_file, "Nowak"))
    assert fine("predict", "-v", "-m", model_file, "Nowak").stderr == f"model: {model_file}\n"
    assert fine("predict", "Nowak").stderr == (
        "model: rnn-names.npz in this folder; give -m bundled for the bundled one\n"
    )
    assert (
        fine("predict", "-m", "rnn-names.npz", "Nowak").stderr
        == fine("predict", "-q", "Nowak").stderr
        == ""
    )


def test_the_bundled_model_has_a_name(
    here: Path, model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = records(fine("predict", "Nowak"))
    (here / "rnn-names.npz").write_bytes(model_file.read_bytes())
    assert records(fine("predict", "Nowak")) != bundled
    assert records(fine("predict", "-m", "bundled", "Nowak")) == bundled
    assert '"format": 4' in fine("info", "bundled", "--format", "json").stdout
    assert "Nowak: Poland" in fine("explain", "-m", "bundled", "Nowak").stdout
    assert fine("predict", "-v", "-m", "bundled", "Nowak").stderr == "model: bundled\n"
    (here / "bundled").write_text("no model")
    assert records(fine("predict", "-m", "bundled", "Nowak")) == bundled
    assert "bundled: not a model" in failed("predict", "-m", here / "bundled", "Nowak")
    monkeypatch.setenv("RNN_NAMES_MODEL", "bundled")
    assert records(fine("predict", "Nowak")) == bundled


# evaluate


def scored(*args: object) -> dict[str, Any]:
    metrics = json.loads(fine("evaluate", "--format", "json", *args).stdout)
    assert isinstance(metrics, dict)
    return metrics


@pytest.fixture
def own(few_countries: Path, here: Path, tmp_path: Path) -> Path:
    """Own data in a folder, and a model trained on them in the current folder."""
    data = tmp_path / "own"
    data.mkdir()
    for file in few_countries.iterdir():
        (data / file.name).write_bytes(file.read_bytes())
    fine("train", data, *QUICK, "-q")
    return data


def test_the_test_part_of_its_own_data_is_scored(own: Path, here: Path, tmp_path: Path) -> None:
    info = checkpoint.load(here / "rnn-names.npz").data
    assert info.test > 0
    by_default = scored()
    assert set(by_default) == METRICS
    assert by_default["n"] == info.test
    assert by_default["unknown_labels"] == {}
    assert scored(own) == by_default
    assert scored(as_table(own, tmp_path / "copy.csv")) == by_default
    for part, n in (("train", info.train), ("val", info.val), ("test", info.test), ("all", 973)):
        assert scored("--split", part)["n"] == n
        assert f"{n:,} names" in fine("evaluate", own, "--split", part).stderr


def test_the_test_part_is_that_of_the_training(own: Path, here: Path) -> None:
    model = checkpoint.load(here / "rnn-names.npz")
    parts = prepare(read_examples(own), model.training).parts
    counts = {label: m["n"] for label, m in scored()["per_country"].items() if m["n"]}
    assert counts == {c: sum(e.country == c for e in parts.test) for c in counts}


def test_every_row_of_other_data_is_scored(own: Path, here: Path) -> None:
    text = "name,country\nNowak,Poland\nNowak,Poland\nQuispe,Peru\nAbe,Japan\nMamani,Peru\nAit,Marokko\n"
    (here / "other.csv").write_text(text)
    result = fine("evaluate", "other.csv", "--format", "json")
    metrics = json.loads(result.stdout)
    assert (metrics["n"], metrics["n_known"]) == (6, 3)
    assert metrics["per_country"]["Poland"]["n"] == 2
    assert metrics["unknown_labels"] == {"Marokko": 1, "Peru": 2}
    assert "'Peru'" in result.stderr
    assert "2 names" in result.stderr
    assert "'Marokko'" in result.stderr


def test_other_data_of_unknown_labels_only(own: Path, here: Path) -> None:
    (here / "other.csv").write_text("name,country\nQuispe,Peru\n")
    assert "knows none of the labels (Peru)" in failed("evaluate", "-m", "rnn-names.npz", "other.csv")


def test_the_table_of_an_evaluation(own: Path) -> None:
    result = fine("evaluate", "-v")
    metrics = scored()
    cells = [line.split() for line in result.stdout.splitlines()]
    low, high = metrics["intervals"]["accuracy"]
    assert ["accuracy", f"{metrics['accuracy']:.3f}", f"{low:.3f}", "to", f"{high:.3f}"] in cells
    assert "model: rnn-names.npz" in result.stderr
    assert "test part" in result.stderr


def test_data_that_changed_or_went_away(own: Path) -> None:
    (own / "Poland.txt").write_text("Nowak\n")
    assert "changed since the model was trained" in failed("evaluate", "-m", "rnn-names.npz")
    assert scored(own)["n"] == 774  # given as DATA, it is other data: every row
    for file in own.iterdir():
        file.unlink()
    own.rmdir()
    assert f"{own}: the training data of the model is not here" in failed("evaluate", "-m", "rnn-names.npz")


# the program


def test_version_and_help() -> None:
    assert fine("--version").stdout == f"rnn-names {__version__}\n"
    for args in (["-h"], ["--help"], ["train", "-h"], ["predict", "-h"], ["evaluate", "-h"]):
        assert "Usage: " in fine(*args).stdout
    assert "[default: " in fine("predict", "-h").stdout


def test_help_loads_neither_numpy_nor_rich(model_file: Path) -> None:
    def loaded(*args: object) -> set[str]:
        command = [sys.executable, "-X", "importtime", "-m", "rnn_names", *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return {line.split("|")[-1].strip().split(".")[0] for line in done.stderr.splitlines()}

    assert not {"numpy", "rich", "tqdm"} & loaded("--help")
    predicting = loaded("predict", "-m", model_file, "Nowak")
    assert "numpy" in predicting
    assert not {"rich", "tqdm"} & predicting


def test_a_reader_that_has_enough_ends_it_quietly(here: Path, model_file: Path) -> None:
    (here / "names.txt").write_text("Nowak\n" * 20_000)
    with spawn("predict", "-m", model_file, "-i", "names.txt") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["name"] == "Nowak"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_ctrl_c_keeps_the_best(few_countries: Path, here: Path) -> None:
    env = os.environ | {"PYTHONUNBUFFERED": "1"}
    endless = [*SMALL, "--epochs", "100000", "--patience", "0", "-o", "m.npz"]
    with spawn("train", few_countries, *endless, env=env) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        seen = []
        for line in process.stderr:
            seen.append(line.decode())
            if line.startswith(b"epoch 1/"):
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read().decode()
        assert process.stdout.read() == b""
    assert process.returncode == 130
    last = rest.splitlines()[-1]
    said = re.fullmatch(
        r"stopped; the best so far, epoch (\d+)/100000, is in m\.npz; --resume continues", last
    )
    assert said is not None
    assert "Traceback" not in rest
    assert listing(here) == ["m.npz", "m.npz.resume"]
    model = checkpoint.load(here / "m.npz")
    assert len(model.history) - int(said[1]) in (0, 1)  # 1: stopped just after a better one was written


def test_the_program_reads_and_writes_utf8_whatever_the_locale(model_file: Path) -> None:
    env = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with spawn("predict", "-q", "-m", model_file, stdin=subprocess.PIPE, env=env) as process:
        out, err = process.communicate("Łódź\n山田\n".encode())
    assert process.returncode == 0
    assert err == b""
    assert [json.loads(line)["name"] for line in out.decode().splitlines()] == ["Łódź", "山田"]


def test_the_saved_parameters_are_those_of_the_best_epoch(few_countries: Path, here: Path) -> None:
    fine("train", few_countries, "-q", *SMALL, "--epochs", 6, "--batch-size", 32, "--patience", 0)
    model = checkpoint.load(here / "rnn-names.npz")
    losses = [entry["val_loss"] for entry in model.history]
    metrics = scored("--split", "val")
    assert len(losses) == 6
    assert metrics["nll"] == pytest.approx(np.min(np.array(losses, float)), abs=1e-6)


def on_a_terminal(*args: object, stdin: bool = False) -> tuple[int, str]:
    """The exit code and the output of a run on a terminal."""
    terminal, inside = pty.openpty()
    termios.tcsetwinsize(inside, (24, 100))
    env = os.environ | {"TERM": "xterm"}
    command = [sys.executable, "-m", "rnn_names", *map(str, args)]
    process = subprocess.Popen(
        command, stdin=inside if stdin else subprocess.DEVNULL, stdout=inside, stderr=inside, env=env
    )
    os.close(inside)
    seen = b""
    with suppress(OSError):  # Linux ends a terminal that nobody writes to with an error
        while part := os.read(terminal, 4096):
            seen += part
    os.close(terminal)
    return process.wait(), seen.decode()


def test_on_a_terminal_no_names_are_a_usage_error(model_file: Path) -> None:
    code, seen = on_a_terminal("predict", "-m", model_file, stdin=True)
    assert code == 2
    assert "no names; give some" in seen


def test_on_a_terminal_predictions_are_a_table(model_file: Path) -> None:
    code, seen = on_a_terminal("predict", "-m", model_file, "Papadopoulos", "[b]x")
    assert code == 0
    assert "Papadopoulos" in seen
    assert "Greece" in seen
    assert "[b]x" in seen
    assert "{" not in seen


def test_on_a_terminal_training_shows_a_bar(few_countries: Path, here: Path) -> None:
    code, seen = on_a_terminal("train", few_countries, *QUICK)
    assert code == 0
    assert "training:" in seen
    assert "saved rnn-names.npz" in seen
    assert listing(here) == ["rnn-names.npz"]


@pytest.mark.parametrize("form", ["table", "csv", "jsonl", "json"])
def test_a_reader_that_has_had_enough_ends_it_quietly(model_file: Path, tmp_path: Path, form: str) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Nowak\n" * 200_000, encoding="utf-8")
    with spawn("predict", "-m", model_file, "-i", names, "--format", form) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_full_disk_is_one_line(model_file: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "rnn_names", "predict", "-m", model_file, "Nowak"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: standard output: ")
    assert b"Traceback" not in done.stderr


def test_parameters_that_overflow_in_the_last_step_are_not_saved(few_countries: Path, here: Path) -> None:
    once = [*SMALL, "--epochs", 1, "--batch-size", 99_999, "--val-split", 0]
    result = invoke("train", few_countries, *once, "--optimizer", "sgd", "--lr", "1e300", "--clip-norm", 0)
    assert result.exit_code == 1
    assert "no longer finite" in result.stderr
    assert listing(here) == []


def test_an_empty_part_is_named(few_countries: Path, here: Path) -> None:
    fine("train", few_countries, "-q", *QUICK, "--val-split", 0, "-o", "m.npz")
    result = invoke("evaluate", "-m", "m.npz", "--split", "val")
    assert result.exit_code == 1
    assert "the model was trained without a val part; give --split all" in result.stderr


@pytest.mark.parametrize("direction", ["--no-bidirectional", "--bidirectional"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("pooling", ["--no-pooling", "--pooling"])
def test_every_cell_trains_is_saved_and_predicts(
    few_countries: Path, here: Path, cell: str, direction: str, pooling: str
) -> None:
    options = ["--step-loss", 0.3, "--letter-loss", 1, "--ema-decay", 0.9, "--label-smoothing", 0.1]
    options += [direction, pooling, "--cell", cell, "--epochs", 1]
    fine("train", few_countries, "-q", *QUICK, *options, "-o", "m.npz")
    model = checkpoint.load(here / "m.npz")
    assert model.network.cell == cell
    assert model.network.bidirectional == (direction == "--bidirectional")
    assert model.network.pooling == (pooling == "--pooling")
    assert model.network.readouts == READOUTS
    checkpoint.save(here / "again.npz", model)
    assert (here / "again.npz").read_bytes() == (here / "m.npz").read_bytes()
    answers = fine("predict", "-m", "m.npz", "Nowak", "-k", 99).stdout
    assert sum(guess["probability"] for guess in json.loads(answers)["top"]) == pytest.approx(1, abs=1e-4)
    assert json.loads(fine("evaluate", "-m", "m.npz", "--format", "json").stdout)["n"] > 0


def test_the_help_of_train_lists_the_cells() -> None:
    assert "|".join(CELLS) in fine("train", "--help").stdout
    assert wrong_usage("train", "--cell", "abacus").count(", ".join(CELLS)) == 1


def test_a_short_run_starts_no_process_and_gives_the_same_bytes(
    few_countries: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for short, file in ((10**9, "calls.npz"), (0, "processes.npz")):
        monkeypatch.setattr(loop, "SHORT", short)
        fine("train", few_countries, "-q", *QUICK, "--networks", 2, "--letter-dropout", 0.1, "-o", file)
    calls, processes = (checkpoint.load(here / file) for file in ("calls.npz", "processes.npz"))
    for k, params in enumerate(calls.members):
        for name, q in params.items():
            assert q.tobytes() == processes.members[k][name].tobytes(), (k, name)


# several networks


def test_two_networks(few_countries: Path, here: Path) -> None:
    letters = ("--ngrams", 0, "--bag", 0)  # with n-grams the first network alone is the best
    result = fine("train", few_countries, *QUICK, *letters, "--networks", 2, "--patience", 0, "-o", "m.npz")
    lines = [line for line in result.stderr.splitlines() if line.startswith("network ")]
    assert [line.split("  ")[0] for line in lines] == [
        f"network {k}/2, epoch {e}/2" for k in (1, 2) for e in (1, 2)
    ]
    model = checkpoint.load(here / "m.npz")
    assert len(model.members) == 2
    assert [(entry["network"], entry["epoch"]) for entry in model.history] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
    ]
    # The last epoch with a star is in the file.
    best, entry = [pair for pair in zip(lines, model.history, strict=True) if pair[0].endswith("  *")][-1]
    saved = f"saved m.npz: {best.split('  ')[0]} had the lowest validation loss; "
    assert f"{saved}the model averages all 2 networks" in result.stderr
    metrics = scored("-m", "m.npz", "--split", "val")
    assert metrics["nll"] == pytest.approx(entry["val_loss"], abs=1e-5)
    assert metrics["accuracy"] == pytest.approx(entry["val_accuracy"])
    assert model.temperature == entry["temperature"]
    said = fine("train", few_countries, *QUICK, *letters, "-o", "alone.npz").stderr.splitlines()
    alone = [line for line in said if line.startswith("epoch ")]
    assert [line.removeprefix("network 1/2, ") for line in lines[:2]] == alone


def stop_after(monkeypatch: pytest.MonkeyPatch, network: int, epoch: int, how: BaseException) -> None:
    """End the training just after this epoch."""
    fit = loop.fit

    def stopped(*args: Any) -> Iterator[StepReport | EpochReport]:
        for event in fit(*args):
            yield event
            if isinstance(event, EpochReport) and (event.network, event.epoch) == (network, epoch):
                raise how

    monkeypatch.setattr(plan, "fit", stopped)


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "stopped; {}; --resume continues"),
        (TrainingError("the loss is inf"), 1, "error: the loss is inf ({})"),
    ],
    ids=["Ctrl-C", "divergence"],
)
@pytest.mark.parametrize("network", [1, 2])
def test_stopped_among_several_networks(
    few_countries: Path,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    network: int,
    how: BaseException,
    code: int,
    said: str,
) -> None:
    stop_after(monkeypatch, network, 1, how)
    result = invoke("train", few_countries, "-q", *QUICK, "--networks", 2, "-o", "m.npz")
    assert result.exit_code == code
    assert result.stdout == ""
    model = checkpoint.load(here / "m.npz")
    last = model.history[-1]
    kept = f"the best so far, network {last['network']}/2, epoch {last['epoch']}/2, is in m.npz"
    assert result.stderr == said.format(kept) + "\n"
    assert len(model.members) == last["network"]
    assert len(model.members) in range(1, network + 1)
    assert network == 2 or last["epoch"] == 1
    assert 0 <= scored("-m", "m.npz")["accuracy"] <= 1


@pytest.mark.long
@pytest.mark.parametrize("stop", [2, None], ids=["stopped", "to the end"])
def test_the_file_has_what_is_said_to_be_the_best(
    few_countries: Path, here: Path, monkeypatch: pytest.MonkeyPatch, stop: int | None
) -> None:
    if stop:
        stop_after(monkeypatch, 2, stop, KeyboardInterrupt())
    options = ["--networks", 2, "--epochs", 8, "--batch-size", 32, "--hidden-size", 16]
    options += ["--lr", 0.02, "--letter-dropout", 0.1, "--seed", 6]
    result = invoke("train", few_countries, *SMALL, *options, "-o", "m.npz")
    assert result.exit_code == (130 if stop else 0)
    losses = {
        line.split("  ")[0]: float(re.split("val-loss +", line)[1].split()[0])
        for line in result.stderr.splitlines()
        if "val-loss" in line
    }
    if stop:
        said = re.search(
            r"stopped; the best so far, (network ./2, epoch \d+/8), is in m\.npz", result.stderr
        )
    else:
        said = re.search(
            r"m\.npz: (network ./2, epoch \d+/8) had the lowest validation loss; the model (.+) networks",
            result.stderr,
        )
        kept = len(checkpoint.load(here / "m.npz").members)
        assert said is not None
        assert said[2] == {1: "is 1 of the 2", 2: "averages all 2"}[kept]
    assert said is not None
    assert losses[said[1]] == min(losses.values())
    assert scored("-m", "m.npz", "--split", "val")["nll"] == pytest.approx(min(losses.values()), abs=0.001)


def test_stopped_before_the_first_epoch(
    few_countries: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: Any) -> Iterator[EpochReport]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(plan, "fit", stopped)
    result = invoke("train", few_countries, "-q", *QUICK)
    assert (result.exit_code, result.stderr) == (130, "stopped; nothing was saved\n")
    assert listing(here) == []


def test_a_model_of_16_bits_says_nearly_the_same(here: Path, ensemble: Checkpoint) -> None:
    checkpoint.save(here / "full.npz", ensemble)
    checkpoint.save(here / "half.npz", ensemble, bits=16)
    answers = [
        records(fine("predict", "-m", f"{bits}.npz", "-k", 5, "Schmidt", "Yamamoto"))
        for bits in ("full", "half")
    ]
    for full, half in zip(*answers, strict=True):
        expected = {guess["country"]: guess["probability"] for guess in full["top"]}
        found = {guess["country"]: guess["probability"] for guess in half["top"]}
        assert found == pytest.approx(expected, abs=1e-2)


# unknown letters, priors, thresholds


def test_letters_that_the_model_does_not_know_are_named(model_file: Path, model: Checkpoint) -> None:
    names = ["山田", "Nowaж", "Nowak", ""]
    args = ["predict", "-m", model_file, "-k", 5, *names]
    found = records(fine(*args))
    assert [record["unknown_letters"] for record in found] == ["山田", "ж", "", ""]
    of_lists = {c: n / sum(model.counts) for c, n in zip(model.countries, model.counts, strict=True)}
    assert {guess["country"]: guess["probability"] for guess in found[0]["top"]} == pytest.approx(
        of_lists, abs=1e-6
    )
    rows = list(csv.reader(io.StringIO(fine(*args, "--format", "csv").stdout)))
    assert [row[-1] for row in rows] == ["unknown_letters", "山田", "ж", "", ""]
    table = fine(*args, "--format", "table").stdout
    assert "山田 (unknown letters: 山田)" in table
    assert "Nowaж (unknown letters: ж)" in table
    assert table.count("unknown") == 2


def test_a_threshold(model_file: Path) -> None:
    names = ["Papadopoulos", "Nowak", "Ab", "山田", ""]
    plain = records(fine("predict", "-m", model_file, *names))
    assert 0.3 < plain[0]["probability"] > plain[3]["probability"]
    between = (plain[0]["probability"] + plain[3]["probability"]) / 2
    found = records(fine("predict", "-m", model_file, "--threshold", between, *names))
    for before, after in zip(plain, found, strict=True):
        unsure = before["probability"] is not None and before["probability"] < between
        assert after == before | ({"country": "unknown"} if unsure else {})
    assert [record["country"] for record in found][::3] == ["Greece", "unknown"]
    table = fine("predict", "-m", model_file, "--threshold", between, "--format", "table", *names).stdout
    unsure = sum(record["country"] == "unknown" for record in found)
    assert table.count("(unsure)") == unsure
    rows = list(
        csv.DictReader(
            fine(
                "predict", "-m", model_file, "--threshold", between, "--format", "csv", *names
            ).stdout.splitlines()
        )
    )
    assert [row["country"] or None for row in rows] == [record["country"] for record in found]


def test_coverage_under_a_threshold(model_file: Path, few_countries: Path) -> None:
    plain, sure, none = (scored("-m", model_file, "--threshold", limit) for limit in (0, 0.8, 1))
    assert plain == scored("-m", model_file)
    assert (plain["coverage"], plain["covered_accuracy"]) == (1, plain["accuracy"])
    assert 0 < sure["coverage"] < 1
    assert none["coverage"] == 0
    assert none["covered_accuracy"] is None
    assert set(sure) == METRICS
    for key in ("n", "n_known", "accuracy", "top3_accuracy", "nll", "ece"):
        assert sure[key] == plain[key]
    assert sure["balanced_accuracy"] < plain["balanced_accuracy"]
    assert none["macro_f1"] == 0
    classifier = NameClassifier.load(model_file)
    test = prepare(read_examples(few_countries), classifier.model.training).parts.test
    answers = classifier.predict([example.name for example in test])
    covered = [
        guesses[0].country == e.country
        for e, guesses in zip(test, answers, strict=True)
        if guesses[0].probability >= 0.8
    ]
    assert sure["coverage"] == pytest.approx(len(covered) / len(test))
    assert sure["covered_accuracy"] == pytest.approx(sum(covered) / len(covered))
    table = fine("evaluate", "-m", model_file, "--threshold", 0.8).stdout
    cells = [line.split() for line in table.splitlines()]
    assert ["coverage", f"{sure['coverage']:.3f}"] in cells


def test_priors(here: Path, model: Checkpoint, model_file: Path) -> None:
    def said(*prior: object) -> dict[str, float]:
        [record] = records(fine("predict", "-m", model_file, "-k", 5, "Nowak", *prior))
        return {guess["country"]: guess["probability"] for guess in record["top"]}

    table = "country,weight\nPoland,1\nJapan,3\nGreece,0\n"
    (here / "prior.csv").write_text(table)
    (here / "prior.tsv").write_text(table.replace(",", "\t"))
    (here / "prior.csv.gz").write_bytes(gzip.compress(table.encode()))
    data, uniform, two = said(), said("--prior", "uniform"), said("--prior", "prior.csv")
    assert said("--prior", "data") == data != uniform
    assert said("--prior", "sqrt") not in (data, uniform)
    assert {country for country, p in two.items() if p} == {"Japan", "Poland"}
    odds, before = (p["Poland"] / p["Japan"] for p in (two, uniform))
    assert odds == pytest.approx(before / 3, rel=0.01)  # Bayes' rule, whatever the temperature
    assert said("--prior", "prior.tsv") == said("--prior", "prior.csv.gz") == two


def test_evaluate_under_a_prior(own: Path, here: Path) -> None:
    (here / "prior.csv").write_text("country,weight\nPoland,1\n")
    only = scored("--prior", "prior.csv")
    assert only["accuracy"] == pytest.approx(only["per_country"]["Poland"]["n"] / only["n"])
    assert only["per_country"]["Poland"]["recall"] == 1
    assert scored("--prior", "data") == scored() != scored("--prior", "uniform")


@pytest.mark.parametrize("command", [["predict", "Nowak"], ["evaluate"]], ids=["predict", "evaluate"])
@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "p.csv",
            "country,weight\nPolland,1\n",
            "prior: 'Polland' is not a country of the model; did you mean 'Poland'?",
        ),
        (
            "p.csv",
            "country,weight\nXy,1\n",
            "prior: 'Xy' is not a country of the model; it knows Germany, Greece",
        ),
        ("p.csv", "country,weight\nPoland,-1\n", "p.csv, line 2: the weight of 'Poland' is '-1'; give"),
        ("p.csv", "country,weight\nPoland,nan\n", "p.csv, line 2: the weight of 'Poland' is 'nan'; give"),
        ("p.csv", "country,weight\nPoland,inf\n", "p.csv, line 2: the weight of 'Poland' is 'inf'; give"),
        ("p.csv", "country,weight\nPoland,many\n", "p.csv, line 2: the weight of 'Poland' is 'many'; give"),
        (
            "p.csv",
            "country,weight\nPoland,1\nPoland,1\n",
            "p.csv, line 3: 'Poland' stands in line 2 already; keep one of them",
        ),
        ("p.csv", "country,weight\nPoland,0\nJapan,0\n", "prior: no country has a weight above 0; give"),
        ("p.csv", "country,weight\n", "prior: no country has a weight above 0; give"),
        (
            "p.csv",
            "country,share\nPoland,1\n",
            "p.csv, line 1: no column 'weight' among 'country', 'share'; ",
        ),
        ("p.csv", "country,weight\nPoland\n", "p.csv, line 2: 1 columns where the first row has 2; "),
        ("p.csv", "", "p.csv: is empty; give"),
        ("p.csv", None, "p.csv: no such file"),
        ("flat", None, "flat: no such file"),
        ("p.csv.gz", "country,weight\nPoland,1\n", "p.csv.gz: not a whole gzip file"),
    ],
)
def test_a_bad_prior_is_one_line(
    here: Path, model_file: Path, command: list[str], file: str, text: str | None, said: str
) -> None:
    if text is not None:
        (here / file).write_text(text)
    assert f"error: {said}" in failed(*command, "-m", model_file, "--prior", file)
