"""A table goes out as it came in: its delimiter, or what is asked for."""

from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import fine, wrong_usage


@pytest.mark.parametrize(
    ("text", "options", "head"),
    [
        ("name;x\nKim;1\n", [], "name;x;country;"),
        ("name|x\nKim|1\n", [], "name|x|country|"),
        ("sep=;\nname;x\nKim;1\n", [], "name;x;country;"),
        ("name,x\nKim,1\n", [], "name,x,country,"),
        ("name\tx\nKim\t1\n", [], "name,x,country,"),  # in a .csv file
        ("name;x\nKim;1\n", ["--out-delimiter", ","], "name,x,country,"),
        ("name;x\nKim;1\n", ["--format", "tsv"], "name\tx\tcountry\t"),
    ],
)
def test_the_delimiter_of_the_output(
    here: Path, model_file: Path, text: str, options: list[str], head: str
) -> None:
    (here / "p.csv").write_text(text)
    options = options if "--format" in options else ["--format", "csv", *options]
    done = fine("predict", "-m", model_file, "-i", "p.csv", "-k", 1, *options)
    assert done.stdout.startswith(head)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encoding_of_the_output(here: Path, model_file: Path, encoding: str) -> None:
    args: list[Any] = ["predict", "-m", model_file, "Müller", "-o", "o.csv", "--out-encoding", encoding]
    fine(*args)
    data = (here / "o.csv").read_bytes()
    text = data.decode(encoding)
    assert text.splitlines()[1].startswith("Müller,")
    assert data == text.encode(encoding)


def test_options_that_cannot_be() -> None:
    assert "is not a single separating character" in wrong_usage("predict", "Kim", "--out-delimiter", "ab")
    assert "is not a text encoding" in wrong_usage("predict", "Kim", "--out-encoding", "latin-99")
