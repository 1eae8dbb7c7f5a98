"""A training that loses a process, or is resumed twice: one line, exit code 1, nothing lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_names.base.errors import CheckpointError, LostProcessError
from rnn_names.names.encoded import country_indices
from rnn_names.names.examples import read_examples
from rnn_names.network.config import NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.training import memory, state
from rnn_names.training.loop import EpochReport
from rnn_names.training.prepared import prepare
from rnn_names.training.run import Training
from rnn_names.training.workers import Task, Workers
from tests.conftest import PLAIN
from tests.test_cli import fine, invoke

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
PROGRAM = Path(sys.executable).with_name("rnn-names")


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", "spawn_main"], capture_output=True, text=True)
    return list(map(int, found.stdout.split()))


@pytest.mark.parametrize("wait", [0.0, 0.5])
def test_a_worker_that_is_killed_is_one_line(few_countries: Path, tmp_path: Path, wait: float) -> None:
    options = (
        "--hidden-size",
        "8",
        "--networks",
        "1",
        "--epochs",
        "100000",
        "--patience",
        "0",
        "--workers",
        "2",
    )
    with subprocess.Popen(
        [PROGRAM, "train", few_countries, "-o", "m.npz", *options],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        deadline = time.monotonic() + 30
        while not (found := children(run.pid)) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(wait)
        os.kill(found[0], signal.SIGKILL)
        _, said = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "Traceback" not in said
    assert "Aborted" not in said
    last = said.splitlines()[-1]
    assert last.startswith("error: a worker process has ended by signal 9")
    assert "--workers 1" in last
    if (tmp_path / "m.npz").exists():
        assert "--resume" in last
        assert (tmp_path / "m.npz.resume").exists()


def test_a_lost_worker_in_the_library(few_countries: Path) -> None:
    data = prepare(read_examples(few_countries), PLAIN)
    network = NetworkConfig(len(data.alphabet), len(data.countries), 4)
    names = data.alphabet.encode(e.name for e in data.parts.train)
    y = country_indices(data.parts.train, data.countries)
    import numpy as np

    params = init_params(network, np.random.default_rng(1))
    with Workers(Task(network, PLAIN.objective, names, y), params, 2, processes=True) as workers:
        workers.draw_from(np.random.default_rng(1).spawn(2))
        chosen, weight = np.arange(8), np.full(8, 1 / 8)
        workers.gradient(chosen, weight)
        workers.helpers[0].process.kill()
        workers.helpers[0].process.join()
        with pytest.raises(LostProcessError, match="signal 9"):
            workers.gradient(chosen, weight)


def test_a_state_is_held_by_one(tmp_path: Path) -> None:
    path = tmp_path / "m.npz.resume"
    again = pytest.raises(CheckpointError, match=r"m\.npz\.resume: another training writes this state")
    with state.held(path), again, state.held(path):
        pass
    assert list(tmp_path.iterdir()) == []
    with state.held(path):
        pass


def test_the_limits_of_control_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = tmp_path / "mount" / "outer" / "inner"
    group.mkdir(parents=True)
    (group / "memory.max").write_text("max\n")
    (group.parent / "memory.max").write_text("5000000\n")
    monkeypatch.setattr(memory, "MOUNTS", {"": (str(tmp_path / "mount"), "memory.max")})
    (tmp_path / "cgroup").write_text("0::/outer/inner\n")
    assert min(memory.limits(tmp_path / "cgroup")) == 5_000_000
    assert list(memory.limits(tmp_path / "none")) == list(memory.limits(tmp_path / "none"))[:1]


def test_an_interrupted_training_goes_on_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [("Nowak", "Poland"), ("Rossi", "Italy"), ("Kowalski", "Poland"), ("Bianchi", "Italy")]
    rows = (f"{name}{mark},{country}\n" for name, country in people for mark in "abcdefgh")
    (tmp_path / "names.csv").write_text("name,country\n" + "".join(rows), encoding="utf-8")
    there = tmp_path / "there"
    there.mkdir()
    monkeypatch.chdir(tmp_path)
    options = [
        "--networks",
        "1",
        "--hidden-size",
        "2",
        "--epochs",
        "3",
        "--workers",
        "1",
        "--patience",
        "0",
    ]

    def stop(training: Training) -> Iterator[object]:
        for event in run(training):
            yield event
            if isinstance(event, EpochReport):
                raise KeyboardInterrupt

    run = Training.run
    with monkeypatch.context() as patch:
        patch.setattr(Training, "run", stop)
        stopped = invoke("train", "names.csv", "-o", "m.npz", "--curves", "c.svg", *options)
    assert stopped.exit_code == 130
    assert "--resume continues" in stopped.stderr
    before = (tmp_path / "c.svg").read_bytes()
    monkeypatch.chdir(there)
    fine("train", "--resume", "-o", "../m.npz")
    assert (tmp_path / "c.svg").read_bytes() != before
    assert list(there.iterdir()) == []
    assert not (tmp_path / "m.npz.resume").exists()


def test_a_program_may_end_in_the_middle_of_a_training(few_countries: Path, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import rnn_names\n"
        "if __name__ == '__main__':\n"
        f"    run = rnn_names.TrainingRun({str(few_countries)!r}, epochs=9999, patience=0, workers=2)\n"
        "    events = iter(run)\n"
        "    print(type(next(events)).__name__)\n"
    )
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "StepReport\n", "")
