"""Resuming: whenever and wherever a training is killed, it ends with the bytes of an uninterrupted one."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from rnn_names.base.errors import CheckpointError, DataError, TrainingError
from rnn_names.base.files import replacing
from rnn_names.cli.commands import app
from rnn_names.cli.resuming import OF_A_RUN
from rnn_names.cli.train import app as train_app
from rnn_names.model import checkpoint
from rnn_names.names.examples import read_examples
from rnn_names.names.ngrams import NGrams
from rnn_names.network.config import NetworkConfig
from rnn_names.training import plan, run, state
from rnn_names.training.history import history_entry
from rnn_names.training.loop import EpochReport, State, fit
from rnn_names.training.prepared import prepare
from rnn_names.training.trainer import StepReport
from tests.conftest import PLAIN
from tests.test_formats import FIXTURES

SMALL = ["--hidden-size", "4", "--epochs", "4", "--batch-size", "128", "--lr", "0.02"]


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def train(*args: object) -> Any:
    return CliRunner().invoke(app, ["train", *map(str, args)])


# the library


def copied(at: State) -> State:
    slots = {slot: {name: q.copy() for name, q in kept.items()} for slot, kept in at.slots.items()}
    return replace(at, slots=slots)


def told(events: Iterator[StepReport | EpochReport]) -> list[Any]:
    """The events, compared to the byte."""
    said: list[Any] = []
    for event in events:
        if isinstance(event, StepReport):
            said.append(event)
        else:
            arrays = [q.tobytes() for params in event.members or () for q in params.values()]
            said.append((replace(event, members=None, state=State()), arrays))
    return said


@pytest.mark.long
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"optimizer": "sgd", "lr": 0.1, "ema_decay": 0.99, "networks": 1},
        {"optimizer": "adamw"},
        {"known": True},
        {"known": True, "ema_decay": 0.9, "ngram_dropout": 0.2, "workers": 2, "row_start": 0.01},
        {"ema_decay": 0.99, "join": 0.3, "step_loss": 0.3, "letter_loss": 0.5, "workers": 3},
        {"val_split": 0.0, "networks": 3, "epochs": 2},
        {"patience": 1, "lr": 1.0, "networks": 3, "epochs": 6},
    ],
    ids=[
        "plain",
        "sgd",
        "adamw",
        "n-grams",
        "n-grams and averages",
        "everything",
        "no validation",
        "patience",
    ],
)
def test_from_every_state_training_goes_on_as_if_it_had_never_stopped(
    few_countries: Path, options: dict[str, Any]
) -> None:
    known = "known" in options
    options = {"epochs": 3, "batch_size": 32, "networks": 2, "lr": 0.02} | options
    config = replace(PLAIN, **{name: value for name, value in options.items() if name != "known"})
    data = prepare(read_examples(few_countries)[::6], config)
    network = NetworkConfig(
        *(len(data.alphabet), len(data.countries), 4),
        cell="gru",
        bidirectional=known,
        readouts=config.objective.readouts,
        pooling=known,
        ngrams=data.ngrams(120 if known else 0, 4, config.class_weight),
        bag=3 if known else 0,
    )
    whole, states = [], [(0, State())]
    for event in fit(data, network, config):
        whole.append(event)
        if isinstance(event, EpochReport):
            states.append((len(whole), copied(event.state)))
    assert {at.network for _, at in states} == {*range(1, config.networks + 2)}
    if config.patience == 1:
        assert len(states) - 1 < config.epochs * config.networks
    expected = told(iter(whole))
    for done, at in states:
        assert told(fit(data, network, config, at)) == expected[done:]
    assert all(at.slots == {} for _, at in states if at.epoch == 0)


def test_a_state_of_a_network_with_pairs_is_refused_in_one_line(
    few_countries: Path, tmp_path: Path
) -> None:
    config = replace(PLAIN, epochs=2)
    data = prepare(read_examples(few_countries)[::6], config)
    V = len(data.alphabet)
    network = NetworkConfig(V, len(data.countries), 4, ngrams=NGrams.pairs((3, 3 * V + 4), V))
    first = next(e for e in fit(data, network, config) if isinstance(e, EpochReport))
    model = checkpoint.load(FIXTURES / "format2.npz")
    best = replace(
        model,
        network=network,
        training=config,
        alphabet=data.alphabet,
        countries=data.countries,
        counts=(1,) * len(data.countries),
        members=first.members or (),
        history=[history_entry(first)],
    )
    path = tmp_path / "m.npz.resume"
    state.save(path, state.Interrupted(best, 0, first.state, {}, "0" * 64))
    with pytest.raises(CheckpointError) as caught:
        state.load(path)
    assert str(caught.value) == (
        f"{path}: not an interrupted training of rnn-names (its network reads pairs of letters, which are "
        "no longer trained); remove that file to train anew"
    )


def test_the_parameters_of_an_epoch_do_not_depend_on_those_drawn_before(few_countries: Path) -> None:
    """Each epoch has its own random generator, so each has another order of names."""
    config = replace(PLAIN, epochs=2, lr=0.0)
    data = prepare(read_examples(few_countries), config)
    network = NetworkConfig(len(data.alphabet), len(data.countries), 4)
    first, second = (e for e in fit(data, network, config) if isinstance(e, EpochReport))
    at = replace(first.state, slots=copied(first.state).slots)
    (again,) = (e for e in fit(data, network, config, at) if isinstance(e, EpochReport))
    assert again.loss == second.loss != first.loss


# kills


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from rnn_names import cli
from rnn_names.training import loop, workers

left = int(sys.argv.pop(1))

def counted(owner, name):
    does = getattr(owner, name)
    def counting(*args, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return does(*args, **named)
    setattr(owner, name, counting)

if __name__ == "__main__":
    loop.SHORT = 0  # processes, however short it is
    counted(workers.Workers, "gradient")
    counted(np.lib.format, "write_array")  # in the middle of a file
    counted(os, "fsync")
    counted(Path, "replace")
    counted(Path, "unlink")
    cli.main()
"""


@pytest.mark.long
@pytest.mark.parametrize(("workers", "kills", "seed"), [(1, 10, 9)])
def test_kills_change_no_byte(few_countries: Path, here: Path, workers: int, kills: int, seed: int) -> None:
    # An epoch is some 110 moments: a seed with kills in many of them, and no end before the last.
    options = [few_countries, *SMALL, "--workers", workers, "--patience", 2]

    def run(moment: int, *args: object) -> int:
        """Train until the moment, counted in steps and in parts of writing files."""
        command = [sys.executable, "-c", KILLED, moment, "train", "-q", *args]
        done = subprocess.run(
            [*map(str, command)], env=os.environ | {"OPENBLAS_NUM_THREADS": "1"}, check=False
        )
        return done.returncode

    assert run(0, *options, "-o", "whole.npz") == 0
    expected = (here / "whole.npz").read_bytes()
    assert len(checkpoint.load(here / "whole.npz").history) > 4
    unfinished = here / "killed.npz.resume"
    rng, resumed, in_a_save = random.Random(seed), 0, 0
    for _ in range(kills):
        args = ["--resume"] if unfinished.exists() else options
        assert run(rng.randint(20, 170), *args, "-o", "killed.npz") == -signal.SIGKILL
        resumed += args == ["--resume"]
        in_a_save = len([name for name in listing(here) if name.startswith(".rnn-names-")])
        if (here / "killed.npz").exists():
            model = checkpoint.load(here / "killed.npz")  # whole at every moment
            assert not any("m" in name.split("/") for name in np.load(here / "killed.npz").files)
            assert model.members
        if unfinished.exists():
            state.load(unfinished)
    assert resumed >= kills // 2
    assert in_a_save >= kills // 3
    assert run(0, "--resume", "-o", "killed.npz") == 0
    assert (here / "killed.npz").read_bytes() == expected
    assert not unfinished.exists()
    left = [name for name in listing(here) if name.startswith(".rnn-names-")]
    assert left
    for name in left:
        os.utime(here / name, (time.time() - 2 * 24 * 3600,) * 2)
    for name in ("killed.npz", "killed.npz.resume"):
        with replacing(here / name) as file:
            file.write(b"")
    assert listing(here) == ["killed.npz", "killed.npz.resume", "whole.npz"]


# the command


def test_what_is_left_to_resume_is_not_overwritten(few_countries: Path, here: Path) -> None:
    options = [few_countries, *SMALL, "-q"]
    assert train(*options, "-o", "whole.npz").exit_code == 0
    (here / "names.npz.resume").write_bytes(b"an hour of work")
    result = train(*options, "-o", "names.npz")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: names.npz.resume: is of a training that was interrupted; "
        "go on with `rnn-names train --resume -o names.npz`, or remove that file\n"
    )
    assert (here / "names.npz.resume").read_bytes() == b"an hour of work"
    assert listing(here) == ["names.npz.resume", "whole.npz"]


def test_nothing_to_resume(here: Path) -> None:
    result = train("--resume", "-o", "names.npz")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: names.npz.resume: no such file, so there is nothing to resume; leave out --resume\n"
    )


@pytest.fixture(scope="module")
def stopped_files(few_countries: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a training that Ctrl-C stopped after two epochs."""
    folder = tmp_path_factory.mktemp("stopped")

    def fit_two(*args: Any) -> Iterator[StepReport | EpochReport]:
        for event in fit(*args):
            yield event
            if isinstance(event, EpochReport) and event.epoch == 2:
                raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(plan, "fit", fit_two)
        result = train(few_countries, *SMALL, "--networks", 1, "--bits", 16, "-q", "-o", "stopped.npz")
    assert result.exit_code == 130
    assert re.fullmatch(
        "stopped; the best so far, epoch [12]/4, is in stopped.npz; --resume continues\n", result.stderr
    )
    assert listing(folder) == ["stopped.npz", "stopped.npz.resume"]
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def stopped(stopped_files: dict[str, bytes], here: Path) -> Path:
    """The state of that training, with its model beside it."""
    for name, data in stopped_files.items():
        (here / name).write_bytes(data)
    return here / "stopped.npz.resume"


def test_options_are_those_of_the_beginning(stopped: Path, few_countries: Path, here: Path) -> None:
    result = train("--resume", "-o", "stopped.npz", "--lr", 0.5, "--cell", "gru", "--no-pooling", "a.csv")
    assert result.exit_code == 2
    said = " ".join(result.stderr.replace("\u2502", " ").split())
    assert f"the interrupted training had data {few_countries}," in said.replace("- ", "-")
    assert "--pooling True, --lr 0.02; give the same, or nothing; see rnn-names train -h" in said
    assert "cell" not in said.partition("had")[2]
    assert stopped.exists()
    agreeing = ["--lr", 0.02, "--bits", 16, few_countries]
    result = train("--resume", "-o", "stopped.npz", *agreeing)
    assert result.exit_code == 0
    lines = result.stderr.splitlines()
    assert lines[2] == "resumed after epoch 2/4"
    assert [line.split("  ")[0] for line in lines[3:5]] == ["epoch 3/4", "epoch 4/4"]
    assert "temperature" in lines[-2]
    assert lines[-1].startswith("try it: ")  # the model that was there before is its own
    assert listing(here) == ["stopped.npz"]
    assert (
        train(few_countries, *SMALL, "--networks", 1, "--bits", 16, "-q", "-o", "whole.npz").exit_code == 0
    )
    assert (here / "stopped.npz").read_bytes() == (here / "whole.npz").read_bytes()


def test_other_data_are_not_taken_for_those_of_the_beginning(
    stopped: Path, few_countries: Path, tmp_path: Path
) -> None:
    file = few_countries / "Japan.txt"
    text = file.read_text(encoding="utf-8")
    names = text.splitlines()
    try:
        for changed in (text + "Yamamoto\n", text.replace(names[0], f"{names[0]}\t2", 1)):
            file.write_text(changed, encoding="utf-8")
            result = train("--resume", "-q", "-o", "stopped.npz")
            assert result.exit_code == 1
            assert result.stderr == (
                "error: stopped.npz.resume: the data are not those that the training began with; "
                "put them back, or remove that file to train anew\n"
            )
    finally:
        file.write_text(text, encoding="utf-8")
    assert stopped.exists()
    assert train("--resume", "-q", "-o", "stopped.npz").exit_code == 0


def test_a_training_that_cannot_go_on_leaves_no_state(
    few_countries: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverging(*args: Any) -> Iterator[StepReport | EpochReport]:
        for event in fit(*args):
            yield event
            if isinstance(event, EpochReport):
                raise TrainingError("the loss is inf; lower --lr")

    monkeypatch.setattr(plan, "fit", diverging)
    assert train(few_countries, *SMALL, "-q").exit_code == 1
    assert listing(here) == ["rnn-names.npz"]


# states from strangers


def test_a_state_is_read_as_it_was_written(stopped: Path) -> None:
    run = state.load(stopped)
    assert (run.state.network, run.state.epoch, len(run.best.history)) == (1, 2, 2)
    assert run.kept in (0, 1)
    assert set(run.state.slots) == {"params", "m", "v", "squares", "average", "row_average"}
    before = stopped.read_bytes()
    state.save(stopped, run)
    assert stopped.read_bytes() == before


def rewritten(path: Path, **changed: Any) -> None:
    with np.load(path, allow_pickle=False) as archive:
        arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
    run = json.loads(arrays["run"].tobytes())
    for name in changed.keys() & run["options"].keys():
        run["options"][name] = changed.pop(name)
    for name in changed.keys() & run.keys():
        run[name] = changed.pop(name)
    arrays["run"] = np.frombuffer(json.dumps(run).encode(), np.uint8)
    for name, value in changed.items():
        if value is None:
            del arrays[name]
        else:
            arrays[name] = value
    with path.open("wb") as file:
        np.savez(file, **arrays)


HUGE = "run/m/forward.b"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"network": 0}, "no network 0"),
        ({"network": 3}, "no network 3"),
        ({"epoch": 4}, "4 epochs"),
        ({"epoch": -1}, "from 0 up"),
        ({"epoch": 1.0}, "from 0 up"),
        ({"epoch": 0}, "does not keep"),
        ({"loss": float("nan")}, "loss"),
        ({"loss": "low"}, "loss"),
        ({"earlier": 2}, "2 are done"),
        ({"solved": 1}, "solved is neither"),
        ({"kept": 2}, "best epoch"),
        ({"options": []}, "options"),
        ({"digest": "0"}, "data are not those"),
        ({"lr": "nan"}, "its option 'lr'"),
        ({"lr": 0.5}, "defaults of this version are not those"),
        ({"seed": -1}, "its option 'seed'"),
        ({"batch_size": {}}, "its option 'batch_size'"),
        ({"cell": "x"}, "its option 'cell'"),
        ({"hidden_size": 10**9}, "are not those"),
        ({HUGE: None}, "does not keep"),
        ({HUGE: np.zeros((4, 5), np.float32)}, "run/m/forward.b is not"),
        ({HUGE: np.zeros((4, 4), np.float64)}, "run/m/forward.b is not"),
        ({HUGE: np.full((4, 4), np.inf, np.float32)}, "not finite"),
        ({"run/x/forward.b": np.zeros((4, 4), np.float32)}, "does not keep"),
        ({"run/m": np.zeros(1)}, "does not keep"),
        ({"run/m/forward.W": None}, "does not keep"),
        ({"run/v/forward.W": np.zeros((3, 4, 4), np.float32)}, "does not keep"),  # Muon has none
        ({"0/forward.b": None}, "not those of the network"),
        ({"run": None}, "run"),
    ],
    ids=str,
)
def test_a_state_that_was_tampered_with_is_one_line(
    stopped: Path, changed: dict[str, Any], said: str
) -> None:
    rewritten(stopped, **changed)
    before = stopped.read_bytes()
    result = train("--resume", "-q", "-o", "stopped.npz")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: stopped.npz.resume: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert stopped.read_bytes() == before


@pytest.mark.parametrize(
    "figures",
    [{"ece": None}, {"epoch": 0}, {"network": None}, {"clipped": 2}, {"loss": float("nan")}],
    ids=str,
)
def test_a_history_that_was_tampered_with_is_one_line(stopped: Path, figures: dict[str, Any]) -> None:
    with np.load(stopped, allow_pickle=False) as archive:
        header = json.loads(archive["header"].tobytes())
    header["history"] = [entry | figures for entry in header["history"]]
    rewritten(stopped, header=np.frombuffer(json.dumps(header).encode(), np.uint8))
    result = train("--resume", "-q", "-o", "stopped.npz")
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"error: stopped\.npz\.resume: .*history.*; .+\n", result.stderr)


def test_an_odd_history_is_drawn(stopped: Path) -> None:
    with np.load(stopped, allow_pickle=False) as archive:
        header = json.loads(archive["header"].tobytes())
    header["history"][0] |= {"loss": 1e300, "grad_norm": -1e300, "clipped": None, "val_accuracy": None}
    rewritten(stopped, header=np.frombuffer(json.dumps(header).encode(), np.uint8))
    result = train("--resume", "-o", "stopped.npz", "--curves", "c.svg")
    assert result.exit_code == 0, result.output
    assert stopped.with_name("c.svg").read_text(encoding="utf-8").startswith("<svg ")


ODD: tuple[Any, ...] = (None, [], {}, "x", "\0", "\ud800", "", -1, 0, 1.5, 1e400, True, 10**30)


@pytest.mark.long
@pytest.mark.parametrize("name", [p.name for p in get_command(train_app).params if p.name not in OF_A_RUN])
def test_an_option_of_any_kind_is_used_or_refused(
    stopped: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def training(job: run.Job, *args: object) -> None:
        raise DataError("it would go on; nothing to do")

    monkeypatch.setattr(run, "Training", training)
    kept, refused = stopped.read_bytes(), 0
    for value in ODD:
        rewritten(stopped, **{name: value})
        result = train("--resume", "-q", "-o", "stopped.npz")
        assert result.exit_code in (1, 2), (value, result.output)
        assert re.fullmatch(r"error: [^\n]+; [^\n]+\n", result.stderr), (value, result.stderr)
        refused += "it would go on" not in result.stderr
        stopped.write_bytes(kept)
    assert refused >= len(ODD) // 2


def test_a_state_cut_short_is_one_line(stopped: Path) -> None:
    whole = stopped.read_bytes()
    for size in range(0, len(whole), 997):
        stopped.write_bytes(whole[:size])
        with pytest.raises(CheckpointError, match=r"^[^\n]*stopped\.npz\.resume: [^\n]*; [^\n]*$"):
            state.load(stopped)
