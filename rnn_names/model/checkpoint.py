"""A trained model ↔ one .npz file.

Format 3. The archive holds `header`, a JSON text as bytes, and the arrays of each parameter that
`parameters` describes. Older formats are read, too: format 2 did not say how the data
are read; format 1 had neither 8 bits nor, in its `network`, pairs of symbols.

A file may come from a stranger. Nothing in it is executed, and nothing is taken on trust: the header is
read first, with a bound; from it follows which arrays there must be, and of which shapes, and no others.
"""

import json
import math
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from reprlib import repr as brief
from typing import Any, TypeVar

import numpy as np

from rnn_names.base.arrays import Params
from rnn_names.base.errors import CheckpointError, MissingModelError
from rnn_names.base.files import replacing
from rnn_names.model.archive import Archive
from rnn_names.model.calibration import COLDEST, HOTTEST, POWERS, PRIORS
from rnn_names.model.header import config, count, entry, number, rising, texts
from rnn_names.model.parameters import read_parameter, stored
from rnn_names.model.recipe import BEFORE_FORMAT_3, TrainConfig
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.spelling import RULE, RULES
from rnn_names.names.tables import Format
from rnn_names.network.cells import CELLS
from rnn_names.network.config import READOUTS, NetworkConfig

FORMAT = 3
BITS = (8, 16, 32)  # that a parameter may have
HEADER_LIMIT = 1 << 22  # bytes, mostly of the history: some 15,000 epochs
PARAMETER_LIMIT = 1 << 25  # of all networks: 128 MB
NETWORK_LIMIT = 1000

_Decoded = TypeVar("_Decoded")


@dataclass(frozen=True)
class DataInfo:
    """The data a model was trained on, and how they are read; `source` None is the bundled surnames.

    `kind`, `delimiter`, `encoding` are those of a tables.Format, "" for None; `rule` is the one of
    spelling.RULES by which they were divided.
    """

    source: str | None
    name_column: str
    country_column: str
    fingerprint: str
    train: int
    val: int
    test: int
    given_names: int
    kind: str = ""
    delimiter: str = ""
    header: bool = True
    encoding: str = ""
    rule: int = RULE

    @property
    def form(self) -> Format:
        """How the data were read."""
        return Format(
            kind=self.kind or None,
            delimiter=self.delimiter or None,
            header=self.header,
            encoding=self.encoding or None,
            column=self.name_column,
            label_column=self.country_column,
        )


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


UNSAID = {"kind", "delimiter", "header", "encoding", "rule"}  # of the data, before format 3
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
    if bits not in BITS or not isinstance(bits, int):
        raise CheckpointError(f"{path}: no file has {bits!r} bits a parameter; give 32, 16 or 8")
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
            for name, value in stored(f"{k}/{parameter}", q, bits).items()
        }
    if not all(np.isfinite(value).all() for value in arrays.values()):
        raise CheckpointError(f"{path}: a parameter is too large for {bits} bits; give --bits 32")
    return {"header": header, **arrays}


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
        raise MissingModelError(
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
    if type(version) is not int or version not in range(1, FORMAT + 1):
        raise ValueError(f"format {brief(version)}, where this version reads formats 1 to {FORMAT}")
    if set(header) != HEADER:
        raise ValueError(f"its header has other fields: {brief(sorted(HEADER ^ set(header)))}")

    if version == 1 and isinstance(header["network"], dict):
        if "pairs" in header["network"] or any(name.endswith(".scale.npy") for name in archive.places):
            raise ValueError("format 1 has neither pairs nor scales")
        header["network"]["pairs"] = []
    if version < 3 and isinstance(header["data"], dict):
        if UNSAID & header["data"].keys():
            raise ValueError(f"format {version} does not say how its data were read")
        header["data"] |= {"kind": "", "delimiter": "", "header": True, "encoding": "", "rule": 1}
        if isinstance(header["training"], dict):
            if BEFORE_FORMAT_3.keys() & header["training"].keys():
                raise ValueError(f"format {version} has no {', '.join(BEFORE_FORMAT_3)}")
            header["training"] |= BEFORE_FORMAT_3
    network = config(NetworkConfig, header["network"])
    if network.cell not in CELLS:
        raise ValueError(f"unknown cell {brief(network.cell)}")
    readouts = set(network.readouts)
    doubled = len(readouts) < len(network.readouts)
    if doubled or readouts <= {"next_symbol"} or not readouts <= set(READOUTS):
        raise ValueError(f"its readouts are {brief(network.readouts)}")
    if not rising(network.pairs) or max(network.pairs, default=-1) >= network.symbols**2:
        raise ValueError(f"its pairs of symbols are {brief(network.pairs)}")
    if network.pooling and "country" not in readouts:
        raise ValueError("it pools states that nothing reads")
    letters, countries = header["letters"], header["countries"]
    if not isinstance(letters, str) or not letters.isprintable() or not rising(letters):
        raise ValueError("the alphabet is not a text of sorted letters")
    if not texts(countries) or not all(countries) or not rising(countries):
        raise ValueError("the countries are not a sorted list of texts")
    alphabet = Alphabet(letters)
    if (len(alphabet), len(countries)) != (network.symbols, network.countries):
        raise ValueError("alphabet or countries do not fit the network")
    history = header["history"]
    if not isinstance(history, list) or not all(map(entry, history)):
        raise ValueError("the history is not a list of entries")
    counts, temperature, members = header["counts"], header["temperature"], header["members"]
    if not isinstance(counts, list) or len(counts) != len(countries) or not all(map(count, counts)):
        raise ValueError("the counts are not a positive number for each country")
    if not number(temperature) or not COLDEST / 2 < temperature < HOTTEST * 2:
        raise ValueError(f"the temperature is {brief(temperature)}")
    training = config(TrainConfig, header["training"])
    if training.class_weight not in POWERS or training.prior not in PRIORS:
        raise ValueError(
            f"its class weight is {brief(training.class_weight)}, its prior {brief(training.prior)}"
        )
    if training.seed >= 1 << 63:
        raise ValueError(f"its seed is {brief(training.seed)}")
    if not count(members):
        raise ValueError(f"it has {brief(members)} networks")
    if not network.hidden_size or not countries or too_large(network, members):
        raise ValueError(f"it has {brief(members)} networks of {brief(network.hidden_size)} hidden units")

    shapes = network.shapes()
    parameters = {f"{k}/{name}" for k in range(members) for name in shapes}
    scales = {f"{name}.scale.npy" for name in parameters} & archive.places.keys()
    if set(archive.places) != {"header.npy", *(f"{name}.npy" for name in parameters), *scales, *others}:
        raise ValueError("the parameters are not those of the network")
    data = config(DataInfo, header["data"])
    if data.rule not in RULES:
        raise ValueError(f"its rule of spelling is {brief(data.rule)}")
    return Checkpoint(
        network=network,
        training=training,
        data=data,
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
