"""What a file does not say of itself: delimiter, encoding, what packed it."""

import bz2
import csv
import gzip
import io
import lzma
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.errors import DataError
from rnn_names.names import decoding, packed, sniffing
from rnn_names.names.tables import Format, opened
from tests.test_cli import fine, invoke

PROGRAM = Path(sys.executable).with_name("rnn-names")


def records(path: Path, **form: Any) -> list[str]:
    with opened(path, Format(**form)) as table:
        return [each for names, _ in table for each in names]


@pytest.mark.parametrize("ending", ["csv", "tsv"])
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("id;name;city", ";"),
        ("id\tname\tcity", "\t"),
        ("id|name|city", "|"),
        ("id,name,city", ","),
        ('"a,b";name', ";"),
        ('"a;""b;";c,name', ","),
        ("name;city, country", ";"),
        ("id,name,a;b", ","),
        ("Nachname;Vorname;Ort, Land", ";"),
        ("Ad;Soyad", ";"),
        ("Nom;Prénom", ";"),
        ("Nome|Cognome", "|"),
        ('"Prénom";"Nom"', ";"),
    ],
)
def test_the_header_tells_the_delimiter(line: str, expected: str, ending: str, tmp_path: Path) -> None:
    usual = "," if ending == "csv" else "\t"
    assert sniffing.delimiter(line, usual, None, True, "t.csv") == expected


@pytest.mark.parametrize(
    ("line", "wanted", "has_header", "expected"),
    [
        ("name", None, True, ","),
        ("Nom;Prénom", "Nom;Prénom", True, ","),
        ("Nom Prénom", None, True, ","),
        ("1;Kim;x, y;z", "2", False, ";"),
        ("1,Kim,a|b,c", "2", False, ","),
        ("id,who,a;b", "who", True, ","),
        ("id;who;a,b,c", "who", True, ";"),
        ("sep=;", None, True, ","),
    ],
)
def test_of_several_signs_one_is_taken(
    line: str, wanted: str | None, has_header: bool, expected: str
) -> None:
    assert sniffing.delimiter(line, ",", wanted, has_header, "t.csv") == expected


@pytest.mark.parametrize(
    ("line", "wanted", "said"),
    [("Kim;3,5", "1", "give -d ';' or -d ,"), ("a|b\tc", "1", "give -t or -d '|'")],
)
def test_a_doubt_is_an_error_that_names_the_options(line: str, wanted: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        sniffing.delimiter(line, ",", wanted, False, "t.csv")
    assert str(caught.value).startswith("t.csv, line 1: ")
    assert str(caught.value).endswith(said)


def test_tabs_of_a_tsv_file_are_no_doubt() -> None:
    assert sniffing.delimiter("a,b,c\tname", "\t", "1", True, "t.tsv") == "\t"


def test_a_delimiter_that_is_given_is_taken(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("name;x,y\nKim;a,b\n")
    assert records(tmp_path / "t.csv") == ["Kim"]
    assert records(tmp_path / "t.csv", delimiter=",", column="1") == ["Kim;a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Nr;Name;"Ort\n(Land)"\n1;Kim;x\n', ["Kim"]),
        ('"Ort;\r\n, | (Land)";Nachname\r\nx;Kim\r\n', ["Kim"]),
        ('"a ""quoted""\n;line";"b,\n\nc";name\nx;y;Kim\n', ["Kim"]),
        ('"a\nb" ;name\nx;Kim\n', ["Kim"]),
        (";;;\n\t\nid;name;x;y\n1;Kim;x;\n", ["Kim"]),
        ('5" screen;name\nx;Kim\n', ["Kim"]),
    ],
)
def test_a_line_break_in_a_quoted_cell_of_the_header(
    text: str, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text(text, newline="")
    assert records(tmp_path / "t.csv") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Smith; John\nIto\n", ["Smith; John", "Ito"]),
        ("Smith;John\n\n;\nIto\n", ["Smith;John", "", ";", "Ito"]),
        ("Kim|Lee\nIto\n", ["Kim|Lee", "Ito"]),
        ("Kim;1\nIto;2\n", ["Kim", "Ito"]),
        ("Kim;1,5\nIto;2\n", ["Kim", "Ito"]),
        ('"Kim;\nLee";1\nIto;2\n', ["Kim;\nLee", "Ito"]),
        ("Kim;1", ["Kim"]),
        ("Kim,1\nIto,2\n", ["Kim", "Ito"]),
    ],
)
def test_without_a_header_the_second_line_has_the_delimiter_too(
    text: str, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert records(tmp_path / "t.csv", header=False) == expected


CELL = st.text(st.sampled_from('ab;,\t|"\n '), max_size=6)


@given(
    st.lists(CELL.filter(str.strip), min_size=1, max_size=4), st.integers(1, 9), st.sampled_from(";,\t|")
)
def test_the_first_row_is_that_of_the_csv_module(cells: list[str], size: int, mark: str) -> None:
    """However the text comes, a row that is quoted throughout is found whole."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark, quoting=csv.QUOTE_ALL).writerows([cells, ["second"]])
    text = out.getvalue()
    blocks = (text[at : at + size] for at in range(0, len(text), size))
    found = sniffing.first_lines(blocks, True, lambda row: True)
    assert next(csv.reader([found.row], delimiter=mark)) == cells
    assert found.second == '"second"'
    assert "".join(found.text) == text


def test_no_more_is_waited_for_than_the_first_row() -> None:
    def text() -> Iterator[str]:
        yield "name;x\nKim"
        raise AssertionError("read on")

    assert sniffing.first_lines(text(), True, lambda row: False)[:3] == ("name;x", "", "\n")


def test_quotes_that_do_not_end_hide_no_line() -> None:
    """A list of names may begin with a quote: no more than a part of it is looked at."""
    assert sniffing.first_lines(iter(['"Smith\nKim\n']), True, lambda row: True)[:2] == ('"Smith', "Kim")
    long = '"Smith\n' + "Kim\n" * sniffing.EVIDENCE
    blocks = (long[at : at + 999] for at in range(0, len(long), 999))
    assert sniffing.first_lines(blocks, True, lambda row: False).row == '"Smith'
    assert len(next(blocks)) == 999


@pytest.mark.skipif(sys.platform == "win32", reason="pipes")
def test_a_pipe_is_answered_as_its_lines_come() -> None:
    options = ["predict", "-m", "bundled", "--column", "name", "-k", "1"]
    done = subprocess.Popen([PROGRAM, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert done.stdin
    assert done.stdout
    done.stdin.write(b"\nname;x\n")
    done.stdin.flush()
    for name in (b"Kim", b"Rossi"):
        done.stdin.write(name + b";1\n")
        done.stdin.flush()
        line = done.stdout.readline()
        if line.startswith(b"name"):
            line = done.stdout.readline()
        assert line.startswith(name)
    done.stdin.close()
    done.stdout.close()
    assert done.wait() == 0


# What packed it

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("name", ["t.csv", "t.csv.bz2", "t.csv.xz"])
@pytest.mark.parametrize("by", PACKERS)
def test_a_packed_file_is_known_by_its_first_bytes(by: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(PACKERS[by](b"name\nKim\n"))
    assert records(tmp_path / name) == ["Kim"]


@pytest.mark.parametrize("by", PACKERS)
def test_a_packed_pipe_is_read(by: str, model_file: Path) -> None:
    data = PACKERS[by]("Kim\nGarcía\n".encode())
    done = fine("predict", "-m", model_file, "--format", "csv", input=data)
    assert [line.partition(",")[0] for line in done.stdout.splitlines()] == ["name", "Kim", "García"]


@pytest.mark.extras
@pytest.mark.parametrize("kept", [5, 20, 0.5, -1])
def test_a_cut_zstd_file_is_an_error(kept: float, tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    text = "name\n" + "".join(f"{k:x}\n" for k in range(20_000))
    data = zstandard.compress(text.encode())
    cut = data[: int(kept * len(data)) if kept == 0.5 else int(kept)]
    for begun in (b"", data):
        (tmp_path / "t.csv").write_bytes(begun + cut)
        with pytest.raises(DataError, match=r"t\.csv: not a whole zstd file \(it ends too early\)"):
            records(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_bytes(data + b"more")
    with pytest.raises(DataError, match=r"t\.csv: not a whole zstd file"):
        records(tmp_path / "t.csv")


@pytest.mark.extras
def test_frames_of_zstd_that_hold_no_data(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    skipped = b"\x53\x2a\x4d\x18\x05\0\0\0hello"
    (tmp_path / "t.csv").write_bytes(skipped + zstandard.compress(b"name\nKim\n") + skipped)
    assert records(tmp_path / "t.csv") == ["Kim"]


@pytest.mark.extras
def test_zstd_is_read_with_the_extra(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    (tmp_path / "t.csv.zst").write_bytes(zstandard.compress(b"name\nKim\n") + zstandard.compress(b"Abe\n"))
    assert records(tmp_path / "t.csv.zst") == ["Kim", "Abe"]


def test_zstd_without_the_extra_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    (tmp_path / "t.csv").write_bytes(b"\x28\xb5\x2f\xfd rest")
    with pytest.raises(DataError, match=r't\.csv: is packed by zstd; pip install "rnn-names\[tables\]"'):
        records(tmp_path / "t.csv")


@pytest.mark.parametrize("by", PACKERS)
def test_a_cut_packed_file_is_an_error(by: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(PACKERS[by](b"name\n" + b"Kim\n" * 99)[:-6])
    with pytest.raises(DataError, match=rf"t\.csv: not a whole {by} file"):
        records(tmp_path / "t.csv")


@pytest.mark.parametrize("text", [b"BZh\n", b"BZh9\nKim\n", b"BZhang\n"])
def test_a_name_is_no_magic(text: bytes) -> None:
    assert packed.packer(text) is None


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
def test_the_output_is_packed_as_its_name_says(here: Path, model_file: Path, ending: str) -> None:
    fine("predict", "-m", model_file, "Kim", "-o", f"o.csv.{ending}")
    assert (here / f"o.csv.{ending}").read_bytes()[:2] != b"na"
    assert records(here / f"o.csv.{ending}") == ["Kim"]


# Encodings


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without charset-normalizer."""
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("José,Spain\nMüller,x\n", "cp1252"),
        ("Łukasz\nWałęsa\n", "cp1250"),
        ("Иванов,Петров\nСмирнов\n", "cp1251"),
        ("Иванов\nСмирнова\n", "koi8_r"),
        ("Yılmaz\nŞahin\n", "cp1254"),
        ("山田太郎\n鈴木\n", "cp932"),
        ("王伟\n李娜\n", "gb18030"),
        ("김민준\n이서연\n", "cp949"),
        ("Παπαδόπουλος\n", "cp1253"),
    ],
)
def test_the_true_encoding_is_among_those_that_are_told(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    at = next(place for place, byte in enumerate(data) if byte > 127)
    cell = text.partition("\n")[0].partition(",")[0]
    assert f"{cell!r} in {encoding}" in decoding.read_otherwise(data, at)


@pytest.mark.usefixtures("alone")
def test_a_byte_that_is_not_utf8_tells_how_the_cell_reads(here: Path) -> None:
    (here / "p.csv").write_bytes("name,city\nKim,Ulm\nJosé,Ávila\n".encode("cp1252"))
    done = invoke("predict", "-i", "p.csv")
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 2)  # the header, and what stands before
    assert done.stderr == (
        "error: p.csv, line 3: byte 0xe9 is not UTF-8; it may be 'José' in cp1252; "
        "give --encoding its own, or --encoding-errors replace, "
        "or go past such records by --on-error skip\n"
    )
    assert "José" in fine("predict", "-i", "p.csv", "-e", "cp1252", "--out-encoding", "utf-8").stdout


# What holds names among other things


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("c.vcf", "BEGIN:VCARD\nFN:Kim\n", r"is a vCard file \(contacts\); read its names: sed .*c\.vcf"),
        ("c.txt", "\ufeffbegin:vcard\r\nVERSION:2.1\r\n", "is a vCard file"),
        ("m", "From a@x.org Fri Nov 27 03:58:50 2026\nFrom: Kim\n", "is a mailbox; read its senders"),
        ("m", "From - Sat Jan  3 01:05:34 1996\nFrom: Kim\n", "is a mailbox"),
        ("t.txt", "+----+------+\n| id | name |\n+----+------+\n", "is a table drawn for people; print it"),
        ("t.csv", " id | name \n----+------\n  1 | Kim\n", "is a table drawn for people"),
        ("t.txt", "┌────┬──────┐\n│ id │ name │\n", "is a table drawn for people"),
        ("t.csv", "Report\nof today\n\nid,name\n1,Kim\n", r"line 4 may be the header; .*: tail -n \+4 "),
        ("t.csv", "Kunden;;\r\n;;\r\nNr;Nachname;Vorname\r\n1;Kim;Eva\r\n", "line 3 may be the header"),
        (
            "p.json",
            '{"data": [{"name": "Kim"}]}',
            r"the records are under 'data'; take them out: jq \.data ",
        ),
        ("p.json", '{"n": 2, "next": null, "at": "x,[", "names": ["Kim"]}', r"jq \.names "),
        (
            "p.json",
            '{"meta": {"page": [1]}, "people": [{"name": "Kim"}]}',
            r"under 'people'; .* jq \.people ",
        ),
        (
            "p.json",
            '{"@x": {"y": []}, "a b": [{"n": 1}], "c": 2}',
            """under 'a b'; .* jq '.\\["a b"\\]' """,
        ),
        ("p.json", '{"a": {"b": {"c-d": ["Kim"]}}}', """'c-d' in 'b' in 'a'; .* jq '.a.b\\["c-d"\\]' """),
        ("p.json", '{"columns": ["name"], "rows": [{"name": "Kim"}]}', r"jq \.rows "),
        ("p.json", '{"e": "\\"[{", "n": {}, "p": [ {"name": "Kim"} oops', r"jq \.p "),
        ("p.json", '{"name": "Kim"}', "no JSON array"),
        ("p.json", '{"name": "Kim", "n": [1, "x"], "m": {}}', "no JSON array"),
        ("p.json", '{"a": {"a": {"a": {"a": {"a": [{"name": "Kim"}]}}}}}', "no JSON array"),
        ("p.json", '{"a": ' * 100_000, "no JSON array"),
        (
            "p.json",
            '{"name": "Kim", "tags": ["x"]}\n{"name": "Ito"}\n',
            "with an object a line it is JSON lines",
        ),
    ],
)
def test_the_next_command_is_told(tmp_path: Path, file: str, text: str, said: str) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        records(tmp_path / file)


def test_a_header_alone_is_answered_and_said(model_file: Path) -> None:
    said = (
        "standard input: line 1, 'Name', is answered as a name; if it is a header give --input-format csv\n"
    )
    for text, expected in (("Name\nKim\n", said), ("Nam\nKim\n", "")):
        done = fine("predict", "-m", model_file, "-k", 1, input=text)
        assert len(done.stdout.splitlines()) == 2
        assert done.stderr.startswith(expected)
        assert "header" in done.stderr or not expected


@pytest.mark.parametrize(
    "text",
    ["From\n", "Begin\n", "- - -\n", "From Nowak\nFri\n", "+Kim+\n", "Ana\n-----\nBo\n", "Ana\n--+--\nBo"],
)
def test_what_is_a_list_of_names_all_the_same(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.txt").write_text(text)
    assert records(tmp_path / "t.txt") == text.splitlines()


def test_a_table_without_a_known_header_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "t.txt").write_text("1\tKim\tUlm\n")
    assert records(tmp_path / "t.txt", note=told.append) == ["1\tKim\tUlm"]
    assert [each.partition(": ")[2] for each in told] == [
        "line 1 has columns; give -t and --column, and -H if line 1 is no header"
    ]
    for line, option in (("Kim;Ulm", "-d ';'"), ("Kim\tUlm", "-t")):
        told.clear()
        (tmp_path / "t.txt").write_text(f"{line}\n")
        assert records(tmp_path / "t.txt", note=told.append) == [line]
        assert f"line 1 has columns; give {option} and --column" in told[0]
    told.clear()
    (tmp_path / "t.txt").write_text("Kim\t3\n")
    assert records(tmp_path / "t.txt", note=told.append) == ["Kim"]
    assert told == []


@pytest.mark.parametrize(
    ("first", "hint"),
    [
        ("1,Kim", True),
        (r"Kim,\N", True),
        ("Kim,Ulm", True),
        ("given name,town", False),
        ("middle name,id", False),
    ],
)
def test_a_row_that_looks_like_data_tells_of_the_option(tmp_path: Path, first: str, hint: bool) -> None:
    (tmp_path / "t.csv").write_text(f"{first}\n")
    with pytest.raises(DataError) as caught:
        records(tmp_path / "t.csv")
    assert str(caught.value).endswith(", and -H if these are no header") == hint


@pytest.mark.extras
def test_an_opinion_on_a_few_letters_is_not_asked_for() -> None:
    """Charset-normalizer takes these for cp1250, in which they are Gśtz and Núńez."""
    pytest.importorskip("charset_normalizer")
    assert decoding.likely("Chloé Lefèvre\nNoël Gœtz\nAarón Núñez\n".encode("cp1252"))[0] == "cp1252"
