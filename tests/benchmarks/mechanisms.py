"""Threads or processes: what answers a long list soonest, and what it costs.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.mechanisms [--people N] [--rounds N]

Different full names are answered and formatted as `predict -k 1 --format csv` does, 8,192 at a time: in one
thread; in the two threads of the classifier; in two processes, forked once the model is loaded, each with
one thread. It prints a table in Markdown: names/s by the clock, CPU time, and the memory of all processes
(PSS, which counts what they share once). Names/s mean something only on a machine that does nothing else.
"""

import argparse
import io
import os
import resource
import statistics
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

from rnn_names import NameClassifier
from rnn_names.cli.answers import Answers
from rnn_names.names.records import CHUNK, Lines
from rnn_names.show.prediction import Added
from rnn_names.show.predictions import WRITERS
from tests.benchmarks import lists
from tests.benchmarks.processes import say

MECHANISMS = {"one thread": (1, 0), "two threads": (2, 0), "two processes": (1, 2)}
CLASSIFIER: list[NameClassifier] = []  # one, which processes get by fork


def rendered(names: list[str]) -> list[object]:
    """The cells of the answers to some names."""
    writer = WRITERS["csv"](Lines(iter([])), 1, Added(), io.StringIO())
    return [cells for some in Answers(CLASSIFIER[0], 1, 0.0).of(names) for cells in writer.render(some)]


def memory(pids: list[int]) -> float:
    """The proportional set size of these processes, in MB."""
    lines = (Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() for pid in pids)
    return sum(int(line.split()[1]) for of in lines for line in of if line.startswith("Pss:")) / 1000


def measure(mechanism: str, chunks: list[list[str]]) -> tuple[float, float, float]:
    """Seconds, seconds of CPU, and MB."""
    CLASSIFIER[0].workers, processes = MECHANISMS[mechanism]
    usage = [resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN]

    def cpu() -> float:
        return sum(sum(resource.getrusage(whose)[:2]) for whose in usage)

    start, begun = time.perf_counter(), cpu()
    pids = [os.getpid()]
    if processes:
        with get_context("fork").Pool(processes) as pool:
            for _ in pool.imap(rendered, chunks):
                pass
            pids += [child.pid for child in pool._pool]  # type: ignore[attr-defined]  # no public name
            megabytes = memory(pids)
            pool.close()
            pool.join()
    else:
        for chunk in chunks:
            rendered(chunk)
        megabytes = memory(pids)
    return time.perf_counter() - start, cpu() - begun, megabytes


def table(people: int, rounds: int) -> Iterator[str]:
    """Medians over the rounds, in which each mechanism has its turn."""
    names = lists.full_names(people)
    chunks = [names[at : at + CHUNK] for at in range(0, people, CHUNK)]
    CLASSIFIER.append(NameClassifier.load())
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in MECHANISMS}
    for k in range(rounds):
        for name in ("two processes", "one thread", "two threads"):  # no thread before the first fork
            found[name].append(measure(name, chunks))
            say(f"round {k + 1}, {name}: {found[name][-1]}")
    yield "| answered in | names/s | CPU, µs a name | MB in all |"
    yield "| --- | ---: | ---: | ---: |"
    for name, measured in found.items():
        seconds, cpu, megabytes = map(statistics.median, zip(*measured, strict=True))
        yield f"| {name} | {people / seconds:,.0f} | {cpu / people * 1e6:.1f} | {megabytes:.0f} |"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=lists.PEOPLE)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    print("\n".join(table(arguments.people, arguments.rounds)))


if __name__ == "__main__":
    main()
