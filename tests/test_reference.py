"""The reference of options and the man page match the commands."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rnn_names import __version__, cli
from rnn_names.cli.commands import COMMANDS
from tests.reference import escaped, man_page, paragraphs, reference, wrapped

ROOT = Path(__file__).resolve().parent.parent


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


def test_the_man_page_lists_the_exit_codes_that_the_program_does() -> None:
    """The docstring of rnn_names.cli has them; the README repeats them."""
    said = re.search(r"^Exit codes: (.*)\.$", cli.__doc__ or "", re.M)
    assert said is not None
    codes = re.findall(r"(?:^|, )(\d+) ", said[1])
    assert {"0", "1", "2", "130", "143"} <= set(codes)
    status = man_page().partition(".SH EXIT STATUS\n")[2].partition("\n.SH ")[0]
    assert re.findall(r"^\.B (\d+)$", status, re.M) == codes
    document = (ROOT / "rnn_names" / "cli" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) \|", document, re.M) == codes


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
