"""An interrupted training ↔ one .npz file beside the model's.

It holds the best model so far, as the model's own file does but always in 32 bits; `run`, a JSON text
that says where training goes on and with which options; and an array `run/SLOT/NAME` for each slot of each
parameter of the network in training: see loop.State.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from rnn_names.base.errors import CheckpointError
from rnn_names.model.archive import Archive
from rnn_names.model.checkpoint import Checkpoint, decode, encode
from rnn_names.model.container import json_array, read, read_object, write
from rnn_names.model.parameters import read_floats
from rnn_names.training.loop import State
from rnn_names.training.optim import OPTIMIZERS
from rnn_names.training.prepared import Prepared
from rnn_names.training.trainer import trained_parameters

RUN = {
    *("network", "epoch", "loss", "earlier", "solved", "own_loss", "own_epoch"),
    *("kept", "options", "digest"),
}
FIGURES = {"network", "epoch", "val_accuracy", "ece_before", "ece"}  # of an epoch, shown again


@dataclass(frozen=True)
class Interrupted:
    """A training after an epoch.

    best      the best model so far, with the history of all epochs; `kept` is its own place there
    options   of the command line, by name
    digest    of the data
    """

    best: Checkpoint
    kept: int
    state: State
    options: Mapping[str, Any]
    digest: str


def state_path(output: Path) -> Path:
    """The file of the state that belongs to a model file."""
    return output.with_name(f"{output.name}.resume")


def digest(data: Prepared) -> str:
    """The SHA-256 of the data as they are trained on; their order, weights and parts count."""
    found = hashlib.sha256()
    for part in (*data.parts, data.given):
        for name, country, weight in part:
            found.update(f"{name}\t{country}\t{weight}\n".encode("utf-8", "surrogatepass"))
        found.update(b"\n")
    return found.hexdigest()


def save(path: Path, run: Interrupted) -> None:
    """Write the file. Raises OutputError."""
    state = run.state
    text = {
        "network": state.network,
        "epoch": state.epoch,
        "loss": state.loss,
        "earlier": state.earlier,
        "solved": state.solved,
        "own_loss": state.own_loss,
        "own_epoch": state.own_epoch,
        "kept": run.kept,
        "options": run.options,
        "digest": run.digest,
    }
    names = run.best.network.shapes()
    slots = {
        f"run/{slot}/{name}": kept[name]
        for slot, kept in state.slots.items()
        for name in names
        if name in kept
    }
    write(path, encode(path, run.best) | {"run": json_array(text)} | slots)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep other trainings from going on with this state, where the system has locks (not on Windows).

    Raises CheckpointError if another one holds it.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.with_name(f".{path.name}.lock").open("ab") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CheckpointError(
                f"{path}: another training writes this state; wait until it ends, or give another --output"
            ) from error
        try:
            yield
        finally:
            Path(file.name).unlink(missing_ok=True)


def load(path: Path) -> Interrupted:
    """Read and check a state. Raises CheckpointError for any fault of the file."""
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file, so there is nothing to resume; leave out --resume")
    return read(path, _decode, "an interrupted training", mend="remove that file to train anew")


def _decode(archive: Archive) -> Interrupted:
    run = {"solved": False} | read_object(archive, "run")  # older files lack it
    ours = {name for name in archive.places if name.partition("/")[0] in ("run.npy", "run")}
    best = decode(archive, ours)
    if best.network.ngrams is not None and not best.network.ngrams.marked:
        raise ValueError("its network reads pairs of letters, which are no longer trained")
    config, epochs = best.training, best.history
    if set(run) != RUN:
        raise ValueError(f"its run has other fields: {brief(sorted(RUN ^ set(run)))}")

    counts = ("network", "epoch", "earlier", "own_epoch", "kept")
    if not all(type(run[name]) is int and run[name] >= 0 for name in counts):
        raise ValueError(f"{', '.join(counts)} are not all numbers from 0 up")
    if not all(type(run[name]) is float and not math.isnan(run[name]) for name in ("loss", "own_loss")):
        raise ValueError("a loss is not a number")
    if type(run["solved"]) is not bool:
        raise ValueError("solved is neither true nor false")
    if not (1 <= run["network"] <= config.networks + 1 and run["epoch"] < config.epochs):
        raise ValueError(f"it has no network {run['network']} with {run['epoch']} epochs behind it")
    if not run["earlier"] <= len(best.members) <= config.networks:
        raise ValueError(f"of {len(best.members)} networks {run['earlier']} are done")
    if not all(
        entry.keys() >= FIGURES and (entry["ece"] is None) == (entry["ece_before"] is None)
        for entry in epochs
    ):
        raise ValueError("the history has other figures")
    if not (run["kept"] < len(epochs) and isinstance(run["options"], dict)):
        raise ValueError("the best epoch or the options are missing")

    shapes = best.network.shapes()
    if config.optimizer not in OPTIMIZERS:
        raise ValueError(f"unknown optimizer {brief(config.optimizer)}")
    slots: dict[str, Mapping[str, tuple[int, ...]]] = {}
    if run["epoch"]:
        rows = {name: shapes[name] for name in best.network.row_parameters}
        dense = {name: shape for name, shape in shapes.items() if name not in rows}
        trained = trained_parameters(best.network, config)
        stepped = {name: shape for name, shape in dense.items() if name in trained}
        slots = {"params": shapes, **OPTIMIZERS[config.optimizer](config).slot_shapes(stepped)}
        slots["squares"] = {name: shape[:2] for name, shape in rows.items() if name in trained}
        slots |= {"average": dense, "row_average": rows} if config.ema_decay else {}
    if ours != {"run.npy", *(f"run/{slot}/{name}.npy" for slot, kept in slots.items() for name in kept)}:
        raise ValueError("it does not keep what its optimizer needs")
    return Interrupted(
        best=best,
        kept=run["kept"],
        state=State(
            network=run["network"],
            epoch=run["epoch"],
            members=best.members,
            loss=run["loss"],
            earlier=run["earlier"],
            solved=run["solved"],
            own_loss=run["own_loss"],
            own_epoch=run["own_epoch"],
            slots={
                slot: {
                    name: read_floats(archive, f"run/{slot}/{name}", shape) for name, shape in kept.items()
                }
                for slot, kept in slots.items()
            },
        ),
        options=run["options"],
        digest=run["digest"],
    )
