"""The recurrence and its derivative, checked by central differences, PyTorch and hand calculation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_names.base.arrays import FloatArray, Params
from rnn_names.names.encoded import one_hot
from rnn_names.names.ngrams import NGrams
from rnn_names.network import layers, pooling, recurrence, scores
from rnn_names.network import loss as loss_module
from rnn_names.network.cells import CELLS, CellStep, Derivative, Elman, ReLU
from rnn_names.network.config import READOUTS, NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.network.input import Gradient, RowGradient, inputs, needed, rows_read
from rnn_names.network.loss import Targets, loss_and_gradient, loss_of
from rnn_names.network.objective import Objective
from rnn_names.network.prefixes import apart, prefix_tree
from rnn_names.network.reading import drop_letters
from rnn_names.network.sums import with_sums
from rnn_names.network.totals import sum_by_index, totals
from tests.gradients import all_full, full, gradient_errors
from tests.problems import BAG, NAMES, NGRAMS, OBJECTIVE, SYMBOLS, batch, configurations, encoded, start
from tests.problems import network as small_network

GOLDEN = np.load(Path(__file__).with_name("golden") / "recurrent.npz")
CONFIG = small_network("rnn")
DROPPING = Objective(
    step_loss=0.7,
    letter_loss=1.3,
    label_smoothing=0.1,
    dropout=0.3,
    letter_dropout=0.3,
    ngram_dropout=0.3,
    step_share=0.6,
)


def errors_of(
    config: NetworkConfig, params: Params, objective: Objective, seed: int | None = None
) -> dict[str, float]:
    names, targets = batch()

    def run() -> tuple[float, Callable[[], dict[str, Gradient]]]:
        # A new generator each time: the same entries are dropped.
        rng = None if seed is None else np.random.default_rng(seed)
        return loss_of(params, config, names, targets, objective, rng)

    grads = run()[1]()
    assert grads.keys() == params.keys() == config.shapes().keys()
    assert {name for name, g in grads.items() if isinstance(g, RowGradient)} == set(config.row_parameters)
    return gradient_errors(lambda: run()[0], params, all_full(grads, params))


@pytest.mark.parametrize(("label", "config"), configurations().items(), ids=configurations())
def test_loss_and_gradients_are_those_of_pytorch(label: str, config: NetworkConfig) -> None:
    params = {name: GOLDEN[f"{label}/start/{name}"] for name in config.shapes()}
    loss, grads = loss_and_gradient(params, config, *batch(), OBJECTIVE)
    assert loss == pytest.approx(float(GOLDEN[f"{label}/loss"]), rel=1e-12)
    for name, grad in all_full(grads, params).items():
        assert np.any(grad), name
        expected = GOLDEN[f"{label}/gradient/{name}"]
        np.testing.assert_allclose(grad, expected, rtol=1e-7, atol=1e-12, err_msg=name)


# With n-grams one network of each cell and direction is enough: it has every parameter.
EVERY_ENTRY = {
    label: config for label, config in configurations().items() if config.pooling or not config.ngrams
}


@pytest.mark.long
@pytest.mark.parametrize(("label", "config"), EVERY_ENTRY.items(), ids=EVERY_ENTRY)
def test_every_entry_of_every_gradient(label: str, config: NetworkConfig) -> None:
    errors = errors_of(config, start(config), OBJECTIVE)
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.long
@pytest.mark.parametrize("cell", CELLS)
def test_every_entry_of_every_gradient_with_dropout(cell: str) -> None:
    config = small_network(cell, True, READOUTS, pooling=True, ngrams=NGRAMS, bag=BAG)
    params = start(config)
    # A seed with which no difference straddles the kink of a maximum that is read out.
    errors = errors_of(config, params, DROPPING, seed=7)
    assert max(errors.values()) < 1e-6, errors
    losses = {
        loss_and_gradient(params, config, *batch(), DROPPING, rng)[0]
        for rng in (None, np.random.default_rng(5), np.random.default_rng(6))
    }
    assert len(losses) == 3  # it does drop


def test_what_the_country_is_read_from_is_dropped_out_several_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    params, draws = start(CONFIG), Objective().draws
    masks = np.random.default_rng(0).integers(0, 2, (draws * len(NAMES), 3)) * 2.0
    given: list[FloatArray] = []

    def dropout(x: FloatArray, rate: float, rng: object) -> tuple[FloatArray, object]:
        given.append(x)
        mask = masks if rate else np.ones_like(x)
        return x * mask, lambda dx: dx * mask

    monkeypatch.setattr(loss_module, "dropout", dropout)
    loss, grads = loss_and_gradient(
        params, CONFIG, *batch(), Objective(dropout=0.5), np.random.default_rng(0)
    )
    (x,) = given
    for again in np.split(x, draws)[1:]:
        np.testing.assert_array_equal(again, x[: len(NAMES)])
    p = layers.softmax(x * masks @ params["country.W"] + params["country.b"])
    _, targets = batch()
    y, weight = np.tile(targets.country, draws), np.tile(targets.weight, draws)
    assert loss == pytest.approx(-weight @ np.log(p[np.arange(len(y)), y]) / draws, rel=1e-12)
    dz = (p - one_hot(y, 3, np.float64)) * weight[:, None] / draws
    np.testing.assert_allclose(all_full(grads, params)["country.W"], (x * masks).T @ dz, rtol=1e-12)
    loss_and_gradient(params, CONFIG, *batch(), Objective(), np.random.default_rng(0))
    assert given[1].shape == (len(NAMES), 3)  # and once where nothing is dropped


def test_relu_has_derivative_0_at_0() -> None:
    a = np.array([[[-1.0, 0.0, 2.0]]])
    zero = np.zeros((1, 3))
    h, _, derivative = ReLU().step(a, zero, zero, np.empty((1, 3)))
    np.testing.assert_array_equal(h, [[0, 0, 2]])
    assert derivative(np.ones((1, 3)), zero) == (None, None)
    np.testing.assert_array_equal(a[0], [[0, 0, 1]])


@pytest.mark.parametrize("name", CONFIG.shapes())
def test_the_checker_sees_a_wrong_derivative(name: str) -> None:
    params = start(CONFIG)
    grads = all_full(loss_and_gradient(params, CONFIG, *batch())[1], params)

    def errors(wrong: FloatArray) -> dict[str, float]:
        return gradient_errors(lambda: loss_of(params, CONFIG, *batch())[0], params, {**grads, name: wrong})

    entry = grads[name].copy()
    entry.flat[np.abs(entry).argmax()] *= 1 + 1e-5
    for wrong in (entry, -grads[name], np.zeros_like(grads[name]), grads[name][..., :-1]):
        found = errors(wrong)
        assert found.pop(name) > 1e-6
        assert max(found.values()) < 1e-6


def test_the_checker_sees_a_wrong_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(Elman):
        """Leaves out the factor 1 - h²."""

        def step(self, a: FloatArray, h: FloatArray, c: FloatArray, out: FloatArray) -> CellStep:
            h_t, c_t, _ = super().step(a, h, c, out)

            def derivative(dh: FloatArray, dc: FloatArray) -> tuple[None, None]:
                a[0] = dh
                return None, None

            wrong: Derivative = derivative
            return h_t, c_t, wrong

    monkeypatch.setitem(CELLS, "rnn", Forgetful())
    errors = errors_of(CONFIG, start(CONFIG), Objective())
    assert errors["forward.U"] > 1e-3
    assert errors["country.W"] < 1e-6


def test_a_network_of_two_units_by_hand() -> None:
    """Two symbols of one name, H = 2, worked out with nothing but tanh and the chain rule."""
    config = NetworkConfig(symbols=2, countries=2, hidden_size=2)
    params: Params = {
        "forward.U": np.array([[[0.5, -0.2], [0.1, 0.4]]]),
        "forward.W": np.array([[[0.3, -0.1], [0.2, 0.6]]]),
        "forward.b": np.array([[0.05, -0.05]]),
        "country.W": np.array([[1.0, -1.0], [0.5, 0.25]]),
        "country.b": np.array([0.1, 0.0]),
    }
    name = encoded([[0, 1]])
    loss, grads = loss_and_gradient(params, config, name, Targets(np.array([1]), np.ones(1)))

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
    found = all_full(grads, params)
    expected: dict[str, Any] = {
        "forward.U": [[da0, da1]],
        "forward.W": [np.outer(h0, da1)],
        "forward.b": [np.add(da0, da1)],
        "country.W": np.outer(h1, dz),
        "country.b": dz,
    }
    for parameter, value in expected.items():
        np.testing.assert_allclose(found[parameter], value, rtol=1e-13, err_msg=parameter)


@pytest.mark.parametrize("ngrams", [None, NGRAMS])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_selecting_rows_is_multiplying_by_rows_of_ones(direction: str, ngrams: NGrams | None) -> None:
    """The recurrence, written out name by name, gives the same states.

    A row of x has ones at every known n-gram that ends where the reading stands, the symbol among them.
    """
    config = small_network("rnn", True, ngrams=ngrams)
    params = start(config)
    U, W, b = (params[f"{direction}.{letter}"] for letter in "UWb")
    assert U.shape == (1, 17 if ngrams else 7, 3)
    tree = prefix_tree(inputs(batch()[0], config)[direction])
    of_batch = needed(config, tree.symbols, direction)
    rows_of_U, _ = rows_read(U, of_batch)
    at = of_batch.at
    states, _ = recurrence.unroll(CELLS["rnn"], rows_of_U, W, b, tree._replace(symbols=at))
    known = [ngrams.spelled(n, SYMBOLS) for n in range(7, len(ngrams))] if ngrams else []
    rows = iter(tree.rows)
    found = 0
    for name, leaf in zip(NAMES, tree.leaves, strict=True):
        h = np.zeros(W.shape[-1])
        read = name if direction == "forward" else name[::-1]
        for t, symbol in enumerate(read):
            x = np.zeros(U.shape[1])
            x[0 if ngrams and symbol == 1 else symbol] = 1
            seen = "".join("_" if s < 2 else SYMBOLS[s] for s in read[: t + 1])
            for k, ngram in enumerate(known):
                if seen.endswith(ngram if direction == "forward" else ngram[::-1]):
                    x[7 + k] = 1
                    found += 1
            h = np.tanh(x @ U[0] + h @ W[0] + b[0])
            np.testing.assert_allclose(states[next(rows)], h, rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(states[leaf], h, rtol=1e-13, atol=1e-15)
    # _3 four times; 34, _34 and 5_ three; 35 and 35_ two; 33, 335, _35 and _35_ one
    assert found == (21 if ngrams else 0)


def test_summing_rows_by_symbol_is_multiplying_by_one_hot_columns() -> None:
    rng = np.random.default_rng(0)
    da, symbols = rng.standard_normal((2, 40, 3)), rng.integers(0, 9, 40)
    expected = [one_hot(symbols, 9, np.float64).T @ plane for plane in da]
    found = sum_by_index(da, totals(symbols), 9)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(("label", "config"), configurations().items(), ids=configurations())
def test_scores_are_those_of_the_states_that_the_tree_of_prefixes_has(
    label: str, config: NetworkConfig
) -> None:
    """Prediction keeps no state but the last, and sums no row: the scores are those of training."""
    if set(config.readouts) == {"next_symbol"}:
        pytest.skip("such a network does not answer")
    params = start(config)
    names, _ = batch()
    read = inputs(names, config)
    parts = []
    for tree_of in (prefix_tree, apart):
        summaries = []
        for direction in config.directions:
            tree = tree_of(read[direction])
            U, W, b = (params[f"{direction}.{letter}"] for letter in "UWb")
            of_batch = needed(config, tree.symbols, direction)
            U, _ = rows_read(U, of_batch)
            at = of_batch.at
            states, _ = recurrence.unroll(CELLS[config.cell], U, W, b, tree._replace(symbols=at))
            summaries.append(pooling.summary(states, tree, names.lengths, config.pooling)[0])
        if "country" in config.readouts:
            if config.bag:
                of_batch = needed(config, read["forward"].symbols, "forward")
                v, _ = rows_read(params["bag.U"], of_batch)
                at = of_batch.at
                each = [v[0, at[s : s + n]] for s, n in zip(names.starts, names.lengths, strict=True)]
                summaries.append(np.array([rows.mean(axis=0) for rows in each]))
            z = np.concatenate(summaries, axis=1) @ params["country.W"] + params["country.b"]
        else:
            z = np.mean(
                [
                    h @ params[f"{d}.step_country.W"] + params[f"{d}.step_country.b"]
                    for d, h in zip(config.directions, summaries, strict=True)
                ],
                axis=0,
            )
        parts.append(z)
    held = with_sums(params, config)
    for z in parts:
        np.testing.assert_allclose(scores.forward(held, config, names), z, rtol=1e-9, atol=1e-12)
    single = {name: q.astype(np.float32) for name, q in held.items()}
    for some in ([6], [3, 0], [5, 4, 3, 2, 1], [0, 0, 2]):
        found = scores.forward(single, config, names.take(np.array(some)))
        np.testing.assert_allclose(found, parts[0][some], rtol=0, atol=1e-5)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_scores_do_not_depend_on_the_batch(cell: str, bidirectional: bool) -> None:
    config = small_network(
        cell, bidirectional, pooling=bidirectional, ngrams=NGRAMS if bidirectional else None, bag=BAG
    )
    params = with_sums(start(config), config)
    rng = np.random.default_rng(0)
    names = encoded([[0, *rng.integers(2, 7, length), 1] for length in (3, 0, 7, 1, 7, 30)] + [[2]])
    together = scores.forward(params, config, names)
    for i in range(7):
        alone = scores.forward(params, config, names.take(np.array([i])))
        np.testing.assert_allclose(together[i], alone[0], rtol=0, atol=1e-12)
    some = scores.forward(params, config, names.take(np.array([4, 0, 6])))
    np.testing.assert_allclose(some, together[[4, 0, 6]], rtol=0, atol=1e-12)


def test_gradients_do_not_depend_on_how_the_batch_is_divided() -> None:
    config = small_network("gru", True, READOUTS, ngrams=NGRAMS, bag=BAG)
    params = start(config)
    names, targets = batch()
    loss, grads = loss_and_gradient(params, config, names, targets, OBJECTIVE)
    parts = [
        loss_and_gradient(
            params,
            config,
            encoded(NAMES).take(some),
            Targets(targets.country[some], targets.weight[some]),
            OBJECTIVE,
        )
        for some in (np.array([0, 3, 4]), np.array([1, 2, 5, 6]))
    ]
    assert loss == pytest.approx(sum(part for part, _ in parts), rel=1e-12)
    for name, grad in grads.items():
        shape = params[name].shape
        total = sum(full(g[name], shape) for _, g in parts)
        np.testing.assert_allclose(full(grad, shape), total, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_scores_of_more_names_than_a_chunk(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    config = small_network("lstm", True, ngrams=NGRAMS, bag=BAG)
    params = with_sums(start(config), config)
    names = encoded(NAMES)
    at_once = scores.forward(params, config, names)
    for limit, value in (("GROUP", 2), ("LONG", 4), ("FEW", 1)):
        monkeypatch.setattr(scores, limit, value)
    found = scores.forward(params, config, names, workers)
    np.testing.assert_allclose(found, at_once, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_float32_parameters_stay_float32(cell: str) -> None:
    config = small_network(cell, True, READOUTS, ngrams=NGRAMS, bag=BAG)
    params = start(config)
    single = {name: q.astype(np.float32) for name, q in params.items()}
    loss, grads = loss_and_gradient(single, config, *batch(), DROPPING, np.random.default_rng(0))
    assert {g.dtype for g in all_full(grads, params).values()} == {np.dtype(np.float32)}
    exact, _ = loss_and_gradient(params, config, *batch(), DROPPING, np.random.default_rng(0))
    assert loss == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_init_is_orthogonal_or_the_identity(cell: str) -> None:
    config = NetworkConfig(symbols=11, countries=3, hidden_size=16, cell=cell, bidirectional=True)
    params = init_params(config, np.random.default_rng(0))
    assert {name: q.shape for name, q in params.items()} == config.shapes()
    for W in params["backward.W"].astype(np.float64):
        np.testing.assert_allclose(W @ W.T, np.eye(16), atol=1e-6)
        assert np.abs(W - np.eye(16)).max() > 0.1
    for plane, value in zip(params["forward.b"], CELLS[cell].bias, strict=True):
        np.testing.assert_array_equal(plane, value)
    assert np.abs(params["forward.U"]).max() <= 0.25 + 1e-6
    identity = init_params(config, np.random.default_rng(0), "identity")
    for W in identity["forward.W"]:
        np.testing.assert_array_equal(W, np.eye(16))


def test_dropout_keeps_the_mean_and_drops_the_share() -> None:
    x, rng = np.ones((400, 100)), np.random.default_rng(0)
    for rate in (1 / 256, 0.25, 0.75):
        kept, derivative = layers.dropout(x, rate, rng)
        assert (kept == 0).mean() == pytest.approx(rate, abs=0.01)
        assert sorted(set(kept.ravel())) == [0, pytest.approx(1 / (1 - rate), rel=1e-12)]
        np.testing.assert_array_equal(derivative(x), kept)
    nearly_all, _ = layers.dropout(x, 0.9999, rng)
    assert np.isfinite(nearly_all).all()
    assert nearly_all.mean() == pytest.approx(1, abs=0.3)
    assert layers.dropout(x, 0.0, rng)[0] is x
    assert layers.dropout(x, 0.5, None)[0] is x


def test_dropped_letters_are_unknown_and_start_and_end_stay() -> None:
    names = encoded([[0, 1, 5] * 2000])
    dropped = drop_letters(names, 0.2, np.random.default_rng(0)).symbols
    np.testing.assert_array_equal(dropped[names.symbols < 2], names.symbols[names.symbols < 2])
    letters = dropped[names.symbols == 5]
    assert set(letters) == {2, 5}
    assert (letters == 2).mean() == pytest.approx(0.2, abs=0.03)


def test_cross_entropy_of_scores_far_apart() -> None:
    z = np.array([[1000.0, 0.0, -1000.0]])
    loss, dz = layers.cross_entropy(z, np.array([0]), np.array([2]), np.ones(1))
    assert loss == 2000
    np.testing.assert_array_equal(dz, [[1, 0, -1]])


def test_label_smoothing_by_hand() -> None:
    z = np.log(np.array([[0.7, 0.2, 0.1]]))
    loss, dz = layers.cross_entropy(z, np.array([0]), np.array([0]), np.array([2.0]), 0.3)
    assert loss == pytest.approx(-2 * (0.8 * np.log(0.7) + 0.1 * np.log(0.2) + 0.1 * np.log(0.1)))
    np.testing.assert_allclose(dz, [[2 * (0.7 - 0.8), 2 * (0.2 - 0.1), 0]], atol=1e-15)


def test_several_targets_of_a_row_are_as_many_rows() -> None:
    rng = np.random.default_rng(0)
    z, rows = rng.standard_normal((3, 4)), np.array([2, 0, 2, 2])
    y, weight = np.array([1, 3, 0, 1]), np.array([0.2, 0.5, 0.3, 0.1])
    apart, dz_apart = layers.cross_entropy(z[rows], np.arange(4), y, weight, 0.1)
    loss, dz = layers.cross_entropy(z.copy(), rows, y, weight, 0.1)
    assert loss == pytest.approx(apart, rel=1e-14)
    np.testing.assert_allclose(dz, one_hot(rows, 3, z.dtype).T @ dz_apart, atol=1e-15)
