"""`predict` on pipes and tables: one record out for each record in, whatever it holds."""

import csv
import gzip
import io
import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from rnn_names.base.errors import DataError
from rnn_names.cli import answers as command
from rnn_names.cli.commands import app
from rnn_names.model.classifier import CUT, NameClassifier
from rnn_names.names import json_lines, records, source
from rnn_names.names import lines as line_module
from rnn_names.names import rows as row_module
from rnn_names.names.alphabet import Alphabet
from rnn_names.names.delimited import Delimited
from rnn_names.names.json_lines import JsonLines
from rnn_names.names.lines import Lines
from rnn_names.names.spelling import LONGEST
from rnn_names.show.for_people import Bars
from rnn_names.show.prediction import Prediction
from tests.as_lists import as_lists

PEOPLE = 'id,surname,city\n1,Nowak,"Łódź, PL"\n2,,x\n\n3,Papadopoulos,=1+1\n4,Nowak,"a\nb"\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*args: object, input: str | bytes | None = None) -> Result:
    result = CliRunner().invoke(app, ["predict", *map(str, args)], input=input)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def fine(*args: object, input: str | bytes | None = None) -> str:
    result = invoke(*args, input=input)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(
    ("name", "content", "args", "said"),
    [
        ("a.csv", "id,surname,city\n1,Nowak,x\n", ["--column", "surname"],
         "2 other columns of the input; --format csv"),
        ("a.csv", "id,name\n1,Nowak\n", [], "another column of the input; --format csv"),
        ("a.tsv", "1\tNowak\n", ["-H", "--column", "2"], "another column of the input; --format tsv"),
        ("a.jsonl", '{"name": "Nowak", "id": 1}\n', [], "another column of the input; --format jsonl"),
        ("a.csv", "name\nNowak\n", [], None),
        ("a.txt", "Nowak\n", [], None),
        ("a.jsonl", '{"name": "Nowak"}\n', [], None),
    ],
)  # fmt: skip
def test_a_table_for_people_says_that_it_leaves_out_columns(
    here: Path, model_file: Path, name: str, content: str, args: list[str], said: str | None
) -> None:
    (here / name).write_text(content, encoding="utf-8")
    options = ["-m", model_file, "-i", name, *args]
    table = invoke(*options, "--format", "table")
    assert "Nowak" in table.stdout
    assert table.stderr == (f"not shown: {said} keeps what is there\n" if said else "")
    assert invoke(*options, "--format", "table", "-q").stderr == ""
    assert invoke(*options, "--format", "jsonl").stderr == ""


def failed(*args: object, input: str | bytes | None = None) -> str:
    result = invoke(*args, input=input)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


def rows(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_a_table_keeps_its_columns_and_rows(
    here: Path, model_file: Path, ending: str, packed: bool
) -> None:
    delimiter = "," if ending == "csv" else "\t"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows(PEOPLE))
    name = f"people.{ending}" + (".gz" if packed else "")
    data = text.getvalue().encode("utf-8-sig")
    (here / name).write_bytes(gzip.compress(data) if packed else data)
    fine("-m", model_file, "-i", name, "--column", "surname", "-k", 2, "-o", f"out.{ending}.gz")
    found = rows(gzip.decompress((here / f"out.{ending}.gz").read_bytes()).decode("utf-8-sig"), delimiter)
    assert found[0][3:] == ["country", "probability", "country_2", "probability_2", "unknown_letters"]
    kept = [row or ["", "", ""] for row in rows(PEOPLE)]
    assert [row[:3] for row in found] == kept
    alone = rows(fine("-m", model_file, "-k", 2, "--format", "csv", *(row[1] for row in kept[1:])))
    assert [row[3:] for row in found[1:]] == [row[1:] for row in alone[1:]]
    # The same through pipes, where the format is said and the column has a number.
    options = ["-t"] if ending == "tsv" else ["--input-format", "csv"]
    through = fine("-m", model_file, "-k", 2, "--column", 2, "-i", "-", "-o", "-", *options, input=data)
    assert rows(through.removeprefix("\ufeff"), delimiter) == found  # the mark is kept, too


def test_json_lines_are_kept_as_they_are_written(model_file: Path) -> None:
    text = '{"name": "Nowak", "x": 1.10, "y": [1, {"a": null}]}\r\n\n { "x" : 1e400, "name" : null } \n'
    lines = fine("-m", model_file, "--input-format", "jsonl", input=text).splitlines()
    assert lines[0].startswith('{"name": "Nowak", "x": 1.10, "y": [1, {"a": null}], "country": "')
    assert json.loads(lines[1])["country"] is None
    assert len(lines) == 2


def test_from_json_lines_to_csv_and_back(here: Path, model_file: Path) -> None:
    (here / "a.jsonl").write_text('{"name": "Nowak", "x": [1]}\n{"x": null, "name": "Abe"}\n')
    fine("-m", model_file, "-i", "a.jsonl", "-o", "a.csv", "-k", 1)
    found = rows((here / "a.csv").read_text())
    assert [row[:3] for row in found] == [
        ["name", "x", "country"],
        ["Nowak", "[1]", found[1][2]],
        ["Abe", "", found[2][2]],
    ]
    fine("-m", model_file, "-i", "a.csv", "-o", "b.jsonl", "--prefix", "b_")
    records = [json.loads(line) for line in (here / "b.jsonl").read_text().splitlines()]
    assert [r["b_country"] for r in records] == [r["country"] for r in records]
    options = ["--input-format", "jsonl", "--format", "csv", "-k", 1]
    out = fine("-m", model_file, *options, input='{"name": "A"}\n{"name": "B", "z": 1}\n')
    assert [row[:2] for row in rows(out)] == [["name", "z"], ["A", ""], ["B", "1"]]


@pytest.mark.parametrize(
    ("args", "text", "said"),
    [
        (
            ["--column", "surnme"],
            PEOPLE,
            "line 1: no column 'surnme' among 'id', 'surname', 'city'; did you mean 'surname'?",
        ),
        (["--column", "4"], PEOPLE, "line 1: no column '4'"),
        (["--column", "A"], "A,A\nx,y\n", "line 1: more than one column 'A'"),
        (["--column", "a"], "a,b\n1,2\n3\n", "line 3: 1 columns where the first row has 2"),
        (["--column", "a"], "a,b\n1,2\n3,4,5\n", "line 3: 3 columns where the first row has 2"),
        (["--column", "a"], 'a,b\n1,2\n"3,4\n5,6\n', "line 3: unexpected end of data"),
        (["--column", "a"], "", "is empty"),
        (
            ["--column", "a"],
            "a,country\n1,2\n",
            "line 1: there is a column 'country' already; rename it, or give --prefix",
        ),
        (
            ["--input-format", "jsonl"],
            '{"nme": "A"}\n{"nme": "B"}\n',
            "line 1: no 'name' among 'nme', nor in any other record; did you mean 'nme'?",
        ),
        (["--input-format", "jsonl"], '{"name": 1}\n', "line 1: 'name' is no string"),
        (["--input-format", "jsonl"], '{"name": "A"\n', "line 1: no JSON"),
        (["--input-format", "jsonl"], "[1]\n", "line 1: a JSON array"),
        (["--input-format", "jsonl"], "[" * 100_000, "line 1: no JSON"),
        (
            ["--input-format", "jsonl"],
            '{"name": "A", "top": 1}\n',
            "line 1: there is a column 'top' already",
        ),
    ],
)
def test_what_is_not_as_the_format_says_stops_with_its_line(
    here: Path, model_file: Path, args: list[str], text: str, said: str
) -> None:
    (here / "out.csv").write_text("old")
    assert f"standard input{', ' * said.startswith('line')}{': ' * said.startswith('is')}{said}" in failed(
        "-m",
        model_file,
        *args,
        "--format",
        "jsonl" if "jsonl" in args else "csv",
        "-o",
        "out.csv",
        input=text,
    )
    assert (here / "out.csv").read_text() == "old"
    assert [path.name for path in here.iterdir()] == ["out.csv"]


def test_a_file_without_a_header_stays_without_one(model_file: Path) -> None:
    found = rows(
        fine("-m", model_file, "-H", "-d", ";", "--column", 2, "-k", 1, input="1;Nowak\n2;Abe\n"), ";"
    )
    assert [row[:3] for row in found] == [["1", "Nowak", found[0][2]], ["2", "Abe", found[1][2]]]
    record = json.loads(fine("-m", model_file, "-H", "--format", "jsonl", input="Nowak,x\n"))
    assert (record["1"], record["2"], record["country"]) == ("Nowak", "x", found[0][2])


@pytest.mark.parametrize(
    "args",
    [
        *(["A", "--column", "x"], ["A", "-t"], ["-d", "ab"], ["-d", "\n"], ["-d", ";", "-t"]),
        *(
            ["--input-format", "text", "--column", "x"],
            ["--input-format", "jsonl", "-H"],
            ["-e", "klingon"],
        ),
        *(["-e", "hex"], ["--encoding-errors", "ignore"]),
    ],
)
def test_wrong_usage(args: list[str]) -> None:
    assert invoke(*args, input="A\n").exit_code == 2


def test_encodings(model_file: Path) -> None:
    for encoding in ("latin-1", "utf-16", "cp1252"):
        out = fine("-m", model_file, "-e", encoding, input="Müller\r\nÅs".encode(encoding))
        assert [json.loads(line)["name"] for line in out.splitlines()] == ["Müller", "Ås"]
    done = invoke("-m", model_file, input=b"\xef\xbb\xbfA\nB\n\nM\xfc\n")
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["A", "B", ""]
    assert (
        "line 4: byte 0xfc is not UTF-8; it may be 'Mü' in cp1252; "
        "give --encoding its own, or --encoding-errors replace" in done.stderr
    )
    out = fine("-m", model_file, "--encoding-errors", "replace", input=b"A\nM\xfcller\nB")
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["A", "M\ufffdller", "B"]


@given(st.binary(max_size=60), st.integers(1, 7), st.sampled_from(["utf-8-sig", "utf-16", "shift_jis"]))
def test_text_does_not_depend_on_how_its_bytes_come(data: bytes, size: int, encoding: str) -> None:
    def read(size: int) -> list[str] | str:
        blocks = (data[at : at + size] for at in range(0, len(data), size))
        try:
            return [name for chunk in Lines(source.decoded(blocks, "f", encoding)) for name in chunk.names]
        except DataError as error:
            return "UTF-8" if encoding == "utf-8-sig" and str(error) else "no text"

    assert read(size) == read(1000)


CELL = st.text(st.characters(codec="utf-8"), max_size=4) | st.sampled_from(
    ["\r", "\n", '"', "\r\n", "\u2028", "\x1c"]
)


@given(st.lists(st.lists(CELL, min_size=2, max_size=2), min_size=1, max_size=8), st.integers(1, 9))
def test_rows_are_read_back_however_they_come(table: list[list[str]], size: int) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *table])
    data = file.getvalue().encode()
    blocks = (data[at : at + size] for at in range(0, len(data), size))
    chunks = list(Delimited(source.decoded(blocks, "f"), "f", ",", "b", True))
    assert [row for chunk in chunks for row in chunk.rows] == table
    assert [name for chunk in chunks for name in chunk.names] == [row[1] for row in table]


@pytest.mark.parametrize("kind", ["text", "csv", "jsonl"])
def test_slow_input_is_answered_as_it_comes(model_file: Path, kind: str) -> None:
    arguments = ["-m", str(model_file), "--input-format", kind, "-i", "-"]
    with subprocess.Popen(
        [sys.executable, "-m", "rnn_names", "predict", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        out = process.stdout.fileno()
        if kind == "csv":
            os.write(process.stdin.fileno(), b"name\n")
        for name in ("Nowak", "Abe", "Nowak"):
            line = f'{{"name": "{name}"}}' if kind == "jsonl" else name
            os.write(process.stdin.fileno(), f"{line}\n".encode())
            seen = b""
            while name.encode() not in seen or not seen.endswith(b"\n"):
                assert select.select([out], [], [], 60)[0], "no answer while the input is open"
                seen += os.read(out, 1 << 16)
        process.stdin.close()
    assert process.returncode == 0


def test_answers_that_are_no_longer_remembered_are_the_same(
    model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = "\n".join(f"Nowak{'abc'[i % 3] * (i % 11)}" for i in range(300))
    expected = fine("-m", model_file, input=names)
    monkeypatch.setattr(command, "REMEMBERED", 3)
    for module in (records, line_module):
        monkeypatch.setattr(module, "CHUNK", 7)
    found = fine("-m", model_file, input=names)
    for a, b in zip(found.splitlines(), expected.splitlines(), strict=True):
        assert json.loads(a)["name"] == json.loads(b)["name"]
        assert json.loads(a)["probability"] == pytest.approx(json.loads(b)["probability"], abs=2e-6)


ODD = [
    *(
        "\x1b[31mred\x07",
        "\u202eabc\u202c",
        "👩‍👩‍👧‍👦",
        "🇵🇱",
        "Nowakж山",
        "a" + "\u0301\u0316" * 100,
    ),
    *("=1+1", "+1", "-1", "@x", "\x85", "\u2028", "\x1c", "\ufffe"),
]


def test_odd_names_are_kept(model_file: Path) -> None:
    text = "\n".join(ODD)
    records = [json.loads(line) for line in fine("-m", model_file, input=text).split("\n")[:-1]]
    assert [record["name"] for record in records] == ODD
    found = rows(fine("-m", model_file, "-k", 1, "--format", "csv", input=text))
    assert [row[0] for row in found[1:]] == ODD


def test_lone_surrogates_are_written_as_escapes(model_file: Path) -> None:
    for format in ("jsonl", "json"):
        out = fine("-m", model_file, "--format", format, "a\ud800")
        records: list[Any] = (
            json.loads(out) if format == "json" else [json.loads(x) for x in out.splitlines()]
        )
        assert [record["name"] for record in records] == ["a\ud800"]


def test_a_name_is_read_to_a_bounded_length(classifier: NameClassifier, model_file: Path) -> None:
    exact, long = "ab" * (LONGEST // 2), "ab" * 2_000_000
    p = classifier.predict_proba([exact, long, exact + "c", f"  {exact}  "])
    assert (abs(p - p[0]) < 1e-6).all()
    assert [classifier.unknown_letters(name) for name in (exact, f" {exact} ", exact + "c")] == [
        "",
        "",
        CUT,
    ]
    alphabet = Alphabet("ab")
    assert alphabet.encode([long]).lengths.tolist() == [LONGEST + 2]
    tower = "a" + "\u0301\u0316" * 1_000_000  # to put its marks in order takes a time that is quadratic
    assert classifier.unknown_letters(tower).endswith(CUT)
    first, second = map(json.loads, fine("-m", model_file, input=f"{exact}c\nNowak\n").splitlines())
    assert (first["unknown_letters"], second["unknown_letters"]) == (CUT, "")


def test_a_line_without_end_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (json_lines, line_module, row_module):
        monkeypatch.setattr(module, "LONGEST_LINE", 10)
    text = iter(["Nowak\nx", *["y" * 7] * 5, "z\n", "Abe\n", "q" * 30])
    names = [name for chunk in Lines(text) for name in chunk.names]
    assert names == ["Nowak", "xyyyyyyyyyy", "Abe", "q" * 11]
    endless = ["y" * 7] * 5
    with pytest.raises(DataError, match=r"f, line 3: longer than 10 characters"):
        list(Delimited(iter(["a\nb\n", *endless]), "f", ",", "a", True))
    with pytest.raises(DataError, match=r"f, line 2: longer than 10 characters"):
        list(JsonLines(iter(['{"a":""}\n', *endless, "\n"]), "f", "a"))


def test_empty_lines_are_records(model_file: Path) -> None:
    out = fine("-m", model_file, "--format", "csv", "-k", 1, input="\n" * 40_000)
    assert out.count("\n") == 40_001


def test_a_gzip_file_that_was_cut_leaves_nothing(here: Path, model_file: Path) -> None:
    (here / "a.txt.gz").write_bytes(gzip.compress(os.urandom(999).hex().encode())[:-9])
    assert "a.txt.gz: not a whole gzip file" in failed("-m", model_file, "-i", "a.txt.gz", "-o", "o.csv")
    assert [path.name for path in here.iterdir()] == ["a.txt.gz"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [20, 60, 200])
def test_bars_fit_the_terminal(
    classifier: NameClassifier, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    file = Terminal()
    bars = Bars(Lines(iter([])), file)
    names = ["Papadopoulos", "山田", "", "x\x1b[31m"]
    said = [Prediction(n, g, "") for n, g in zip(names, classifier.predict(names), strict=True)]
    bars.write(names, [shown for one in said for shown in bars.render(as_lists(one, 3))])
    shown = file.getvalue().splitlines()
    assert "\x1b" not in file.getvalue()
    assert "(blank)" in shown
    assert any("Greece" in line and "█" in line and "%" in line for line in shown)
    if width >= 60:
        assert len(shown) == 3 * 3 + 1
        assert max(map(len, shown)) <= width


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "jsonl"])
def test_no_format_steers_a_terminal(classifier: NameClassifier, format: str) -> None:
    from rnn_names.show.prediction import Added
    from rnn_names.show.predictions import WRITERS

    file, name = Terminal(), "a\x1b[31m\x9b\u202e\x7f\r"
    out = WRITERS[format](Lines(iter([])), 1, Added(), file)
    said = Prediction(name, classifier.predict([name], 1)[0], "")
    out.write([name], out.render(as_lists(said, 1)))
    out.end()
    assert all(c.isprintable() or c in "\n\t" for c in file.getvalue())
    if format.startswith("json"):
        read = json.loads(file.getvalue())
        assert (read[0] if format == "json" else read)["name"] == name


def test_read_bytes_names_what_cannot_be_read() -> None:
    class Broken(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(DataError, match="f: Input/output error"):
        list(source.blocks(Broken(), "f"))


def test_a_line_break_in_an_argument_makes_no_second_record(model_file: Path) -> None:
    (record,) = fine("-m", model_file, "Sch\nmidt").splitlines()
    assert json.loads(record)["name"] == "Sch midt"


@pytest.mark.parametrize(
    ("file", "text"), [("a.jsonl", '{}\n{"name": "Li"}\n'), ("a.json", '[{}, {"name": "Li"}]')]
)
def test_a_record_without_keys_is_answered(model_file: Path, here: Path, file: str, text: str) -> None:
    (here / file).write_text(text)
    for form in ("json", "jsonl"):
        printed = fine("-m", model_file, "-i", file, "--format", form)
        answers = json.loads(printed) if form == "json" else [*map(json.loads, printed.splitlines())]
        assert [answer["country"] is None for answer in answers] == [True, False]
