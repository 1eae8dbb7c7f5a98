"""How the package is built: what imports what, and what the modules below the command line leave alone."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_names.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "rnn_names"
LADDER = [
    *(
        "errors",
        "files",
        "tables",
        "dataset",
        "encoding",
        "prefixes",
        "cells",
        "layers",
        "calibration",
        "recurrence",
        "network",
        "gradients",
        "config",
        "workers",
        "optim",
        "metrics",
        "confusion",
        "evaluation",
        "spellings",
        "training",
        "checks",
    ),
    *("archive", "checkpoint", "state", "classifier", "explain", "worked", "generation"),
    *("report", "svg", "pictures", "report_explain", "svg_explain", "report_gradients"),
    *("cli.command", "cli.options", *(f"cli.{name}" for name in COMMANDS)),
]
OUTSIDE = ["__init__", "__main__", "cli.__init__"]  # they load what stands on the ladder
SHOWING = {module for module in [*LADDER, *OUTSIDE] if module.startswith(("report", "cli"))}


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs: what stands under `if TYPE_CHECKING` is left out."""
    for child in ast.iter_child_nodes(tree):
        if (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        ):
            continue
        yield child
        yield from nodes(child)


def parse(module: str) -> ast.Module:
    return ast.parse((PACKAGE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    """The modules that are imported, in a function too: `a`, or `rnn_names.b` for ours."""
    found = set()
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            if node.module == "rnn_names":
                found |= {f"rnn_names.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return found - {"rnn_names.__version__"}


def ours(tree: ast.AST) -> set[str]:
    return {name.removeprefix("rnn_names.") for name in imported(tree) if name.startswith("rnn_names.")}


def test_every_module_has_a_place() -> None:
    found = {path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.glob("**/*.py")}
    assert {name.replace("/", ".") for name in found} == {*LADDER, *OUTSIDE}


@pytest.mark.parametrize("module", LADDER)
def test_a_module_imports_only_those_below_it(module: str) -> None:
    below = set(LADDER[: LADDER.index(module)]) - {f"cli.{name}" for name in COMMANDS}
    assert ours(parse(module)) <= below  # and no command another one


def test_the_check_sees_imports_wherever_they_stand() -> None:
    code = """
if TYPE_CHECKING:
    from rnn_names.hidden import x
def f():
    from rnn_names.cli import app
    from rnn_names import report, __version__
    import rich.table
"""
    assert ours(ast.parse(code)) == {"cli", "report"}
    assert "rich.table" in imported(ast.parse(code))


@pytest.mark.parametrize("module", [*LADDER, *OUTSIDE])
def test_third_parties_are_numpy_and_for_showing_typer_rich_tqdm(module: str) -> None:
    theirs = {name.split(".")[0] for name in imported(parse(module))} & {"numpy", "typer", "rich", "tqdm"}
    assert theirs <= ({"typer", "rich", "tqdm"} if module in SHOWING else {"numpy"})


@pytest.mark.parametrize("module", sorted({*LADDER, *OUTSIDE} - SHOWING))
def test_nothing_below_the_command_line_prints(module: str) -> None:
    for node in ast.walk(parse(module)):
        if isinstance(node, ast.Name):
            assert node.id != "print"
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("stdout", "stderr")


@pytest.mark.parametrize("module", [*LADDER, *OUTSIDE])
def test_pickle_is_never_read(module: str) -> None:
    tree = parse(module)
    assert not {"pickle", "marshal", "shelve"} & imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert isinstance(node.value, ast.Constant)
            assert node.value.value is False
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.load":
            assert "allow_pickle" in [keyword.arg for keyword in node.keywords]


def declared() -> dict[str, str]:
    """The runtime dependencies: name to what follows it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    matches = [re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", line) for line in project["dependencies"]]
    return {match[1]: match[2] for match in matches if match}


def test_the_dependencies_are_four() -> None:
    assert set(declared()) == {"numpy", "typer", "rich", "tqdm"}


def test_the_oldest_versions_tested_are_the_lower_bounds() -> None:
    def release(version: str) -> tuple[int, ...]:
        return (*map(int, version.split(".")), 0, 0, 0)[:3]

    lines = (ROOT / "tests" / "lowest.txt").read_text(encoding="utf-8").split()
    pinned = {name: release(version) for name, version in (line.split("==") for line in lines)}
    bounds = {}
    for name, bound in declared().items():
        lowest = re.match(r">=([0-9.]+)", bound)
        assert lowest is not None
        bounds[name] = release(lowest[1])
    assert pinned == bounds
