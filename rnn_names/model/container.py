"""The container of model files and interrupted trainings: an .npz file of JSON texts and arrays."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from rnn_names.base.errors import CheckpointError, MissingModelError
from rnn_names.base.files import replacing
from rnn_names.model.archive import Archive

HEADER_LIMIT = 1 << 22  # bytes, mostly of the history: some 15,000 epochs

_Decoded = TypeVar("_Decoded")


class NewerFormatError(Exception):
    """A model file of a newer version."""


def write(path: Path, arrays: dict[str, Any]) -> None:
    """An .npz file of the arrays, as `numpy.savez` writes it. Raises OutputError."""
    from zipfile import ZipFile  # not above: loading a model is faster without it

    # Not by savez: on a full disk, NumPy before 2 raises its error only in the garbage collector.
    with replacing(path) as file, ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def json_array(value: Any) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """The JSON text as bytes: ASCII, even if a label was not valid UTF-8."""
    # The default is for scalars of NumPy.
    return np.frombuffer(json.dumps(value, default=lambda scalar: scalar.item()).encode(), np.uint8)


def read(
    path: Path,
    decode: Callable[[Archive], _Decoded],
    kind: str,
    data: bytes | None = None,
    mend: str = "give a file written by `rnn-names train`",
) -> _Decoded:
    """The result of `decode` for a file or its bytes. Raises CheckpointError, also for ValueError."""
    try:
        with path.open("rb") if data is None else io.BytesIO(data) as file:
            return decode(Archive(file))
    except FileNotFoundError:
        raise MissingModelError(
            f"{path}: no such model file; train one with `rnn-names train -o {path}`"
        ) from None
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror or error}); {mend}") from error
    except NewerFormatError as error:
        raise CheckpointError(f"{path}: {error}; upgrade rnn-names") from error
    except (ValueError, RecursionError) as error:  # RecursionError is that of a deeply nested header
        raise CheckpointError(f"{path}: not {kind} of rnn-names ({error}); {mend}") from error


def read_object(archive: Archive, name: str) -> dict[str, Any]:
    """The JSON object in an array of bytes. Raises ValueError."""
    if f"{name}.npy" not in archive.places:
        raise ValueError(f"it has no {name}")
    if archive.places[f"{name}.npy"].size > HEADER_LIMIT:
        raise ValueError(f"its {name} is longer than {HEADER_LIMIT:,} bytes")
    value = json.loads(archive.read(name, ["|u1"]).tobytes().decode())
    if not isinstance(value, dict):
        raise ValueError(f"its {name} is no object")
    return value
