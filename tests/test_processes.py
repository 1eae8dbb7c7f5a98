"""`predict` answers a large input in several processes: the same bytes, and nothing left behind."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, product
from pathlib import Path

import pytest

from rnn_names.base.errors import CheckpointError, LostProcessError
from rnn_names.cli import answers as answers_module
from rnn_names.cli.answers import Answers, Writing
from rnn_names.cli.processes import Helper, close
from rnn_names.cli.tally import Tally
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.records import Lines
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


def test_the_bytes_do_not_depend_on_the_processes(table: Path, model_file: Path) -> None:
    def answer(*options: str, input: bytes | None = None) -> bytes:
        done = subprocess.run([*PREDICT, "-m", model_file, *options], input=input, capture_output=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    alone = answer("-i", str(table), "--workers", "1")
    assert alone.count(b"\n") == ROWS + 1
    for workers in ("2", "3"):
        assert answer("-i", str(table), "--workers", workers) == alone
    piped = answer("-i", "-", "--input-format", "csv", "--workers", "3", input=table.read_bytes())
    assert piped == alone


@pytest.mark.parametrize("remembered", [10, 1 << 15])
def test_names_that_come_again_have_the_same_answer(
    remembered: int, classifier: NameClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_module, "LARGE", 5)
    monkeypatch.setattr(answers_module, "REMEMBERED", remembered)
    names = list(islice(made_up(), 40))
    blocks = [names[at : at + size] for at, size in [(0, 8), (0, 9), (5, 20), (0, 3), (20, 20), (0, 40)]]

    def written(workers: int, waits: bool) -> tuple[str, int]:
        out, tally = io.StringIO(), Tally()
        table = Lines("".join(f"{name}\n" for name in [*some, "1"]) for some in blocks)
        writer = WRITERS["csv"](table, 1, Added(), out)
        classifier.workers = 2
        Writing(Answers(classifier, 1, 0.0), writer, tally, workers, lambda: waits).write(table)
        return out.getvalue(), tally.blank

    alone = written(1, waits=True)
    assert alone[0].count("\n") == 1 + sum(map(len, blocks)) + len(blocks)
    assert alone[1] == len(blocks)
    for workers in (2, 3):
        for waits in (False, True):
            assert written(workers, waits) == alone


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


def test_whoever_waits_for_the_answers_gets_them(model_file: Path) -> None:
    """Three large blocks through a pipe, each sent when the one before has been answered."""
    names = made_up()
    with subprocess.Popen(
        [*PREDICT, "-m", model_file, "--workers", "2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for k in range(3):
            sent = list(islice(names, 6_000))
            process.stdin.write("".join(f"{name}\n" for name in sent).encode())
            process.stdin.flush()
            if k == 0:
                process.stdout.readline()  # the header
            for name in sent:
                assert process.stdout.readline().split(b",")[0] == name.encode()
        process.stdin.close()
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


def test_an_error_of_a_process_is_raised_in_the_first() -> None:
    def answer(names: list[str]) -> int:
        if names == ["bad"]:
            raise CheckpointError("a score of the model overflows")
        return len(names)

    helpers = [Helper(answer), Helper(answer)]
    try:
        helpers[0].ask(["bad"])
        helpers[1].ask(["a", "b"])
        with pytest.raises(CheckpointError, match="overflows"):
            helpers[0].answer()
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
