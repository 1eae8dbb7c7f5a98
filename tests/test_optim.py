"""Clipping, updates and the schedule."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rnn_names.base.arrays import Params
from rnn_names.network.input import Gradient, RowGradient
from rnn_names.network.loss import loss_and_gradient
from rnn_names.training.optim import (
    EMA,
    SGD,
    AdamW,
    Muon,
    Optimizer,
    clip_by_global_norm,
    learning_rate,
    orthogonalised,
)
from tests.gradients import all_full, full
from tests.problems import MAX_NORM, OBJECTIVE, batch, configurations

GOLDEN = np.load(Path(__file__).with_name("golden") / "recurrent.npz")
RULES = [(label, "adamw") for label in configurations()] + [("rnn", "sgd")]


@pytest.mark.parametrize(("label", "rule"), RULES, ids=map("-".join, RULES))
def test_three_clipped_steps_are_those_of_pytorch(label: str, rule: str) -> None:
    config = configurations()[label]
    params = {name: GOLDEN[f"{label}/start/{name}"] for name in config.shapes()}
    optimizer: Optimizer = AdamW(0.1) if rule == "adamw" else SGD(0.9, 0.1)
    for step in range(3):
        _, grads = loss_and_gradient(params, config, *batch(), OBJECTIVE)
        norm = clip_by_global_norm(grads, MAX_NORM)
        dense = all_full(grads, params)
        if step == 0:
            assert norm == pytest.approx(float(GOLDEN[f"{label}/norm"]), rel=1e-9)
            assert norm > MAX_NORM  # so that clipping was put to the test
        optimizer.step(params, dense, 0.01 if rule == "adamw" else 0.1)
    for name, q in params.items():
        np.testing.assert_allclose(q, GOLDEN[f"{label}/{rule}/{name}"], rtol=1e-6, atol=1e-9, err_msg=name)


def test_three_steps_of_muon_are_those_of_pytorch() -> None:
    W, U = GOLDEN["muon/before"].copy(), np.ones((1, 2, 5))
    params: Params = {"backward.W": W, "forward.U": U}
    like_adamw: Params = {"forward.U": U.copy()}
    optimizer, adamw = Muon(0.1), AdamW(0.1)
    for G in GOLDEN["muon/gradients"]:
        optimizer.step(params, {"backward.W": G, "forward.U": 2 * U}, 0.01)
        adamw.step(like_adamw, {"forward.U": 2 * like_adamw["forward.U"]}, 0.01)
    np.testing.assert_allclose(W, GOLDEN["muon/after"], rtol=1e-9)
    np.testing.assert_array_equal(params["forward.U"], like_adamw["forward.U"])


@pytest.mark.parametrize("iterations", [1, 3, 5])
def test_orthogonalising_keeps_the_directions_and_levels_the_lengths(iterations: int) -> None:
    G = np.random.default_rng(0).standard_normal((2, 6, 6)) * [[[1e3]], [[1e-4]]]
    U, S, VT = np.linalg.svd(G)
    expected = S / np.linalg.norm(S, axis=1, keepdims=True)
    for _ in range(iterations):
        expected = 3.4445 * expected - 4.7750 * expected**3 + 2.0315 * expected**5
    found = orthogonalised(G, iterations)
    np.testing.assert_allclose(found, U * expected[:, None] @ VT, rtol=1e-9, atol=1e-12)
    assert expected.max() < 1.25
    assert (expected[:, 0] / expected[:, -1] < S[:, 0] / S[:, -1]).all()
    assert not orthogonalised(np.zeros((1, 6, 6))).any()


def test_moving_average_by_hand() -> None:
    params: Params = {"q": np.array([1.0])}
    average = EMA(params, 0.5)
    params["q"][:] = 12
    average.step(params)  # at the first step d = 2/11
    assert average.params["q"][0] == pytest.approx(2 / 11 + 12 * 9 / 11)
    average.steps = 1000
    average.step(params)
    assert average.params["q"][0] == pytest.approx((2 / 11 + 12 * 9 / 11 + 12) / 2)


def test_clipping_bounds_the_length_and_keeps_the_direction() -> None:
    grads: dict[str, Gradient] = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    assert clip_by_global_norm(grads, 1) == 5
    np.testing.assert_allclose(full(grads["a"], (2,)), [0.6, 0])
    np.testing.assert_allclose(full(grads["b"], (1, 1)), [[0.8]])
    assert clip_by_global_norm(grads, 1.5) == pytest.approx(1)
    np.testing.assert_allclose(full(grads["b"], (1, 1)), [[0.8]])


def test_clipping_takes_rows_for_what_they_are_of_their_parameter() -> None:
    rows = RowGradient(np.array([2, 5]), np.array([[[0.0, 3.0], [0.0, 0.0]]]))
    grads: dict[str, Gradient] = {"rows": rows, "b": np.array([[4.0]])}
    assert clip_by_global_norm(grads, 1) == 5
    np.testing.assert_allclose(full(grads["rows"], (1, 9, 2)).sum(axis=1), [[0, 0.6]])
    np.testing.assert_allclose(full(grads["b"], (1, 1)), [[0.8]])


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_norm_that_is_not_finite_is_reported_and_scales_nothing(bad: float) -> None:
    a = np.array([bad, 1.0])
    grads: dict[str, Gradient] = {"a": a}
    assert not math.isfinite(clip_by_global_norm(grads, 1))
    assert a[1] == 1


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
