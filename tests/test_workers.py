"""Workers: the same numbers from processes and from calls, and no process left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rnn_names.base.arrays import Params
from rnn_names.network.config import READOUTS
from rnn_names.network.init import init_params
from rnn_names.network.loss import loss_and_gradient
from rnn_names.network.objective import Objective
from rnn_names.training.workers import Task, Workers
from tests.gradients import all_full
from tests.problems import BAG, COUNTRIES, NAMES, NGRAMS, WEIGHTS, batch, encoded, network

NETWORK = network("gru", True, READOUTS, ngrams=NGRAMS, bag=BAG)
OBJECTIVE = Objective(step_loss=0.5, letter_loss=1.0, dropout=0.3, letter_dropout=0.2, ngram_dropout=0.2)


def run(count: int, processes: bool, objective: Objective) -> list[tuple[float, Params]]:
    """Two batches in a row, of all names."""
    task = Task(NETWORK, objective, encoded(NAMES), np.array(COUNTRIES))
    params = init_params(NETWORK, np.random.default_rng(0))
    chosen, weight = np.array([3, 0, 5, 1, 6, 2, 4]), np.array(WEIGHTS)
    found = []
    with Workers(task, params, count, processes) as workers:
        workers.draw_from(np.random.default_rng(0).spawn(count))
        workers.draw_from(np.random.default_rng(1).spawn(count))  # the last ones are drawn from
        for _ in range(2):
            loss, grads = workers.gradient(chosen, weight[chosen])
            found.append((loss, {name: g.copy() for name, g in all_full(grads, params).items()}))
            for q in workers.params.values():
                q += 0.1  # in place, as an optimizer does: every process must see it
    return found


@pytest.mark.parametrize("count", [2, 3])
def test_processes_give_the_bytes_that_calls_give(count: int) -> None:
    for (loss, grads), (same_loss, same) in zip(
        run(count, True, OBJECTIVE), run(count, False, OBJECTIVE), strict=True
    ):
        assert loss == same_loss
        for name, g in grads.items():
            assert g.tobytes() == same[name].tobytes(), name


def test_the_parts_add_up_to_the_batch() -> None:
    objective = Objective(step_loss=0.5, letter_loss=1.0)
    names, targets = batch()
    params = init_params(NETWORK, np.random.default_rng(0))
    loss, grads = loss_and_gradient(params, NETWORK, names, targets, objective)
    for count in (1, 2, 4, 9):  # 9: more workers than names
        (found, parts), _ = run(count, False, objective)
        assert found == pytest.approx(loss, rel=1e-5)
        for name, g in all_full(grads, params).items():
            np.testing.assert_allclose(parts[name], g, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_training(tmp_path: Path, end: signal.Signals) -> None:
    names = "".join(f"{a}{b}a,{a}\n" for a in "abcdefgh" for b in "abcdefghijklmnopqrstuvwxyz")
    (tmp_path / "names.csv").write_text(f"name,country\n{names}", encoding="utf-8")
    command = [sys.executable, "-m", "rnn_names", "train", "names.csv", "--epochs", "100000"]
    command += ["--networks", "1", "--hidden-size", "8", "--no-bidirectional", "--no-pooling", "--bag", "8"]
    with subprocess.Popen(
        [*command, "--patience", "0"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in a background job
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(b"epoch 2/"):
                break
        assert os.getpgid(process.pid) == process.pid
        if end == signal.SIGINT:
            os.killpg(process.pid, end)  # as a terminal sends it: to all of them
        else:
            process.send_signal(end)
        rest = process.stderr.read().decode()  # ends when the last process has closed it
    assert "Traceback" not in rest
    assert process.returncode == (130 if end == signal.SIGINT else -end)
    for _ in range(100):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process is left")
