"""Look for a file that `load` can neither read nor refuse: guided by the coverage of its code.

    pip install -e .[fuzz]
    python -m tests.fuzz [--seconds 600] [--keep FOLDER]

What the fuzzer writes is tried as a whole file, as the header of a model that is else well made, and as one
of its arrays, checksums put right, since no fuzzer guesses those. A model that is read must answer a name
with finite probabilities that sum to 1. More than 500 MB or 5 s count as failures, too. --keep adds the
smallest set of inputs that reaches as much to FOLDER: `tests/fixtures/fuzz` is one, and a test tries each of
them again.
"""

import argparse
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np

from rnn_names.checkpoint import Checkpoint, DataInfo, save
from rnn_names.config import TrainConfig
from rnn_names.encoding import Alphabet
from rnn_names.network import NetworkConfig, init_params

KEPT = Path(__file__).resolve().parent / "fixtures" / "fuzz"


def tiny() -> Checkpoint:
    """A model of a few hundred bytes."""
    network = NetworkConfig(symbols=5, countries=2, hidden_size=2)
    return Checkpoint(
        network=network,
        training=TrainConfig(seed=7),
        data=DataInfo(None, "name", "country", "f" * 64, 8, 1, 1),
        alphabet=Alphabet("aé"),
        countries=("A", "B"),
        members=(init_params(network, np.random.default_rng(1)),),
        counts=(5, 3),
        temperature=1.25,
        history=[],
    )


def pack(files: dict[str, bytes]) -> bytes:
    """The zip archive of these files, as `numpy.savez` lays one out."""
    body, directory = b"", b""
    for name, data in files.items():
        crc, size, n = zlib.crc32(data), len(data), name.encode()
        directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", 45, 45, 0, 0, 0, 33, crc, size, size, len(n), 0, 0, 0, 0, 0, len(body)) + n  # fmt: skip
        body += struct.pack("<4s5H3L2H", b"PK\3\4", 45, 0, 0, 0, 33, crc, size, size, len(n), 0) + n + data
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return body + directory + end


def npy(data: bytes, dtype: str = "|u1", shape: tuple[int, ...] | None = None) -> bytes:
    """An .npy file."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape or (len(data),)}, }}\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode() + data
