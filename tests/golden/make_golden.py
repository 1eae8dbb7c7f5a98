"""Compute with PyTorch what `recurrent.npz` holds; run once: python tests/golden/make_golden.py

For every cell, direction and choice of readouts, in float64: a batch of names of different lengths goes
through torch.nn.RNN, GRU or LSTM as a packed sequence, and the losses are written out name by name.
Stored: the parameters, the loss, every gradient, its norm, and the parameters after three steps of
AdamW on clipped gradients; for one network also after three steps of SGD with momentum. The leaves of
the graph have this project's shapes and are rearranged to PyTorch's, so that autograd gives the
gradients in this project's shapes. An n-gram is a further column of the input: a place has ones at the
longest n-gram that was read there and at all that this one backs off to, other ones in each direction.
Three steps of Muon are along random gradients, with products in float64 instead of PyTorch's bfloat16.
Needs torch (the extra `bench`).
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy, linear
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from rnn_names.network.config import NetworkConfig
from tests.problems import COUNTRIES, MAX_NORM, NAMES, OBJECTIVE, SYMBOLS, WEIGHTS, configurations, start

Leaves = dict[str, torch.Tensor]


def torch_weights(config: NetworkConfig, leaves: Leaves) -> Leaves:
    """The recurrence's leaves as the weights of PyTorch's module: gates in its order, transposed."""
    gates = {"rnn": [0], "relu": [0], "lstm": [0, 1, 3, 2], "gru": [1, 2, 0]}[config.cell]
    weights = {}
    for direction, suffix in zip(config.directions, ("_l0", "_l0_reverse"), strict=False):
        U, W, b = (leaves[f"{direction}.{letter}"] for letter in "UWb")
        others = torch.zeros_like(U)  # the columns that the other direction reads
        U = torch.cat([U, others] if direction == "forward" else [others, U], dim=1)
        b_hh = torch.zeros(len(gates) * config.hidden_size, dtype=torch.float64)
        if config.cell == "gru":  # planes of U: n, r, u; of W: r, u, m; of b: n, r, u, m
            weights[f"weight_hh{suffix}"] = torch.cat([W[0].T, W[1].T, W[2].T])
            b_hh = torch.cat([b_hh[: 2 * config.hidden_size], b[3]])
        else:
            weights[f"weight_hh{suffix}"] = torch.cat([W[gate].T for gate in gates])
        weights[f"weight_ih{suffix}"] = torch.cat([U[gate].T for gate in gates])
        weights[f"bias_ih{suffix}"] = torch.cat([b[gate] for gate in gates])
        weights[f"bias_hh{suffix}"] = b_hh
    return weights


def columns(config: NetworkConfig, name: list[int], backward: bool) -> torch.Tensor:
    """In each row ones at the symbol, or at the longest known n-gram and all that this backs off to."""
    x = torch.zeros(len(name), config.inputs, dtype=torch.float64)
    if config.ngrams is None:
        x[range(len(name)), name] = 1
        return x
    known = [config.ngrams.spelled(n, SYMBOLS) for n in range(len(config.ngrams))]
    text = "".join("_" if symbol < 2 else SYMBOLS[symbol] for symbol in name)
    for t in range(len(name)):
        for length in range(1, len(name) + 1):  # of a known n-gram all parts are known
            part = text[t : t + length] if backward else text[max(t + 1 - length, 0) : t + 1]
            if len(part) == length and part in known:
                x[t, known.index(part)] = 1
    return x


def loss_of(config: NetworkConfig, leaves: Leaves) -> torch.Tensor:
    """The loss as it is defined: a sum over names, directions and letters."""
    kind = {"rnn": torch.nn.RNN, "relu": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[
        config.cell
    ]
    options = {"nonlinearity": "relu"} if config.cell == "relu" else {}
    module = kind(
        2 * config.inputs,
        config.hidden_size,
        bidirectional=config.bidirectional,
        dtype=torch.float64,
        **options,
    )
    rows = [torch.cat([columns(config, name, backward) for backward in (False, True)], 1) for name in NAMES]
    packed = pack_sequence(rows, enforce_sorted=False)
    output, _ = torch.func.functional_call(module, torch_weights(config, leaves), (packed,))
    states, _ = pad_packed_sequence(output, batch_first=True)

    def ce(readout: str, h: torch.Tensor, target: list[int], smoothing: float) -> torch.Tensor:
        z = linear(h, leaves[f"{readout}.W"].T, leaves[f"{readout}.b"])
        return cross_entropy(z, torch.tensor(target), label_smoothing=smoothing)

    total = torch.zeros((), dtype=torch.float64)
    for name, country, weight, h in zip(NAMES, COUNTRIES, WEIGHTS, states, strict=True):
        T, H, D = len(name), config.hidden_size, len(config.directions)
        ends = []
        for d, direction in enumerate(config.directions):
            read, seen = h[:T, d * H : (d + 1) * H], name
            if direction == "backward":
                read, seen = read.flip(0), name[::-1]
            ends.append(read[-1])
            if config.pooling:
                ends += [read.mean(0), read.max(0).values]
            if "step_country" in config.readouts:
                loss = ce(f"{direction}.step_country", read, [country] * T, OBJECTIVE.label_smoothing)
                share = OBJECTIVE.step_loss if "country" in config.readouts else T  # `ce` is a mean
                total = total + weight * share * loss / D
            if "next_symbol" in config.readouts and T > 1:
                loss = ce(f"{direction}.next_symbol", read[:-1], seen[1:], 0.0)
                total = total + weight * OBJECTIVE.letter_loss * loss / D
        if config.bag:
            ends.append((columns(config, name, backward=False) @ leaves["bag.U"][0]).mean(0))
        if "country" in config.readouts:
            total = total + weight * ce(
                "country", torch.cat(ends)[None], [country], OBJECTIVE.label_smoothing
            )
    return total


def array(tensor: torch.Tensor) -> Any:
    """A copy as a NumPy array."""
    return tensor.detach().numpy().copy()


def muon() -> dict[str, Any]:
    """Two planes before and after three steps of Muon along random gradients.

    Its lengths are half of ours, and its weight decay goes with them.
    """
    rng = np.random.default_rng(3)
    before, gradients = rng.standard_normal((2, 5, 5)), rng.standard_normal((3, 2, 5, 5))
    planes = [torch.tensor(plane, requires_grad=True) for plane in before]
    optimizer = torch.optim.Muon(
        planes, lr=0.02, weight_decay=0.05, ns_steps=3, adjust_lr_fn="match_rms_adamw"
    )
    half = torch.Tensor.bfloat16
    torch.Tensor.bfloat16 = lambda self: self
    for step in gradients:
        for plane, gradient in zip(planes, step, strict=True):
            plane.grad = torch.tensor(gradient)
        optimizer.step()
    torch.Tensor.bfloat16 = half
    after = np.stack([array(plane) for plane in planes])
    return {"muon/before": before, "muon/gradients": gradients, "muon/after": after}


def adagrad() -> dict[str, Any]:
    """Rows of one column before and after four steps of Adagrad along random gradients."""
    rng = np.random.default_rng(4)
    before, gradients = rng.standard_normal((1, 6, 1)), rng.standard_normal((4, 1, 6, 1))
    rows = torch.tensor(before, requires_grad=True)
    optimizer = torch.optim.Adagrad([rows], lr=0.3, initial_accumulator_value=0.2, eps=1e-7)
    for gradient in gradients:
        rows.grad = torch.tensor(gradient)
        optimizer.step()
    return {"adagrad/before": before, "adagrad/gradients": gradients, "adagrad/after": array(rows)}


def main() -> None:
    """Write recurrent.npz beside this script."""
    stored: dict[str, Any] = {}
    for label, config in configurations().items():
        for rule in ("adamw", "sgd") if label == "rnn" else ("adamw",):
            leaves = {name: torch.tensor(q, requires_grad=True) for name, q in start(config).items()}
            optimizer: torch.optim.Optimizer
            if rule == "adamw":
                optimizer = torch.optim.AdamW(leaves.values(), lr=0.01, weight_decay=0.1)
            else:
                optimizer = torch.optim.SGD(leaves.values(), lr=0.1, momentum=0.9, weight_decay=0.1)
            for step in range(3):
                optimizer.zero_grad()
                loss = loss_of(config, leaves)
                loss.backward()
                # Not clip_grad_norm_, which divides by norm + 1e-6 where the formula has the norm.
                norm = torch.nn.utils.get_total_norm([q.grad for q in leaves.values()])
                if step == 0:
                    stored[f"{label}/loss"], stored[f"{label}/norm"] = array(loss), array(norm)
                    for name, q in leaves.items():
                        stored[f"{label}/start/{name}"] = array(q)
                        stored[f"{label}/gradient/{name}"] = array(q.grad)
                for q in leaves.values():
                    q.grad *= min(1.0, MAX_NORM / norm)
                optimizer.step()
            for name, q in leaves.items():
                stored[f"{label}/{rule}/{name}"] = array(q)
    stored |= muon() | adagrad()
    np.savez_compressed(
        Path(__file__).with_name("recurrent.npz"), torch=np.array(torch.__version__), **stored
    )


if __name__ == "__main__":
    main()
