"""The update of the rows that a batch touches, and their moving average."""

from pathlib import Path

import numpy as np
import pytest

from rnn_names.base.arrays import Params
from rnn_names.network.input import RowGradient
from rnn_names.training.optim import EMA
from rnn_names.training.rows import RowAdagrad, RowEMA

GOLDEN = np.load(Path(__file__).with_name("golden") / "recurrent.npz")
SIZES = {"forward.U": (2, 6, 4), "bag.U": (1, 6, 3)}


def gradients(dtype: type) -> list[dict[str, RowGradient]]:
    rng = np.random.default_rng(0)
    touched = [[0, 2, 5], [2, 3], [], [0, 1, 2, 3, 4, 5], [5]]
    return [
        {
            name: RowGradient(np.array(rows, np.intp), rng.standard_normal((X, len(rows), D)).astype(dtype))
            for name, (X, _, D) in SIZES.items()
        }
        for rows in touched
    ]


def start(dtype: type) -> Params:
    rng = np.random.default_rng(1)
    return {name: rng.standard_normal(size).astype(dtype) for name, size in SIZES.items()}


@pytest.mark.parametrize("initial", [0.0, 0.3])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_each_row_has_one_sum_of_squares_in_each_plane(
    dtype: type, tolerance: float, initial: float
) -> None:
    params = start(dtype)
    expected = {name: q.astype(float) for name, q in params.items()}
    squares = {name: np.full(size[:2], initial) for name, size in SIZES.items()}
    optimizer = RowAdagrad(initial)
    for k, grads in enumerate(gradients(dtype)):
        lr = 0.5 / (k + 1)
        optimizer.step(params, grads, lr)
        for name, (rows, values) in grads.items():
            for x, plane in enumerate(values):
                for row, g in zip(rows.tolist(), plane.astype(float), strict=True):
                    squares[name][x, row] += sum(g * g) / len(g)
                    expected[name][x, row] -= lr * g / (squares[name][x, row] ** 0.5 + 1e-7)
    for name, q in params.items():
        assert q.dtype == optimizer.squares[name].dtype == dtype
        np.testing.assert_allclose(q, expected[name], rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(optimizer.squares[name], squares[name], rtol=tolerance)


def test_rows_of_one_column_are_updated_as_pytorch_does() -> None:
    params: Params = {"U": GOLDEN["adagrad/before"].copy()}
    optimizer = RowAdagrad(0.2)
    for g in GOLDEN["adagrad/gradients"]:
        optimizer.step(params, {"U": RowGradient(np.arange(6), g)}, 0.3)
    np.testing.assert_allclose(params["U"], GOLDEN["adagrad/after"], rtol=1e-12)


def test_the_first_step_of_a_row_is_as_long_as_the_rate_however_small_its_gradient() -> None:
    for size in (1e-3, 1.0, 1e3):
        params: Params = {"U": np.zeros((1, 2, 4))}
        RowAdagrad().step(params, {"U": RowGradient(np.array([1]), np.full((1, 1, 4), size))}, 0.5)
        np.testing.assert_allclose(params["U"], [np.outer([0, -0.5], np.ones(4))], rtol=1e-3)


def test_a_row_whose_gradient_is_0_stays() -> None:
    params = start(np.float64)
    before = params["bag.U"].copy()
    RowAdagrad().step(params, {"bag.U": RowGradient(np.array([1, 4]), np.zeros((1, 2, 3)))}, 0.5)
    np.testing.assert_array_equal(params["bag.U"], before)


def test_another_one_goes_on_from_its_slots() -> None:
    params, steps = start(np.float32), gradients(np.float32)
    first, second = RowAdagrad(), RowAdagrad()
    for grads in steps[:2]:
        first.step(params, grads, 0.5)
    others = {name: q.copy() for name, q in params.items()}
    for slot, kept in second.slots.items():
        kept.update({name: q.copy() for name, q in first.slots[slot].items()})
    for grads in steps[2:]:
        first.step(params, grads, 0.5)
        second.step(others, grads, 0.5)
    for name, q in params.items():
        np.testing.assert_array_equal(q, others[name])


@pytest.mark.parametrize("decay", [0.5, 0.998])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_the_average_of_rows_is_that_of_all_parameters(dtype: type, tolerance: float, decay: float) -> None:
    params, optimizer = start(dtype), RowAdagrad()
    plain, rowwise = EMA(params, decay), RowEMA(params, decay)
    for epoch in range(3):  # its average is asked for after each, as a training does
        for grads in gradients(dtype):
            # EMA averages after the step that RowEMA comes before: both see the parameters after it.
            rowwise.step(params, {name: g.rows for name, g in grads.items()})
            optimizer.step(params, grads, 0.1)
            plain.step(params)
        found = rowwise.average(params)
        for name, e in plain.params.items():
            assert found[name].dtype == dtype
            np.testing.assert_allclose(found[name], e, rtol=tolerance, atol=tolerance, err_msg=str(epoch))


def test_an_average_goes_on_from_where_it_was_asked_for() -> None:
    params, optimizer = start(np.float32), RowAdagrad()
    first = RowEMA(params, 0.9)
    for grads in gradients(np.float32):
        first.step(params, {name: g.rows for name, g in grads.items()})
        optimizer.step(params, grads, 0.1)
    second = RowEMA(first.average(params), 0.9)
    second.steps = first.steps
    others = {name: q.copy() for name, q in params.items()}
    other_optimizer = RowAdagrad()
    other_optimizer.squares.update({name: s.copy() for name, s in optimizer.squares.items()})
    for grads in gradients(np.float32):
        for average, q, rule in ((first, params, optimizer), (second, others, other_optimizer)):
            average.step(q, {name: g.rows for name, g in grads.items()})
            rule.step(q, grads, 0.1)
    for name, e in first.average(params).items():
        np.testing.assert_array_equal(e, second.average(others)[name])
