"""The header of a model file: each value is checked before it is used."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from reprlib import repr as brief
from typing import Any, TypeVar

from rnn_names.model.calibration import COLDEST, HOTTEST, POWERS, PRIORS
from rnn_names.model.recipe import BEFORE_FORMAT_3, BEFORE_FORMAT_4, LATER, TrainConfig
from rnn_names.names.alphabet import SCRIPTS, Alphabet, is_letter
from rnn_names.names.ngrams import MOST
from rnn_names.network.cells import CELLS
from rnn_names.network.config import READOUTS, NetworkConfig

LARGEST_FIGURE = 1e300  # largest figure of the history: a picture of larger ones would overflow
# How formats 1 and 2 read all data, in the words of format 3.
DATA_BEFORE_FORMAT_3 = {"kind": "", "delimiter": "", "header": True, "encoding": "", "rule": 1}
# What is true of all data of older formats, in the words of format 4.
DATA_BEFORE_FORMAT_4 = {"split": 1, "base": "", "base_digest": ""}
# The first files of format 4 do not have these either.
DATA_LATER = {"sheet": "", "quoted": True, "blank": False, "weight_column": ""}

_Config = TypeVar("_Config")


def config(kind: type[_Config], values: dict[str, Any]) -> _Config:
    """The dataclass or named tuple with these values.

    Raises ValueError for other fields, or values of other types.
    """
    expected = kind.__annotations__
    found = set(values) if isinstance(values, dict) else set()
    if found != set(expected):
        raise ValueError(f"{kind.__name__} has other fields: {brief(sorted(set(expected) ^ found))}")
    for name, type_of in expected.items():
        # A field has a plain type, or is a tuple of texts or ints, which is a list in JSON. An int is valid
        # for a float; a bool is valid for neither. No number is negative, or too large for a float.
        value = values[name]
        if type_of in (tuple[str, ...], tuple[int, ...]):
            fits = texts(value) if type_of == tuple[str, ...] else indices(value)
            values = {**values, name: tuple(value) if fits else value}
        else:
            allowed: Any = int | float if type_of is float else type_of
            fits = isinstance(value, allowed) and isinstance(value, bool) == (type_of is bool)
            fits = fits and not (number(value) and not 0 <= value <= sys.float_info.max)
        if not fits:
            raise ValueError(f"{kind.__name__}.{name} cannot be {brief(value)}")
    return kind(**values)


def number(value: Any) -> bool:
    """Whether the value is a number, and not a bool."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def count(value: Any) -> bool:
    """Whether the value is an integer above 0 that a float holds exactly."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 53


def entry(value: Any) -> bool:
    """Whether the value is an entry of the history."""
    return (
        isinstance(value, dict)
        and all(v is None or (number(v) and abs(v) <= LARGEST_FIGURE) for v in value.values())
        and count(value.get("network", 1))
        and indices([value.get("epoch", 1)])
        and (value.get("epoch", 1) > 0 or value.get("loss") is None)  # epoch 0 has no step
        and all(0 <= (value.get(name) or 0) <= 1 for name in ("clipped", "clip_factor"))
    )


def texts(values: Any) -> bool:
    """Whether the value is a list of texts."""
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def indices(values: Any) -> bool:
    """Whether the value is a list of integers of at least 0."""
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 53 for value in values)


def rising(values: Sequence[Any]) -> bool:
    """Whether each value is larger than the one before."""
    return all(a < b for a, b in pairwise(values))


def upgrade(header: dict[str, Any], version: int, scales: bool) -> None:
    """Complete the header of an older format to format 4. `scales`: the file has arrays of scales.

    Raises ValueError for a field that the older format did not have.
    """
    if version == 1 and isinstance(header["network"], dict):
        if "pairs" in header["network"] or scales:
            raise ValueError("format 1 has neither pairs nor scales")
        header["network"]["pairs"] = []
    if version < 3 and isinstance(header["network"], dict):
        network = header["network"]
        if {"ngrams", "marked", "bag"} & network.keys():
            raise ValueError(f"format {version} has no n-grams")
        pairs, V = network.pop("pairs", None), network.get("symbols", 0)
        if not indices(pairs) or not count(V) or not rising(pairs) or max(pairs, default=-1) >= V**2:
            raise ValueError(f"its pairs of symbols are {brief(pairs)}")
        network |= {"ngrams": pairs, "marked": False, "bag": 0}
    if version < 3 and isinstance(header["data"], dict):
        if DATA_BEFORE_FORMAT_3.keys() & header["data"].keys():
            raise ValueError(f"format {version} does not say how its data were read")
        header["data"] |= DATA_BEFORE_FORMAT_3
        if isinstance(header["training"], dict):
            if BEFORE_FORMAT_3.keys() & header["training"].keys():
                raise ValueError(f"format {version} has no {', '.join(BEFORE_FORMAT_3)}")
            header["training"] |= BEFORE_FORMAT_3
    if version < 4:
        for part, more in (("data", DATA_BEFORE_FORMAT_4), ("training", BEFORE_FORMAT_4)):
            if isinstance(header[part], dict):
                if more.keys() & header[part].keys():
                    raise ValueError(f"format {version} has no {', '.join(more)}")
                header[part] |= more
    for part, later in (("data", DATA_LATER), ("training", LATER)):
        if isinstance(header[part], dict):
            header[part] = later | header[part]


def known(network: Any) -> tuple[dict[str, Any], int | tuple[int, ...], bool]:
    """A network's fields without its n-grams; the number of n-grams, or the pairs; and NGrams.marked.

    Raises ValueError.
    """
    if not isinstance(network, dict) or not {"ngrams", "marked"} <= network.keys():
        raise ValueError("its network has no n-grams")
    fields_of = {name: value for name, value in network.items() if name not in ("ngrams", "marked")}
    ngrams, marked = network["ngrams"], network["marked"]
    if isinstance(ngrams, list):
        return fields_of | {"ngrams": None}, tuple(ngrams), False
    if type(ngrams) is not int or not 0 <= ngrams <= MOST or not isinstance(marked, bool):
        raise ValueError(f"its n-grams are {brief(ngrams)}")
    return fields_of | {"ngrams": None}, ngrams, marked


def check_values(header: dict[str, Any], network: NetworkConfig) -> None:
    """Check the values outside the configurations, for this network. Raises ValueError."""
    letters, countries, counts = header["letters"], header["countries"], header["counts"]
    if not isinstance(letters, str) or not rising(letters) or not all(map(is_letter, letters)):
        raise ValueError("the alphabet is not a text of sorted letters")
    if not texts(countries) or not all(countries) or not rising(countries):
        raise ValueError("the countries are not a sorted list of texts")
    scripts = header["scripts"]
    if not texts(scripts) or len(scripts) > SCRIPTS or not rising(scripts):
        raise ValueError("the scripts are not a sorted list of texts")
    if (len(Alphabet(letters, tuple(scripts))), len(countries)) != (network.symbols, network.countries):
        raise ValueError("alphabet or countries do not fit the network")
    if not isinstance(header["history"], list) or not all(map(entry, header["history"])):
        raise ValueError("the history is not a list of entries")
    if not isinstance(counts, list) or len(counts) != len(countries) or not all(map(count, counts)):
        raise ValueError("the counts are not a positive number for each country")
    temperatures = [header["temperature"], *([] if header["alone"] is None else [header["alone"]])]
    for temperature in temperatures:
        if not number(temperature) or not COLDEST / 2 < temperature < HOTTEST * 2:
            raise ValueError(f"the temperature is {brief(temperature)}")
    if not count(header["members"]):
        raise ValueError(f"it has {brief(header['members'])} networks")


def check_network(network: NetworkConfig) -> None:
    """Raise ValueError for a network that no training makes."""
    if network.cell not in CELLS:
        raise ValueError(f"unknown cell {brief(network.cell)}")
    readouts = set(network.readouts)
    doubled = len(readouts) < len(network.readouts)
    if doubled or readouts <= {"next_symbol"} or not readouts <= set(READOUTS):
        raise ValueError(f"its readouts are {brief(network.readouts)}")
    if (network.pooling or network.bag) and "country" not in readouts:
        raise ValueError("it pools states that nothing reads")


def check_recipe(training: TrainConfig) -> None:
    """Raise ValueError for a recipe that no training follows."""
    if training.class_weight not in POWERS or training.prior not in PRIORS:
        raise ValueError(
            f"its class weight is {brief(training.class_weight)}, its prior {brief(training.prior)}"
        )
    if training.seed >= 1 << 63:
        raise ValueError(f"its seed is {brief(training.seed)}")
