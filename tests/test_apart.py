"""No output replaces an input or another output."""

import os
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rnn_names.base.errors import OutputError
from rnn_names.base.files import check_apart
from rnn_names.cli.commands import app
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint

ROWS = "name,country\n" + "".join(f"{name},{country}\n" for name, country in [("Otto", "Germany")] * 3)


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Checkpoint) -> Path:
    """A folder with data, a model whose name ends in .svg, and a model that was trained on p.csv."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text(ROWS)
    (tmp_path / "w.csv").write_text("country,weight\nJapan,1\n")
    (tmp_path / "D").mkdir()
    for country in ("Japan", "Poland"):
        (tmp_path / "D" / f"{country}.txt").write_text(f"{country}a\n{country}b\n")
    checkpoint.save(tmp_path / "m.svg", model)
    own = replace(model, data=model.data._replace(source="p.csv"))
    checkpoint.save(tmp_path / "own.npz", own)
    drawn = replace(model, data=model.data._replace(source="drawn.svg"))
    (tmp_path / "drawn.svg").write_text(ROWS)
    checkpoint.save(tmp_path / "drawn.npz", drawn)
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "command",
    [
        "evaluate p.csv -m m.svg --predictions p.csv",
        "evaluate p.csv -m m.svg --predictions ./p.csv",
        "evaluate -m own.npz --predictions p.csv",
        "evaluate p.csv -m m.svg --confusion m.svg",
        "evaluate p.csv -m m.svg --reliability m.svg",
        "evaluate p.csv -m m.svg --prior w.csv --predictions w.csv",
        "evaluate p.csv -m m.svg --confusion a.svg --reliability a.svg",
        "evaluate D -m m.svg --predictions D/p.csv",
        "explain Otto -m m.svg --svg m.svg",
        "gradients p.csv -m m.svg --svg m.svg",
        "gradients D -m m.svg --svg D/a.svg",
        "gradients D --cell rnn --svg D/a.svg",
        "gradients -m drawn.npz --svg drawn.svg",
        "predict -m m.svg -o m.svg --format csv Otto",
        "predict -m m.svg --prior w.csv -o w.csv Otto",
        "predict -m m.svg Otto --map m.svg",
        "predict -m m.svg --prior w.csv Otto -o a.svg --format csv --map a.svg",
        "train p.csv -o p.csv",
        "train D -o D/Poland.txt",
        "train D --given-names p.csv -o p.csv",
        "train D -o a.svg --curves a.svg",
        "train D -o m.npz --curves D/a.svg",
    ],
)
def test_what_is_read_is_not_written(here: Path, command: str) -> None:
    before = contents(here)
    result = invoke(*command.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(
        r"error: .+: would (take the place of|lie among the data in) .+; give .+\n", result.stderr
    )
    assert contents(here) == before


def test_a_table_may_be_written_in_place(here: Path) -> None:
    result = invoke("predict", "-m", "m.svg", "-i", "p.csv", "-o", "p.csv", "--prefix", "their_")
    assert result.exit_code == 0, result.output
    lines = (here / "p.csv").read_text().splitlines()
    assert [line.split(",")[:2] for line in lines] == [line.split(",") for line in ROWS.splitlines()]
    assert len(lines[0].split(",")) > 2


@pytest.mark.parametrize(
    "command",
    [
        "explain Otto -m none.npz --svg a.png",
        "gradients -m none.npz --svg a.png",
        "predict Otto -m none.npz --map a.png",
        "explain Otto -m none.npz --svg none/a.svg",
        "gradients -m none.npz --svg none/a.svg",
        "predict Otto -m none.npz --map none/a.svg",
    ],
)
def test_a_picture_is_checked_before_the_work(here: Path, command: str) -> None:
    result = invoke(*command.split())
    assert result.exit_code == (2 if command.endswith("png") else 1)
    said = " ".join(result.stderr.replace("│", " ").split())
    assert ("ends with .svg" if command.endswith("png") else "none: no such folder") in said


@pytest.mark.skipif(sys.platform == "win32", reason="links take a privilege there")
def test_another_way_to_the_same_file(tmp_path: Path) -> None:
    data, folder = tmp_path / "data.csv", tmp_path / "folder"
    data.touch()
    folder.mkdir()
    check_apart(
        tmp_path / "new.csv", [None, data, folder, tmp_path / "none", Path("nul\0"), Path("n" * 5000)]
    )
    (tmp_path / "link").symlink_to(data)
    (tmp_path / "door").symlink_to(folder)
    os.link(data, tmp_path / "other")
    for output, other in (("link", data), ("data.csv", tmp_path / "link"), ("other", data)):
        with pytest.raises(OutputError, match="take the place"):
            check_apart(tmp_path / output, [None, other])
    for output, other in (("door/new", folder), ("folder/new", tmp_path / "door")):
        with pytest.raises(OutputError, match="lie among"):
            check_apart(tmp_path / output, [other])
    check_apart(folder / "deeper" / "new", [folder])  # data do not lie so deep
