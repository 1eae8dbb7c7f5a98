"""The numbers of one name, computed again by loops over floats, without our code or NumPy."""

import json
import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from rnn_names.base.arrays import FloatArray
from rnn_names.base.errors import CheckpointError, DataError
from rnn_names.cli.commands import app
from rnn_names.insight.worked import Worked, work
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.classifier import NameClassifier
from rnn_names.names.ngrams import NGrams
from rnn_names.network.loss import Targets, loss_and_gradient
from tests.gradients import gradient_errors

TINY = "name,country\nIto,Japan\nOta,Japan\nSato,Japan\nSassi,Italy\nTassi,Italy\nTosi,Italy\n"
TRAIN = (
    "--cell rnn --no-bidirectional --no-pooling --ngrams 0 --bag 0 --networks 1 --hidden-size 2 "
    "--step-loss 0 --letter-loss 0 --join 0 --dropout 0 --letter-dropout 0 --ema-decay 0 --val-split 0 "
    "--test-split 0 --lr 0.1 --epochs 10"
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of two hidden units, trained by the command on six names."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "tiny.csv").write_text(TINY, encoding="utf-8")
    arguments = ["train", str(folder / "tiny.csv"), "-o", str(folder / "tiny.npz"), "-q", *TRAIN.split()]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    return folder / "tiny.npz"


@pytest.fixture(scope="module")
def of_relu(tiny: Path) -> Path:
    """The same network with ReLU for tanh."""
    made = checkpoint.load(tiny)
    path = tiny.with_name("relu.npz")
    checkpoint.save(path, replace(made, network=replace(made.network, cell="relu")))
    return path


def invoke(*args: object) -> Result:
    return CliRunner().invoke(app, ["explain", "--numbers", *map(str, args)])


def by_hand(w: dict[str, Any], relu: bool) -> dict[str, Any]:
    """Every number, from the parameters and the symbols, with two hidden units and two countries."""
    U, W, b, V, c_out = w["U"], w["W"], w["b"], w["V_out"], w["c_out"]
    T = len(w["symbols"])
    x = [[0.0] * len(w["alphabet"]) for _ in range(T)]
    for t in range(T):
        x[t][w["alphabet"].index(w["symbols"][t])] = 1.0
    a: list[list[float]] = []
    h: list[list[float]] = []
    before = [0.0, 0.0]
    for t in range(T):
        a.append([0.0, 0.0])
        for j in (0, 1):
            for v in range(len(w["alphabet"])):
                a[t][j] += x[t][v] * U[v][j]
            for i in (0, 1):
                a[t][j] += before[i] * W[i][j]
            a[t][j] += b[j]
        h.append([max(0.0, a_tj) if relu else math.tanh(a_tj) for a_tj in a[t]])
        before = h[t]
    z = [before[0] * V[0][c] + before[1] * V[1][c] + c_out[c] for c in (0, 1)]
    total = math.exp(z[0]) + math.exp(z[1])
    p = [math.exp(z[0]) / total, math.exp(z[1]) / total]
    y = w["countries"].index(w["country"])
    dz = [p[c] - (1 if c == y else 0) for c in (0, 1)]
    dh = [[0.0, 0.0] for _ in range(T)]
    da = [[0.0, 0.0] for _ in range(T)]
    for i in (0, 1):
        dh[T - 1][i] = dz[0] * V[i][0] + dz[1] * V[i][1]
    for t in range(T - 1, -1, -1):
        for j in (0, 1):
            slope = (1.0 if h[t][j] > 0 else 0.0) if relu else 1 - h[t][j] ** 2
            da[t][j] = dh[t][j] * slope
        if t:
            for i in (0, 1):
                dh[t - 1][i] = da[t][0] * W[i][0] + da[t][1] * W[i][1]
    return {
        **{"x": x, "a": a, "h": h, "z": z, "p": p, "loss": -math.log(p[y])},
        **{"dz": dz, "dh": dh, "da": da},
    }


@pytest.mark.parametrize("cell", ["rnn", "relu"])
@pytest.mark.parametrize(
    ("name", "country"),
    [("Ito", "Japan"), ("Ito", "Italy"), ("otto", "Japan"), ("Sassi", None), ("é", None)],
)
def test_every_number_is_the_one_worked_out_by_hand(
    tiny: Path, of_relu: Path, cell: str, name: str, country: str | None
) -> None:
    path = tiny if cell == "rnn" else of_relu
    asked = ["--country", country] if country else []
    result = invoke(name, "-m", path, "--format", "json", *asked)
    assert result.exit_code == 0, result.stderr
    [w] = json.loads(result.stdout)
    assert (w["name"], w["countries"]) == (name, ["Italy", "Japan"])
    assert w["alphabet"] == ["start", "end", "unknown", "a", "i", "o", "s", "t"]
    assert w["symbols"] == ["start", *("unknown" if c == "é" else c for c in name.lower()), "end"]
    assert w["country"] == (country or max(zip(w["p"], w["countries"], strict=True))[1])
    found = by_hand(w, relu=cell == "relu")
    for key, expected in found.items():
        assert np.array(w[key]) == pytest.approx(np.array(expected), rel=1e-12, abs=1e-14), key
    made = checkpoint.load(path)
    assert w["U"] == made.members[0]["forward.U"][0].tolist()
    assert w["W"] == made.members[0]["forward.W"][0].tolist()
    assert w["V_out"] == made.members[0]["country.W"].tolist()
    assert (w["b"], w["c_out"]) == (
        made.members[0]["forward.b"][0].tolist(),
        made.members[0]["country.b"].tolist(),
    )


def loss_from(w: Worked, t: int, h: FloatArray) -> float:
    """The loss if the state at t is h, whatever was read before."""
    for s in range(t + 1, len(w.symbols)):
        h = np.tanh(w.x[s] @ w.U + h @ w.W + w.b)
    z = h @ w.V_out + w.c_out
    return float(np.log(np.exp(z).sum()) - z[w.countries.index(w.country)])


def loss_before(w: Worked, t: int, a: FloatArray) -> float:
    """The loss if the pre-activation at t is a."""
    return loss_from(w, t, np.tanh(a))


@pytest.mark.parametrize("name", ["Ito", "Otto", "Sassi"])
def test_what_arrives_at_each_letter_against_central_differences(tiny: Path, name: str) -> None:
    w = work(NameClassifier.load(tiny), name, "Japan")
    for t in range(len(w.symbols)):
        at = {"h": w.h[t].copy(), "a": w.a[t].copy()}
        after_h, after_a = partial(loss_from, w, t, at["h"]), partial(loss_before, w, t, at["a"])
        assert gradient_errors(after_h, {"h": at["h"]}, {"h": w.dh[t]})["h"] < 1e-6
        assert gradient_errors(after_a, {"a": at["a"]}, {"a": w.da[t]})["a"] < 1e-6


def test_the_gradient_is_that_of_training(tiny: Path) -> None:
    classifier = NameClassifier.load(tiny)
    model = classifier.model
    w = work(classifier, "Otto", "Italy")
    params = {key: value.astype(float) for key, value in model.members[0].items()}
    targets = Targets(np.array([0]), np.array([1.0]))
    loss, grads = loss_and_gradient(params, model.network, model.alphabet.encode(["Otto"]), targets)
    assert loss == pytest.approx(w.loss)
    assert grads["forward.U"][0] == pytest.approx(w.x.T @ w.da)
    assert grads["forward.W"][0] == pytest.approx(w.h[:-1].T @ w.da[1:])
    assert grads["forward.b"][0] == pytest.approx(w.da.sum(axis=0))
    assert grads["country.W"] == pytest.approx(np.outer(w.h[-1], w.dz))


def test_what_is_printed_are_the_numbers_to_four_decimals(tiny: Path) -> None:
    result = invoke("Ito", "Otto", "-m", tiny, "--country", "Japan")
    assert (result.exit_code, result.stderr) == (0, "")
    for name, text in zip(("Ito", "Otto"), result.stdout.split("\n\nOtto, "), strict=True):
        [w] = json.loads(invoke(name, "-m", tiny, "--country", "Japan", "--format", "json").stdout)
        rows = [line.split() for line in text.splitlines()]

        def four(values: list[float]) -> list[str]:
            return [f"{round(value, 4) + 0.0:.4f}" for value in values]

        for symbol, row in zip(w["alphabet"], w["U"], strict=True):
            assert ["U", symbol, *four(row)] in rows
        for unit in (0, 1):
            assert ["W", str(unit + 1), *four(w["W"][unit])] in rows
            assert ["V_out", str(unit + 1), *four(w["V_out"][unit])] in rows
        assert ["b", *four(w["b"])] in rows
        assert ["c_out", *four(w["c_out"])] in rows
        forward, backward = [], []
        for t, symbol in enumerate(w["symbols"]):
            x = "".join(str(int(entry)) for entry in w["x"][t])
            forward.append([str(t), symbol, x, *four(w["a"][t]), *four(w["h"][t])])
            norm = math.sqrt(sum(entry**2 for entry in w["dh"][t]))
            backward.append([str(t), symbol, *four(w["dh"][t]), *four(w["da"][t]), *four([norm])])
        T = len(forward)
        at = rows.index(forward[0])
        assert rows[at : at + T] == forward
        at = rows.index(backward[-1])
        assert rows[at : at + T] == backward[::-1]
        for c, country in enumerate(w["countries"]):
            assert [country, str(c), *four([w["z"][c], w["p"][c], w["dz"][c]])] in rows
        assert f"L = -log p_y = {w['loss']:.4f}," in text


def test_only_a_plain_network_is_followed_by_hand(tiny: Path, model: Checkpoint) -> None:
    work(NameClassifier(model), "Otto")  # of sixteen units
    with pytest.raises(CheckpointError, match="has an example; train one on a table"):
        work(NameClassifier(replace(model, members=2 * model.members)), "Otto")
    for change in (
        {"cell": "gru"},
        {"bidirectional": True},
        {"pooling": True},
        {"ngrams": NGrams.pairs((3,), model.network.symbols)},
        {"bag": 2},
        {"readouts": ("step_country",)},
    ):
        other = replace(model, network=replace(model.network, **change))
        with pytest.raises(CheckpointError, match="only a plain network"):
            work(NameClassifier(other), "Otto")
    with pytest.raises(DataError, match="Atlantis"):
        work(NameClassifier(model), "Otto", "Atlantis")
    result = invoke(" ", "-m", tiny)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: a blank name has no letter to follow; give a name with letters\n"


def test_the_command_for_a_plain_network_works_and_leaves_no_default_model(here: Path) -> None:
    refused = invoke("Schmidt", "-m", "bundled")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    command = refused.stderr.partition("rnn-names train ")[2].split()
    assert CliRunner().invoke(app, ["train", *command]).exit_code == 1  # there is no tiny.csv
    Path("tiny.csv").write_text(TINY, encoding="utf-8")
    assert CliRunner().invoke(app, ["train", *command, "--epochs", "1"]).exit_code == 0
    assert sorted(path.name for path in here.iterdir()) == ["tiny.csv", "tiny.npz"]
    assert invoke("Ito", "-m", "tiny.npz").exit_code == 0
