"""Every tracked README.md is true: its commands run, its links resolve, its generated parts are current."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.documents import GENERATORS, PART, ROOT, documents, renewed

NUMBER = re.compile(r"\d+(?:\.\d+)?")
DOCUMENTS = documents()
TEXTS = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in DOCUMENTS}
README = TEXTS["README.md"]
OF_TYPER = pytest.mark.skipif(
    tuple(map(int, version("typer").split(".")[:2])) < (0, 28), reason="usage lines are typer's, and differ"
)
every_document = pytest.mark.parametrize("document", TEXTS)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def sessions(text: str) -> list[tuple[str, str]]:
    """Each command of the console blocks, and the output printed under it (none: not compared)."""
    found = []
    for block in blocks(text, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def headings(text: str) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in found}


def run(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, shell=True, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what the commands refer to, so that they can write beside it."""
    shutil.copytree(ROOT / "data" / "given", tmp_path / "data" / "given")
    return tmp_path


def test_the_first_screen_is_short() -> None:
    lines = README.splitlines()
    assert len(lines) <= 220
    assert max(map(len, lines)) <= 100
    assert len(README.split()) <= 2200


@every_document
def test_no_line_is_wide(document: str) -> None:
    """Rows of tables, sessions and generated parts cannot be broken."""
    text = re.sub(r"^```console\n.*?^```", "", PART.sub("", TEXTS[document]), flags=re.M | re.S)
    wide = [line for line in text.splitlines() if len(line) > 100 and not line.startswith("|")]
    assert not wide


def test_there_are_sessions_to_run() -> None:
    assert len(sessions(README)) >= 5
    assert sum(len(sessions(text)) for text in TEXTS.values()) >= 10


@pytest.mark.long
@pytest.mark.parametrize("document", [name for name, text in TEXTS.items() if sessions(text)])
def test_the_console_sessions(document: str, folder: Path) -> None:
    for command, expected in sessions(TEXTS[document]):
        printed = run(command, folder)
        if expected:
            assert NUMBER.sub("#", printed) == NUMBER.sub("#", expected), command
            for a, b in zip(NUMBER.findall(printed), NUMBER.findall(expected), strict=True):
                assert float(a) == pytest.approx(float(b), rel=0.01, abs=0.001), command


@pytest.mark.parametrize("document", [name for name, text in TEXTS.items() if blocks(text, "python")])
def test_the_python_blocks_run(document: str, folder: Path) -> None:
    """The blocks of one document run in order, in one process."""
    (folder / "example.py").write_text("\n".join(blocks(TEXTS[document], "python")), encoding="utf-8")
    printed = run(f"{sys.executable} example.py", folder)
    if document == "README.md":
        lines = printed.splitlines()
        assert lines[0].startswith("Sweden 0.")
        assert len(lines) == 2


@every_document
def test_the_links_resolve(document: str) -> None:
    path = ROOT / document
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[document]):
        if re.match(r"https?:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        if anchor:
            assert anchor in headings(there.read_text(encoding="utf-8")), target


@every_document
def test_the_make_targets_exist(document: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make ([a-z-]+)", TEXTS[document])):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_readme_names_the_two_commands() -> None:
    assert re.findall(r"^make (\w+) ", README, re.MULTILINE) == ["demo", "test"]


@every_document
def test_the_files_it_names_exist(document: str) -> None:
    """A path from the root, or a file's name: of this folder or below it, or of the package."""
    here = (ROOT / document).parent
    for name in re.findall(r"`([\w./-]+\.(?:py|md|txt|npz|json|sh))`", TEXTS[document]):
        if name in ("rnn-names.npz", "tiny.npz", "given.npz", "mine.npz") or (
            "/" in name and name[0] == "/"
        ):
            continue
        places = [
            ROOT / name,
            here / name,
            *here.glob(f"**/{name}"),
            *(ROOT / "rnn_names").glob(f"**/{name}"),
        ]
        assert any(place.exists() for place in places), name


@every_document
def test_the_functions_it_names_exist(document: str) -> None:
    """`module.name` where `module` is a module of the package."""
    modules = {path.stem: path for path in (ROOT / "rnn_names").glob("**/*.py")}
    for module, name in re.findall(r"`([a-z_]+)\.([A-Za-z_]\w*)`", TEXTS[document]):
        if module in modules and name not in ("py", "md"):
            code = modules[module].read_text(encoding="utf-8")
            assert re.search(rf"^ *(?:def|class) {name}\b|^{name}\b", code, re.MULTILINE), (
                f"{module}.{name}"
            )


@OF_TYPER
@every_document
def test_the_generated_parts_are_current(document: str) -> None:
    assert renewed(TEXTS[document]) == TEXTS[document], "stale: python -m tests.documents --write"


def test_every_marked_part_has_a_generator() -> None:
    """Those of data/README.md are made by data/build.py, and tests/test_data.py compares them."""
    marked = {
        match["name"]
        for name, text in TEXTS.items()
        if name != "data/README.md"
        for match in PART.finditer(text)
    }
    assert marked == set(GENERATORS)


def test_a_stale_part_is_seen_and_renewed() -> None:
    text = TEXTS["rnn_names/network/README.md"]
    stale = text.replace("`cells.GRU`", "`cells.Gated`")
    assert stale != text
    assert renewed(stale) == text
