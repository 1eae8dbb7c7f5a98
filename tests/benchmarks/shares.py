"""Where the time of `predict -k 1 --format csv` goes, from bytes in to bytes out, on one core.

    python -m tests.benchmarks.shares [--people N] [--rows N]

prints a table in Markdown: CPU time by part, of different full names and of rows whose names repeat. Each
part is a few functions of the package. While one of them runs, and calls no other part, its clock runs.
"""

import argparse
import importlib
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import lists

PARTS = {
    "reading": ["rnn_names.names.source:blocks"],
    "decoding": ["rnn_names.names.source:decoded"],
    "rows": [
        "rnn_names.names.rows:DelimitedRows.together",
        "rnn_names.names.rows:DelimitedRows.__iter__",
        "rnn_names.names.delimited:Delimited.__iter__",
    ],
    "cleaning": ["rnn_names.model.classifier:NameClassifier.read"],
    "folding, to symbols": ["rnn_names.names.alphabet:Alphabet.encode"],
    "finding n-grams": ["rnn_names.names.ngrams:NGrams.find"],
    "gathering rows": ["rnn_names.network.sums:selected", "rnn_names.network.scores:add_input"],
    "products of the recurrence": ["numpy:matmul"],
    "tanh": ["rnn_names.network.cells:Elman.step"],
    "pooling, and the loop over letters": ["rnn_names.network.scores:read_out"],
    "mean of rows": ["rnn_names.network.scores:bag"],
    "product of the readout": ["rnn_names.network.scores:scores_of"],
    "sorting by length": ["rnn_names.model.calibrated:forward"],
    "softmax, prior, unknown letters": ["rnn_names.model.classifier:NameClassifier.calibrated"],
    "choosing": ["rnn_names.model.classifier:places"],
    "names without a letter, unknown ones": [
        "rnn_names.names.alphabet:Alphabet.unnamed",
        "rnn_names.model.classifier:NameClassifier._unknown_in",
    ],
    "formatting": ["rnn_names.show.for_programs:Cells.render"],
    "names that repeat": ["rnn_names.cli.answers:Writing.write"],
    "writing": ["rnn_names.show.for_programs:Cells.write"],
}
OPTIONS = ["-k", "1", "--format", "csv", "-q", "--workers", "1"]
REST = "start: modules, options, the model"


class Clocks:
    """CPU time by part. Only the clock of the innermost part runs."""

    def __init__(self) -> None:
        self.nanoseconds: dict[str, int] = defaultdict(int)
        self.running, self.since = [REST], time.process_time_ns()

    def _stop(self) -> None:
        now = time.process_time_ns()
        self.nanoseconds[self.running[-1]] += now - self.since
        self.since = now

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, on the clock of its part; of an iterator each of its steps."""

        def during(work: Callable[[], Any]) -> Any:
            self._stop()
            self.running.append(part)
            try:
                return work()
            finally:
                self._stop()
                self.running.pop()

        def step_by_step(items: Iterator[Any]) -> Iterator[Any]:
            while (item := during(lambda: next(items, self))) is not self:
                yield item

        def call(*arguments: Any, **more: Any) -> Any:
            result = during(lambda: function(*arguments, **more))
            return step_by_step(result) if isinstance(result, Iterator) else result

        return call

    def stop(self) -> dict[str, int]:
        """Nanoseconds by part."""
        self._stop()
        return dict(self.nanoseconds)


def measured(file: Path) -> dict[str, int]:
    """Nanoseconds by part for one file. In a process of its own: the functions are replaced for good."""
    clocks = Clocks()
    from rnn_names.cli.commands import app
    from rnn_names.model import calibrated

    calibrated.WORKERS = 1
    for part, places in PARTS.items():
        for place in places:
            module, _, path = place.partition(":")
            holder: Any = importlib.import_module(module)
            *outer, name = path.split(".")
            for one in outer:
                holder = getattr(holder, one)
            setattr(holder, name, clocks.timed(part, getattr(holder, name)))
    sys.argv[0] = "rnn-names"
    app(
        ["predict", "-m", "bundled", "-i", str(file), "-o", os.devnull, *OPTIONS],
        standalone_mode=False,
    )
    return clocks.stop()


def of_child(file: Path) -> dict[str, int]:
    """`measured` in a child process."""
    from multiprocessing import get_context

    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (file,))


def table(columns: dict[str, tuple[int, dict[str, int]]]) -> Iterator[str]:
    """The table: for each column how many rows there were, and nanoseconds by part."""
    titles = [f"{title}: µs a row | share" for title in columns]
    yield f"| part | {' | '.join(titles)} |"
    yield f"| --- |{' ---: | ---: |' * len(columns)}"
    sums = [sum(parts.values()) for _, parts in columns.values()]
    for part in (REST, *PARTS):
        cells = [
            f"{parts.get(part, 0) / 1000 / rows:.2f} | {parts.get(part, 0) / total:.1%}"
            for (rows, parts), total in zip(columns.values(), sums, strict=True)
        ]
        yield f"| {part} | {' | '.join(cells)} |"
    cells = [
        f"{total / 1000 / rows:.2f} | 100 %"
        for (rows, _), total in zip(columns.values(), sums, strict=True)
    ]
    yield f"| all | {' | '.join(cells)} |"


def main() -> None:
    """Measure both lists, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=lists.PEOPLE, help="different full names")
    parser.add_argument("--rows", type=int, default=lists.ROWS, help="rows whose names repeat")
    arguments = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    names = lists.full_names(arguments.people)
    columns: dict[str, tuple[int, dict[str, int]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for title, rows in (
            (f"{len(names):,} different names", names),
            (f"{arguments.rows:,} rows whose names repeat", lists.repeated(names, arguments.rows)),
        ):
            file = Path(folder) / f"{len(columns)}.csv"
            lists.write(file, rows)
            columns[title] = (len(rows), of_child(file))
    print("\n".join(table(columns)))


if __name__ == "__main__":
    main()
