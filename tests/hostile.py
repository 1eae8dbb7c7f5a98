"""Hostile model files, and what must hold for each of them."""

import json
import math
import pickle
import struct
import warnings
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from rnn_names.base.arrays import FloatArray, IntArray
from rnn_names.base.errors import CheckpointError
from rnn_names.model.archive import END, ENTRY, MEMBER
from rnn_names.model.checkpoint import Checkpoint, save
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.provenance import DataInfo
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.alphabet import Alphabet
from rnn_names.network.config import NetworkConfig
from rnn_names.network.init import init_params


def tiny(readouts: tuple[str, ...] = ("country",)) -> Checkpoint:
    """A model with about eleven numbers in each network."""
    network = NetworkConfig(symbols=5, countries=2, hidden_size=2, readouts=readouts)
    return Checkpoint(
        network=network,
        training=TrainConfig(seed=7),
        data=DataInfo(None, "name", "country", "f" * 64, train=8, val=1, test=1, given_names=0),
        alphabet=Alphabet("aé"),
        countries=("A", "B"),
        members=(init_params(network, np.random.default_rng(1)),),
        counts=(5, 3),
        temperature=1.25,
        history=[],
    )


NPY = 128  # bytes before the entries, in an .npy file of NumPy's


def pack(files: dict[str, bytes]) -> bytes:
    """The zip archive of these files, laid out as `numpy.savez` does."""
    body, directory = bytearray(), bytearray()
    for name, data in files.items():
        stamp, n = (0, 33), name.encode()  # 1 January 1980
        sizes = (zlib.crc32(data), len(data), len(data), len(n), 0)
        directory += ENTRY.pack(b"PK\1\2", 45, 45, 0, 0, *stamp, *sizes, 0, 0, 0, 0, len(body)) + n
        body += MEMBER.pack(b"PK\3\4", 45, 0, 0, *stamp, *sizes) + n + data
    end = END.pack(b"PK\5\6", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + end)


def npy(data: bytes, dtype: str = "|u1", shape: tuple[int, ...] | None = None) -> bytes:
    """An .npy file."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape or (len(data),)}, }}\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode() + data


def good(folder: Path, readouts: tuple[str, ...] = ("country",)) -> dict[str, bytes]:
    """The members of the tiny model's file."""
    save(folder / "good.npz", tiny(readouts))
    with zipfile.ZipFile(folder / "good.npz") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def assembled(good: dict[str, bytes], data: bytes) -> bytes:
    """The file that a fuzzer's bytes stand for: a whole file, the header of a good model or a member.

    Its checksums are right but for the first: no fuzzer guesses those.
    """
    if not data or data[0] == 0:
        return data[1:]
    names = list(good)
    name = names[(data[0] - 1) % len(names)]
    return pack({**good, name: npy(data[1:]) if name == "header.npy" else data[1:]})


def answers(path: Path) -> FloatArray | None:
    """The answers of the model in a file to two names; None for a file that is refused."""
    try:
        p = NameClassifier.load(path).predict_proba(["a", "éaé b"])
    except CheckpointError as error:
        if not str(error).isprintable():  # so it is also a single line
            raise AssertionError(repr(str(error))) from error
        return None
    assert np.isfinite(p).all()
    assert np.allclose(p.sum(axis=1), 1, atol=1e-4)
    return p


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, sentinel: Path) -> None:
        self.sentinel = sentinel

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.sentinel,)


def attacks(good: dict[str, bytes], sentinel: Path) -> dict[str, bytes]:
    """Files that ask for too much memory, time or trust. A pickle in one of them makes the sentinel."""
    header = json.loads(good["header.npy"][NPY:])
    name = "0/forward.U.npy"
    whole = pack(good)

    def with_header(text: bytes) -> bytes:
        return pack({**good, "header.npy": npy(text)})

    def changed(part: str, **values: object) -> bytes:
        return with_header(json.dumps({**header, part: {**header[part], **values}}).encode())

    def known(letter: IntArray, children: IntArray) -> bytes:
        """The good model with these n-grams, and a row for each."""
        n = len(children)
        text = json.dumps({**header, "network": {**header["network"], "ngrams": n, "marked": True}})
        arrays = {"letter": letter.astype("<u2"), "children": children.astype("<u2")}
        more = {f"ngrams/{k}.npy": npy(a.tobytes(), "<u2", a.shape) for k, a in arrays.items()}
        return pack(
            {**good, name: npy(bytes(8 * n), "<f4", (1, n, 2)), **more, "header.npy": npy(text.encode())}
        )

    def zipped(method: int, *more: tuple[str, bytes, int]) -> bytes:
        with BytesIO() as file:
            with zipfile.ZipFile(file, "w", method) as archive, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # zipfile notices duplicates
                for member, data, times in [*((k, v, 1) for k, v in good.items()), *more]:
                    with archive.open(member, "w") as inside:
                        for _ in range(times):
                            inside.write(data)
            return file.getvalue()

    def patched(form: struct.Struct, signature: bytes, field: int, value: int) -> bytes:
        at = whole.index(signature)
        fields = list(form.unpack_from(whole, at))
        fields[field] = value
        return whole[:at] + form.pack(*fields) + whole[at + form.size :]

    pickled = b"\x93NUMPY\1\0v\0" + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(118)
    pickled += pickle.dumps([Bomb(sentinel)])
    petabytes = npy(b"", "<f4", (1, 1 << 50, 2))
    old = good[name]
    found = {
        "a pickle for an array": pack({**good, name: pickled}),
        "a pickle for the header": pack({**good, "header.npy": pickled}),
        "a pickle beside": pack({**good, "more.npy": pickled}),
        "a pickle alone": pickle.dumps([Bomb(sentinel)]),
        "petabytes in an .npy header": pack({**good, name: petabytes}),
        "petabytes in an array beside": pack({**good, "more.npy": petabytes}),
        "a header of petabytes": pack({**good, "header.npy": npy(b"", "|u1", (1 << 50,))}),
        "gigabytes in the directory": patched(ENTRY, b"PK\1\2", 9, 0xFFFFFFFE),
        "gigabytes packed to nothing": patched(ENTRY, b"PK\1\2", 8, 0),
        "a directory of gigabytes": patched(END, b"PK\5\6", 5, 0xFFFFFFFE),
        "a directory of its own end": patched(END, b"PK\5\6", 6, len(whole) - 22),
        "a directory of 65,535 entries": patched(END, b"PK\5\6", 4, 0xFFFF),
        "a directory of megabytes": pack({f"{k:0100}": b"" for k in range(20_000)}),
        "a deflate bomb": zipped(zipfile.ZIP_DEFLATED, ("more.npy", bytes(1 << 20), 100)),
        "a deflated header": pack({}) + zipped(zipfile.ZIP_DEFLATED),
        "an LZMA archive": zipped(zipfile.ZIP_LZMA),
        "an encrypted entry": patched(ENTRY, b"PK\1\2", 3, 1),
        "a duplicate": zipped(zipfile.ZIP_STORED, (name, old, 1)),
        "a path out of the archive": pack({**good, "../../evil.npy": old}),
        "an absolute path": pack({**good, "/etc/evil.npy": old}),
        "a path for a parameter": pack({("../" + k if k == name else k): v for k, v in good.items()}),
        "members that overlap": patched(ENTRY, b"PK\1\2", 16, 10),
        "a million n-grams that are not there": changed("network", ngrams=1 << 20),
        "more n-grams than there may be": changed("network", ngrams=1 << 21),
        "400,000 pairs": changed("network", symbols=1000, pairs=list(range(400_000))),
        "n-grams in one chain": known(np.full(50_000, 4), np.repeat([0, 1, 0], [4, 50_000, 1])),
        "n-grams of one parent": known(np.arange(50_000), np.repeat([0, 50_000, 0], [4, 1, 50_000])),
        "n-grams that go round": known(np.array([4, 4]), np.array([0, 0, 0, 0, 0, 1, 1])),
        "an n-gram of itself": known(np.array([4]), np.array([0, 0, 0, 0, 0, 1])),
        "n-grams without their ends": known(np.array([4, 4, 3]), np.array([0, 0, 0, 1, 1, 1, 0, 0])),
        "more children than n-grams": known(np.array([4]), np.array([0, 0, 0, 0, 0xFFFF, 0])),
        "letters that there are not": known(np.array([0xFFFF]), np.array([0, 0, 0, 0, 1, 0])),
        **{
            f"scales of {scale}": pack(
                {
                    **good,
                    name: npy(bytes(10), "|i1", (1, 5, 2)),
                    name.replace(".npy", ".scale.npy"): npy(
                        np.full((1, 5), scale, "<f2").tobytes(), "<f2", (1, 5)
                    ),
                }
            )
            for scale in (math.inf, math.nan, -1.0)
        },
        "a member that is no .npy": pack({**good, name: b"hello"}),
        "an empty member": pack({**good, name: b""}),
        ".npy version 2": pack({**good, name: old[:6] + b"\2\0" + old[8:10] + b"\0\0" + old[10:]}),
        ".npy version 9": pack({**good, name: old[:6] + b"\x09" + old[7:]}),
        "Fortran order": pack({**good, name: old.replace(b"False, ", b"True,  ")}),
        "big-endian numbers": pack({**good, name: old.replace(b"<f4", b">f4")}),
        "trailing bytes in a member": pack({**good, name: old + b"x"}),
        "trailing bytes in the file": whole + b"x",
        "leading bytes in the file": b"x" + whole,
        "a comment": whole[:-2] + b"\3\0abc",
        "a newer format": with_header(json.dumps({**header, "format": 99}).encode()),
        "a billion hidden units": changed("network", hidden_size=10**9),
        "a number of 4,300 digits": changed("network", hidden_size=10**4299),
        "a million networks": with_header(json.dumps({**header, "members": 10**6}).encode()),
        "a billion countries": changed("network", countries=10**9),
        "brackets in brackets": with_header(b"[" * 1_000_000),
        "objects in objects": with_header(b'{"a":' * 1_000_000),
        "a header of 10 MB": with_header(b" " * 10_000_000),
        "a header of lists": with_header(b"[" + b"[]," * 1_300_000 + b"[]]"),
        "a header of objects": with_header(b"[" + b"{}," * 1_300_000 + b"{}]"),
        "a number of 4 MB": with_header(b"1" * 4_000_000),
        "a fraction of 4 MB": with_header(b"0." + b"1" * 4_000_000),
        "an escape sequence for a cell": changed("network", cell="\x1b[2J\x07"),
        "not a number": pack({**good, name: old[:NPY] + np.full(10, np.nan, "<f4").tobytes()}),
    }  # fmt: skip
    # Readable, but overflowing: every parameter has the largest value.
    largest = np.finfo("<f4").max
    for cell in ("rnn", "relu"):
        text = json.dumps({**header, "network": {**header["network"], "cell": cell}}).encode()
        huge = {
            k: v[:NPY] + np.full((len(v) - NPY) // 4, largest, "<f4").tobytes() for k, v in good.items()
        }
        found[f"the largest numbers, {cell}"] = pack({**huge, "header.npy": npy(text)})
    return found
