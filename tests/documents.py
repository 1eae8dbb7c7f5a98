"""The project's README.md files, and the parts of them that are generated.

A part stands between `<!-- NAME: begin -->` and `<!-- NAME: end -->`. GENERATORS makes it from the
code, so it cannot go stale unseen. The parts of data/README.md are made by data/build.py instead,
which has the sources of the names.

python -m tests.documents          name the files that are out of date
python -m tests.documents --write  renew them
"""

import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from rnn_names.network.cells import CELLS
from rnn_names.network.config import NetworkConfig
from tests.reference import reference

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(r"(<!-- (?P<name>[\w ]+): begin -->\n)(?P<text>.*?)(<!-- (?P=name): end -->)", re.DOTALL)


def documents() -> list[Path]:
    """Every README.md that git tracks; in a copy without git, every one outside of hidden folders."""
    done = subprocess.run(
        ["git", "ls-files", "README.md", "**/README.md"], cwd=ROOT, capture_output=True, text=True
    )
    found = [ROOT / line for line in done.stdout.splitlines()] if done.returncode == 0 else []
    return found or [
        path
        for path in sorted(ROOT.glob("**/README.md"))
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    ]


def cells_table() -> str:
    """A row for each cell: its name, its class, the planes of its parameters, and its formula."""
    rows = ["| `--cell` | class | U, W, b, of each direction | |", "| --- | --- | --- | --- |"]
    for name, cell in CELLS.items():
        shapes = NetworkConfig(symbols=1, countries=2, cell=name).shapes()
        U, W, b = (shapes[f"forward.{letter}"][0] for letter in "UWb")
        summary = inspect.cleandoc(type(cell).__doc__ or "").splitlines()[0]
        sizes = f"{U} × (V, H), {W} × (H, H), {b} × (H)"
        rows.append(f"| `{name}` | `cells.{type(cell).__name__}` | {sizes} | {summary} |")
    return "\n".join(rows) + "\n"


GENERATORS: dict[str, Callable[[], str]] = {
    "options": lambda: f"\n{reference()}\n",
    "cells": cells_table,
}


def renewed(text: str) -> str:
    """The text with every part that has a generator made anew."""

    def part(match: re.Match[str]) -> str:
        generator = GENERATORS.get(match["name"])
        return match[1] + (generator() if generator else match["text"]) + match[4]

    return PART.sub(part, text)


def main() -> None:
    stale = False
    for path in documents():
        text = path.read_text(encoding="utf-8")
        new = renewed(text)
        if new != text:
            stale = True
            print(path.relative_to(ROOT))
            if "--write" in sys.argv[1:]:
                path.write_text(new, encoding="utf-8", newline="\n")
    sys.exit(1 if stale and "--write" not in sys.argv[1:] else 0)


if __name__ == "__main__":
    main()
