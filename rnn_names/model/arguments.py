"""Names and examples from a Python caller, checked."""

from collections.abc import Iterable, Mapping, Set
from typing import Any

import numpy as np

from rnn_names.names.example import Example, Labelled


def name_list(names: Iterable[str | None]) -> list[str]:
    """The names as texts, in order, with "" for a missing name.

    Names are in a list or another iterable, a NumPy array, a pandas or Polars Series, or an Arrow array;
    none of these libraries is imported. None, NaN, pandas.NA and Arrow's null are missing names. Raises
    TypeError for a str, whose letters would be taken for names; for a dict or a DataFrame, whose keys or
    columns would be; for a set, which has no order; and for an entry that is neither a str nor missing,
    with its position.
    """
    if isinstance(names, str | bytes | bytearray):
        raise TypeError("names must be a list of strings; for one name write [name]")
    if isinstance(names, Mapping) or any(hasattr(names, what) for what in ("columns", "column_names")):
        raise TypeError(f"names must be a list of strings; give one column of the {type(names).__name__}")
    if hasattr(names, "__arrow_c_array__") or hasattr(names, "__arrow_c_stream__"):
        names = _of_arrow(names)
    elif not isinstance(names, Iterable) and hasattr(names, "__array__"):
        names = np.asarray(names)
    if not isinstance(names, Iterable):
        raise TypeError(f"names must be a list of strings, not {names!r}")
    if isinstance(names, Set):
        raise TypeError("names must be in an order; give sorted(names)")
    if getattr(names, "ndim", 1) != 1:
        raise TypeError("names must be an array of one dimension; give one column")
    texts = list(names)
    for place, name in enumerate(texts):
        if not isinstance(name, str):
            if not missing(name):
                raise TypeError(f"names must be strings; names[{place}] is {name!r}")
            texts[place] = ""
    return texts  # type: ignore[return-value]  # no None is left


def _of_arrow(names: Any) -> Any:
    """The values of an Arrow array: pyarrow's arrays yield their own scalars when iterated.

    pyarrow reads an array that can only hand over its memory (the Arrow PyCapsule interface).
    """
    for method in ("to_pylist", "to_list"):
        if hasattr(names, method):
            return getattr(names, method)()
    if isinstance(names, Iterable):
        return names
    try:
        import pyarrow
    except ImportError:
        raise TypeError(
            f"names in a {type(names).__name__} are read by pyarrow; install rnn-names[arrow]"
        ) from None
    read = pyarrow.chunked_array if hasattr(names, "__arrow_c_stream__") else pyarrow.array
    return read(names).to_pylist()


def missing(value: object) -> bool:
    """Whether the value stands for a missing one: None, any NaN, NumPy's NaT, or pandas' NA and NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, float | np.inexact | np.datetime64 | np.timedelta64):
        return bool(value != value)  # so these say that they are none
    return type(value).__name__ == "Decimal" and bool(value.is_nan())  # type: ignore[attr-defined]


def check_top_k(top_k: int) -> None:
    """Raise TypeError or ValueError unless it is a whole number from 1 up."""
    if not isinstance(top_k, int | np.integer):
        raise TypeError(f"top_k must be a whole number, not {top_k!r}")
    if top_k < 1:
        raise ValueError(f"top_k must be at least 1, not {top_k}")


def example_list(examples: Iterable[Labelled]) -> list[Example]:
    """The examples; a pair of two texts is a name and its label. Raises TypeError for anything else."""
    found = []
    for k, each in enumerate(examples):
        pair = isinstance(each, Example) or (isinstance(each, tuple | list) and len(each) == 2)
        if not pair or not all(isinstance(text, str) for text in each[:2]):
            raise TypeError(f"examples must be Example(name, country) or pairs; examples[{k}] is {each!r}")
        found.append(each if isinstance(each, Example) else Example(*each))
    return found
