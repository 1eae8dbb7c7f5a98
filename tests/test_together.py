"""What is done for many names at once is what is done for each alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names import NameClassifier
from rnn_names.base.errors import DataError
from rnn_names.names import dirt, tables
from rnn_names.names.bad_records import BadRecords
from rnn_names.names.delimited import Delimited
from rnn_names.names.dirt import is_plain, suspects
from rnn_names.names.rows import DelimitedRows
from rnn_names.names.tables import Format
from rnn_names.show.prediction import Predictions

WORDS = st.sampled_from(
    [
        "Anna",
        "Maria-Luisa",
        "SMITH",
        "John",
        "Dr.",
        "PhD",
        "van",
        "Jr",
        "O'Neil",
        "-san",
        "Lee-san",
        "A",
        "BC",
        "王伟",
        "นายสมชาย",
        "(Bob)",
        '"Bob"',
        "a@b.c",
        "\xa0",
        "\t",
        "\n",
        "",
        "É",
        "ß",
        "Md",
        "und",
        "-",
        "`",
    ]
)
TEXTS = st.lists(WORDS, max_size=4).map(" ".join)
CELLS = st.sampled_from(
    ["Smith", "", " ", "NULL", '"a,b"', '"two\nlines"', ' "loose"', 'b"d', '"', "x\r", "é\x1f"]
)


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_no_text_that_may_be_dirty_is_missed(texts: list[str]) -> None:
    many = (texts * dirt.MANY)[: dirt.MANY + 1]
    found = {*suspects(many)}
    assert all(is_plain(text) for k, text in enumerate(many) if k not in found)


def test_most_names_are_not_suspect() -> None:
    assert suspects(["Anna Müller", "José María García", "Иван Петров"] * dirt.MANY) == []


def read(text: str, size: int, together: bool, action: str) -> list[str]:
    """What is read of a table in blocks of so many characters, and how it ends."""
    blocks: Iterator[str] = (text[at : at + size] for at in range(0, len(text), size))
    found: list[object] = []
    notes: list[str] = []
    bad = BadRecords(action, tell=notes.append)
    with pytest.MonkeyPatch.context() as patch:
        if not together:
            patch.setattr(DelimitedRows, "together", lambda self, width: [])
        try:
            for names, rows in Delimited(blocks, "x.csv", ",", "name", has_header=True, bad=bad):
                found += zip(names, rows, strict=True)
        except DataError as error:
            found.append(str(error))
    return [*map(repr, found), *sorted(notes)]


@given(
    st.lists(st.lists(CELLS, max_size=3).map(",".join), max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([7, 40, 1000]),
    st.sampled_from(["stop", "skip", "blank"]),
)
def test_rows_are_read_together_as_one_by_one(lines: list[str], end: str, size: int, action: str) -> None:
    text = end.join(["id,name", "1,Anna", *lines, "2,Li", "3,Kim", ""])
    assert read(text, size, True, action) == read(text, size, False, action)


def test_good_rows_are_read_together() -> None:
    rows = DelimitedRows(iter(["id,name\n" + "1,Anna\n" * 100]), "x.csv", ",")
    assert next(iter(rows)) == (1, ["id", "name"])
    assert rows.together(2) == [["1", "Anna"]] * 100
    assert rows.dry


def test_the_records_of_an_array_are_answered_together(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps([{"name": f"n{k}"} for k in range(100)]))
    with tables.opened(tmp_path / "x.json", Format()) as table:
        assert [len(chunk.names) for chunk in table] == [100]


@pytest.mark.parametrize("top_k", [1, 3])
def test_answers_in_lists_are_those_of_each_name(classifier: NameClassifier, top_k: int) -> None:
    names = ["Schmidt", "", "王伟", "12345", "Dr. García", "x" * 300, "ᚠᚢᚦ"]
    in_lists = [
        (one.guesses, one.unknown_letters)
        for some in classifier.answered(names, top_k)
        for one in Predictions(some).one_by_one()
    ]
    assert in_lists == [(a.guesses, a.unknown_letters) for a in classifier.answers(names, top_k)]
