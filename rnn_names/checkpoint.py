"""A trained model ↔ one .npz file.

Format 2. The archive holds `header`, a JSON text as bytes, and one array `K/NAME` for each parameter of
network K, in 32 or 16 bits; or in 8, as whole numbers, and beside it `K/NAME.scale`: what those of each
row, the last axis, are to be multiplied by. Format 1 had neither these nor, in its `network`, pairs of
symbols, and is read, too.

A file may come from a stranger. Nothing in it is executed, and nothing is taken on trust: the header is
read first, with a bound; from it follows which arrays there must be, and of which shapes, and no others.
"""

import json
import math
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from pathlib import Path
from reprlib import repr as brief
from typing import Any, TypeVar

import numpy as np

from rnn_names.archive import Archive
from rnn_names.calibration import COLDEST, HOTTEST, POWERS, PRIORS
from rnn_names.cells import CELLS
from rnn_names.config import TrainConfig
from rnn_names.encoding import Alphabet, FloatArray
from rnn_names.errors import CheckpointError
from rnn_names.files import replacing
from rnn_names.network import READOUTS, NetworkConfig, Params

FORMAT = 2
HEADER_LIMIT = 1 << 22  # bytes, mostly of the history: some 15,000 epochs
PARAMETER_LIMIT = 1 << 25  # of all networks: 128 MB
NETWORK_LIMIT = 1000
LARGEST_FIGURE = 1e300  # of the history, or what draws it would overflow

_Config = TypeVar("_Config")
_Decoded = TypeVar("_Decoded")


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


HEADER = {field.name for field in fields(Checkpoint)} - {"alphabet"} | {"format", "letters"}


def save(path: Path, checkpoint: Checkpoint, bits: int = 32) -> None:
    """Write the file, the parameters in 32, 16 or 8 bits: 16 keep three digits, 8 two of a row's largest.

    Raises OutputError, and CheckpointError for a model too large to be loaded, or for so few bits.
    """
    write(path, encode(path, checkpoint, bits))


def write(path: Path, arrays: dict[str, Any]) -> None:
    """An .npz file of the arrays, as `numpy.savez` writes it. Raises OutputError."""
    from zipfile import ZipFile  # not above: to load a model takes less without it

    # Not by savez: where the disk is full, NumPy before 2 leaves it to the garbage collector to complain.
    with replacing(path) as file, ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def encode(path: Path, checkpoint: Checkpoint, bits: int = 32) -> dict[str, Any]:
    """The arrays that this file will hold. Raises CheckpointError."""
    if too_large(checkpoint.network, len(checkpoint.members)):
        raise CheckpointError(
            f"{path}: more than {NETWORK_LIMIT:,} networks or {PARAMETER_LIMIT:,} parameters; train fewer"
        )
    header = json_array(
        {
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
    )
    if len(header) + 1000 > HEADER_LIMIT:  # and the .npy format's own
        raise CheckpointError(
            f"{path}: countries, pairs and epochs take {len(header):,} bytes; train fewer"
        )
    with np.errstate(over="ignore"):  # looked at below
        arrays = {
            name: value
            for k, params in enumerate(checkpoint.members)
            for parameter, q in params.items()
            for name, value in _stored(f"{k}/{parameter}", q, bits).items()
        }
    if not all(np.isfinite(value).all() for value in arrays.values()):
        raise CheckpointError(f"{path}: a parameter is too large for {bits} bits; give --bits 32")
    return {"header": header, **arrays}


def _stored(name: str, q: FloatArray, bits: int) -> dict[str, Any]:
    if bits > 8:
        return {name: q.astype(f"<f{bits // 8}")}
    largest = np.abs(q).max(axis=-1)
    # In 16 bits and rounded up, so that 127 times the scale is exact: a model that is read and written
    # again stays as it is. The least scale is one of full precision, for that reason.
    scale = np.maximum(largest / 127, np.finfo(np.float16).tiny).astype(np.float16)
    up = np.nextafter(scale, np.float16(np.inf))
    scale = np.where(127 * scale.astype(np.float32) < largest, up, scale)
    whole = np.rint(q / scale[..., None].astype(np.float32))
    return {name: whole.astype(np.int8), f"{name}.scale": scale.astype("<f2")}


def json_array(value: Any) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """The JSON text as bytes: ASCII, also where a label was no valid UTF-8."""
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def load(path: Path) -> Checkpoint:
    """Read and check a checkpoint. Raises CheckpointError, whatever is wrong with the file."""
    return read(path, decode, "a model")


def read(path: Path, decode: Callable[[Archive], _Decoded], kind: str) -> _Decoded:
    """What `decode` makes of a file. Raises CheckpointError, also for its ValueError."""
    try:
        with path.open("rb") as file:
            return decode(Archive(file))
    except FileNotFoundError:
        raise CheckpointError(
            f"{path}: no such model file; train one with `rnn-names train -o {path}`"
        ) from None
    except OSError as error:
        raise CheckpointError(
            f"{path}: cannot be read ({error.strerror or error}); give a file written by `rnn-names train`"
        ) from error
    except NewerFormatError as error:
        raise CheckpointError(f"{path}: {error}; upgrade rnn-names") from error
    except (ValueError, RecursionError) as error:  # the latter of a header of brackets in brackets
        raise CheckpointError(
            f"{path}: not {kind} of rnn-names ({error}); give a file written by `rnn-names train`"
        ) from error


class NewerFormatError(Exception):
    """A checkpoint of a version to come."""


def too_large(network: NetworkConfig, members: int) -> bool:
    """Whether so many such networks are more than a file may hold."""
    parameters = members * sum(map(math.prod, network.shapes().values()))
    return members > NETWORK_LIMIT or parameters > PARAMETER_LIMIT


def read_object(archive: Archive, name: str) -> dict[str, Any]:
    """The JSON object that an array holds as bytes. Raises ValueError."""
    if f"{name}.npy" not in archive.places:
        raise ValueError(f"it has no {name}")
    if archive.places[f"{name}.npy"].size > HEADER_LIMIT:
        raise ValueError(f"its {name} is longer than {HEADER_LIMIT:,} bytes")
    value = json.loads(archive.read(name, ["|u1"]).tobytes().decode())
    if not isinstance(value, dict):
        raise ValueError(f"its {name} is no object")
    return value


def decode(archive: Archive, others: Collection[str] = ()) -> Checkpoint:
    """The checkpoint in the archive, which holds others of these names, too. Raises ValueError."""
    header = read_object(archive, "header")
    version = header.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise NewerFormatError(f"format {version}, where this version reads formats 1 to {FORMAT}")
    if type(version) is not int or version not in (1, FORMAT):
        raise ValueError(f"format {brief(version)}, where this version reads formats 1 to {FORMAT}")
    if set(header) != HEADER:
        raise ValueError(f"its header has other fields: {brief(sorted(HEADER ^ set(header)))}")

    if version == 1 and isinstance(header["network"], dict):
        if "pairs" in header["network"] or any(name.endswith(".scale.npy") for name in archive.places):
            raise ValueError("format 1 has neither pairs nor scales")
        header["network"]["pairs"] = []
    network = _config(NetworkConfig, header["network"])
    if network.cell not in CELLS:
        raise ValueError(f"unknown cell {brief(network.cell)}")
    readouts = set(network.readouts)
    doubled = len(readouts) < len(network.readouts)
    if doubled or readouts <= {"next_symbol"} or not readouts <= set(READOUTS):
        raise ValueError(f"its readouts are {brief(network.readouts)}")
    if not _rising(network.pairs) or max(network.pairs, default=-1) >= network.symbols**2:
        raise ValueError(f"its pairs of symbols are {brief(network.pairs)}")
    if network.pooling and "country" not in readouts:
        raise ValueError("it pools states that nothing reads")
    letters, countries = header["letters"], header["countries"]
    if not isinstance(letters, str) or not letters.isprintable() or not _rising(letters):
        raise ValueError("the alphabet is not a text of sorted letters")
    if not _texts(countries) or not all(countries) or not _rising(countries):
        raise ValueError("the countries are not a sorted list of texts")
    alphabet = Alphabet(letters)
    if (len(alphabet), len(countries)) != (network.symbols, network.countries):
        raise ValueError("alphabet or countries do not fit the network")
    history = header["history"]
    if not isinstance(history, list) or not all(map(_entry, history)):
        raise ValueError("the history is not a list of entries")
    counts, temperature, members = header["counts"], header["temperature"], header["members"]
    if not isinstance(counts, list) or len(counts) != len(countries) or not all(map(_count, counts)):
        raise ValueError("the counts are not a positive number for each country")
    if not _number(temperature) or not COLDEST / 2 < temperature < HOTTEST * 2:
        raise ValueError(f"the temperature is {brief(temperature)}")
    training = _config(TrainConfig, header["training"])
    if training.class_weight not in POWERS or training.prior not in PRIORS:
        raise ValueError(
            f"its class weight is {brief(training.class_weight)}, its prior {brief(training.prior)}"
        )
    if training.seed >= 1 << 63:
        raise ValueError(f"its seed is {brief(training.seed)}")
    if not _count(members):
        raise ValueError(f"it has {brief(members)} networks")
    if not network.hidden_size or not countries or too_large(network, members):
        raise ValueError(f"it has {brief(members)} networks of {brief(network.hidden_size)} hidden units")

    shapes = network.shapes()
    parameters = {f"{k}/{name}" for k in range(members) for name in shapes}
    scales = {f"{name}.scale.npy" for name in parameters} & archive.places.keys()
    if set(archive.places) != {"header.npy", *(f"{name}.npy" for name in parameters), *scales, *others}:
        raise ValueError("the parameters are not those of the network")
    return Checkpoint(
        network=network,
        training=training,
        data=_config(DataInfo, header["data"]),
        alphabet=alphabet,
        countries=tuple(countries),
        members=tuple(
            {name: read_parameter(archive, f"{k}/{name}", shape) for name, shape in shapes.items()}
            for k in range(members)
        ),
        counts=tuple(counts),
        temperature=temperature,
        history=history,
    )


def read_parameter(archive: Archive, name: str, shape: tuple[int, ...]) -> FloatArray:
    """A finite array of this shape, in 32 bits. Raises ValueError."""
    if f"{name}.scale.npy" in archive.places:
        scale = archive.read(f"{name}.scale", ["<f2"], shape[:-1])[..., None].astype(np.float32)
        if not (np.isfinite(scale) & (scale > 0)).all():
            raise ValueError(f"{name} has scales that are not finite and above 0")
        value = archive.read(name, ["|i1"], shape) * scale
    else:
        value = archive.read(name, ("<f4", "<f2"), shape)
    if not np.isfinite(value).all():
        raise ValueError(f"{name} has entries that are not finite")
    return value.astype(np.float32, copy=False)


def _config(kind: type[_Config], values: dict[str, Any]) -> _Config:
    expected = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass, which TypeVar cannot say
    found = set(values) if isinstance(values, dict) else set()
    if found != expected:
        raise ValueError(f"{kind.__name__} has other fields: {brief(sorted(expected ^ found))}")
    for field in fields(kind):  # type: ignore[arg-type]  # as above
        # Every field is of a plain type or a tuple of texts or ints, a list in JSON; an int will do
        # for a float, a bool for neither; no number is negative, or too large for a float.
        value = values[field.name]
        if field.type in (tuple[str, ...], tuple[int, ...]):
            fits = _texts(value) if field.type == tuple[str, ...] else _indices(value)
            values = {**values, field.name: tuple(value) if fits else value}
        else:
            allowed: Any = int | float if field.type is float else field.type
            fits = isinstance(value, allowed) and isinstance(value, bool) == (field.type is bool)
            fits = fits and not (_number(value) and not 0 <= value <= sys.float_info.max)
        if not fits:
            raise ValueError(f"{kind.__name__}.{field.name} cannot be {brief(value)}")
    return kind(**values)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 53


def _entry(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(v is None or (_number(v) and abs(v) <= LARGEST_FIGURE) for v in value.values())
        and all(_count(value.get(name, 1)) for name in ("network", "epoch"))
        and all(0 <= (value.get(name) or 0) <= 1 for name in ("clipped", "clip_factor"))
    )


def _texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _indices(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 53 for value in values)


def _rising(values: Sequence[Any]) -> bool:
    return all(a < b for a, b in pairwise(values))
