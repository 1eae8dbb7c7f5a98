"""`predict` answers a large input in several processes: the same bytes, and nothing left behind."""

import errno
import gzip
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice, product
from pathlib import Path

import pytest

from rnn_names.base.errors import CheckpointError, DataError, LostProcessError
from rnn_names.cli import answers as answers_module
from rnn_names.cli.answers import Answers, Writing
from rnn_names.cli.processes import Helper, close, uninterrupted
from rnn_names.cli.tally import Tally
from rnn_names.model.classifier import NameClassifier
from rnn_names.names import lines as line_module
from rnn_names.names import records
from rnn_names.names.lines import Lines
from rnn_names.show.for_programs import Cells
from rnn_names.show.prediction import Added
from rnn_names.show.predictions import WRITERS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks safely")
PREDICT = [sys.executable, "-m", "rnn_names", "predict", "-k", "1", "--format", "csv", "-q"]
ROWS = 30_000


def made_up() -> Iterator[str]:
    """Different names, as many as there are."""
    return map("".join, product("BDKMST", "aeiou", "lnrst", "aeio", "kmnrst", "aeiou", ["", "n", "s"]))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file of ROWS rows; a name in nine comes again."""
    names = list(islice(made_up(), ROWS))
    names[::9] = [names[k // 2] for k in range(0, ROWS, 9)]
    path = tmp_path_factory.mktemp("many") / "names.csv"
    path.write_text(
        "".join(f"{line}\n" for line in ["id,name", *(f"{k},{n}" for k, n in enumerate(names))])
    )
    return path


def full_pipe() -> bytes:
    """Names that take more room than a pipe has: a million bytes."""
    return "".join(f"{name} {name} {name}\n" for name in islice(made_up(), 45_000)).encode()


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
    return list(map(int, found.stdout.split()))


def with_children(process: subprocess.Popen[bytes], count: int) -> list[int]:
    """The children of the process, once it has so many."""
    deadline = time.monotonic() + 30
    while len(found := children(process.pid)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def gone(pids: list[int]) -> bool:
    """Whether the processes end within ten seconds."""
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def answer(model: Path, *options: str | Path, input: bytes | None = None) -> bytes:
    """What `predict` writes."""
    done = subprocess.run([*PREDICT, "-m", model, *options], input=input, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_bytes_do_not_depend_on_the_processes(table: Path, model_file: Path) -> None:
    alone = answer(model_file, "-i", table, "--workers", "1", "--threshold", "0.5")
    assert alone.count(b"\n") == ROWS + 1
    for workers in ("2", "3"):
        assert answer(model_file, "-i", table, "--workers", workers, "--threshold", "0.5") == alone
    piped = ["--input-format", "csv", "--workers", "3", "--threshold", "0.5"]
    assert answer(model_file, "-i", "-", *piped, input=table.read_bytes()) == alone


@pytest.mark.parametrize(
    ("name", "workers"),
    [("wide.csv", 2), ("names.txt.gz", 2), ("names.txt.gz", 8), ("names.jsonl", 2), ("small.csv", 2)],
)
def test_a_large_file_of_any_form_has_several_processes(
    name: str, workers: int, model_file: Path, tmp_path: Path
) -> None:
    file, names = tmp_path / name, list(islice(made_up(), 3_000 if name == "small.csv" else 12_000))
    wide = "x" * 300
    text = {
        "jsonl": "".join(f'{{"name": "{one}", "what": "{wide}"}}\n' for one in names),
        "gz": "".join(f"{one}\n" for one in names),
        "csv": "name,what\n" + "".join(f"{one},{wide}\n" for one in names),
    }[name.rpartition(".")[2]]
    file.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    program = """
import sys
from rnn_names.cli import processes
asked = processes.Helper.ask
def ask(helper, names):
    print("asked", len(names), file=sys.__stderr__)
    asked(helper, names)
processes.Helper.ask = ask
from rnn_names.cli import main
main()
"""
    options = [*PREDICT[3:], "-m", str(model_file), "-i", str(file), "--workers", str(workers)]
    command = [sys.executable, "-c", program, *options]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    sizes = [int(line.split()[1]) for line in done.stderr.splitlines() if line.startswith(b"asked")]
    assert sum(sizes) == (0 if name == "small.csv" else len(names))
    last = workers if workers == 2 else 1  # all processes share the last names if all have been started
    assert all(size >= records.CHUNK for size in sizes[:-last])
    assert done.stdout == answer(model_file, "-i", file, "--workers", "1")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers_module, "LARGE", 5)
    for module in (records, line_module):
        monkeypatch.setattr(module, "CHUNK", 10)


def written(
    classifier: NameClassifier, blocks: Iterable[list[str]], workers: int, waits: bool = False
) -> tuple[str, int]:
    """The answers to blocks of names, before each of which it may be said that it must be waited for."""
    out, tally = io.StringIO(), Tally()

    def text() -> Iterator[str]:
        for some in blocks:
            writing.waits(lambda seconds: not waits)
            yield "".join(f"{name}\n" for name in some)

    table = Lines(text())
    writer = WRITERS["csv"](table, 1, Added(), out)
    writing = Writing(Answers(classifier, 1, 0.0), writer, tally, workers)
    writing.write(table)
    return out.getvalue(), tally.blank


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_failure_in_writing_ends_the_run(
    workers: int, classifier: NameClassifier, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote = Cells.write
    names = [*islice(made_up(), 95)]
    told = "a cell that cannot be written"

    def fails(self: Cells, rows: list[str], rendered: list[tuple[str, ...]]) -> None:
        if names[45] in rows:
            raise DataError(told)
        wrote(self, rows, rendered)

    monkeypatch.setattr(Cells, "write", fails)
    for waits in (False, True):
        with pytest.raises(DataError, match=told):
            written(classifier, [names[:67], names[67:]], workers, waits)


@pytest.mark.parametrize("remembered", [10, 1 << 15])
def test_names_that_come_again_have_the_same_answer(
    remembered: int, classifier: NameClassifier, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_module, "REMEMBERED", remembered)
    names = [*islice(made_up(), 40)]
    sizes = [(0, 8), (0, 9), (5, 20), (0, 3), (20, 20), (0, 40)]
    blocks = [[*names[at : at + size], "1"] for at, size in sizes]
    alone = written(classifier, blocks, 1)
    assert alone[0].count("\n") == 1 + sum(map(len, blocks))
    assert alone[1] == len(blocks)
    for workers in (2, 3):
        for waits in (False, True):
            assert written(classifier, blocks, workers, waits) == alone


def test_a_process_that_cannot_be_started_is_done_without(
    classifier: NameClassifier, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = [[*islice(made_up(), at, at + 10)] for at in range(0, 60, 10)]
    alone, fork, forks = written(classifier, blocks, 1), os.fork, iter([True, False])

    def rarely() -> int:
        if next(forks, False):
            return fork()
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", rarely)
    assert written(classifier, blocks, 3) == alone  # one process
    assert written(classifier, blocks, 3) == alone  # none


def test_what_stands_before_a_bad_record_is_answered(table: Path, model_file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(table.read_text() + "1,Rossi,surplus\n")
    done = [
        subprocess.run(
            [*PREDICT, "-m", model_file, "-i", bad, "--workers", workers], capture_output=True, text=True
        )
        for workers in ("1", "3")
    ]
    assert done[0].stdout.count("\n") == ROWS + 1
    assert [(one.returncode, one.stdout, one.stderr) for one in done[1:]] == [
        (1, done[0].stdout, done[0].stderr)
    ]


@pytest.mark.parametrize("fifo", [False, True])
def test_whoever_waits_for_the_answers_gets_them(fifo: bool, model_file: Path, tmp_path: Path) -> None:
    """Large blocks through a pipe, each sent when the one before has been answered, in half a line."""
    names, pipe = made_up(), tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [*PREDICT, "-m", model_file, "--workers", "2", "-i", pipe if fifo else "-"]
    with subprocess.Popen(
        [*command, "--input-format", "text"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        too_long = threading.Timer(60, process.kill)
        too_long.start()
        with pipe.open("wb") if fifo else process.stdin as sender:
            for k in range(3):
                sent = list(islice(names, 9_000))
                sender.write("".join(f"{name}\n" for name in sent).encode() + b"Ro")
                sender.flush()
                if k == 0:
                    process.stdout.readline()  # the header
                else:
                    sent[0] = f"Ro{sent[0]}"
                for name in sent:
                    assert process.stdout.readline().split(b",")[0] == name.encode()
        assert process.stdout.readline().split(b",")[0] == b"Ro"
        too_long.cancel()
    assert process.returncode == 0


def test_a_process_that_is_killed_is_one_line(model_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with subprocess.Popen(
        [*PREDICT, "-m", model_file, "-o", out, "--workers", "2"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        names = full_pipe()
        process.stdin.write(names)
        process.stdin.flush()
        os.kill(with_children(process, 2)[0], signal.SIGKILL)
        with suppress(BrokenPipeError):  # it may have ended already
            process.stdin.write(names.replace(b"a", b"b"))
        with suppress(BrokenPipeError):
            process.stdin.close()
        said = process.stderr.read().decode()
    assert process.returncode == 1
    why = "perhaps for want of memory: --workers 1 takes less"
    assert said == f"error: a worker process has ended by signal 9, {why}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_process_outlives_the_first(ending: signal.Signals, model_file: Path) -> None:
    with subprocess.Popen(
        [*PREDICT, "-m", model_file, "--workers", "3"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(full_pipe())
        process.stdin.flush()
        found = with_children(process, 3)
        process.send_signal(ending)
    assert process.returncode != 0
    assert gone(found)


@pytest.mark.parametrize(
    "error", [CheckpointError("a score overflows"), OSError(28, "full"), MemoryError()]
)
def test_an_error_of_a_process_is_raised_in_the_first(error: Exception) -> None:
    def count(names: list[str]) -> int:
        if names == ["bad"]:
            raise error
        return len(names)

    with uninterrupted():
        helpers = [Helper(count), Helper(count)]
    try:
        helpers[0].ask(["bad"])
        helpers[1].ask(["a", "b"])
        with pytest.raises(type(error)) as raised:
            helpers[0].answer()
        assert str(raised.value) == str(error)
        assert "in count" in raised.value.__notes__[0]
        assert helpers[1].answer() == 2
        helpers[0].ask(["c"])
        assert helpers[0].answer() == 1
        helpers[1].process.kill()
        helpers[1].process.join()
        with pytest.raises(LostProcessError, match="ended by signal 9"):
            helpers[1].ask(["d"])
    finally:
        close(helpers)
    assert not any(helper.process.is_alive() for helper in helpers)


def test_a_signal_while_a_process_starts_comes_afterwards() -> None:
    done = []

    def start() -> None:
        with uninterrupted():
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            done.append("started")

    with pytest.raises(KeyboardInterrupt):
        start()
    assert done == ["started"]
