"""Compute with PyTorch what `elman.npz` holds; run once: python tests/golden/make_golden.py

A batch of names of different lengths goes through torch.nn.RNN as a packed sequence, in float64.
Stored: the parameters, the batch, the loss, every gradient, the norm, and the parameters after one
step of AdamW and after two of SGD with momentum. Needs torch (the extra `bench`).
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch

V, H, C = 7, 5, 4
NAMES = [[0, 3, 4, 1], [0, 5, 1], [0, 6, 3, 3, 5, 1], [0, 2, 1], [0, 4, 5, 6, 1]]
COUNTRIES = [0, 3, 1, 1, 2]
WEIGHTS = [1.0, 0.5, 2.0, 1.0, 0.25]
MAX_NORM = 0.05


def network() -> tuple[torch.nn.RNN, torch.nn.Linear]:
    """A recurrent layer and a readout; PyTorch's second bias is held at zero."""
    torch.manual_seed(0)
    rnn = torch.nn.RNN(V, H, dtype=torch.float64)
    rnn.bias_hh_l0.requires_grad_(False).zero_()
    return rnn, torch.nn.Linear(H, C, dtype=torch.float64)


def loss_of(rnn: torch.nn.RNN, out: torch.nn.Linear) -> torch.Tensor:
    """The weighted cross-entropy after the last symbol, divided by the number of names."""
    rows = [torch.nn.functional.one_hot(torch.tensor(n), V).double() for n in NAMES]
    packed = torch.nn.utils.rnn.pack_sequence(rows, enforce_sorted=False)
    _, h = rnn(packed)
    losses = torch.nn.functional.cross_entropy(out(h[0]), torch.tensor(COUNTRIES), reduction="none")
    return (losses * torch.tensor(WEIGHTS, dtype=torch.float64)).sum() / len(NAMES)


def leaves(rnn: torch.nn.RNN, out: torch.nn.Linear) -> dict[str, torch.Tensor]:
    """The parameters under this project's names. PyTorch keeps its matrices transposed."""
    return {
        "forward.U": rnn.weight_ih_l0,
        "forward.W": rnn.weight_hh_l0,
        "forward.b": rnn.bias_ih_l0,
        "country.W": out.weight,
        "country.b": out.bias,
    }


def array(tensor: torch.Tensor) -> np.ndarray:
    """A copy, row vectors' way round."""
    return np.asarray(tensor.detach().numpy().T.copy())


def main() -> None:
    """Write elman.npz beside this script."""
    stored: dict[str, Any] = {}
    for rule in ("adamw", "sgd"):
        rnn, out = network()
        names = leaves(rnn, out)
        if rule == "adamw":
            optimizer: torch.optim.Optimizer = torch.optim.AdamW(names.values(), lr=0.01, weight_decay=0.1)
        else:
            optimizer = torch.optim.SGD(names.values(), lr=0.1, momentum=0.9, weight_decay=0.1)
        for step in (1, 2):
            optimizer.zero_grad()
            loss = loss_of(rnn, out)
            loss.backward()
            if rule == "adamw" and step == 1:
                stored["loss"] = array(loss)
                for name, q in names.items():
                    stored[f"before/{name}"] = array(q)
                    stored[f"gradient/{name}"] = array(q.grad)
            # Not clip_grad_norm_, which divides by norm + 1e-6 where the formula has the norm.
            norm = torch.nn.utils.get_total_norm(q.grad for q in names.values())
            for q in names.values():
                q.grad *= min(1.0, MAX_NORM / norm)
            stored.setdefault("norm", array(norm))
            optimizer.step()
            for name, q in names.items():
                stored[f"{rule}{step}/{name}"] = array(q)
    flat = [symbol for name in NAMES for symbol in name]
    np.savez(
        Path(__file__).with_name("elman.npz"),
        symbols=np.array(flat),
        lengths=np.array([len(name) for name in NAMES]),
        country=np.array(COUNTRIES),
        weight=np.array(WEIGHTS),
        max_norm=np.array(MAX_NORM),
        torch_version=np.array(torch.__version__),
        **stored,
    )


if __name__ == "__main__":
    main()
