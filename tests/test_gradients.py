"""How far back gradients reach, checked by central differences, name by name, and by theory."""

import numpy as np
import pytest

from rnn_names.base.arrays import FloatArray, Params
from rnn_names.insight import gradients
from rnn_names.insight.gradients import STARTS, Curve, arriving, curves, fresh, sequences
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.example import Example
from rnn_names.network.cells import CELLS
from rnn_names.network.input import inputs
from rnn_names.network.layers import softmax
from rnn_names.network.pooling import summary
from rnn_names.network.prefixes import prefix_tree
from rnn_names.network.recurrence import unroll
from rnn_names.network.scores import country_readout
from rnn_names.network.sums import with_sums
from tests.problems import BAG, COUNTRIES, NAMES, NGRAMS, encoded, network, start

EXAMPLES = [Example("Aßar", "A"), Example("B", "B"), Example("Cécile", "A"), Example("Dvořák", "B")]


def loss_with_push(
    params: Params, cell: str, name: list[int], country: int, at: int, push: FloatArray
) -> float:
    """The loss of a name of Elman's or a ReLU network if `push` is added to h at a step; by hand."""
    U, W, b = (params[f"forward.{letter}"] for letter in "UWb")
    h = np.zeros(W.shape[-1])
    for t, symbol in enumerate(name):
        a = U[0, symbol] + h @ W[0] + b[0]
        h = (np.tanh(a) if cell == "rnn" else np.maximum(a, 0)) + push * (t == at)
    z = h @ params["country.W"] + params["country.b"]
    return -float(np.log(softmax(z)[country]))


@pytest.mark.parametrize("cell", ["rnn", "relu"])
def test_the_norms_are_those_of_central_differences(cell: str) -> None:
    config = network(cell)
    params = start(config)
    found = iter(arriving(params, config, encoded(NAMES), np.array(COUNTRIES))["forward"])
    for name, country in zip(NAMES, COUNTRIES, strict=True):
        for t in range(len(name)):
            dh = [
                (
                    loss_with_push(params, cell, name, country, t, push)
                    - loss_with_push(params, cell, name, country, t, -push)
                )
                / 2e-5
                for push in 1e-5 * np.eye(3)
            ]
            assert next(found) == pytest.approx(np.linalg.norm(dh), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("readouts", [("country",), ("step_country",)])
@pytest.mark.parametrize("cell", CELLS)
def test_both_ways_and_pooled_as_each_name_alone(cell: str, readouts: tuple[str, ...], known: bool) -> None:
    """Names that begin alike do not add up, and what pooling says can be left out."""
    pooling = readouts == ("country",)
    ngrams, bag = NGRAMS if known else None, BAG if known and pooling else 0
    config = network(cell, True, readouts, pooling=pooling, ngrams=ngrams, bag=bag)
    params, names = with_sums(start(config), config), encoded(NAMES)
    together = arriving(params, config, names, np.array(COUNTRIES))
    last_alone = arriving(params, config, names, np.array(COUNTRIES), pooled=False)
    at = 0
    for name, country in zip(NAMES, COUNTRIES, strict=True):
        one = encoded([name])
        parts, V_bag, z = country_readout(params, config)
        read = inputs(one, config)
        if bag:
            z = z + params["bag.U"][0, read["forward"].symbols].mean(axis=0) @ V_bag
        closures = []
        for direction, V in zip(config.directions, parts, strict=True):
            tree = prefix_tree(read[direction])
            U, W, b = (params[f"{direction}.{letter}"] for letter in "UWb")
            states, d_states = unroll(CELLS[cell], U, W, b, tree)
            ends, d_ends = summary(states, tree, one.lengths, pooling)
            z = z + ends @ V
            closures.append((V, d_ends, np.zeros_like(states), d_states))
        dz = softmax(z)
        dz[0, country] -= 1
        for direction, (V, d_ends, dh, d_states) in zip(config.directions, closures, strict=True):
            d_ends(dz @ V.T, dh)
            d_states(dh)
            found = together[direction][at : at + len(name)]
            np.testing.assert_allclose(found, np.linalg.norm(dh, axis=1), rtol=1e-12)
            nearest = np.linalg.norm((dz @ V.T)[0, : config.hidden_size])
            assert last_alone[direction][at + len(name) - 1] == pytest.approx(nearest)
        at += len(name)
    for direction in config.directions:
        assert np.allclose(together[direction], last_alone[direction]) == (not pooling)


def test_sequences_are_names_or_names_of_one_country_joined() -> None:
    alphabet = Alphabet.learn(example.name for example in EXAMPLES)
    names, y = sequences(EXAMPLES, alphabet, "AB", None, 0)
    assert set(y) == {0, 1}
    assert len(y) == len(names.lengths) == gradients.SEQUENCES
    assert set(names.lengths) == {3, 7, 8}  # of ß two letters
    alphabet = Alphabet("".join(sorted({*alphabet.letters, " "})))
    for length in (3, 40):
        long, y = sequences(EXAMPLES, alphabet, "AB", length, 1)
        assert set(y) == {0, 1}
        assert set(long.lengths) == {length}
        assert len(long.symbols) == length * gradients.SEQUENCES
        texts = ["".join(alphabet.symbols[s] for s in row) for row in long.symbols.reshape(-1, length)]
        for text, country in zip(texts, y, strict=True):
            assert (text[0], text[-1]) == ("\x02", "\x03")
            assert set(text[1:-1]) <= set(("assar cécile", "b dvořák")[country])


def fresh_verdicts(length: int) -> dict[tuple[str, str], Curve]:
    names = ["Ivanova", "Nguyen", "Papadopoulos", "Schmidt", "Yamamoto"]
    examples = [Example(name, name[0]) for name in names]
    alphabet = Alphabet.learn([*names, " "])
    long, y = sequences(examples, alphabet, "INPSY", length, 0)
    return {
        (cell, begin): curve
        for cell in CELLS
        for begin, params, config in fresh(cell, len(alphabet), 5, 0)
        for curve in curves(params, config, long, y, begin)
    }


def test_the_theory() -> None:
    found = fresh_verdicts(100)
    assert set(found) == {
        (cell, begin)
        for cell in CELLS
        for begin in STARTS
        if begin != "open gate" or cell in ("gru", "lstm")
    }
    assert {
        key: curve.verdict
        for key, curve in found.items()
        if key[1] in ("small W", "open gate") or key[0] in ("rnn", "relu")
    } == {
        ("rnn", "orthogonal"): "holds",
        ("rnn", "identity"): "holds",
        ("rnn", "small W"): "vanishes",
        ("rnn", "large W"): "explodes",
        ("relu", "orthogonal"): "vanishes",  # half of the units are silent
        ("relu", "identity"): "holds",
        ("relu", "small W"): "vanishes",
        ("relu", "large W"): "explodes",
        ("gru", "small W"): "vanishes",
        ("gru", "open gate"): "holds",
        ("lstm", "small W"): "vanishes",
        ("lstm", "open gate"): "holds",
    }
    # No factor is longer than the largest singular value of W, and with a tanh near 0 hardly shorter.
    for begin, scale in (("small W", 0.5), ("orthogonal", 1.0), ("large W", 2.0)):
        curve = found["rnn", begin]
        np.testing.assert_allclose(curve.singular_values, scale)
        assert np.all(curve.norms[1:] <= scale * curve.norms[:-1] * (1 + 1e-9))
    assert found["rnn", "small W"].per_step == pytest.approx(0.5, rel=0.05)
    assert found["relu", "large W"].per_step == pytest.approx(2 / np.sqrt(2), rel=0.05)
