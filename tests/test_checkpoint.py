import io
import json
import math
import os
import pickle
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_names.base.errors import CheckpointError, OutputError
from rnn_names.base.files import check_writable
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint, load, save
from rnn_names.model.classifier import NameClassifier
from rnn_names.model.header import DATA_BEFORE_FORMAT_3, DATA_BEFORE_FORMAT_4, DATA_LATER
from rnn_names.model.provenance import CrossValidation, DataInfo
from rnn_names.model.recipe import BEFORE_FORMAT_3, BEFORE_FORMAT_4, TrainConfig
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.examples import read_examples
from rnn_names.names.ngrams import NGrams
from rnn_names.network.config import NetworkConfig
from rnn_names.network.init import init_params
from rnn_names.network.sums import selected, widened
from rnn_names.training.run import Job, check_output


@pytest.fixture
def small() -> Checkpoint:
    """A model of a few hundred bytes."""
    network = NetworkConfig(symbols=5, countries=2, hidden_size=3)
    return Checkpoint(
        network=network,
        training=TrainConfig(lr=0.1, seed=7),
        data=DataInfo("naïve data", "surname", "label", "f" * 64, 8, 1, 1, 3),
        alphabet=Alphabet("aé"),
        countries=("Côte d'Ivoire", "Türkiye"),
        members=tuple(init_params(network, np.random.default_rng(seed)) for seed in (1, 2)),
        counts=(5, 3),
        temperature=1.25,
        history=[{"epoch": 1, "loss": 0.1 + 0.2, "val_loss": None}],
    )


def assert_same(one: Checkpoint, other: Checkpoint) -> None:
    for field in fields(Checkpoint):
        if field.name != "members":
            assert getattr(one, field.name) == getattr(other, field.name)
    assert len(one.members) == len(other.members)
    for params, same in zip(one.members, other.members, strict=True):
        assert list(params) == list(same)
        for name, value in params.items():
            assert value.dtype == same[name].dtype
            assert value.tobytes() == same[name].tobytes()


def refused(path: Path) -> str:
    """The message of the error that loading must raise."""
    with pytest.raises(CheckpointError) as caught:
        load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert "allow_pickle" not in message  # NumPy's own advice is unsafe
    return message


Change = Callable[[dict[str, Any], dict[str, Any]], object]


def rewrite(path: Path, change: Change) -> None:
    """Change the header and the arrays of a model file."""
    with np.load(path) as archive:
        arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
    header = json.loads(arrays.pop("header").tobytes())
    change(header, arrays)
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez(file, header=text, **arrays)


# writing


def test_what_is_saved_is_loaded(small: Checkpoint, tmp_path: Path) -> None:
    save(tmp_path / "m.npz", small)
    assert_same(load(tmp_path / "m.npz"), small)


def test_a_trained_model_survives(model: Checkpoint, model_file: Path) -> None:
    assert_same(load(model_file), model)


@pytest.mark.parametrize("name", ["m.npz", "m", "m.model", "Modell für später.v2"])
def test_the_file_is_named_as_given_and_stands_alone(small: Checkpoint, tmp_path: Path, name: str) -> None:
    save(tmp_path / name, small)
    save(tmp_path / name, small)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert_same(load(tmp_path / name), small)


def test_the_same_model_is_the_same_bytes(small: Checkpoint, tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / name, small)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_file_has_the_rights_of_any_new_file(small: Checkpoint, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    save(tmp_path / "m.npz", small)
    assert (tmp_path / "m.npz").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_failed_write_keeps_the_old_file(
    small: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.npz"
    save(path, small)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        save(path, replace(small, countries=("A", "B")))
    assert str(path) in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]
    assert_same(load(path), small)


def test_a_disk_that_fills_up_keeps_the_old_file(
    small: Checkpoint, model_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    code = (
        "import resource, signal, sys; from pathlib import Path; from rnn_names.model import checkpoint\n"
        "model = checkpoint.load(Path(sys.argv[1]))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))\n"
        "try:\n"
        "    checkpoint.save(Path(sys.argv[2]), model)\n"
        "finally:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))\n"
    )
    assert model_file.stat().st_size > 4000
    done = subprocess.run(
        [sys.executable, "-c", code, model_file, path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"OutputError: {path}: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == [path]
    assert_same(load(path), small)


def test_saving_into_no_folder(small: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory"):
        save(tmp_path / "none" / "m.npz", small)
    assert list(tmp_path.iterdir()) == []


def test_check_writable(tmp_path: Path) -> None:
    check_writable(tmp_path / "m.npz")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputError, match="is a folder"):
        check_writable(tmp_path)
    with pytest.raises(OutputError, match="no such folder"):
        check_writable(tmp_path / "none" / "m.npz")


# files that are not models


@pytest.mark.parametrize("bits", [32, 8])
def test_every_truncation_is_refused(small: Checkpoint, tmp_path: Path, bits: int) -> None:
    path = tmp_path / "m.npz"
    save(path, small, bits)
    whole = path.read_bytes()
    for length in np.linspace(0, len(whole) - 1, 41).astype(int).tolist():
        path.write_bytes(whole[:length])
        refused(path)


@pytest.mark.parametrize(("bits", "member"), [(32, "W"), (8, "W"), (8, "W.scale")])
def test_a_flipped_byte_of_a_parameter_is_refused(
    small: Checkpoint, tmp_path: Path, bits: int, member: str
) -> None:
    path = tmp_path / "m.npz"
    save(path, small, bits)
    data = bytearray(path.read_bytes())
    with np.load(path) as archive:
        at = data.index(archive[f"1/forward.{member}"].tobytes())
    data[at + 5] ^= 1
    path.write_bytes(data)
    refused(path)


def an_array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Schmidt\nNguyen\n",
        np.random.default_rng(1).bytes(5000),
        b"PK\x03\x04" + np.random.default_rng(1).bytes(500),
        b"\x93NUMPY" + np.random.default_rng(1).bytes(500),
        an_array(),
        pickle.dumps({"a": 1}),
    ],
    ids=["empty", "text", "random", "zip magic", "npy magic", "an array", "a pickle"],
)
def test_files_of_another_kind_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m.npz").write_bytes(data)
    refused(tmp_path / "m.npz")


def test_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    assert "Is a directory" in refused(tmp_path)
    assert "no such model file" in refused(tmp_path / "none.npz")


def test_zips_of_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.txt", "hello")
    refused(path)
    with path.open("wb") as file:
        np.savez(file, weights=np.zeros(3))
    refused(path)


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("where", ["header", "1/forward.b"])
def test_a_pickle_in_the_file_is_never_executed(small: Checkpoint, tmp_path: Path, where: str) -> None:
    path, sentinel = tmp_path / "m.npz", tmp_path / "executed"
    save(path, small)
    with np.load(path) as archive:
        arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
    arrays[where] = np.array([Bomb(sentinel)], dtype=object)
    with path.open("wb") as file:
        np.savez(file, **arrays)
    refused(path)
    assert not sentinel.exists()
    with np.load(path, allow_pickle=True) as archive:  # it would have run
        archive[where]
    assert sentinel.exists()


def test_an_array_that_declares_petabytes_is_refused(small: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    huge = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        huge, {"descr": "<f4", "fortran_order": False, "shape": (1 << 50,)}
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("0/more.npy", huge.getvalue())
    refused(path)


def set_to(part: str, key: str, value: object) -> Change:
    return lambda header, arrays: header[part].update({key: value})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda h, a: h.update(format=5), "format 5, where this version reads formats 1 to 4; upgrade"),
        (lambda h, a: h.update(format=0), "format 0, where this version reads formats 1 to 4)"),
        (lambda h, a: h.update(more=1), "its header has other fields: ['more']"),
        (lambda h, a: h["network"].update(hidden_size=0), "hidden_size cannot be 0"),
        (lambda h, a: h["network"].update(hidden_size=-3), "NetworkConfig.hidden_size cannot be -3"),
        (lambda h, a: h["network"].update(hidden_size=10**9), "networks of 1000000000 hidden units"),
        (lambda h, a: h["network"].update(hidden_size=10**400), "NetworkConfig.hidden_size cannot be 1000"),
        (lambda h, a: h["network"].update(readouts=["country"] * 2), "its readouts are"),
        (lambda h, a: h["network"].update(readouts=["\x1b[2J"]), r"readouts cannot be ('\x1b[2J',)"),
        (lambda h, a: h["training"].update(val_split=float("nan")), "val_split cannot be nan"),
        (lambda h, a: h["training"].update(test_split=float("inf")), "test_split cannot be inf"),
        (lambda h, a: h["training"].update(seed=1 << 63), "seed cannot be 9223372036854775808"),
        (lambda h, a: h["data"].update(train=-1), "DataInfo.train cannot be -1"),
        (lambda h, a: h.update(counts=[5, 10**400]), "the counts are not a positive number"),
        (lambda h, a: h.update(countries=["", "A"]), "the countries are not a sorted list of texts"),
        (lambda h, a: h.update(history=[{"loss": []}]), "the history is not a list of entries"),
        (lambda h, a: h.update(temperature=True), "the temperature is True"),
        (lambda h, a: h.update(members=1001), "it has 1001 networks of 3 hidden units"),
        (lambda h, a: h.pop("format"), "format None"),
        (lambda h, a: h.pop("countries"), "countries"),
        (lambda h, a: h.pop("history"), "history"),
        (lambda h, a: h["countries"].append("Zambia"), "do not fit the network"),
        (lambda h, a: h.update(letters="abc"), "do not fit the network"),
        (lambda h, a: h.update(network=["x"]), "its network has no n-grams"),
        (lambda h, a: h["network"].update(layers=2), "NetworkConfig has other fields: ['layers']"),
        (lambda h, a: h["training"].pop("seed"), "TrainConfig has other fields: ['seed']"),
        (lambda h, a: h["data"].pop("source"), "DataInfo has other fields: ['source']"),
        (lambda h, a: a.pop("1/forward.W"), "not those of the network"),
        (lambda h, a: a.update({"1/more": np.zeros(3)}), "not those of the network"),
        (lambda h, a: a.update({"2/forward.W": a.pop("1/forward.W")}), "not those of the network"),
        (lambda h, a: a.update({"forward.W": a.pop("0/forward.W")}), "not those of the network"),
        (lambda h, a: h.update(members=1), "not those of the network"),
        (lambda h, a: h.update(members=3), "not those of the network"),
        (lambda h, a: h.update(members=10**15), "it has 1000000000000000 networks of 3 hidden units"),
        (lambda h, a: h.update(members=0), "it has 0 networks"),
        (lambda h, a: h.update(members=-1), "it has -1 networks"),
        (lambda h, a: h.update(members=True), "it has True networks"),
        (lambda h, a: h.update(members=2.0), "it has 2.0 networks"),
        (lambda h, a: h.pop("counts"), "counts"),
        (lambda h, a: h.update(counts=[5]), "the counts are not a positive number for each country"),
        (lambda h, a: h.update(counts=[5, 3, 1]), "the counts are not a positive number"),
        (lambda h, a: h.update(counts=[5, 0]), "the counts are not a positive number"),
        (lambda h, a: h.update(counts=[5, True]), "the counts are not a positive number"),
        (lambda h, a: h.update(counts=[5, 3.0]), "the counts are not a positive number"),
        (lambda h, a: h.update(counts={"5": 3, "3": 5}), "the counts are not a positive number"),
        (lambda h, a: h.pop("temperature"), "temperature"),
        (lambda h, a: h.update(temperature=0.0), "the temperature is 0.0"),
        (lambda h, a: h.update(temperature=-1.0), "the temperature is -1.0"),
        (lambda h, a: h.update(temperature=float("nan")), "the temperature is nan"),
        (lambda h, a: h.update(temperature=float("inf")), "the temperature is inf"),
        (lambda h, a: h.update(temperature="1"), "the temperature is '1'"),
        (lambda h, a: h["network"].pop("pooling"), "NetworkConfig has other fields: ['pooling']"),
        (lambda h, a: h["network"].update(pooling=1), "NetworkConfig.pooling cannot be 1"),
        (
            lambda h, a: h["network"].update(pooling=True, readouts=["step_country"]),
            "it pools states that nothing reads",
        ),
        (lambda h, a: h["network"].update(pooling=True), "country.W is not float32 or float16 (9, 2)"),
        (lambda h, a: h["network"].pop("ngrams"), "its network has no n-grams"),
        (lambda h, a: h["network"].pop("marked"), "its network has no n-grams"),
        (lambda h, a: h["network"].update(marked=1), "its n-grams are 0"),
        (lambda h, a: h["network"].update(ngrams=-1), "its n-grams are -1"),
        (lambda h, a: h["network"].update(ngrams=True), "its n-grams are True"),
        (lambda h, a: h["network"].update(ngrams=7.0), "its n-grams are 7.0"),
        (lambda h, a: h["network"].update(ngrams="3"), "its n-grams are '3'"),
        (lambda h, a: h["network"].update(ngrams=(1 << 20) + 1), "its n-grams are 1048577"),
        (lambda h, a: h["network"].update(ngrams=10**30), "its n-grams are 1000"),
        (lambda h, a: h["network"].update(ngrams=7), "it has no ngrams/letter"),
        (lambda h, a: a.update({"ngrams/letter": np.zeros(2, np.uint16)}), "not those of the network"),
        (lambda h, a: h["network"].update(pairs=[3]), "NetworkConfig has other fields: ['pairs']"),
        (lambda h, a: h["network"].update(bag=2), "not those of the network"),
        (lambda h, a: h["network"].update(bag=-2), "NetworkConfig.bag cannot be -2"),
        (
            lambda h, a: h["network"].update(bag=2, readouts=["step_country"]),
            "it pools states that nothing reads",
        ),
        (lambda h, a: h.update(format=True), "format True"),
        (lambda h, a: h.update(format=2.0), "format 2.0"),
        (lambda h, a: h.update(format=1), "format 1 has no n-grams"),
        (lambda h, a: h.update(format=2), "format 2 has no n-grams"),
        (
            lambda h, a: a.update({"0/forward.W.scale": np.ones((1, 3), np.float16)}),
            "0/forward.W is not int8 (1, 3, 3)",
        ),
        (lambda h, a: a.update({"0/more.scale": np.ones(3, np.float16)}), "not those of the network"),
        (
            lambda h, a: a.update(
                {"0/forward.W": np.ones((1, 3, 3), np.int8), "0/forward.W.scale": np.ones(3, np.float16)}
            ),
            "0/forward.W.scale is not float16 (1, 3)",
        ),
        (
            lambda h, a: a.update(
                {
                    "0/forward.W": np.zeros((1, 3, 3), np.int8),
                    "0/forward.W.scale": np.array([[1, 1, 0]], np.float16),
                }
            ),
            "0/forward.W has scales that are not finite and above 0",
        ),
        (lambda h, a: h["training"].update(networks=True), "TrainConfig.networks cannot be True"),
        (lambda h, a: a.update(more=np.zeros(3)), "not those of the network"),
        (
            lambda h, a: a.update({"1/forward.b": np.zeros((1, 4), np.float32)}),
            "1/forward.b is not float32 or float16 (1, 3)",
        ),
        (lambda h, a: a.update({"1/forward.b": np.zeros((1, 3))}), "1/forward.b is not float32"),
        (lambda h, a: a.update({"1/forward.b": np.zeros((1, 3), np.int32)}), "1/forward.b is not float32"),
        (lambda h, a: a["1/country.W"].fill(np.nan), "1/country.W has entries that are not finite"),
        (lambda h, a: a["0/country.W"].fill(np.inf), "0/country.W has entries that are not finite"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused(
    small: Checkpoint, tmp_path: Path, change: Change, said: str
) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    rewrite(path, lambda header, arrays: None)
    assert_same(load(path), small)  # the rewriting itself does no harm
    rewrite(path, change)
    assert said in refused(path)


FOLDS = CrossValidation(5, 600, 0.8, 0.01, 0.75, 0.02, 0.6, 0.03)


def test_the_scores_of_folds_are_kept(small: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    assert load(path).folds is None
    rewrite(path, lambda header, arrays: header.pop("folds"))  # as files of before
    assert_same(load(path), small)
    save(path, replace(small, folds=FOLDS))
    assert load(path).folds == FOLDS


@pytest.mark.parametrize(
    "values",
    [
        [],
        "5",
        {"folds": 5},
        FOLDS._asdict() | {"more": 1},
        FOLDS._asdict() | {"folds": 1},
        FOLDS._asdict() | {"folds": 601},
        FOLDS._asdict() | {"folds": 5.0},
        FOLDS._asdict() | {"names": True},
        FOLDS._asdict() | {"accuracy": 1.1},
        FOLDS._asdict() | {"macro_f1": -0.1},
        FOLDS._asdict() | {"nll": "0.5"},
        FOLDS._asdict() | {"nll_error": float("inf")},
        FOLDS._asdict() | {"accuracy_error": float("nan")},
    ],
    ids=str,
)
def test_scores_of_folds_that_cannot_be_are_refused(
    small: Checkpoint, tmp_path: Path, values: object
) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    rewrite(path, lambda header, arrays: header.update(folds=values))
    assert "CrossValidation" in refused(path) or "its cross-validation is" in refused(path)


def as_format_2(header: dict[str, Any], pairs: object) -> None:
    """The header as version 2 wrote it."""
    header["format"] = 2
    del header["alone"], header["folds"]
    for name in ("ngrams", "marked", "bag"):
        del header["network"][name]
    header["network"]["pairs"] = pairs
    for name in DATA_BEFORE_FORMAT_3 | DATA_BEFORE_FORMAT_4 | DATA_LATER:
        del header["data"][name]
    for name in BEFORE_FORMAT_3 | BEFORE_FORMAT_4:
        del header["training"][name]


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([3], "forward.U is not float32 or float16 (1, 6, 3)"),
        ([3, 3], "its pairs of symbols are [3, 3]"),
        ([4, 3], "its pairs of symbols are [4, 3]"),
        ([25], "its pairs of symbols are [25]"),
        ([-1], "its pairs of symbols are [-1]"),
        ([True], "its pairs of symbols are [True]"),
        ([10**30], "its pairs of symbols are [1000"),
        ("3", "its pairs of symbols are '3'"),
        (None, "its pairs of symbols are None"),
        ([8], "an n-gram goes beyond a word"),  # begins with the end
    ],
)
def test_pairs_of_a_format_2_file_that_are_none_are_refused(
    small: Checkpoint, tmp_path: Path, pairs: object, said: str
) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    rewrite(path, lambda header, arrays: as_format_2(header, []))
    assert load(path).network == small.network  # as it was written, it is read
    rewrite(path, lambda header, arrays: header["network"].update(pairs=pairs))
    assert said in refused(path)


def test_pairs_are_summed_when_they_are_read(small: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    pair = np.ones((1, 1, 3), np.float32)

    def change(header: dict[str, Any], arrays: dict[str, Any]) -> None:
        as_format_2(header, [3 * 5 + 4])  # a é
        for k in "01":
            arrays[f"{k}/forward.U"] = np.concatenate([arrays[f"{k}/forward.U"], pair], axis=1)

    rewrite(path, change)
    loaded = load(path)
    assert loaded.network.ngrams == NGrams.pairs((19,), 5)
    for params, before in zip(loaded.members, small.members, strict=True):
        U = before["forward.U"]
        np.testing.assert_array_equal(params["forward.U"], np.concatenate([U, U[:, [4]] + pair], axis=1))
    save(path, loaded)  # in today's format
    assert_same(load(path), loaded)


# n-grams


@pytest.fixture
def known() -> Checkpoint:
    """A small model that reads _a a_ aa _aa aa_ _aa_."""
    keys = [(0, 4), (4, 0), (4, 4), (6, 4), (8, 0), (9, 0)]
    network = NetworkConfig(
        symbols=6, countries=2, hidden_size=3, ngrams=NGrams(6, 3, *np.array(keys).T), bag=2
    )
    params = init_params(network, np.random.default_rng(3))
    for q in params.values():
        q += np.random.default_rng(4).standard_normal(q.shape).astype(np.float32)
    return Checkpoint(
        network=network,
        training=TrainConfig(seed=7),
        data=DataInfo(None, "name", "country", "f" * 64, 8, 1, 1, 3),
        alphabet=Alphabet(" aé"),
        countries=("A", "B"),
        members=(params,),
        counts=(5, 3),
        temperature=1.0,
        history=[],
    )


def put(name: str, place: int, value: int) -> Change:
    return lambda header, arrays: arrays[f"ngrams/{name}"].__setitem__(place, value)


def moved(before: int, after: int) -> Change:
    """One child less of one n-gram, and one more of another."""

    def change(header: dict[str, Any], arrays: dict[str, Any]) -> None:
        arrays["ngrams/children"][before] -= 1
        arrays["ngrams/children"][after] += 1

    return change


def rows(name: str, make: Callable[[Any], Any]) -> Change:
    return lambda header, arrays: arrays.update({name: make(arrays[name])})


@pytest.mark.parametrize("bits", [32, 4])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("letter", 0, 6), "an n-gram has a letter that is none"),
        (put("letter", 0, 65535), "an n-gram has a letter that is none"),
        (put("letter", 1, 4), "not sorted, or one is there twice"),
        (put("letter", 1, 5), "not sorted"),
        (put("letter", 5, 4), "without its first letter"),  # _aaa, but not aaa
        (put("letter", 5, 3), "goes beyond a word"),
        (put("letter", 5, 1), "goes beyond a word"),
        (put("children", 0, 2), "do not have a parent each"),
        (put("children", 0, 65535), "do not have a parent each"),
        (moved(9, 11), "does not stand behind its parent"),  # its own parent
        (moved(6, 11), "does not stand behind its parent"),
        (moved(9, 7), "goes beyond a word"),  # a_ goes on
        (rows("ngrams/letter", lambda a: a[:-1]), "ngrams/letter is not uint16 or uint32 (6,)"),
        (rows("ngrams/letter", lambda a: a.astype(np.int64)), "ngrams/letter is not uint16 or uint32"),
        (rows("ngrams/letter", lambda a: a.astype(np.float32)), "ngrams/letter is not uint16 or uint32"),
        (rows("ngrams/children", lambda a: a[1:]), "ngrams/children is not uint16 or uint32 (12,)"),
        (lambda h, a: a.pop("ngrams/letter"), "it has no ngrams/letter"),
        (lambda h, a: a.pop("ngrams/children"), "it has no ngrams/children"),
        (lambda h, a: a.update({"ngrams/more": np.zeros(3)}), "not those of the network"),
        (lambda h, a: h["network"].update(ngrams=11), "ngrams/letter is not uint16 or uint32 (5,)"),
        (lambda h, a: h["network"].update(ngrams=5), "ngrams/letter is not uint16 or uint32 (-1,)"),
        (lambda h, a: h["network"].update(ngrams=0), "not those of the network"),
        (lambda h, a: h["network"].update(marked=False), "goes beyond a word"),
        (lambda h, a: h["network"].update(bag=0), "not those of the network"),
        (rows("0/forward.U", lambda a: a[:, 1:]), "0/forward.U is not"),
        (rows("0/bag.U", lambda a: a[..., :0]), "0/bag.U is not"),
        (rows("0/bag.U", lambda a: a.astype(np.int16)), "0/bag.U is not"),
    ],
)
def test_ngrams_that_are_not_as_they_should_be_are_refused(
    known: Checkpoint, tmp_path: Path, change: Change, said: str, bits: int
) -> None:
    path = tmp_path / "m.npz"
    save(path, known, bits)
    rewrite(path, lambda header, arrays: None)
    load(path)
    rewrite(path, change)
    assert said in refused(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda h, a: a.pop("0/forward.U.scale"), "0/forward.U is not float32 or float16 (1, 12, 3)"),
        (rows("0/forward.U.scale", lambda a: a[:, 1:]), "0/forward.U.scale is not float16 (1, 12)"),
        (rows("0/forward.U.scale", lambda a: -a), "has scales that are not finite and above 0"),
        (rows("0/forward.U", lambda a: a[..., :1]), "0/forward.U is not int8 (1, 12, 3)"),
        # Two numbers a byte are for the rows of n-grams alone.
        (rows("0/forward.W", lambda a: np.zeros((1, 3, 2), np.uint8)), "0/forward.W is not int8 (1, 3, 3)"),
    ],
)
def test_rows_of_4_bits_that_are_not_as_they_should_be_are_refused(
    known: Checkpoint, tmp_path: Path, change: Change, said: str
) -> None:
    path = tmp_path / "m.npz"
    save(path, known, 4)
    rewrite(path, change)
    assert said in refused(path)


def test_a_chain_of_a_million_ngrams_is_refused_at_once(known: Checkpoint, tmp_path: Path) -> None:
    path, n = tmp_path / "m.npz", 1 << 20
    save(path, known)

    def change(header: dict[str, Any], arrays: dict[str, Any]) -> None:
        children = np.zeros(n, np.uint32)
        children[5:-1] = 1  # each the parent of the next one
        arrays |= {"ngrams/letter": np.full(n - 6, 4, np.uint32), "ngrams/children": children}
        header["network"]["ngrams"] = n

    rewrite(path, change)
    begun = time.perf_counter()
    assert "an n-gram has more than 16 letters" in refused(path)
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"3", b"\xff", b'{"format": 1}'])
def test_a_header_that_is_none_is_refused(small: Checkpoint, tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    with np.load(path) as archive:
        arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
    arrays["header"] = np.frombuffer(text, np.uint8)
    with path.open("wb") as file:
        np.savez(file, **arrays)
    refused(path)


def test_the_format_is_the_one_that_is_documented() -> None:
    assert checkpoint.FORMAT == 4
    assert f"Format {checkpoint.FORMAT}." in (checkpoint.__doc__ or "")


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("network", "cell", "abacus"),
        ("network", "hidden_size", 3.0),
        ("network", "symbols", True),
        ("network", "readouts", None),
        ("network", "readouts", ["country", 1]),
        ("training", "val_split", "0.1"),
        ("data", "source", 7),
        (None, "letters", "éa"),
        (None, "letters", "a\ud800"),
        (None, "countries", "AB"),
        (None, "countries", ["Türkiye", "Côte d'Ivoire"]),
        (None, "countries", ["Türkiye", "Türkiye"]),
        (None, "countries", [1, 2]),
        (None, "history", "long"),
        (None, "history", [1]),
    ],
)
def test_header_values_of_another_kind_are_refused(
    tmp_path: Path, small: Checkpoint, part: str | None, key: str, value: object
) -> None:
    path = tmp_path / "m.npz"
    save(path, small)

    def change(header: dict[str, Any], arrays: dict[str, Any]) -> None:
        (header[part] if part else header)[key] = value

    rewrite(path, change)
    refused(path)


def test_a_header_nested_too_deep_is_refused(tmp_path: Path, small: Checkpoint) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, header=np.frombuffer(b"[" * 200_000, np.uint8))
    refused(path)


def test_flipped_bytes_of_a_compressed_file_are_refused(tmp_path: Path, small: Checkpoint) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    with np.load(path) as archive:
        np.savez_compressed(path, **{name: archive[name] for name in archive.files})
    data = path.read_bytes()
    failed = 0
    for at in range(40, len(data), 37):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x5A]) + data[at + 1 :])
        try:
            load(path)
        except CheckpointError:
            failed += 1
    assert failed > 10


def test_a_symbolic_link_stays_one(tmp_path: Path, small: Checkpoint) -> None:
    (tmp_path / "link.npz").symlink_to("there.npz")
    save(tmp_path / "link.npz", small)
    assert (tmp_path / "link.npz").is_symlink()
    assert_same(small, load(tmp_path / "there.npz"))


def test_a_label_that_was_no_valid_utf8_survives(tmp_path: Path, small: Checkpoint) -> None:
    odd = replace(small, countries=("A", "B\udcff"))
    save(tmp_path / "m.npz", odd)
    assert_same(odd, load(tmp_path / "m.npz"))


def test_a_model_goes_into_a_regular_file(few_countries: Path) -> None:
    with pytest.raises(OutputError, match="is a pipe or a device"):
        check_output(Job(few_countries, Path(os.devnull)), resumed=False)


@pytest.mark.parametrize("option", ["class_weight", "prior"])
def test_a_training_option_that_does_not_exist_is_refused(
    small: Checkpoint, tmp_path: Path, option: str
) -> None:
    path = tmp_path / "m.npz"
    save(path, small)
    rewrite(path, set_to("training", option, "cubed"))
    assert "'cubed'" in refused(path)  # prediction needs the prior that the weights made


# 16 and 8 bits


@pytest.mark.parametrize("bits", [16, 8])
def test_fewer_bits_are_a_smaller_file(ensemble: Checkpoint, tmp_path: Path, bits: int) -> None:
    save(tmp_path / "few.npz", ensemble, bits)
    parameters = [q for params in ensemble.members for q in params.values()]
    with np.load(tmp_path / "few.npz") as archive:
        stored = [archive[name] for name in archive.files if name != "header"]
    entries = {"float16": sum(q.size for q in parameters)}
    if bits == 8:  # and a scale for each row
        entries = {"int8": entries["float16"], "float16": sum(math.prod(q.shape[:-1]) for q in parameters)}
    for dtype, number in entries.items():
        assert sum(q.size for q in stored if q.dtype == dtype) == number
    assert len(stored) == len(parameters) * len(entries)


@pytest.mark.parametrize("bits", [16, 8])
def test_parameters_of_fewer_bits_are_loaded_as_32(ensemble: Checkpoint, tmp_path: Path, bits: int) -> None:
    save(tmp_path / "few.npz", ensemble, bits)
    loaded = load(tmp_path / "few.npz")
    for field in fields(Checkpoint):
        if field.name != "members":
            assert getattr(loaded, field.name) == getattr(ensemble, field.name)
    for params, given in zip(loaded.members, ensemble.members, strict=True):
        assert list(params) == list(given)
        for name, q in params.items():
            assert q.dtype == np.float32
            if bits == 16:
                np.testing.assert_array_equal(q, given[name].astype(np.float16).astype(np.float32))
            else:  # half a step of a 127th of the row's largest, itself rounded up by a thousandth
                largest = np.abs(given[name]).max(axis=-1, keepdims=True)
                assert np.all(np.abs(q - given[name]) <= 0.501 * largest / 127 + 1e-7)
    # Writing it again loses nothing more.
    save(tmp_path / "again.npz", loaded, bits)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "few.npz").read_bytes()


@pytest.mark.parametrize("bits", [16, 8])
def test_a_model_of_fewer_bits_answers_alike(
    ensemble: Checkpoint, few_countries: Path, tmp_path: Path, bits: int
) -> None:
    save(tmp_path / "few.npz", ensemble, bits)
    names = [example.name for example in read_examples(few_countries)]
    p, q = (NameClassifier(m).predict_proba(names) for m in (ensemble, load(tmp_path / "few.npz")))
    np.testing.assert_allclose(p, q, atol=1e-2)
    assert not np.array_equal(p, q)


@pytest.mark.parametrize("bits", [16, 8])
@pytest.mark.parametrize("value", [1e6, 1e30])
def test_what_is_too_large_for_few_bits_is_no_file_that_cannot_be_read(
    small: Checkpoint, tmp_path: Path, bits: int, value: float
) -> None:
    large = tuple({name: np.full_like(q, value) for name, q in params.items()} for params in small.members)
    model, path = replace(small, members=large), tmp_path / "m.npz"
    if bits == 8 and value == 1e6:  # a scale of 7874 fits
        save(path, model, bits)
        for params in load(path).members:
            for q in params.values():
                np.testing.assert_allclose(q, value, rtol=1e-3)
        return
    with pytest.raises(CheckpointError, match=f"too large for {bits} bits; give --bits 32"):
        save(path, model, bits)
    assert list(tmp_path.iterdir()) == []


# rows of n-grams


@pytest.mark.parametrize("bits", [32, 16, 8, 4])
def test_a_model_with_ngrams_survives(knowing: Checkpoint, tmp_path: Path, bits: int) -> None:
    save(tmp_path / "m.npz", knowing, bits)
    loaded = load(tmp_path / "m.npz")
    for field in fields(Checkpoint):
        if field.name != "members":
            assert getattr(loaded, field.name) == getattr(knowing, field.name)
    (params,), (given,) = loaded.members, knowing.members
    network = knowing.network
    kind = {8: np.int8, 4: np.uint8}.get(bits, np.float32)
    wide = widened(params, network)
    assert list(wide) == list(given)
    for name, q in given.items():
        row = name in network.row_parameters
        assert params[name].dtype == (kind if row else np.float32)
        assert wide[name].dtype == np.float32
        assert wide[name].shape == q.shape
        if bits >= 16:
            exact = q if bits == 32 else q.astype(np.float16).astype(np.float32)
            np.testing.assert_array_equal(wide[name], exact)
        else:
            largest = np.abs(q).max(axis=-1, keepdims=True)
            most = 7 if bits == 4 and row else 127
            assert np.all(np.abs(wide[name] - q) <= 0.501 * largest / most + most * 2**-25 + 1e-7)
    for again in (8, 4, 32):  # to write it again as it was read loses nothing, and as it was read only
        save(tmp_path / "again.npz", loaded, again)
        same = (tmp_path / "again.npz").read_bytes() == (tmp_path / "m.npz").read_bytes()
        assert same == (again == bits)


@pytest.mark.parametrize("bits", [16, 8, 4])
def test_a_model_with_ngrams_answers_alike_in_fewer_bits(
    knowing: Checkpoint, few_countries: Path, tmp_path: Path, bits: int
) -> None:
    save(tmp_path / "few.npz", knowing, bits)
    loaded = load(tmp_path / "few.npz")
    names = [example.name for example in read_examples(few_countries)]
    p, q = (NameClassifier(m).predict_proba(names) for m in (knowing, loaded))
    np.testing.assert_allclose(p, q, atol=0.08 if bits == 4 else 1e-2)
    assert not np.array_equal(p, q)
    exact = replace(loaded, members=tuple(widened(m, loaded.network) for m in loaded.members))
    np.testing.assert_array_equal(NameClassifier(exact).predict_proba(names), q)


def test_rows_of_4_bits_are_widened_by_hand(known: Checkpoint, tmp_path: Path) -> None:
    (params,) = known.members
    params["forward.U"][0, 4] = [7, -3, 1]  # the scale is 1
    params["forward.U"][0, 5] = 0
    save(tmp_path / "m.npz", known, 4)
    with np.load(tmp_path / "m.npz") as archive:
        rows, scale = archive["0/forward.U"], archive["0/forward.U.scale"]
    assert rows.shape == (1, 12, 2)
    assert rows[0, 4].tolist() == [15 | 5 << 4, 9 | 8 << 4]  # 7 + 8, -3 + 8; 1 + 8, and 0 + 8 of nothing
    assert scale[0, 4] == 1
    (held,) = load(tmp_path / "m.npz").members
    found = selected(held, "forward.U", np.array([5, 4, 4]), known.network)
    assert found.tolist() == [[[0, 0, 0], [7, -3, 1], [7, -3, 1]]]


@pytest.mark.parametrize("bits", [8, 4])
def test_a_loaded_model_takes_the_memory_of_its_file(tmp_path: Path, known: Checkpoint, bits: int) -> None:
    # All strings of up to nine letters a and é: a thousand n-grams, whose rows are the file.
    keys, level, stop = [], np.array([4, 5]), 6
    for _ in range(8):
        keys.append(np.stack([np.repeat(level, 2), np.tile([4, 5], len(level))], axis=1))
        level, stop = stop + np.arange(2 * len(level)), stop + 2 * len(level)
    ngrams = NGrams(6, 3, *np.concatenate(keys).T)
    network = replace(known.network, ngrams=ngrams, hidden_size=128, bag=128)
    params = init_params(network, np.random.default_rng(0))
    path = tmp_path / "m.npz"
    save(path, replace(known, network=network, members=(params,)), bits)
    load(path)  # what Python itself keeps
    tracemalloc.start()
    try:
        loaded = load(path)
        kept, _ = tracemalloc.get_traced_memory()
        NameClassifier(loaded).predict_proba(["aaéa", "é a"] * 20)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    dense = 4 * sum(q.size for name, q in params.items() if name not in network.row_parameters)
    size = path.stat().st_size + 0.75 * dense  # what is no row of n-grams is widened
    assert kept < 1.3 * size + 100_000
    assert most < 1.5 * size + 400_000
    assert most < 4 * sum(q.size for q in params.values())
