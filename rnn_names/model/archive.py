"""Reading an untrusted .npz file.

Such a file is a zip archive of .npy files. Of both formats, only what `numpy.savez` writes is accepted:
no compression, no encryption, nothing before, between or behind the members.

    member      30 bytes + name + extra, then an .npy file
    …
    directory   an entry for each member: 46 bytes + name + extra + comment
    end         22 bytes: where the directory is

    .npy        10 bytes + a dict literal of dtype, order and shape, then the array

Every size is checked against the size of the file before memory is allocated for it. Nothing is inflated
or evaluated: an array is read only if its dict literal equals the expected one, character by character.
"""

import os
import zlib
from collections.abc import Mapping, Sequence
from math import prod
from struct import Struct
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

import numpy as np

MEMBER = Struct("<4s5H3L2H")
ENTRY = Struct("<4s6H3L5H2L")
END = Struct("<4s4H2LH")
DIRECTORY_LIMIT = 1 << 21  # bytes: enough for some 30,000 arrays


class Place(NamedTuple):
    """Where an .npy file lies in the archive."""

    start: int
    size: int
    crc: int


class Archive:
    """The arrays of an .npz file by name. Raises ValueError for a file that is not as described above."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        end = max(0, file.seek(0, os.SEEK_END) - END.size)
        signature, *_, count, length, directory, _ = self._unpack(END, end)
        _require(signature == b"PK\5\6" and directory + length == end and length <= DIRECTORY_LIMIT)
        self.places: dict[str, Place] = {}
        at, free = directory, 0  # the next entry, and where its member must begin
        for _ in range(count):
            entry = self._unpack(ENTRY, at)
            signature, _, _, flags, method, _, _, crc, packed, size, name_length, *others = entry
            extra, comment, _, _, _, offset = others
            _require(signature == b"PK\1\2" and flags == method == 0 and packed == size and offset == free)
            name = file.read(name_length).decode("ascii", "replace")
            at += ENTRY.size + name_length + extra + comment
            signature, *_, name_length, extra = self._unpack(MEMBER, offset)
            start = offset + MEMBER.size + name_length + extra
            free = start + size
            _require(signature == b"PK\3\4" and free <= directory and name not in self.places)
            self.places[name] = Place(start, size, crc)
        _require(free == directory and at == directory + length)

    def _unpack(self, form: Struct, at: int) -> tuple[Any, ...]:
        self.file.seek(at)
        data = self.file.read(form.size)
        _require(len(data) == form.size)
        return form.unpack(data)

    def read(
        self,
        name: str,
        dtypes: Sequence[str],
        shape: tuple[int, ...] | None = None,
        others: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
    ) -> "np.ndarray[Any, np.dtype[Any]]":
        """The array of one of these dtypes and of this shape. None is one dimension of any length.

        `others` are further dtypes, each with the shape that it takes.
        """
        if f"{name}.npy" not in self.places:
            raise ValueError(f"it has no {name}")
        start, size, crc = self.places[f"{name}.npy"]
        self.file.seek(start)
        head = self.file.read(10)
        _require(head[:8] == b"\x93NUMPY\1\0")
        head += self.file.read(int.from_bytes(head[8:], "little"))
        shapes = {**dict.fromkeys(dtypes, shape), **others}
        for dtype, of_it in zip(map(np.dtype, shapes), shapes.values(), strict=True):
            expected = ((size - len(head)) // dtype.itemsize,) if of_it is None else of_it
            text = f"{{'descr': '{dtype.str}', 'fortran_order': False, 'shape': {expected}, }}"
            if head[10:].rstrip() == text.encode():
                break
        else:
            known = " or ".join(np.dtype(dtype).name for dtype in dtypes)
            raise ValueError(f"{name} is not {known} {'of one dimension' if shape is None else shape}")
        _require(size == len(head) + prod(expected) * dtype.itemsize)
        array = np.empty(expected, dtype)
        _require(self.file.readinto(array) == array.nbytes)  # type: ignore[attr-defined]  # a buffered file has it
        if zlib.crc32(array, zlib.crc32(head)) != crc:  # type: ignore[arg-type]  # a buffer, which NumPy's types do not say
            raise ValueError(f"{name} is damaged")
        return array


def _require(true: bool) -> None:
    if not true:
        raise ValueError("it is damaged, or not an .npz file that NumPy wrote")
