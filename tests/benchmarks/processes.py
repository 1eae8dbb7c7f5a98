"""Processes that are measured: their environment, seconds, peak memory, and lines of progress."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

FOREIGN = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_NUM_THREADS")


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """With these variables, and without FOREIGN, for processes started inside."""
    before = dict(os.environ)
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


# Runs a command and says how long it took and its peak memory: a process of its own, because what a
# child has of its parent before it becomes another program counts as the child's, and this one is small.
PEAK = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
seconds = time.perf_counter() - start
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps([code, seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e6]))
"""


def peak(command: Sequence[str | Path]) -> tuple[float, float]:
    """Seconds and peak memory, in MB, of a command; its output is thrown away."""
    line = subprocess.run(
        [sys.executable, "-S", "-c", PEAK, *command], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    code, seconds, megabytes = json.loads(line)
    assert code == 0, command
    return seconds, megabytes


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)
