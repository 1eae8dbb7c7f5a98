"""The README's commands are run, and print what it says, figures within a percent."""

import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_names.cells import CELLS
from rnn_names.network import NetworkConfig
from tests.test_structure import LADDER

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def sessions() -> list[tuple[str, str]]:
    """Each command of the console blocks, and the output printed under it (none: not compared)."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def run(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, shell=True, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the commands refer to, so that they can write beside it."""
    path = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "data" / "given", path / "data" / "given")
    return path


def test_the_console_sessions(folder: Path) -> None:
    found = sessions()
    assert len(found) >= 4
    for command, expected in found:
        printed = run(command, folder)
        if expected:
            assert NUMBER.sub("#", printed) == NUMBER.sub("#", expected), command
            for a, b in zip(NUMBER.findall(printed), NUMBER.findall(expected), strict=True):
                assert float(a) == pytest.approx(float(b), rel=0.01, abs=0.001), command


def test_the_python_example(folder: Path) -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    (folder / "example.py").write_text(block, encoding="utf-8")
    lines = run(f"{sys.executable} example.py", folder).splitlines()
    assert lines[0].startswith("Sweden 0.")
    assert len(lines) == 2


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert {"demo", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_modules_and_functions_it_names_exist() -> None:
    for file in re.findall(r"`(?:rnn_names/)?(\w+\.py)`", README):
        assert (ROOT / "rnn_names" / file).is_file(), file
    for module, name in re.findall(
        r"`(network|cells|encoding|optim|layers|recurrence|prefixes)\.(?!py\b)(\w+)", README
    ):
        code = (ROOT / "rnn_names" / f"{module}.py").read_text(encoding="utf-8")
        assert re.search(rf"^(def|class) {name}\b", code, re.MULTILINE), f"{module}.{name}"


def test_the_modules_are_those_of_the_package() -> None:
    table = re.findall(r"^\| `([\w/]+)\.py` \|", README, re.MULTILINE)
    assert [name.replace("/", ".") for name in table] == LADDER


def test_the_files_it_names_exist() -> None:
    for path in re.findall(r"`((?:data|tests|rnn_names)/[\w./]+)`", README):
        assert (ROOT / path).exists(), path


def cells_table() -> str:
    """The README's table of cells, as CELLS has them."""
    rows = ["| `--cell` | class | U, W, b, of each direction | |", "| --- | --- | --- | --- |"]
    for name, cell in CELLS.items():
        shapes = NetworkConfig(symbols=1, countries=2, cell=name).shapes()
        U, W, b = (shapes[f"forward.{letter}"][0] for letter in "UWb")
        summary = inspect.cleandoc(type(cell).__doc__ or "").splitlines()[0]
        sizes = f"{U} × (V, H), {W} × (H, H), {b} × (H)"
        rows.append(f"| `{name}` | `cells.{type(cell).__name__}` | {sizes} | {summary} |")
    return "\n".join(rows) + "\n"


def test_the_table_of_cells() -> None:
    assert f"<!-- cells: begin -->\n{cells_table()}<!-- cells: end -->" in README, cells_table()
