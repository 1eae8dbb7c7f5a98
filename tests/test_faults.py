"""A few trials of every fault; `python -m tests.faults` makes more."""

import json
import math
import os
import pickle
import re
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from rnn_names.base.files import replacing
from rnn_names.cli.commands import app
from rnn_names.model.checkpoint import Checkpoint, load, save
from rnn_names.network.config import READOUTS
from rnn_names.network.init import init_params
from tests import hostile
from tests.faults import FAULTS, FEW, SMALL, WATCH, Fault, tool

KEPT = Path(__file__).resolve().parent / "fixtures" / "fuzz"


@pytest.mark.parametrize("fault", [f for f in FAULTS if f.some], ids=lambda f: f.bring.__name__)
def test_a_fault(fault: Fault, tmp_path: Path) -> None:
    assert fault.bring(tmp_path, fault.some) > 0


def test_what_the_fuzzer_found(tmp_path: Path) -> None:
    good, path = hostile.good(tmp_path), tmp_path / "m.npz"
    read = 0
    for found in KEPT.iterdir():
        path.write_bytes(hostile.assembled(good, found.read_bytes()))
        read += hostile.answers(path) is not None
    assert 0 < read < len(list(KEPT.iterdir()))


@pytest.mark.parametrize(
    "code",
    ["socket.socket()", "socket.create_connection(('::1', 9))", "socket.getaddrinfo('localhost', 1)"],
)
def test_the_watch_sees_the_network(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"{WATCH}\nimport socket\n{code}"], capture_output=True)
    assert done.returncode == 99
    assert done.stderr.startswith(b"network: socket.")


def test_a_pickle_would_have_run(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(hostile.Bomb(tmp_path / "sentinel")))
    assert (tmp_path / "sentinel").exists()


# Hypothesis: the same kinds of files as the fuzzer's


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hypothesis")


@pytest.fixture(scope="module")
def good(place: Path) -> dict[str, bytes]:
    return hostile.good(place)


@given(which=st.integers(0, 6), edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), st.binary())))
def test_edited_files_are_read_or_refused(
    place: Path, good: dict[str, bytes], which: int, edits: list[tuple[float, int, bytes]]
) -> None:
    data = [hostile.pack(good), *good.values()][which % (len(good) + 1)]
    for where, removed, put in edits:
        at = int(where * len(data))
        data = data[:at] + put + data[at + removed :]
    (place / "m.npz").write_bytes(hostile.assembled(good, bytes([which]) + data))
    hostile.answers(place / "m.npz")


@given(
    field=st.integers(0, 60),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    ),
)
def test_a_header_of_any_json_is_read_or_refused(
    place: Path, good: dict[str, bytes], field: int, value: object
) -> None:
    header: dict[str, Any] = json.loads(good["header.npy"][hostile.NPY :])
    fields = [(part, key) for part in header.values() if isinstance(part, dict) for key in part]
    fields += [(header, key) for key in header]
    part, key = fields[field % len(fields)]
    part[key] = value
    text = json.dumps(header).encode()
    (place / "m.npz").write_bytes(hostile.pack({**good, "header.npy": hostile.npy(text)}))
    hostile.answers(place / "m.npz")


# the command line


def with_source(good: dict[str, bytes], source: str) -> bytes:
    header = json.loads(good["header.npy"][hostile.NPY :])
    header["data"]["source"] = source
    return hostile.pack({**good, "header.npy": hostile.npy(json.dumps(header).encode())})


STEERING = ["\x1b]0;pwned\x07", "two\nlines", "/dev/zero", "nul\0", "n" * 5000, "pipe.csv"]


@pytest.mark.parametrize("source", STEERING)
@pytest.mark.parametrize("command", ["evaluate", "gradients", "evaluate --predictions p.csv"])
def test_a_model_cannot_steer_the_terminal_or_name_a_device(
    tmp_path: Path, good: dict[str, bytes], command: str, source: str
) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "m.npz").write_bytes(with_source(good, source))
    run = tool(*command.split(), "-m", "m.npz", cwd=tmp_path)
    out, said = run.communicate(timeout=300)
    assert (run.returncode, out) == (1, "")
    assert said.startswith("error: ")
    assert said.removesuffix("\n").isprintable()


@pytest.mark.parametrize("source", STEERING)
def test_names_are_made_up_without_such_data(tmp_path: Path, source: str) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "m.npz").write_bytes(with_source(hostile.good(tmp_path, READOUTS), source))
    made = "generate", "A", "-n", 2, "-m", "m.npz"
    run = tool(*made, cwd=tmp_path)
    out, said = run.communicate(timeout=300)
    assert (run.returncode, out.count("\n")) == (0, 2)
    assert said.startswith("names of the training data are not left out: ")
    assert said.removesuffix("\n").isprintable()
    run = tool(*made, "--allow-known", cwd=tmp_path)
    assert run.communicate(timeout=300) == (out, "")


def test_a_disk_that_fills_up_while_training(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text(FEW, encoding="utf-8")
    old = b""  # what mktemp leaves
    (tmp_path / "m").write_bytes(old)
    limit = (3000, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    run = tool(
        *("train", "few.csv", "-o", "m", *SMALL),
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    out, said = run.communicate()
    assert (run.returncode, out) == (1, "")
    assert said.splitlines()[-1] == (
        "error: m: File too large; make room, or write elsewhere (nothing was saved)"
    )
    assert "Traceback" not in said
    assert (tmp_path / "m").read_bytes() == old
    assert sorted(path.name for path in tmp_path.iterdir()) == ["few.csv", "m"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_training_that_is_ended_keeps_the_best_so_far(tmp_path: Path, number: int) -> None:
    (tmp_path / "few.csv").write_text(FEW, encoding="utf-8")
    endless = (*SMALL[:-3], 100_000, "--patience", 0, "--curves", "c.svg")
    with tool("train", "few.csv", *endless, cwd=tmp_path) as run:
        while not (tmp_path / "rnn-names.npz.resume").exists():
            time.sleep(0.01)
        run.send_signal(number)
        _, said = run.communicate()
    assert run.returncode == 128 + number
    assert re.fullmatch(
        r"stopped; the best so far, epoch \d+/100000, is in rnn-names\.npz; --resume continues",
        said.splitlines()[-1],
    )
    assert (tmp_path / "c.svg").read_text(encoding="utf-8").startswith("<svg ")
    load(tmp_path / "rnn-names.npz")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"c.svg", "few.csv", "rnn-names.npz", "rnn-names.npz.resume"}


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    with replacing(path) as file:
        file.write(b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["n" * 255]


# scores


def test_a_model_that_overflows_says_so(place: Path, good: dict[str, bytes]) -> None:
    largest = np.finfo("<f4").max
    huge = {
        name: data[: hostile.NPY] + np.full((len(data) - hostile.NPY) // 4, largest, "<f4").tobytes()
        for name, data in good.items()
    }
    path = place / "huge.npz"
    path.write_bytes(hostile.pack({**huge, "header.npy": good["header.npy"]}))
    load(path)  # it is a model, of a kind
    run = tool("predict", "-m", path, "Schmidt")
    assert run.communicate() == (
        "",
        "error: a score of the model overflows; use another, or train it again\n",
    )


# whatever reads a model

COMMANDS = [
    "predict a éa",
    "evaluate d.csv --reliability r.svg --confusion c.svg --predictions p.csv",
    "explain a éa",
    "explain éaéaéaéaéaéaéaéa --country B --format json --svg e.svg",
    "explain éaéaéaéaéaéaéaéa --numbers",
    "explain éaéaéaéaéaéaéaéa --numbers --format json",
    "generate A -n 3 --allow-known",
    "gradients d.csv --length 40",
    "gradients d.csv --length 40 --format json --svg g.svg",
    "info",
    "info --format json",
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text("name,country\na,A\néa,B\naa,A\n", encoding="utf-8")
    return tmp_path


def strict(text: str) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    json.loads(text, parse_constant=refuse)


def tried(command: str) -> int:
    """The exit code of a command on m.npz: it works, in print and in valid JSON, or says why in a line."""
    name, *rest = command.split()
    result = CliRunner().invoke(app, [name, *(["m.npz"] if name == "info" else ["-m", "m.npz"]), *rest])
    assert result.exception is None or isinstance(result.exception, SystemExit), command
    assert all(line.isprintable() for line in (result.stdout + result.stderr).splitlines()), command
    if result.exit_code:
        # predict answers line after line, generate prints as many new names as it finds
        assert result.stdout == "" or name in ("predict", "generate"), command
        assert re.fullmatch("error: .+; .+\n", result.stderr), command
    elif "json" in rest:
        strict(result.stdout)
    return result.exit_code


def with_history(history: object) -> Checkpoint:
    return replace(hostile.tiny(READOUTS), history=history)  # type: ignore[arg-type]  # that is the fault


@pytest.mark.parametrize(
    "entry",
    [
        *({"val_loss": value} for value in (math.nan, math.inf, 1.7e308, 10**400)),
        *({"clipped": value} for value in (2, -1, math.nan)),
        *({"clip_factor": value} for value in (1.5, -0.1)),
        *({name: value} for name in ("network", "epoch") for value in (-1, 1.0, None, 1 << 53)),
        *({"network": 0}, {"epoch": 0, "loss": 1.0}),
    ],
)
def test_a_history_that_cannot_be_is_refused(here: Path, entry: dict[str, float]) -> None:
    save(here / "m.npz", with_history([entry]))
    for command in COMMANDS:
        assert tried(command) == 1


@pytest.mark.parametrize(
    "history",
    [
        [{}],
        [{"val_loss": 2}],
        [{"clipped": 1, "clip_factor": 0}],
        [{"clipped": None, "epoch": 1}, {"network": 3, "clipped": 0.5}, {"other": -1}],
        [
            {"network": 1, "epoch": 1, "val_loss": v, "loss": v, "grad_norm": v}
            for v in (1e300, -1e300, 5e-324)
        ],
        [{"network": (1 << 53) - 1, "epoch": (1 << 53) - 1, "clipped": 1, "val_loss": 10**300}],
    ],
)
def test_a_history_that_lacks_fields_is_read(here: Path, history: object) -> None:
    plain = [COMMANDS[0], *(c for c in COMMANDS if "info" in c or "gradients" in c)]
    save(here / "m.npz", with_history(history))
    for command in plain:
        assert tried(command) == 0, command


@pytest.mark.long
@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm"])
@pytest.mark.parametrize("value", [1e38, -1e29])
def test_huge_parameters_are_answered_or_refused(here: Path, cell: str, value: float) -> None:
    network = replace(hostile.tiny(READOUTS).network, cell=cell)
    params = init_params(network, np.random.default_rng(1))
    for name, q in params.items():
        huge = q.copy()
        huge.flat[::2] = value  # the others are as they were, so that countries and symbols differ
        members = ({**params, name: huge},)
        save(here / "m.npz", replace(hostile.tiny(READOUTS), network=network, members=members))
        for command in COMMANDS:
            tried(command)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith(("explain", "generate"))])
def test_scores_after_every_letter_that_overflow_are_said_to(here: Path, command: str) -> None:
    model = hostile.tiny(READOUTS)
    params = dict(model.members[0])
    for name in ("forward.step_country.W", "forward.W" if "numbers" in command else "country.b"):
        params[name] = np.full_like(params[name], 1e38)
    params["country.b"] = np.zeros_like(params["country.b"])
    save(here / "m.npz", replace(model, network=replace(model.network, cell="relu"), members=(params,)))
    assert tried(command) == 1
