"""A trained model ↔ one .npz file.

Format 1. The archive holds `header`, a JSON text as bytes, and one array `K/NAME` for each parameter of
network K, in 32 or 16 bits. Nothing in it is ever executed: arrays are read with allow_pickle=False.
"""

import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from rnn_names.calibration import COLDEST, HOTTEST, POWERS, PRIORS
from rnn_names.cells import CELLS
from rnn_names.config import TrainConfig
from rnn_names.encoding import Alphabet
from rnn_names.errors import CheckpointError
from rnn_names.files import replacing
from rnn_names.network import READOUTS, NetworkConfig, Params

FORMAT = 1


@dataclass(frozen=True)
class DataInfo:
    """The data a model was trained on: `source` None is the bundled surnames; how many given names, too."""

    source: str | None
    name_column: str
    country_column: str
    fingerprint: str
    train: int
    val: int
    test: int
    given_names: int


@dataclass(frozen=True)
class Checkpoint:
    """Everything needed to predict and to evaluate.

    members      the parameters of each of the networks whose scores are averaged
    counts       the training names of each country, at least 1
    temperature  of the average, see `calibration`
    """

    network: NetworkConfig
    training: TrainConfig
    data: DataInfo
    alphabet: Alphabet
    countries: tuple[str, ...]
    members: tuple[Params, ...]
    counts: tuple[int, ...]
    temperature: float
    history: list[dict[str, float | None]]


def save(path: Path, checkpoint: Checkpoint, half: bool = False) -> None:
    """Write the file, the parameters in 16 bits with `half`: half the size, three digits.

    Raises OutputError, and CheckpointError for a parameter that 16 bits cannot hold.
    """
    header = {
        "format": FORMAT,
        "network": asdict(checkpoint.network),
        "training": asdict(checkpoint.training),
        "data": asdict(checkpoint.data),
        "letters": checkpoint.alphabet.letters,
        "countries": checkpoint.countries,
        "counts": checkpoint.counts,
        "members": len(checkpoint.members),
        "temperature": checkpoint.temperature,
        "history": checkpoint.history,
    }
    text = json.dumps(header).encode()  # ASCII, also where a label was no valid UTF-8
    with np.errstate(over="ignore"):  # looked at below
        arrays = {
            f"{k}/{name}": value.astype(np.float16 if half else np.float32)
            for k, params in enumerate(checkpoint.members)
            for name, value in params.items()
        }
    if not all(np.isfinite(value).all() for value in arrays.values()):
        raise CheckpointError(f"{path}: a parameter is too large for 16 bits; leave out --half")
    with replacing(path) as file:
        # Given the open file: for a path, NumPy would append .npz to the user's name.
        np.savez(file, header=np.frombuffer(text, np.uint8), **arrays)  # type: ignore[arg-type]  # stubs take allow_pickle for one of the arrays


def load(path: Path) -> Checkpoint:
    """Read and check a checkpoint. Raises CheckpointError, whatever is wrong with the file."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise CheckpointError(
            f"{path}: no such model file; train one with `rnn-names train -o {path}`"
        ) from None
    except (
        # All that np.load was seen to raise on files that are not what they claim to be.
        OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, MemoryError,
        NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error,
    ) as error:  # fmt: skip
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not an .npz file"
        raise CheckpointError(
            f"{path}: cannot be read ({reason}); give a file written by `rnn-names train`"
        ) from error
    try:
        return _decode(arrays)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            f"{path}: not a model of rnn-names ({error}); give a file written by `rnn-names train`"
        ) from error


def _decode(arrays: dict[str, Any]) -> Checkpoint:
    header = json.loads(arrays.pop("header").tobytes().decode())
    version = header.get("format")
    if version != FORMAT:
        raise ValueError(f"format {version}, where this version reads format {FORMAT}: upgrade it")
    network = _config(NetworkConfig, header["network"])
    if network.cell not in CELLS:
        raise ValueError(f"unknown cell {network.cell!r}")
    if "country" not in network.readouts or not set(network.readouts) <= set(READOUTS):
        raise ValueError(f"its readouts are {', '.join(network.readouts)}")
    letters, countries = header["letters"], header["countries"]
    if not isinstance(letters, str) or not letters.isprintable() or not _rising(letters):
        raise ValueError("the alphabet is not a text of sorted letters")
    if not _texts(countries) or not _rising(countries):
        raise ValueError("the countries are not a sorted list of texts")
    alphabet = Alphabet(letters)
    if (len(alphabet), len(countries)) != (network.symbols, network.countries):
        raise ValueError("alphabet or countries do not fit the network")
    history = header["history"]
    if not isinstance(history, list) or not all(isinstance(entry, dict) for entry in history):
        raise ValueError("the history is not a list of entries")

    counts, temperature, members = header["counts"], header["temperature"], header["members"]
    if not isinstance(counts, list) or len(counts) != len(countries) or not all(map(_positive_int, counts)):
        raise ValueError("the counts are not a positive number for each country")
    if isinstance(temperature, bool) or not isinstance(temperature, int | float):
        raise ValueError(f"the temperature is {temperature!r}")
    if not COLDEST / 2 < temperature < HOTTEST * 2:
        raise ValueError(f"the temperature is {temperature!r}")
    if not _positive_int(members):
        raise ValueError(f"it has {members!r} networks")

    training = _config(TrainConfig, header["training"])
    if training.class_weight not in POWERS or training.prior not in PRIORS:
        raise ValueError(f"its class weight is {training.class_weight!r}, its prior {training.prior!r}")

    shapes = network.shapes()
    if len(arrays) != members * len(shapes) or set(arrays) != {
        f"{k}/{name}" for k in range(members) for name in shapes
    }:
        raise ValueError("the parameters are not those of the network")
    for name, value in arrays.items():
        shape = shapes[name.partition("/")[2]]
        if value.dtype not in (np.float32, np.float16) or value.shape != shape:
            raise ValueError(f"{name} is {value.dtype} {value.shape}, not float32 or float16 {shape}")
        if not np.isfinite(value).all():
            raise ValueError(f"{name} has entries that are not finite")
    return Checkpoint(
        network=network,
        training=training,
        data=_config(DataInfo, header["data"]),
        alphabet=alphabet,
        countries=tuple(countries),
        members=tuple(
            {name: arrays[f"{k}/{name}"].astype(np.float32, copy=False) for name in shapes}
            for k in range(members)
        ),
        counts=tuple(counts),
        temperature=temperature,
        history=history,
    )


_Config = TypeVar("_Config")


def _config(kind: type[_Config], values: dict[str, Any]) -> _Config:
    expected = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass, which TypeVar cannot say
    if set(values) != expected:
        raise ValueError(f"{kind.__name__} has other fields: {sorted(expected ^ set(values))}")
    for field in fields(kind):  # type: ignore[arg-type]  # as above
        # Every field is of a plain type or a tuple of texts, which is a list in JSON; an int will do
        # for a float, a bool for neither.
        value = values[field.name]
        if field.type == tuple[str, ...] and _texts(value):
            values = {**values, field.name: tuple(value)}
            continue
        allowed: Any = int | float if field.type is float else field.type
        if not isinstance(value, allowed) or isinstance(value, bool) != (field.type is bool):
            raise ValueError(f"{kind.__name__}.{field.name} cannot be {value!r}")
    return kind(**values)


def _positive_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _rising(values: Sequence[str]) -> bool:
    return all(a < b for a, b in pairwise(values))
