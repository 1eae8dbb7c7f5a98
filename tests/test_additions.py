"""Additions without a change to the package: a cell, an optimizer, an output format, a picture."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_names.base.arrays import FloatArray, Params
from rnn_names.model.recipe import TrainConfig
from rnn_names.network.cells import CELLS, Cell, CellStep, sigmoid
from rnn_names.network.config import READOUTS
from rnn_names.network.loss import loss_and_gradient, loss_of
from rnn_names.show.pictures import PICTURES, Picture
from rnn_names.show.prediction import Predictions
from rnn_names.show.predictions import WRITERS
from rnn_names.training.optim import OPTIMIZERS, Optimizer
from tests.gradients import all_full, gradient_errors
from tests.problems import BAG, NGRAMS, OBJECTIVE, batch, network, start
from tests.test_cli import fine, invoke

QUICK = ("--networks", "1", "--hidden-size", "4", "--epochs", "2", "--workers", "1")


class MGU(Cell):
    """The minimal gated unit.  Zhou et al. 2016, arXiv 1603.09420, with the gate behind the product.

        f = σ(x U_f + h W_f + b_f)        m = h W_m + b_m
        n = tanh(x U_n + b_n + f ∘ m)     h_t = (1 - f) ∘ h_{t-1} + f ∘ n

    The planes are n, f, m: the first two read x, the last two h.
    """  # fmt: skip

    planes, x_planes, h_planes = 3, slice(0, 2), slice(1, 3)
    bias = (0.0, 0.0, 0.0)

    def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> CellStep:
        n, f, m = a
        sigmoid(f)
        n += f * m
        np.tanh(n, out=n)
        h_t = np.add(h, f * (n - h), out=out)

        def derivative(dh: FloatArray, dc: FloatArray) -> tuple[FloatArray, None]:
            dn = dh * f * (1 - n * n)
            df = (dh * (n - h) + dn * m) * f * (1 - f)
            dh_direct = dh * (1 - f)
            np.multiply(dn, f, out=m)
            a[0], a[1] = dn, df
            return dh_direct, None

        return h_t, c, derivative


class Adagrad(Optimizer):
    """s ← s + g²;  q ← q - lr · g / (√s + ε).  Duchi, Hazan, Singer 2011."""

    kept = ("s",)

    def step(self, params: Params, grads: Params, lr: float) -> None:
        self.steps += 1
        for name, g in grads.items():
            s = self.slots["s"].setdefault(name, np.zeros_like(g))
            s += g * g
            params[name] -= lr * g / (np.sqrt(s) + 1e-8)


class Markdown:
    """A list item for each name."""

    def __init__(self, table: Any, top_k: int, prefix: str, file: Any) -> None:
        self.file = file

    def render(self, predictions: Predictions) -> list[str]:
        return [f"* {one.name}: **{one.country}**\n" for one in predictions.one_by_one()]

    def write(self, rows: list[Any], rendered: list[str]) -> None:
        self.file.write("".join(rendered))

    def end(self) -> None:
        """Nothing is left to close."""


@pytest.mark.long
def test_a_cell(monkeypatch: pytest.MonkeyPatch, few_countries: Path, tmp_path: Path) -> None:
    monkeypatch.setitem(CELLS, "mgu", MGU())
    monkeypatch.chdir(tmp_path)
    config = network("mgu", True, READOUTS, pooling=True, ngrams=NGRAMS, bag=BAG)
    params, (names, targets) = start(config), batch()
    _, grads = loss_and_gradient(params, config, names, targets, OBJECTIVE)
    errors = gradient_errors(
        lambda: loss_of(params, config, names, targets, OBJECTIVE)[0],
        params,
        all_full(grads, params),
    )
    assert max(errors.values()) < 1e-6
    assert "rnn|relu|gru|lstm|mgu" in fine("train", "-h").stdout
    fine("train", few_countries, "--cell", "mgu", "-o", "mgu.npz", *QUICK)
    answer = json.loads(fine("predict", "-m", "mgu.npz", "Kowalski").stdout)
    assert 0 < answer["probability"] < 1
    assert "mgu" in fine("info", "mgu.npz").stdout
    assert fine("gradients", few_countries, "--cell", "mgu").stdout
    assert fine("explain", "-m", "mgu.npz", "Kowalski").stdout


def test_an_optimizer(monkeypatch: pytest.MonkeyPatch, few_countries: Path, tmp_path: Path) -> None:
    monkeypatch.setitem(OPTIMIZERS, "adagrad", lambda config: Adagrad())
    monkeypatch.chdir(tmp_path)
    fine("train", few_countries, "--optimizer", "adagrad", "--lr", "0.05", "-o", "a.npz", *QUICK)
    facts = json.loads(fine("info", "a.npz", "--format", "json").stdout)
    assert facts["training"]["optimizer"] == "adagrad"
    losses = [epoch["train_loss"] for epoch in facts["history"]]
    assert losses[-1] < losses[0]
    assert TrainConfig(optimizer="adagrad").optimizer in OPTIMIZERS


def test_an_output_format(monkeypatch: pytest.MonkeyPatch, model_file: Path) -> None:
    monkeypatch.setitem(WRITERS, "markdown", Markdown)
    assert "|markdown" in fine("predict", "-h").stdout
    said = fine("predict", "-m", model_file, "--format", "markdown", "Kowalski", "Rossi").stdout
    assert [line.partition(":")[0] for line in said.splitlines()] == ["* Kowalski", "* Rossi"]


def test_a_picture(
    monkeypatch: pytest.MonkeyPatch, model_file: Path, few_countries: Path, tmp_path: Path
) -> None:
    picture = Picture("tests.added_picture", "Draw how long the names are.")
    monkeypatch.setitem(PICTURES["evaluate"], "--lengths", picture)
    monkeypatch.chdir(tmp_path)
    assert "--lengths FILE.svg" in fine("evaluate", "-h").stdout
    fine("evaluate", few_countries, "-m", model_file, "--lengths", "lengths.svg")
    drawn = Path("lengths.svg").read_text(encoding="utf-8")
    assert "<title>How long the names are</title>" in drawn
    assert drawn.count("<polyline") > 1
    refused = invoke("evaluate", few_countries, "-m", model_file, "--lengths", "lengths.png")
    assert refused.exit_code == 2
    assert "ends with .svg" in refused.stderr
    same = invoke("evaluate", few_countries, "-m", model_file, "--lengths", "a.svg", "--confusion", "a.svg")
    assert "would take the place of a.svg" in same.stderr


@pytest.mark.parametrize("command", PICTURES)
def test_every_picture_is_an_option_of_its_command(command: str) -> None:
    options = fine(command, "-h").stdout
    for option, picture in PICTURES[command].items():
        assert f"{option} FILE.svg" in options
        assert picture.help.split()[0] in options
        assert callable(importlib.import_module(picture.module).draw)


# The modules that an answer needs. Any other module would slow down every answer.
PREDICT_LOADS = """
base.arrays base.bundled base.errors base.files base.text
names.alphabet names.bad_records names.countries names.dirt names.encoded names.example
names.labels names.letters names.lines names.ngrams names.plain names.records names.spelling names.spelling1
names.split names.titles names.weights
network.cells network.config network.input network.layers network.prefixes network.recurrence
network.scores network.sums network.totals
model.answer_columns model.answered model.archive model.arguments model.calibrated model.calibration
model.checkpoint model.choices model.classifier model.container model.header model.parameters
model.provenance model.ranking model.recipe model.threshold
show.for_people show.for_programs show.prediction show.predictions show.tables
cli.answers cli.models cli.plain cli.tally
"""
# Modules of others that are slow to load.
SLOW = {"typer", "rich", "tqdm", "zipfile", "multiprocessing", "numpy.random", "asyncio"}


def test_predict_loads_what_it_needs() -> None:
    code = """
import sys
from rnn_names.cli import main
sys.argv = ["rnn-names", "predict", "Kowalski"]
main()
print(*sys.modules, file=sys.stderr)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stderr.split())
    bare_numpy = "import sys, numpy; print(*sys.modules)"  # before 2 it loads numpy.random itself
    of_numpy = subprocess.run(
        [sys.executable, "-c", bare_numpy], capture_output=True, text=True, check=True
    )
    found = {name.removeprefix("rnn_names.") for name in loaded if name.startswith("rnn_names.")}
    assert {name for name in found if "." in name} == set(PREDICT_LOADS.split())
    assert not SLOW & (loaded - set(of_numpy.stdout.split()))
