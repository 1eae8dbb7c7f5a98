"""The line for a log that `predict` ends with, and `--stats`."""

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rnn_names.base.bundled import BUNDLED_MODEL
from rnn_names.cli.commands import app

LINE = re.compile(
    r"^([\d,]+) records?: ([\d,]+) blank, ([\d,]+) below the threshold, ([\d,]+) errors?; "
    r"[\d.]+ s, [\d,]+ names/s; model (.+) ([0-9a-f]{12})$",
    re.MULTILINE,
)

RAGGED, CSV, JSON = "name,n\nRossi,1\nLi\nKim,2\n", ["--column", "name"], ["--input-format", "jsonl"]


def predict(*options: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, ["predict", *options], input=text)


def counted(result: Result) -> list[int]:
    assert result.exit_code == 0, result.stderr
    (found,) = LINE.findall(result.stderr)
    return [int(number.replace(",", "")) for number in found[:4]]


@pytest.mark.parametrize(
    ("text", "options", "counts"),
    [
        pytest.param("Rossi\nSchmidt\n", [], [2, 0, 0, 0], id="all answered"),
        pytest.param("Rossi\n\n-\nRossi\n", [], [4, 2, 0, 0], id="blank"),
        pytest.param("Rossi\n\nRossi\n", ["--threshold", "1"], [3, 1, 2, 0], id="below"),
        pytest.param("Rossi\n\n" * 700, ["--threshold", "1"], [1400, 700, 700, 0], id="repeated"),
        pytest.param(RAGGED, ["--on-error", "skip", *CSV], [2, 0, 0, 1], id="left out"),
        pytest.param(RAGGED, ["--on-error", "blank", *CSV], [3, 1, 0, 1], id="kept"),
        pytest.param('{"name": "Li"}\n7\n', ["--on-error", "skip", *JSON], [1, 0, 0, 1], id="json"),
        pytest.param("Rossi\nLi\n", ["--threshold", "1", "--by", "region"], [2, 0, 2, 0], id="no region"),
    ],
)
def test_what_is_counted(text: str, options: list[str], counts: list[int], model_file: Path) -> None:
    model = "bundled" if "--by" in options else str(model_file)
    assert counted(predict(*options, "-m", model, text=text)) == counts


def test_a_region_is_an_answer() -> None:
    names = "Rossi\nGarcía\n"
    without = counted(predict("-m", "bundled", "--threshold", "0.3", text=names))
    by_region = counted(predict("-m", "bundled", "--threshold", "0.3", "--by", "region", text=names))
    assert by_region[2] < without[2]


@pytest.mark.parametrize("options", [["Rossi"], ["Rossi", "Li", "-q"]])
def test_no_line(options: list[str]) -> None:
    assert predict(*options, "-m", "bundled").stderr == ""


def test_stats_say_the_same(tmp_path: Path) -> None:
    stats = tmp_path / "stats.json"
    result = predict("-m", "bundled", "--stats", str(stats), "--threshold", "1", text="Rossi\n\nLi\n")
    told = json.loads(stats.read_text(encoding="utf-8"))
    assert [*told] == [
        "records", "blank", "below_threshold", "errors", "seconds", "names_per_second", "model",
        "model_fingerprint",
    ]  # fmt: skip
    assert [told[key] for key in [*told][:4]] == counted(result) == [3, 1, 2, 0]
    assert told["seconds"] > 0
    assert told["model"] == "bundled"
    assert told["model_fingerprint"] == sha256(BUNDLED_MODEL.read_bytes()).hexdigest()[:12]


def test_stats_of_one_name_and_in_silence(tmp_path: Path) -> None:
    stats = tmp_path / "stats.json"
    assert predict("Rossi", "-q", "--stats", str(stats)).stderr == ""
    assert json.loads(stats.read_text(encoding="utf-8"))["records"] == 1


def test_stats_need_a_place_of_their_own(tmp_path: Path) -> None:
    both = str(tmp_path / "a.csv")
    assert predict("Rossi", "--stats", "-").exit_code == 2
    assert predict("Rossi", "-o", both, "--stats", both).exit_code == 1
    assert not Path(both).exists()


def test_stats_and_rejects_are_two_files(tmp_path: Path) -> None:
    both = [
        "--stats",
        str(tmp_path / "s.json"),
        "--on-error",
        "skip",
        "--rejects",
        str(tmp_path / "s.json"),
    ]
    assert predict(*both, *JSON, text='{"name": "Li"}\n7\n').exit_code == 1


def test_stats_go_to_standard_output_beside_a_file(tmp_path: Path) -> None:
    command = ["predict", "Rossi", "-o", str(tmp_path / "a.csv"), "--stats", "-"]
    done = subprocess.run([sys.executable, "-m", "rnn_names", *command], capture_output=True, check=True)
    assert json.loads(done.stdout)["records"] == 1


def test_no_stats_of_a_run_that_fails(tmp_path: Path) -> None:
    stats = tmp_path / "stats.json"
    result = predict("--column", "name", "--stats", str(stats), text="name,n\nRossi,1\nLi\n")
    assert result.exit_code == 1
    assert not stats.exists()
    assert " records: " not in result.stderr


def test_a_model_that_has_gone_has_no_fingerprint(tmp_path: Path, model_file: Path) -> None:
    model = tmp_path / "m.npz"
    model.write_bytes(model_file.read_bytes())
    command = [sys.executable, "-m", "rnn_names", "predict", "-m", str(model)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True, encoding="utf-8") as run:
        assert run.stdin is not None
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdin.write("Rossi\nLi\n")
        run.stdin.flush()
        run.stdout.readline()
        model.unlink()
        run.stdin.close()
        assert run.stderr.read().endswith(f"model {model}\n")
        run.stdout.read()
    assert run.returncode == 0
