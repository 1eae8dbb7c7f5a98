"""Processes that are measured: their environment, seconds, peak memory, and lines of progress."""

import json
import os
import subprocess
import sys
import time
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


def peak_of_all(command: Sequence[str | Path]) -> float:
    """Peak memory, in MB, of a command and all processes that it starts; what they share counts once.

    A sample is taken every 20 ms, of their proportional set sizes, which only Linux tells.
    """
    most = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, sum(map(_proportional, _with_descendants(process.pid))))
            time.sleep(0.02)
    assert process.returncode == 0, command
    return most / 1e3


def _with_descendants(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended
        return []
    return [pid, *(one for child in children for one in _with_descendants(int(child)))]


def _proportional(pid: int) -> int:
    """Kilobytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)
