"""Training data are found and read again as they were: by `train --resume`, and `evaluate` without DATA."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnn_names.model import checkpoint
from rnn_names.model.header import DATA_LATER
from rnn_names.training import plan
from rnn_names.training.loop import EpochReport, fit
from tests.test_checkpoint import rewrite
from tests.test_cli import failed, fine, invoke
from tests.test_spreadsheets import write_ods

NAMES = {
    "Italy": ["Rossi", "Bianchi", "Ferrari", "Russo", "Gallo", "Conti", "Nicolò", "Marino"],
    "Japan": ["Sato", "Suzuki", "Tanaka", "Itō", "Kato", "Yoshida", "Mori", "Ikeda"],
}
ROWS = [[name, country] for country, names in NAMES.items() for name in names]
LINES = [f"__label__{country} {name}" for name, country in ROWS]
TINY = ["--hidden-size", 3, "--epochs", 2, "--batch-size", 8, "--networks", 1, "--ngrams", 0, "--bag", 0]
TINY += ["--test-split", 0.3, "--val-split", 0.2]


def table(rows: list[list[str]], separator: str = ",", header: str = "name,country") -> bytes:
    lines = [*([header.replace(",", separator)] if header else []), *map(separator.join, rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def jsonl(name: str, label: str) -> bytes:
    return "".join(f"{json.dumps({name: n, label: c})}\n" for n, c in ROWS).encode()


QUOTED = [[f'"{name}', country] for name, country in ROWS]
PARTS = [["1", name[:2], name[2:], country, country[:2]] for name, country in ROWS]
NUMBERED = [[name, str(2 + (country == "Japan"))] for name, country in ROWS]
# What is in the file, and the options without which it would be read otherwise.
CASES: dict[str, tuple[str, bytes, list[str]]] = {
    "delimiter": ("n.csv", table(ROWS, ":"), ["-d", ":"]),
    "tabs": ("n.csv", table([[*row, "a;b;c"] for row in ROWS], "\t", "name,country,x;y;z"), ["-t"]),
    "encoding": ("n.csv", table(ROWS).decode().replace("ō", "o").encode("cp1252"), ["-e", "cp1252"]),
    "quoting": ("n.tsv", table(QUOTED, "\t"), ["--quoting", "none"]),
    "no header": ("n.csv", table(ROWS, header=""), ["-H"]),
    "no header, numbers for labels": ("n.csv", table(NUMBERED, header=""), ["-H"]),
    "numbered columns": (
        "n.csv", table(PARTS, header=""), ["-H", "--column", "2-3", "--label-column", "4"],
    ),
    "columns": (
        "n.csv", table(PARTS, header="name,a,b,country,c"), ["--column", "a", "--column", "b"],
    ),
    "label column": ("n.csv", table(PARTS, header="no,name,b,country,code"), ["--label-column", "code"]),
    "format": ("n.dat", jsonl("name", "country"), ["--input-format", "jsonl"]),
    "keys": ("n.jsonl", jsonl("who", "where"), ["--column", "who", "--label-column", "where"]),
    "array": ("n.json", b"[%s]" % jsonl("name", "label").replace(b"}\n", b"},")[:-1], []),
    "labels in the lines": ("n.txt", "\n".join(LINES).encode(), []),
    "packed": ("n.csv", lzma.compress(table(ROWS)), []),
    "bad records left out": ("n.csv", table([*ROWS, ["Abe"]]), ["--on-error", "skip"]),
    "bad records blank": (
        "n.csv", table([[*row, "x"] for row in ROWS] + [["", "Peru"]], header="name,country,x"),
        ["--on-error", "blank"],
    ),
}  # fmt: skip


def interrupted(*args: Any) -> Iterator[Any]:
    for event in fit(*args):
        yield event
        if isinstance(event, EpochReport):
            raise KeyboardInterrupt


def read_again(data: str, options: list[str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Train, stop, resume and evaluate; each from another folder, without the options."""
    with monkeypatch.context() as patch:
        patch.setattr(plan, "fit", interrupted)
        stopped = invoke("train", data, *options, *TINY, "-q", "-o", "m.npz")
        assert stopped.exit_code == 130, stopped.stderr
    monkeypatch.chdir(folder)
    model = folder / "here" / "m.npz"
    fine("train", "--resume", "-q", "-o", model)
    done = fine("evaluate", "-m", model, "--format", "json")
    figures = json.loads(done.stdout)
    assert figures["n"] >= 2
    assert set(figures["per_country"]) == set(
        json.loads(fine("info", model, "--format", "json").stdout)["countries"]
    )


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_read_again_by_its_options(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    name, data, options = CASES[case]
    (here / name).write_bytes(data)
    read_again(name, options, monkeypatch, tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_folder_is_read_again(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    for country, names in NAMES.items():
        path = here / "lists" / f"{country}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(names), encoding=encoding)
    read_again("lists", [] if encoding == "utf-8" else ["-e", encoding], monkeypatch, tmp_path)


@pytest.mark.extras
@pytest.mark.parametrize("sheet", ["People", "2"])
def test_a_sheet_is_read_again(
    here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheet: str
) -> None:
    pytest.importorskip("python_calamine")
    others = [["Kim", "Korea"], ["Park", "Korea"]]
    write_ods(
        here / "n.ods", {"Old": [["name", "country"], *others], "People": [["name", "country"], *ROWS]}
    )
    read_again("n.ods", ["--sheet", sheet], monkeypatch, tmp_path)


def test_data_that_have_changed_are_told(here: Path) -> None:
    (here / "n.csv").write_bytes(table(ROWS))
    fine("train", "n.csv", *TINY, "-q", "-o", "m.npz")
    (here / "n.csv").write_bytes(table(ROWS[1:]))
    assert "n.csv: changed since the model was trained on it" in failed("evaluate", "-m", "m.npz")


def test_a_model_that_does_not_say_all_of_it_loads_as_before(here: Path) -> None:
    (here / "n.csv").write_bytes(table(ROWS))
    fine("train", "n.csv", *TINY, "-q", "-o", "m.npz")
    scored, info = fine("evaluate", "-m", "m.npz").stdout, checkpoint.load("m.npz").data
    rewrite(here / "m.npz", lambda header, _: [header["data"].pop(name) for name in DATA_LATER])
    assert checkpoint.load("m.npz").data == info
    assert fine("evaluate", "-m", "m.npz").stdout == scored
