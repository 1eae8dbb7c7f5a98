"""The structure of the package: which module imports which, and what modules below the CLI must not do."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from rnn_names.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "rnn_names"
TABLE = (PACKAGE / "README.md").read_text(encoding="utf-8")
ORDER = [name.replace("/", ".") for name in re.findall(r"^\| `([\w/]+)\.py` \|", TABLE, re.MULTILINE)]
PACKAGES = list(dict.fromkeys(name.partition(".")[0] for name in ORDER))
ROOMS = [name for name in PACKAGES if (PACKAGE / name).is_dir()]  # the others are modules alone
OUTSIDE = ["__init__", "__main__", "cli.__init__"]  # they load what stands in the table
SHOWING = {module for module in [*ORDER, *OUTSIDE] if module.startswith(("show.", "cli."))}


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
            if node.module == "rnn_names" or node.module.removeprefix("rnn_names.") in PACKAGES:
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return found - {"rnn_names.__version__"}


def ours(tree: ast.AST) -> set[str]:
    return {name.removeprefix("rnn_names.") for name in imported(tree) if name.startswith("rnn_names.")}


def test_every_module_has_a_place() -> None:
    found = {path.relative_to(PACKAGE).with_suffix("").as_posix() for path in PACKAGE.glob("**/*.py")}
    inits = {f"{package}.__init__" for package in ROOMS}
    assert {name.replace("/", ".") for name in found} == {*ORDER, *OUTSIDE, *inits}
    assert len(ORDER) == len(set(ORDER))


def test_the_packages_are_read_one_after_another() -> None:
    assert [package for package, _ in groupby(name.partition(".")[0] for name in ORDER)] == PACKAGES
    assert ROOMS == ["base", "names", "network", "model", "training", "insight", "show", "cli"]


def test_a_listing_of_the_package_is_its_architecture() -> None:
    entries = [p for p in PACKAGE.iterdir() if p.name not in ("__pycache__", "data")]
    assert len(entries) <= 14, sorted(p.name for p in entries)


@pytest.mark.parametrize("package", [p for p in ROOMS if p != "cli"])
def test_a_package_is_a_docstring(package: str) -> None:
    (only,) = parse(f"{package}.__init__").body
    assert isinstance(only, ast.Expr)
    assert isinstance(only.value, ast.Constant)


@pytest.mark.parametrize("module", ORDER)
def test_a_module_imports_only_those_below_it(module: str) -> None:
    below = set(ORDER[: ORDER.index(module)]) - {f"cli.{name}" for name in COMMANDS}
    assert ours(parse(module)) <= below  # and no command another one


def test_the_check_sees_imports_wherever_they_stand() -> None:
    code = """
if TYPE_CHECKING:
    from rnn_names.hidden import x
def f():
    from rnn_names.cli.options import MODEL
    from rnn_names.show import tables
    from rnn_names import __version__
    import rich.table
"""
    assert ours(ast.parse(code)) == {"cli.options", "show.tables"}
    assert "rich.table" in imported(ast.parse(code))


@pytest.mark.parametrize("module", [*ORDER, *OUTSIDE])
def test_third_parties_are_numpy_and_for_showing_typer_rich_tqdm(module: str) -> None:
    theirs = {name.split(".")[0] for name in imported(parse(module))} & {"numpy", "typer", "rich", "tqdm"}
    allowed = {"show": {"numpy", "rich"}, "cli": {"typer", "rich", "tqdm"}}
    assert theirs <= allowed.get(module.partition(".")[0], {"numpy"})


@pytest.mark.parametrize("module", sorted({*ORDER, *OUTSIDE} - SHOWING))
def test_nothing_below_the_command_line_prints(module: str) -> None:
    for node in ast.walk(parse(module)):
        if isinstance(node, ast.Name):
            assert node.id != "print"
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("stdout", "stderr")


@pytest.mark.parametrize("module", [*ORDER, *OUTSIDE])
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


def extras() -> dict[str, str]:
    """The optional dependencies of the user and of their tests: name to what follows it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        line
        for name in ("sklearn", "arrow", "spark", "frames", "tables")
        for line in project["optional-dependencies"][name]
    ]
    matches = [re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", line) for line in lines]
    return {match[1]: match[2] for match in matches if match}


@pytest.mark.parametrize(("file", "bounded"), [("lowest.txt", declared()), ("lowest-extras.txt", extras())])
def test_the_oldest_versions_tested_are_the_lower_bounds(file: str, bounded: dict[str, str]) -> None:
    def release(version: str) -> tuple[int, ...]:
        return (*map(int, version.split(".")), 0, 0, 0)[:3]

    lines = (ROOT / "tests" / file).read_text(encoding="utf-8").split()
    pinned = {name: release(version) for name, version in (line.split("==") for line in lines)}
    bounds = {}
    for name, bound in bounded.items():
        lowest = re.match(r">=([0-9.]+)", bound)
        assert lowest is not None
        bounds[name] = release(lowest[1])
    assert pinned == bounds
