"""The README's reference and the man page are what the commands say."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from rnn_names import __version__
from rnn_names.cli import COMMANDS
from tests.reference import README, escaped, man_page, paragraphs, reference, renewed, wrapped

ROOT = README.parent


OF_TYPER = pytest.mark.skipif(
    tuple(map(int, version("typer").split(".")[:2])) < (0, 28), reason="usage lines are typer's, and differ"
)


@OF_TYPER
def test_the_reference_in_the_readme_is_that_of_the_commands() -> None:
    readme = README.read_text(encoding="utf-8")
    assert renewed(readme) == readme, "stale: python -m tests.reference --write"


@OF_TYPER
def test_a_stale_reference_is_seen_and_renewed() -> None:
    readme = README.read_text(encoding="utf-8")
    stale = readme.replace("--hidden-size INT", "--hidden-units INT")
    assert stale != readme
    assert renewed(stale) == readme


def test_the_reference_names_every_command_and_option() -> None:
    text = reference()
    for name in COMMANDS:
        assert f"Usage: rnn-names {name} " in text
    for option in ("--hidden-size INT", "--format table|json", "-q, --quiet", "--no-color", "--version"):
        assert option in text
    assert max(map(len, text.splitlines())) <= 100


def test_what_is_special_in_man_macros_is_escaped() -> None:
    assert list(wrapped(r".a\b -c 'é")) == [r"\&.a\eb \-c \(aq\[u00E9]"]
    assert escaped('"') == r"\(dq"
    assert all(len(line) <= 80 for line in wrapped("word " * 50))
    assert paragraphs("A.\n\n\b\n  x\n\nB.") == [("A.", False), ("  x", True), ("B.", False)]


def test_the_man_page_names_every_command_and_is_plain() -> None:
    page = man_page()
    assert page.isascii()
    for name in COMMANDS:
        assert f".SS rnn\\-names {name} " in page
    for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES"):
        assert f"\n.SH {section}\n" in page
    requests = {line.split()[0] for line in page.splitlines() if line.startswith(".")}
    assert requests == {".TH", ".SH", ".SS", ".TP", ".B", ".I", ".PP", ".RS", ".RE", ".nf", ".fi"}


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_has_nothing_to_say_of_the_man_page() -> None:
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8"], input=man_page(), capture_output=True, text=True, check=True
    )
    assert done.stderr == ""


def test_the_wheel_has_the_man_page(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        page = archive.read(f"rnn_names-{__version__}.data/data/share/man/man1/rnn-names.1")
    assert page.decode() == man_page()
