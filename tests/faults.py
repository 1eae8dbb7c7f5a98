"""The faults that the tool is put through, how often, and the results: the table of the README.

    python -m tests.faults [NAME…]

About a quarter of an hour, most of it the fuzzer's, which needs `pip install atheris`; names of faults
choose some of them.

A fault is a function that brings it about so many times in an empty folder, asserts what must come of it
each time, and returns how often it did. Its docstring is the fault; `@fault` adds what comes of it, how
many trials the tests make, and how many this script does.
"""

import importlib.util
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rnn_names.base.errors import OutputError
from rnn_names.base.files import replacing
from rnn_names.model.checkpoint import load, save
from tests import hostile

ROOT = Path(__file__).resolve().parent.parent
FEW = "name,country\n" + "".join(
    f"{a}{b}{c},{c}{c}\n" for a in "BDGKLMNRST" for b in "aeiou" for c in "xyz"
)
SMALL = ("--hidden-size", "4", "--networks", "1", "--epochs", "2", "--workers", "1")


class Fault(NamedTuple):
    """A row of the table."""

    bring: Callable[[Path, int], int]
    result: str
    some: int  # trials in the tests; 0: not there
    many: int


FAULTS: list[Fault] = []


def fault(
    result: str, some: int, many: int
) -> Callable[[Callable[[Path, int], int]], Callable[[Path, int], int]]:
    def add(bring: Callable[[Path, int], int]) -> Callable[[Path, int], int]:
        FAULTS.append(Fault(bring, result, some, many))
        return bring

    return add


def tool(*args: object, **kwargs: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "rnn_names", *map(str, args)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kwargs)  # type: ignore[call-overload,no-any-return]  # the options of the caller


# untrusted models


@fault("refused in one line", 3000, 3000)
def cut(folder: Path, trials: int) -> int:
    """a model file cut short, at every length"""
    whole, path = hostile.pack(hostile.good(folder)), folder / "m.npz"
    path.write_bytes(whole)
    lengths = range(len(whole) - 1, -1, -1)[:trials]
    for length in lengths:
        os.truncate(path, length)
        assert hostile.answers(path) is None
    return len(lengths)


@fault("refused in one line, or the same answers", 2500, 9 * 2500)
def flipped(folder: Path, trials: int) -> int:
    """a byte of a model file changed, at every place, nine ways: every bit alone, and all of them"""
    path = folder / "m.npz"
    whole = hostile.pack(hostile.good(folder))
    path.write_bytes(whole)
    expected = hostile.answers(path)
    assert expected is not None
    patterns = (255, *(1 << bit for bit in range(8)))
    count = min(trials, len(patterns) * len(whole))
    with path.open("r+b", buffering=0) as file:
        for trial in range(count):
            at, pattern = trial % len(whole), patterns[trial // len(whole)]
            file.seek(at)
            file.write(bytes([whole[at] ^ pattern]))
            answers = hostile.answers(path)
            assert answers is None or np.array_equal(answers, expected), (at, pattern)
            file.seek(at)
            file.write(whole[at : at + 1])
    return count


LIMITED = """
import resource, signal, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_DATA, (500_000_000, 500_000_000))
from tests import hostile
for path in sorted(Path(sys.argv[1]).glob("*.npz")):
    signal.setitimer(signal.ITIMER_PROF, 5)  # of CPU time, then the process ends
    print(path.name, hostile.answers(path) is not None)
status = Path("/proc/self/status")
if status.exists():  # getrusage would count the memory of the process that started this one, too
    (usage,) = (int(line.split()[1]) * 1024 for line in status.open() if line.startswith("VmHWM:"))
else:
    unit = 1 if sys.platform == "darwin" else 1024
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
assert usage < 500_000_000, usage
"""


@fault("refused in one line within 5 s and 500 MB, no pickle run", 1000, 1000)
def made_to_harm(folder: Path, trials: int) -> int:
    """a model file made to harm: pickles, petabytes declared, bombs, duplicates, paths …"""
    sentinel, bad = folder / "sentinel", folder / "bad"
    bad.mkdir()
    attacks = list(hostile.attacks(hostile.good(folder), sentinel).values())[:trials]
    for number, data in enumerate(attacks):
        (bad / f"{number:03}.npz").write_bytes(data)
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIMITED, bad], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert done.stdout.splitlines() == [f"{number:03}.npz False" for number in range(len(attacks))]
    assert not sentinel.exists()
    return len(attacks)


@fault("refused in one line, or answers that are probabilities, within 5 s and 500 MB", 0, 600)
def fuzzed(folder: Path, seconds: int) -> int:
    """files, headers and arrays by a coverage-guided fuzzer (`tests/fuzz.py`, ten minutes)"""
    if importlib.util.find_spec("atheris") is None:
        return 0
    command = [sys.executable, "-m", "tests.fuzz", str(folder / "corpus"), f"-max_total_time={seconds}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return int(re.findall(r"number_of_executed_units: (\d+)", done.stderr)[0])


# files written


@contextmanager
def no_room_for(size: int) -> Iterator[None]:
    """Limit the size of files to this."""
    import resource  # not above: Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@fault("one line, the old file as it was, no other left", 20, 2000)
def full(folder: Path, trials: int) -> int:
    """the disk full after any number of bytes of a model"""
    path = folder / "m.npz"
    save(path, hostile.tiny())
    old = path.read_bytes()
    sizes = sorted({len(old) * trial // trials for trial in range(trials)})
    for size in sizes:
        with no_room_for(size):
            try:
                save(path, hostile.tiny())
            except OutputError as error:
                said = str(error)
        assert said == f"{path}: File too large; make room, or write elsewhere"
        assert path.read_bytes() == old
        assert list(folder.iterdir()) == [path]
    return len(sizes)


SAVING = """
import signal, sys
from dataclasses import replace
from pathlib import Path
from rnn_names import cli
from rnn_names.model import checkpoint
from tests import hostile
signal.signal(signal.SIGTERM, cli._terminate)
model = hostile.tiny()
others = [replace(model, temperature=t) for t in map(float, sys.argv[2:])]
print(flush=True)
while True:
    for other in others:
        checkpoint.save(Path(sys.argv[1]), other)
"""


def saving(path: Path, *temperatures: float) -> "subprocess.Popen[str]":
    """A process that writes models of these temperatures over each other until it is stopped."""
    command = [sys.executable, "-c", SAVING, path, *map(str, temperatures)]
    process = subprocess.Popen(
        list(map(str, command)),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def stopped(folder: Path, trials: int, number: signal.Signals) -> None:
    rng, path = random.Random(1), folder / "m.npz"
    for _ in range(trials):
        with saving(path, 1.0, 2.0) as process:
            while not path.exists():
                time.sleep(0.001)
            time.sleep(rng.uniform(0, 0.05))
            process.send_signal(number)
        assert load(path).temperature in (1.0, 2.0)


@fault("the old file or the new one, whole", 2, 100)
def killed(folder: Path, trials: int) -> int:
    """SIGKILL while a model is written over another"""
    stopped(folder, trials, signal.SIGKILL)
    return trials


@fault("the old file or the new one, whole, and no other left", 2, 100)
def terminated(folder: Path, trials: int) -> int:
    """SIGTERM while a model is written over another"""
    stopped(folder, trials, signal.SIGTERM)
    assert [path.name for path in folder.iterdir()] == ["m.npz"]
    return trials


@fault("one model or the other, whole, and no other file left", 100, 10_000)
def two_writers(folder: Path, trials: int) -> int:
    """a model read while two processes write it"""
    path = folder / "m.npz"
    with saving(path, 1.0, 2.0) as one, saving(path, 3.0, 4.0) as other:
        while not path.exists():
            time.sleep(0.001)
        try:
            seen = {load(path).temperature for _ in range(trials)}
        finally:
            one.terminate()
            other.terminate()
    assert seen <= {1.0, 2.0, 3.0, 4.0}
    assert [path.name for path in folder.iterdir()] == ["m.npz"]
    return trials


@fault("one ends well, the other is refused in one line, and no other file left", 1, 10)
def two_trainings(folder: Path, trials: int) -> int:
    """two `train` with one output at the same time"""
    (folder / "few.csv").write_text(FEW, encoding="utf-8")
    for _ in range(trials):
        runs = [
            tool("train", "few.csv", "-o", "m.npz", *SMALL, "--seed", seed, cwd=folder) for seed in (1, 2)
        ]
        ends = [(run.communicate()[1], run.returncode) for run in runs]
        assert 0 in [code for _, code in ends], ends
        for said, code in ends:  # the other saw the first one, or its state
            assert code == 0 or "another training writes" in said or "was interrupted" in said
        assert load(folder / "m.npz").training.seed in (1, 2)
        assert sorted(path.name for path in folder.iterdir()) == ["few.csv", "m.npz"]
    return trials


@fault("one line, nothing left", 1, 10)
def nowhere(folder: Path, trials: int) -> int:
    """a file into a folder that is read-only or none"""
    place = folder / "place"
    place.mkdir()
    place.chmod(0o555)
    folder.chmod(0o755)
    for _ in range(trials):
        try:
            if not os.geteuid():  # root may write everywhere
                os.seteuid(65534)
            for path in (place / "m.npz", folder / "none" / "m.npz"):
                said = ""
                try:
                    with replacing(path):
                        pass
                except OutputError as error:
                    said = str(error)
                assert said.startswith(f"{path}: ")
                assert said.endswith("; make room, or write elsewhere")
        finally:
            if not os.getuid():
                os.seteuid(0)
        assert list(place.iterdir()) == []
    return 2 * trials


# privacy

WATCH = """
import os, sys
def watch(event, arguments):
    network = event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname")
    if event == "socket.__new__":
        network = arguments[1] not in (-1, 1)  # AF_UNIX: what joins the processes of a training
    if network:
        os.write(2, f"network: {event} {arguments}".encode())
        os._exit(99)
sys.addaudithook(watch)
"""


@fault("no socket but between its own processes, no file but the one asked for", 1, 5)
def watched(folder: Path, trials: int) -> int:
    """`train`, `evaluate`, `predict` with sockets denied, and home, temporary and current folder watched"""
    (folder / "watch").mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    data, output = folder / "few.csv", folder / "out" / "m.npz"
    data.write_text(FEW, encoding="utf-8")
    output.parent.mkdir()
    places = {
        name: folder / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "cwd")
    }
    for place in places.values():
        place.mkdir()
    environment = {
        **{name: str(place) for name, place in places.items() if name != "cwd"},
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{folder / 'watch'}{os.pathsep}{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    asked = (
        ("train", data, "-o", output, *SMALL[:-1], 2),
        ("evaluate", "-m", output),
        ("evaluate", data, "-m", output, "--format", "json"),
        ("predict", "-m", output, "Schmidt"),
        ("predict", "Schmidt", "--format", "table"),
    )
    for _ in range(trials):
        for command in asked:
            run = tool(*command, env=environment, cwd=places["cwd"])
            _, said = run.communicate()
            assert run.returncode == 0, said
    for place in (*places.values(), output.parent):
        assert list(place.iterdir()) == ([output] if place == output.parent else [])
    return trials * len(asked)


@fault("the same bytes of parameters as uninterrupted", 0, 1)
def resumed(folder: Path, trials: int) -> int:
    """training killed and resumed (`tests/test_resume.py`)"""
    tests = ROOT / "tests" / "test_resume.py"
    if not tests.exists():
        return 0
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    return int(re.findall(r"(\d+) passed", done.stdout)[0])


def main() -> None:
    """Print the table."""
    print("| fault | trials | result |\n| --- | ---: | --- |")
    chosen = sys.argv[1:] or [fault.bring.__name__ for fault in FAULTS]
    for bring, result, _, many in FAULTS:
        if bring.__name__ not in chosen:
            continue
        with tempfile.TemporaryDirectory() as folder:
            count = bring(Path(folder), many)
        print(f"| {bring.__doc__} | {count:,} | {result if count else 'not tried'} |", flush=True)


if __name__ == "__main__":
    main()
