"""`rnn-names gradients`: its table, JSON and picture."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from rnn_names.cli.commands import app
from rnn_names.insight.gradients import STARTS, Curve
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.network.cells import CELLS
from rnn_names.show.gradients import BARS, clipping_lines, sparkline


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["gradients", *map(str, arguments)])


def test_a_curve_of_zeros_vanishes_and_has_no_bars() -> None:
    curve = Curve("relu", "small W", 1, "forward", False, np.ones((1, 2)), np.array([1.0, 1e-9, 0.0]))
    assert (curve.verdict, curve.per_step, sparkline(curve, 3, 3)) == (
        "vanishes",
        0,
        f"{BARS[4]}{BARS[0]} ",
    )
    none = Curve("relu", "small W", 1, "forward", False, np.ones((1, 2)), np.zeros(3))
    assert (none.change, none.verdict, sparkline(none, 2, 3)) == (0, "vanishes", "  ")


def test_the_bars_say_powers_of_ten() -> None:
    curve = Curve("rnn", "large W", 1, "forward", False, np.ones((1, 2)), 10.0 ** np.arange(5) * 3)
    assert curve.verdict == "explodes"
    assert curve.per_step == pytest.approx(10)
    assert sparkline(curve, 5, 5) == "▅▆▇██"
    assert sparkline(curve, 3, 5) == "▅▇█"
    assert sparkline(curve, 5, 9) == "▅▇█"  # of nine distances it has five


def test_the_picture_of_the_model(model_file: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "curves.svg"
    result = run("-m", model_file, "--format", "json", "--svg", drawn, "--length", 30)
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["length"] == 30
    (curve,) = said["curves"]
    assert (curve["cell"], curve["start"], curve["direction"]) == ("rnn", "trained", "forward")
    assert len(curve["norms"]) == 30
    assert np.shape(curve["singular_values"]) == (1, 16)
    W = checkpoint.load(model_file).members[0]["forward.W"][0].astype(float)
    assert max(curve["singular_values"][0]) == pytest.approx(np.linalg.norm(W, 2))
    assert said["clip_norm"] == 1.0
    assert [entry["epoch"] for entry in said["clipping"]] == [1, 2, 3]
    texts = " ".join(ElementTree.parse(drawn).getroot().itertext())
    assert "1 forward" in texts
    assert "singular values" in texts
    assert run("-m", model_file, "--format", "json", "--length", 30).stdout == result.stdout


def test_names_as_they_are_end_where_few_are_as_long(model_file: Path) -> None:
    (curve,) = json.loads(run("-m", model_file, "--format", "json").stdout)["curves"]
    assert 5 < len(curve["norms"]) < 15


def test_fresh_networks_of_a_cell(few_countries: Path) -> None:
    result = run(few_countries, "--cell", "gru")
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines() if line.strip().startswith("gru")]
    assert [" ".join(row[1:3] if row[2] in ("W", "gate") else row[1:2]) for row in rows] == list(STARTS)
    assert "clipping" not in result.stdout
    everything = run(few_countries, "--cell", "all", "--format", "json")
    assert {curve["cell"] for curve in json.loads(everything.stdout)["curves"]} == set(CELLS)


def test_the_longest_sequences_are_as_long_as_names_may_be(few_countries: Path) -> None:
    result = run(few_countries, "--cell", "rnn", "--length", 258, "--format", "json")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)["curves"][0]["norms"]) == 258


def test_the_cells_to_choose_are_all() -> None:
    assert f"  --cell {'|'.join([*CELLS, 'all'])}\n" in run("-h").stdout


def test_how_clipping_acted_is_said() -> None:
    old: list[dict[str, float | None]] = [{"network": 1, "epoch": 1, "clipped": 1.0}]
    history: list[dict[str, float | None]] = [
        {"network": 1, "epoch": 1, "clipped": 1.0, "clip_factor": 0.25},
        {"network": 1, "epoch": 2, "clipped": 0.0, "clip_factor": 1.0},
        {"network": 2, "epoch": 1, "clipped": 0.5, "clip_factor": 0.5},
    ]
    assert clipping_lines(history, 0.5) == [
        "clipping at 0.5, network 1: █▁ 50% of the steps, to 0.62 of the gradient in the mean",
        "clipping at 0.5, network 2: ▅ 50% of the steps, to 0.50 of the gradient in the mean",
    ]
    assert clipping_lines(old, 1.0) == ["clipping at 1, network 1: █ 100% of the steps"]
    assert clipping_lines(history[:2], 0.0) == ["network 1: trained without clipping"]


def test_usage(few_countries: Path, model_file: Path, model: Checkpoint, tmp_path: Path) -> None:
    both = run("-m", model_file, "--cell", "rnn")
    assert both.exit_code == 2
    assert "give one of them" in both.output
    (tmp_path / "other.csv").write_text("name,country\nA,X\nB,Y\n", encoding="utf-8")
    unknown = run("-m", model_file, tmp_path / "other.csv")
    assert unknown.exit_code == 1
    assert "knows none of its labels" in unknown.output
    for length in (2, 259):
        assert run("--length", length).exit_code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("columns", [60, 200])
def test_a_terminal_of_any_width(columns: int, few_countries: Path) -> None:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    command = [*(sys.executable, "-m", "rnn_names", "gradients", str(few_countries)), "--cell", "lstm"]
    with subprocess.Popen(command, stdout=theirs, env={**environment, "NO_COLOR": "1"}) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            seen += part
    os.close(ours)
    assert process.returncode == 0
    lines = seen.decode().replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
    assert max(map(cell_len, lines)) <= columns
    assert len([line for line in lines if line.strip().startswith("lstm ")]) == len(STARTS)
    assert all(line.split()[-1] in ("holds", "vanishes", "explodes") for line in lines if " lstm " in line)
