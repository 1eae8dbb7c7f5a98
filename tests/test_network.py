"""The recurrence and its derivative: against central differences, PyTorch, and mathematics by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_names import network
from rnn_names.cells import CELLS, Elman
from rnn_names.encoding import Encoded, FloatArray, PackedBatch, one_hot, pack
from rnn_names.network import NetworkConfig, Params, Targets, init_params, loss_and_gradient
from tests.gradients import gradient_errors

GOLDEN = Path(__file__).with_name("golden") / "elman.npz"
CONFIG = NetworkConfig(symbols=7, countries=4, hidden_size=5)


def encoded(lengths: list[int], symbols: int = 7, seed: int = 0) -> Encoded:
    rng = np.random.default_rng(seed)
    count = np.array(lengths)
    return Encoded(rng.integers(0, symbols, count.sum()), np.cumsum(count) - count, count)


def problem(seed: int = 0) -> tuple[Params, PackedBatch, Targets]:
    """Names of several lengths, two of them equal, one of a single symbol; weights that differ."""
    rng = np.random.default_rng(seed)
    params = init_params(CONFIG, rng, np.float64)
    for q in params.values():  # the biases start at zero, where a wrong sign could hide
        q += 0.3 * rng.standard_normal(q.shape)
    batch = pack(encoded([3, 6, 1, 4, 4, 2]))
    targets = Targets(rng.integers(0, 4, 6), rng.uniform(0.5, 2, 6))
    return params, batch, targets


@pytest.mark.parametrize("seed", range(3))
def test_every_entry_of_every_gradient(seed: int) -> None:
    params, batch, targets = problem(seed)
    _, grads = loss_and_gradient(params, CONFIG, batch, targets)
    assert list(grads) != []
    assert grads.keys() == params.keys() == CONFIG.shapes().keys()
    errors = gradient_errors(lambda: loss_and_gradient(params, CONFIG, batch, targets)[0], params, grads)
    assert max(errors.values()) < 1e-6, errors


def test_gradient_with_dropout() -> None:
    params, batch, targets = problem()

    def run() -> tuple[float, Params]:  # the same generator each time: the same entries are dropped
        return loss_and_gradient(params, CONFIG, batch, targets, 0.4, np.random.default_rng(3))

    loss, grads = run()
    assert loss != loss_and_gradient(params, CONFIG, batch, targets)[0]
    errors = gradient_errors(lambda: run()[0], params, grads)
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize("name", CONFIG.shapes())
def test_the_checker_sees_a_wrong_derivative(name: str) -> None:
    params, batch, targets = problem()
    _, grads = loss_and_gradient(params, CONFIG, batch, targets)

    def errors(wrong: FloatArray) -> dict[str, float]:
        return gradient_errors(
            lambda: loss_and_gradient(params, CONFIG, batch, targets)[0], params, {**grads, name: wrong}
        )

    entry = grads[name].copy()
    entry.flat[np.abs(entry).argmax()] *= 1 + 1e-5
    for wrong in (entry, -grads[name], np.zeros_like(grads[name]), grads[name][:-1]):
        found = errors(wrong)
        assert found.pop(name) > 1e-6
        assert max(found.values()) < 1e-6


def test_the_checker_sees_a_wrong_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(Elman):
        """Leaves out the factor 1 - h²."""

        def backward(self, h: FloatArray, dh: FloatArray) -> None:
            h[...] = dh

    monkeypatch.setitem(CELLS, "rnn", Forgetful())
    params, batch, targets = problem()
    _, grads = loss_and_gradient(params, CONFIG, batch, targets)
    errors = gradient_errors(lambda: loss_and_gradient(params, CONFIG, batch, targets)[0], params, grads)
    assert errors["forward.U"] > 1e-3
    assert errors["country.W"] < 1e-6


def test_a_network_of_two_units_by_hand() -> None:
    """Two symbols of one name, H = 2, worked out with nothing but tanh and the chain rule."""
    config = NetworkConfig(symbols=2, countries=2, hidden_size=2)
    params: Params = {
        "forward.U": np.array([[0.5, -0.2], [0.1, 0.4]]),
        "forward.W": np.array([[0.3, -0.1], [0.2, 0.6]]),
        "forward.b": np.array([0.05, -0.05]),
        "country.W": np.array([[1.0, -1.0], [0.5, 0.25]]),
        "country.b": np.array([0.1, 0.0]),
    }
    batch = pack(Encoded(np.array([0, 1]), np.array([0]), np.array([2])))
    loss, grads = loss_and_gradient(params, config, batch, Targets(np.array([1]), np.ones(1)))

    tanh = np.tanh
    h0 = [tanh(0.5 + 0.05), tanh(-0.2 - 0.05)]
    h1 = [
        tanh(0.1 + h0[0] * 0.3 + h0[1] * 0.2 + 0.05),
        tanh(0.4 + h0[0] * -0.1 + h0[1] * 0.6 - 0.05),
    ]
    z = [h1[0] * 1.0 + h1[1] * 0.5 + 0.1, h1[0] * -1.0 + h1[1] * 0.25]
    p0 = 1 / (1 + np.exp(z[1] - z[0]))
    dz = [p0, -p0]  # p - one_hot(1)
    da1 = [
        (dz[0] * 1.0 + dz[1] * -1.0) * (1 - h1[0] ** 2),
        (dz[0] * 0.5 + dz[1] * 0.25) * (1 - h1[1] ** 2),
    ]
    da0 = [
        (da1[0] * 0.3 + da1[1] * -0.1) * (1 - h0[0] ** 2),
        (da1[0] * 0.2 + da1[1] * 0.6) * (1 - h0[1] ** 2),
    ]
    assert loss == pytest.approx(-np.log(1 - p0), rel=1e-14)
    expected: dict[str, Any] = {
        "forward.U": [da0, da1],
        "forward.W": np.outer(h0, da1),
        "forward.b": np.add(da0, da1),
        "country.W": np.outer(h1, dz),
        "country.b": dz,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(grads[name], value, rtol=1e-13, err_msg=name)


def test_loss_and_gradients_are_those_of_pytorch() -> None:
    golden = np.load(GOLDEN)
    params = {name: golden[f"before/{name}"] for name in CONFIG.shapes()}
    lengths = golden["lengths"]
    batch = pack(Encoded(golden["symbols"], np.cumsum(lengths) - lengths, lengths))
    targets = Targets(golden["country"], golden["weight"])
    loss, grads = loss_and_gradient(params, CONFIG, batch, targets)
    assert loss == pytest.approx(float(golden["loss"]), rel=1e-12)
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, golden[f"gradient/{name}"], rtol=1e-9, atol=1e-12, err_msg=name)


def test_selecting_rows_is_multiplying_by_one_hot_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The input product inside the recurrence, written out with one-hot rows, gives the same states."""
    params, batch, _ = problem()
    U, W, b = (params[f"forward.{letter}"] for letter in "UWb")
    h_T, _ = network.unroll(CELLS["rnn"], U, W, b, batch)
    x = one_hot(batch.symbols, len(U), U.dtype)
    start, h = 0, np.zeros_like(h_T)
    for n in batch.sizes:
        h[:n] = np.tanh(x[start : start + n] @ U + h[:n] @ W + b)
        start += n
    np.testing.assert_allclose(h_T, h, rtol=1e-13)


def test_scores_do_not_depend_on_the_batch() -> None:
    rng = np.random.default_rng(0)
    params = init_params(CONFIG, rng, np.float64)
    names = encoded([5, 2, 9, 1, 9, 3, 1])
    together = network.forward(params, CONFIG, pack(names))
    for i in range(7):
        alone = network.forward(params, CONFIG, pack(names, [i]))
        np.testing.assert_allclose(together[i], alone[0], rtol=0, atol=1e-12)
    some = [4, 0, 6]
    np.testing.assert_allclose(
        network.forward(params, CONFIG, pack(names, some)), together[some], rtol=0, atol=1e-12
    )


def test_probabilities_of_more_names_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    params = init_params(CONFIG, np.random.default_rng(0), np.float64)
    names = encoded([5, 2, 9, 1, 9, 3, 1])
    at_once = network.softmax(network.forward(params, CONFIG, pack(names)))
    monkeypatch.setattr(network, "CHUNK", 3)
    np.testing.assert_allclose(network.probabilities(params, CONFIG, names), at_once, atol=1e-12)


def test_float32_parameters_stay_float32() -> None:
    params, batch, targets = problem()
    single = {name: q.astype(np.float32) for name, q in params.items()}
    loss, grads = loss_and_gradient(single, CONFIG, batch, targets, 0.3, np.random.default_rng(0))
    assert {g.dtype for g in grads.values()} == {np.dtype(np.float32)}
    exact, _ = loss_and_gradient(params, CONFIG, batch, targets, 0.3, np.random.default_rng(0))
    assert loss == pytest.approx(exact, rel=1e-5)


def test_init_is_orthogonal_and_has_the_shapes() -> None:
    config = NetworkConfig(symbols=11, countries=3, hidden_size=16)
    params = init_params(config, np.random.default_rng(0))
    assert {name: q.shape for name, q in params.items()} == config.shapes()
    W = params["forward.W"].astype(np.float64)
    np.testing.assert_allclose(W @ W.T, np.eye(16), atol=1e-6)
    assert not params["forward.b"].any()
    assert np.abs(params["forward.U"]).max() <= 0.25 + 1e-6


def test_dropout_keeps_the_mean_and_drops_the_share() -> None:
    x = np.ones((400, 100))
    kept, derivative = network.dropout(x, 0.25, np.random.default_rng(0))
    assert (kept == 0).mean() == pytest.approx(0.25, abs=0.01)
    assert kept.mean() == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(derivative(x), kept)


def test_cross_entropy_of_scores_far_apart() -> None:
    z = np.array([[1000.0, 0.0, -1000.0]])
    loss, derivative = network.cross_entropy(z, np.array([2]), np.ones(1))
    assert loss == 2000
    np.testing.assert_array_equal(derivative(), [[1, 0, -1]])
