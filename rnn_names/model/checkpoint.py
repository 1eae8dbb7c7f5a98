"""A trained model ↔ one .npz file.

Format 4. The archive holds `header`, a JSON text as bytes, and the arrays of each parameter that
`parameters` describes. Older formats are read, too: format 3 had one way to divide names, and no model to
start from; format 2 had pairs of symbols in place of n-grams, and did not say how the data were read;
format 1 had neither 8 bits nor pairs.

A file may come from a stranger. Nothing in it is executed, and nothing is trusted. The header is read
first, up to a limit. It determines which arrays there must be and their shapes; no others are allowed.
"""

import math
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from reprlib import repr as brief
from typing import Any

import numpy as np

from rnn_names.base.arrays import Params
from rnn_names.base.errors import CheckpointError
from rnn_names.model.archive import Archive
from rnn_names.model.container import HEADER_LIMIT, NewerFormatError, json_array, read, read_object, write
from rnn_names.model.header import check_network, check_recipe, check_values, config, known, upgrade
from rnn_names.model.parameters import read_ngrams, read_parameters, stored, stored_ngrams
from rnn_names.model.provenance import CrossValidation, DataInfo
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.ngrams import NGrams
from rnn_names.names.spelling import RULES
from rnn_names.names.split import VERSIONS
from rnn_names.network.config import NetworkConfig
from rnn_names.network.sums import SCALE, widened, with_sums

FORMAT = 4
BITS = (4, 8, 16, 32)  # that a parameter may have
PARAMETER_LIMIT = 1 << 27  # of all networks: 512 MB in 32 bits
NETWORK_LIMIT = 1000


@dataclass(frozen=True)
class Checkpoint:
    """Everything needed to predict and to evaluate.

    members      the parameters of each of the networks whose scores are averaged
    counts       the number of training names of each country, at least 1
    temperature  the temperature of the average, see `calibration`
    alone        the temperature of names of one word, without a blank; None if it is the same
    folds        the scores of a cross-validation on the same data, before the training; None without
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
    alone: float | None = None
    folds: CrossValidation | None = None


HEADER = {field.name for field in fields(Checkpoint)} - {"alphabet"} | {"format", "letters", "scripts"}


def save(path: str | Path, checkpoint: Checkpoint, bits: int = 32) -> None:
    """Write the file, the parameters in 32, 16, 8 or 4 bits.

    16 bits keep three digits; 8 keep two digits of a row's largest number, and 4 keep one. Only the rows of
    n-grams have 4 bits; all other parameters then have 8.

    Raises OutputError, and CheckpointError for a model that is too large to be loaded or for the bits.
    """
    path = Path(path)
    write(path, encode(path, checkpoint, bits))


def encode(path: Path, checkpoint: Checkpoint, bits: int = 32) -> dict[str, Any]:
    """The arrays that this file will hold. Raises CheckpointError."""
    if bits not in BITS or not isinstance(bits, int):
        raise CheckpointError(f"{path}: no file has {bits!r} bits a parameter; give 32, 16, 8 or 4")
    if too_large(checkpoint.network, len(checkpoint.members)):
        raise CheckpointError(
            f"{path}: more than {NETWORK_LIMIT:,} networks or {PARAMETER_LIMIT:,} parameters; train fewer"
        )
    header = json_array(
        {
            "format": FORMAT,
            "network": network_header(checkpoint.network),
            "training": asdict(checkpoint.training),
            "data": checkpoint.data._asdict(),
            "letters": checkpoint.alphabet.letters,
            "scripts": checkpoint.alphabet.scripts,
            "countries": checkpoint.countries,
            "counts": checkpoint.counts,
            "members": len(checkpoint.members),
            "temperature": checkpoint.temperature,
            "alone": checkpoint.alone,
            "folds": checkpoint.folds and checkpoint.folds._asdict(),
            "history": checkpoint.history,
        }
    )
    if len(header) + 1000 > HEADER_LIMIT:  # and the .npy format's own
        raise CheckpointError(f"{path}: countries and epochs take {len(header):,} bytes; train fewer")
    with np.errstate(over="ignore"):  # checked below
        arrays = {
            f"{k}/{name}": value
            for k, params in enumerate(checkpoint.members)
            for name, value in stored(params, checkpoint.network, bits).items()
        }
    if not all(np.isfinite(value).all() for value in arrays.values()):
        raise CheckpointError(f"{path}: a parameter is too large for {bits} bits; give --bits 32")
    return {"header": header, **stored_ngrams(checkpoint.network.ngrams), **arrays}


def network_header(network: NetworkConfig) -> dict[str, Any]:
    """The network's fields; the number of n-grams in place of the n-grams, which are arrays."""
    of_it = {one.name: getattr(network, one.name) for one in fields(network)}
    ngrams = network.ngrams
    return of_it | {"ngrams": len(ngrams) if ngrams else 0, "marked": bool(ngrams and ngrams.marked)}


def load(path: str | Path, data: bytes | None = None) -> Checkpoint:
    """Read and check a model, from the file or its bytes. Raises CheckpointError for any fault."""
    return read(Path(path), decode, "a model", data)


def too_large(network: NetworkConfig, members: int) -> bool:
    """Whether a file may not hold this many such networks."""
    parameters = members * sum(map(math.prod, network.shapes().values()))
    return members > NETWORK_LIMIT or parameters > PARAMETER_LIMIT


def decode(archive: Archive, others: Collection[str] = ()) -> Checkpoint:
    """The model in the archive, which must also hold `others`. Raises ValueError."""
    header = read_object(archive, "header")
    version = header.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise NewerFormatError(f"format {version}, where this version reads formats 1 to {FORMAT}")
    if type(version) is not int or version not in range(1, FORMAT + 1):
        raise ValueError(f"format {brief(version)}, where this version reads formats 1 to {FORMAT}")
    if version < 3:
        header.setdefault("scripts", [])
    if version < 4:
        header.setdefault("alone", None)
    header.setdefault("folds", None)  # the first files of format 4 do not have it
    if set(header) != HEADER:
        raise ValueError(f"its header has other fields: {brief(sorted(HEADER ^ set(header)))}")

    upgrade(header, version, any(name.endswith(".scale.npy") for name in archive.places))
    values, ngrams, marked = known(header["network"])
    network = config(NetworkConfig, values)
    check_network(network)
    check_values(header, network)
    alphabet = Alphabet(header["letters"], tuple(header["scripts"]))
    if isinstance(ngrams, tuple):
        network = replace(network, ngrams=NGrams.pairs(ngrams, len(alphabet)) if ngrams else None)
    elif ngrams:
        blank = alphabet.symbols.find(" ")
        network = replace(network, ngrams=read_ngrams(archive, len(alphabet), blank, ngrams, marked))
    countries = header["countries"]
    training = config(TrainConfig, header["training"])
    check_recipe(training)
    members = header["members"]
    if not network.hidden_size or not countries or too_large(network, members):
        raise ValueError(f"it has {brief(members)} networks of {brief(network.hidden_size)} hidden units")

    shapes = network.shapes()
    parameters = {f"{k}/{name}" for k in range(members) for name in shapes}
    scales = {f"{name}{SCALE}.npy" for name in parameters} & archive.places.keys()
    arrays = {
        "header",
        *parameters,
        *(["ngrams/letter", "ngrams/children"] if type(ngrams) is int and ngrams else []),
    }
    if set(archive.places) != {*(f"{name}.npy" for name in arrays), *scales, *others}:
        raise ValueError("the parameters are not those of the network")
    data = config(DataInfo, header["data"])
    if data.rule not in RULES:
        raise ValueError(f"its rule of spelling is {brief(data.rule)}")
    if data.split not in VERSIONS:
        raise ValueError(f"its names are divided by rule {brief(data.split)}")
    return Checkpoint(
        network=network,
        training=training,
        data=data,
        alphabet=alphabet,
        countries=tuple(countries),
        members=tuple(
            # Older files hold the rows of pairs as they are trained, not their sums.
            read_parameters(archive, k, network)
            if version >= 3
            else with_sums(widened(read_parameters(archive, k, network), network), network)
            for k in range(members)
        ),
        counts=tuple(header["counts"]),
        temperature=header["temperature"],
        alone=header["alone"],
        folds=_folds(header["folds"]),
        history=header["history"],
    )


def _folds(values: Any) -> CrossValidation | None:
    """The scores of a cross-validation. Raises ValueError."""
    found = None if values is None else config(CrossValidation, values)
    if found and not (1 < found.folds <= found.names and max(found.accuracy, found.macro_f1) <= 1):
        raise ValueError(f"its cross-validation is {brief(values)}")
    return found
