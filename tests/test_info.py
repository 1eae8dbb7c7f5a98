"""The output of `info`."""

import json
import math
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnn_names.base.bundled import BUNDLED_MODEL
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.show.tables import sparkline
from tests.test_cli import failed, fine, wrong_usage
from tests.test_formats import FIXTURES

KEYS = [
    *("file", "format", "bytes", "countries", "counts", "letters", "network", "networks", "parameters"),
    *("training", "data", "temperature", "alone", "folds", "kept", "history"),
]


def facts(*args: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fine("info", *args, "--format", "json").stdout)
    assert list(found) == KEYS
    return found


def test_the_facts_are_those_of_the_file(model_file: Path, model: Checkpoint) -> None:
    found = facts(model_file)
    assert found["file"] == str(model_file)
    assert found["bytes"] == model_file.stat().st_size
    assert tuple(found["countries"]) == model.countries
    assert found["letters"] == model.alphabet.letters
    assert found["network"]["hidden_size"] == 16
    assert found["parameters"] == sum(value.size for value in model.members[0].values())
    assert found["data"]["fingerprint"] == model.data.fingerprint
    assert found["history"] == model.history
    assert found["counts"] == dict(zip(model.countries, model.counts, strict=True))


def test_the_model_is_an_argument_or_an_option(model_file: Path) -> None:
    assert facts("-m", model_file) == facts("--model", model_file) == facts(model_file)
    assert facts("-m", "bundled")["file"] == str(BUNDLED_MODEL)
    told = wrong_usage("info", "bundled", "-m", model_file)
    assert told == "error: give MODEL or -m, not both; see rnn-names info -h\n"


def test_several_networks(tmp_path: Path, model: Checkpoint) -> None:
    two = replace(model, members=model.members * 2)
    checkpoint.save(tmp_path / "m.npz", two)
    found = facts(tmp_path / "m.npz")
    assert found["networks"] == 2
    assert found["parameters"] == sum(value.size for q in two.members for value in q.values())


def test_ngrams_are_told_by_their_letters_and_formats_by_their_number() -> None:
    found = {k: facts(FIXTURES / f"format{k}.npz") for k in (1, 2, 3)}
    assert {k: one["format"] for k, one in found.items()} == {1: 1, 2: 2, 3: 3}
    assert [found[k]["network"]["marked"] for k in found] == [False, False, True]
    assert found[1]["network"]["ngrams"] == []
    assert "n-grams" not in " ".join(fine("info", FIXTURES / "format1.npz").stdout.split())
    pairs = found[2]["network"]["ngrams"]
    assert len(set(pairs)) == 50
    assert {"_a", "ch", "s_"} <= set(pairs)
    assert set(map(len, pairs)) == {2}
    assert ", 50 known n-grams" in " ".join(fine("info", FIXTURES / "format2.npz").stdout.split())
    ngrams = found[3]["network"]["ngrams"]
    assert len(set(ngrams)) == len(ngrams) == 150 - 3 - len(found[3]["letters"])
    assert {"_ch", "akis", "mann_"} <= set(ngrams)
    said = " ".join(fine("info", FIXTURES / "format3.npz").stdout.split())
    assert f", {len(ngrams)} known n-grams, 128 columns without order" in said


@pytest.mark.parametrize("bits", [16, 8, 4])
def test_parameters_are_counted_however_many_bits_they_have(tmp_path: Path, bits: int) -> None:
    loaded = checkpoint.load(FIXTURES / "format3.npz")
    checkpoint.save(tmp_path / "m.npz", loaded, bits)
    expected = len(loaded.members) * sum(math.prod(shape) for shape in loaded.network.shapes().values())
    assert facts(tmp_path / "m.npz")["parameters"] == expected


def test_the_table_of_the_bundled_model() -> None:
    result = fine("info")
    for text in ("194: Afghanistan ", "1 × rnn of 32", "network 1, val-loss", "kept", "Cyrillic "):
        assert text in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100
    assert "rnn-names evaluate" in result.stderr
    assert fine("info", "-q").stderr == ""
    found = facts()
    assert found["kept"]["val_loss"] == min(entry["val_loss"] for entry in found["history"])


def test_a_history_of_little(model_file: Path) -> None:
    out = fine("info", model_file).stdout
    assert "network 1, objective" in out
    assert "train-loss" not in out
    assert "kept" not in out
    assert facts(model_file)["kept"] is None


def test_the_advice_names_the_model_that_was_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: Checkpoint
) -> None:
    """The advice is right to the letter: its command scores this model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RNN_NAMES_MODEL", raising=False)

    def advice(*args: object) -> str:
        return fine("info", *args).stderr.rpartition("rnn-names evaluate")[2].rstrip("\n")

    (tmp_path / "sub").mkdir()
    for path in ("rnn-names.npz", "a b.npz", "sub/it's.npz"):
        checkpoint.save(tmp_path / path, model)
    assert advice() == advice("rnn-names.npz") == advice(tmp_path / "rnn-names.npz") == ""
    assert advice("a b.npz") == " -m 'a b.npz'"
    assert shlex.split(advice("sub/it's.npz")) == ["-m", "sub/it's.npz"]
    monkeypatch.setenv("RNN_NAMES_MODEL", "a b.npz")
    assert advice("a b.npz") == advice() == ""
    assert advice("rnn-names.npz") == " -m rnn-names.npz"
    monkeypatch.setenv("RNN_NAMES_MODEL", "none.npz")
    assert advice("rnn-names.npz") == " -m rnn-names.npz"
    monkeypatch.delenv("RNN_NAMES_MODEL")
    untested = replace(model, data=model.data._replace(test=0))
    checkpoint.save(tmp_path / "u.npz", untested)
    assert advice("u.npz") == " FILE -m u.npz"
    (tmp_path / "rnn-names.npz").unlink()
    assert advice() == ""  # the bundled one
    assert advice(BUNDLED_MODEL) == ""


def test_which_model(model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RNN_NAMES_MODEL", str(model_file))
    (tmp_path / "rnn-names.npz").write_text("no model")
    for args in (["info"], ["predict", "Nowak"], ["evaluate"]):
        assert fine(*args, "-v").stderr.startswith(f"model: {model_file}\n")
    assert "rnn-names.npz: not a model" in failed("info", "rnn-names.npz")
    assert "rnn-names.npz: not a model" in failed("predict", "-m", "rnn-names.npz", "Nowak")
    monkeypatch.setenv("RNN_NAMES_MODEL", "none.npz")
    assert "none.npz: no such file; set RNN_NAMES_MODEL to a model" in failed("predict", "Nowak")
    monkeypatch.setenv("RNN_NAMES_MODEL", "")
    assert "rnn-names.npz: not a model" in failed("info")
    (tmp_path / "rnn-names.npz").unlink()
    assert fine("predict", "-v", "Nowak").stderr == "model: bundled\n"


def test_a_sparkline() -> None:
    assert sparkline([0, 1, 7]) == "▁▂█"
    assert sparkline([3, 3]) == "▁▁"
    assert len(sparkline(range(1000))) == 24
