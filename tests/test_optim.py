"""Clipping, updates and the schedule."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rnn_names.encoding import Encoded, pack
from rnn_names.network import NetworkConfig, Params, Targets, loss_and_gradient
from rnn_names.optim import SGD, AdamW, Optimizer, clip_by_global_norm, learning_rate

GOLDEN = Path(__file__).with_name("golden") / "elman.npz"


@pytest.mark.parametrize(
    ("rule", "optimizer", "lr"), [("adamw", AdamW(0.1), 0.01), ("sgd", SGD(0.9, 0.1), 0.1)]
)
def test_two_clipped_steps_are_those_of_pytorch(rule: str, optimizer: Optimizer, lr: float) -> None:
    golden = np.load(GOLDEN)
    config = NetworkConfig(symbols=7, countries=4, hidden_size=5)
    params = {name: golden[f"before/{name}"] for name in config.shapes()}
    lengths = golden["lengths"]
    batch = pack(Encoded(golden["symbols"], np.cumsum(lengths) - lengths, lengths))
    targets = Targets(golden["country"], golden["weight"])
    for step in (1, 2):
        _, grads = loss_and_gradient(params, config, batch, targets)
        norm = clip_by_global_norm(grads, float(golden["max_norm"]))
        if step == 1:
            assert norm == pytest.approx(float(golden["norm"]), rel=1e-12)
            assert norm > golden["max_norm"]  # so that clipping was put to the test
        optimizer.step(params, grads, lr)
        for name, q in params.items():
            np.testing.assert_allclose(q, golden[f"{rule}{step}/{name}"], rtol=1e-9, err_msg=name)


def test_clipping_bounds_the_length_and_keeps_the_direction() -> None:
    grads: Params = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    assert clip_by_global_norm(grads, 1) == 5
    np.testing.assert_allclose(grads["a"], [0.6, 0])
    np.testing.assert_allclose(grads["b"], [[0.8]])
    assert clip_by_global_norm(grads, 1.5) == pytest.approx(1)
    np.testing.assert_allclose(grads["b"], [[0.8]])


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_norm_that_is_not_finite_is_reported_and_scales_nothing(bad: float) -> None:
    grads: Params = {"a": np.array([bad, 1.0])}
    assert not math.isfinite(clip_by_global_norm(grads, 1))
    assert grads["a"][1] == 1


def test_adamw_first_step_has_the_length_of_the_rate() -> None:
    params: Params = {"q": np.array([1.0, -2.0])}
    AdamW().step(params, {"q": np.array([1e-3, 50.0])}, 0.1)
    np.testing.assert_allclose(params["q"], [0.9, -2.1], rtol=1e-4)


def test_schedule_rises_then_falls_to_nothing() -> None:
    rates = [learning_rate(2.0, step, 100, 0.1) for step in range(100)]
    assert max(rates) == rates[10] == 2.0
    assert all(a < b for a, b in pairwise(rates[:11]))
    assert all(a > b for a, b in pairwise(rates[10:]))
    assert 0 < rates[0] < 0.3
    assert 0 < rates[-1] < 0.01


def test_schedule_without_warmup_starts_at_the_peak() -> None:
    assert learning_rate(2.0, 0, 1, 0.0) == 2.0
    assert learning_rate(2.0, 0, 5, 0.0) == 2.0
