"""Plain questions, which are answered without the parser of options: as `predict` answers them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rnn_names.cli.commands import app
from rnn_names.cli.plain import FORMS, OPTIONS, answered, question

SECONDS = re.compile(r"; [\d.]+ s, [\d,]+ names/s")
PLAIN = [
    ["Schmidt"],
    ["Schmidt", "Nguyen", "Schmidt"],
    ["Dr. John Smith, PhD", "王伟", "ᚠᚢᚦ", "", "12345", "a\tb", "a\r\nb", "x" * 300, "\x1b[31m", "=1+1"],
    ["-k", "1", "Schmidt"],
    ["Schmidt", "--top-k", "300"],
    *(["Schmidt", "", "Li", "--format", form] for form in FORMS),
    ["--format", "csv", "García López", "-k", "2"],
    ["-k", "007", "Schmidt"],
]
OTHERS = [
    [],
    ["predict"],
    ["evaluate", "Schmidt"],
    ["predict", "-"],
    ["predict", "Schmidt", "-k", "0"],
    ["predict", "Schmidt", "-k", "-1"],
    ["predict", "Schmidt", "-k", "x"],
    ["predict", "Schmidt", "-k", "٣"],
    ["predict", "Schmidt", "-k", "9" * 9],
    ["predict", "Schmidt", "-k"],
    ["predict", "Schmidt", "-k1"],
    ["predict", "Schmidt", "-k", "1", "-k", "1"],
    ["predict", "Schmidt", "-k", "1", "--top-k", "1"],
    ["predict", "Schmidt", "--format", "table"],
    ["predict", "Schmidt", "--format", "xml"],
    ["predict", "Schmidt", "--raw"],
    ["predict", "--", "Schmidt"],
    ["predict", "-h"],
    ["predict", "Schmidt", "\udcff"],
    ["predict", "tests"],
    ["predict", "-k", "1"],
]


@pytest.mark.parametrize("arguments", PLAIN, ids=range(len(PLAIN)))
def test_a_plain_question_has_the_answer_of_predict(
    arguments: list[str],
    model_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RNN_NAMES_MODEL", str(model_file))
    other = CliRunner().invoke(app, ["predict", *arguments])
    assert other.exit_code == 0
    assert answered(["predict", *arguments])
    out, err = capsys.readouterr()
    assert out == other.stdout
    assert SECONDS.sub("", err) == SECONDS.sub("", other.stderr)


@pytest.mark.parametrize("arguments", OTHERS, ids=range(len(OTHERS)))
def test_what_is_not_plain_is_left_to_the_parser(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert question(arguments) is None
    assert not answered(arguments)
    assert capsys.readouterr() == ("", "")


def test_the_options_are_those_of_predict() -> None:
    from typer.main import get_command

    from rnn_names.cli.predict import app, formats

    options = {name: parameter.name for parameter in get_command(app).params for name in parameter.opts}
    assert {options[name] for name in OPTIONS} == {"top_k", "format"}
    assert {*FORMS} == {*formats()} - {"table"}


def test_what_fails_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_NAMES_MODEL", "none.npz")
    run = subprocess.run(
        [sys.executable, "-m", "rnn_names", "predict", "Schmidt"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.splitlines() == ["error: none.npz: no such file; set RNN_NAMES_MODEL to a model file"]


def test_a_full_disk_is_said_once(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNN_NAMES_MODEL", str(model_file))
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "rnn_names", "predict", "Schmidt"]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.startswith("error: standard output: No space left on device")


def test_the_model_of_the_folder_is_said_once_though_the_disk_is_full(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RNN_NAMES_MODEL", raising=False)
    (tmp_path / "rnn-names.npz").write_bytes(model_file.read_bytes())
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "rnn_names", "predict", "Schmidt"]
        run = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path
        )
    said, error = run.stderr.splitlines()
    assert said.startswith("model: rnn-names.npz in this folder")
    assert error.startswith("error: standard output: No space left on device")
