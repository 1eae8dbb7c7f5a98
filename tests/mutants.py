"""Break every line of the backward pass in turn, and count the changes that the tests miss.

    python -m tests.mutants

A mutant has one change in the code that computes a gradient: a sign, an operator, a number, a condition
turned round, a statement left out. Each runs the tests of the network and must make one fail. Prints the
survivors and exits with their number.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BACKWARD = {
    "cells.py": {"derivative"},
    "layers.py": {"derivative", "cross_entropy", "dropout"},
    "recurrence.py": {"derivative"},
    "totals.py": {"add_to", "totals", "sum_by_index"},
    "pooling.py": {"derivative", "add_rows"},
    "input.py": {"rows_read", "needed", "add_up", "added", "inputs"},
    "reading.py": {"memoryless", "unrolled"},
    "loss.py": {"loss_of", "country_loss", "step_losses"},
    "prefixes.py": {"join", "others"},
}
TESTS = ("tests/test_prefixes.py", "tests/test_input.py", "tests/test_network.py")
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
}
UFUNCS = {"multiply": "add", "subtract": "add", "square": "negative", "add": "maximum"}


def functions(tree: ast.Module, names: set[str]) -> Iterator[ast.AST]:
    """The outermost functions with these names."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef) and node.name in names:
            yield node
        else:
            stack.extend(ast.iter_child_nodes(node))


def mutations(function: ast.AST) -> Iterator[tuple[int, str]]:
    """Change the tree in place, yield the line and the change, and change it back."""
    for node in ast.walk(function):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
            old = node.op
            node.op = OPERATORS[type(old)]()
            yield line, f"{type(old).__name__} → {type(node.op).__name__}"
            node.op = old
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not isinstance(node.value, bool)  # `strict=True` is not mathematics
        ):
            value = node.value
            node.value = value + 1
            yield line, f"{value} → {node.value}"
            node.value = value
        elif isinstance(node, ast.Attribute) and node.attr in UFUNCS:
            name = node.attr
            node.attr = UFUNCS[name]
            yield line, f"{name} → {node.attr}"
            node.attr = name
        elif isinstance(node, ast.If):
            test = node.test
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), test), test)
            yield line, "condition turned round"
            node.test = test
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if not isinstance(block, list):
                continue
            for place, statement in enumerate(block):
                if isinstance(statement, ast.AugAssign) or (
                    isinstance(statement, ast.Assign | ast.Expr)
                    and not isinstance(getattr(statement, "value", None), ast.Constant)
                ):
                    block[place] = ast.copy_location(ast.Pass(), statement)
                    yield statement.lineno, "left out"
                    block[place] = statement


def mutants() -> Iterator[tuple[str, int, str, str]]:
    """File, line, change and source of every mutant."""
    for file, names in BACKWARD.items():
        tree = ast.parse((ROOT / "rnn_names" / "network" / file).read_text(encoding="utf-8"))
        for function in functions(tree, names):
            for line, change in mutations(function):
                yield file, line, change, ast.unparse(ast.fix_missing_locations(tree))


def survives(file: str, source: str) -> bool:
    """Whether the tests of the network pass with this source."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "rnn_names", Path(folder) / "rnn_names")
        shutil.copytree(ROOT / "tests", Path(folder) / "tests")
        (Path(folder) / "rnn_names" / "network" / file).write_text(source, encoding="utf-8")
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TESTS],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": folder, "OPENBLAS_NUM_THREADS": "1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                timeout=200,
            )
        except subprocess.TimeoutExpired:
            return False  # a run that never ends counts as noticed
    return done.returncode == 0


def main() -> int:
    """Try them all, two at a time."""
    found = list(mutants())
    with ThreadPoolExecutor(2) as pool:
        alive = list(pool.map(lambda mutant: survives(mutant[0], mutant[3]), found))
    survivors = [mutant for mutant, lives in zip(found, alive, strict=True) if lives]
    for file, line, change, _ in survivors:
        print(f"survived: {file}:{line}: {change}")
    print(f"{len(found)} mutants, {len(survivors)} survivors")
    return len(survivors)


if __name__ == "__main__":
    sys.exit(main())
