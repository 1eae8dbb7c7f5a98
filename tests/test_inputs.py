"""What is no list of names: files of other kinds, paths where names belong, bytes that are no text."""

import gzip
import io
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest

from rnn_names.base.errors import DataError
from rnn_names.names.source import blocks, opened
from tests.test_cli import fine, invoke

PROGRAM = Path(sys.executable).with_name("rnn-names")


def read(path: Path) -> bytes:
    with opened(path) as file:
        return b"".join(blocks(file, str(path)))


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("names.txt"))
    return file.getvalue()


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("names.txt", "Kim\n")
    return file.getvalue()


KINDS = {
    "lz4": (b"\x04\x22\x4d\x18rest", "packed by lz4; unpack it with unlz4"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it"),
    "rar": (b"Rar!\x1a\x07\x01\x00", "a RAR archive; unpack it"),
    "png": (b"\x89PNG\r\n\x1a\n", "a picture (PNG); give a file of text"),
    "jpeg": (b"\xff\xd8\xff\xe0", "a picture (JPEG); give"),
    "pdf": (b"%PDF-1.7\n", "a PDF; give"),
    "rtf": (b"{\\rtf1\\ansi", "RTF; save it as plain text"),
    "tar": (tarred(), "a tar archive; unpack it with tar"),
    "zip": (zipped(), "a zip archive, as Excel and LibreOffice write tables; save the table as CSV"),
    "zlib": (zlib.compress(b"Kim\nRossi\n"), "packed by zlib; unpack it"),
    "zlib, best": (zlib.compress(b"Kim\nRossi\n", 9), "packed by zlib; unpack it"),
    "parquet": (b"PAR1\x15\x04", "Parquet; save it as CSV"),
    "html": (b"<!DOCTYPE html>\n<html>", "a web page (HTML); save the table as CSV"),
    "html, marked": (b"\xef\xbb\xbf\n  <HTML lang='en'>", "a web page (HTML); save"),
    "xml": (b"<?xml version='1.0'?>", "XML; save"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a table of old Excel; save the table as CSV"),
    "sqlite": (b"SQLite format 3\0", "an SQLite database; export"),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "in gzip"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_another_kind_is_named(kind: str, packed: bool, tmp_path: Path) -> None:
    data, said = KINDS[kind]
    path = tmp_path / "names.txt"
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(DataError) as caught:
        read(path)
    assert said in str(caught.value)


def test_gzip_in_gzip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "names.gz"
    path.write_bytes(gzip.compress(gzip.compress(b"Kim\n")))
    with pytest.raises(DataError, match="is packed by gzip twice; unpack it with gunzip"):
        read(path)


@pytest.mark.parametrize("text", [b"x^2\n", b"xi\n", b"%\n", b"<Kim>\n", b"BA\n", b"7z\n", b"II\n", b""])
def test_a_text_is_not_taken_for_another_kind(text: bytes, tmp_path: Path) -> None:
    for path, data in ((tmp_path / "a.txt", text), (tmp_path / "b.gz", gzip.compress(text))):
        path.write_bytes(data)
        assert read(path) == text


@pytest.fixture
def paths(here: Path) -> Path:
    """A folder with a file of a name without a dot, one with it, and a folder."""
    (here / "list").write_text("Kim\n", encoding="utf-8")
    (here / "list.csv").write_text("name\nKim\n", encoding="utf-8")
    (here / "folder").mkdir()
    return here


@pytest.mark.parametrize("name", ["list", "list.csv", "./list", "folder", "."])
@pytest.mark.parametrize("command", ["predict", "explain", "generate"])
def test_a_path_in_the_place_of_a_name_is_refused(paths: Path, command: str, name: str) -> None:
    result = invoke(command, name)
    assert (result.exit_code, result.stdout) == (2, "")
    is_folder = (paths / name).is_dir()
    what = "a folder" if is_folder else f"a file; to read it type rnn-names predict -i {name}"
    assert f"error: {name!r} is {what}" in result.stderr.replace("\n", " ")


def test_who_is_called_as_a_file_is_can_be_asked_for(paths: Path) -> None:
    assert '"name": "list"' in fine("predict", input="list\n").stdout
    assert fine("explain", " list").stdout.startswith(" list: ")
    (paths / "Poland").mkdir()
    assert fine("generate", "Poland", "-n", 1).stdout
    assert fine("predict", "x" * 5000).stdout  # longer than any path


def test_predict_reads_no_folder(paths: Path) -> None:
    result = invoke("predict", "-i", "folder")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "folder: is a folder; give one of its files, or pipe them in: cat folder/*.txt" in result.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="arguments of bytes that are no text")
@pytest.mark.parametrize(
    ("command", "where"),
    [
        ("predict Kim --prefix", "--prefix"),
        ("predict -i list.csv --column", "--column"),
        ("predict", "argument 1"),
        ("predict Kim", "argument 2"),
        ("explain Kim --country", "--country"),
        ("generate Poland --prefix", "--prefix"),
        ("generate", "argument 1"),
        ("train --label-column", "--label-column"),
        ("train --cell", "--cell"),
        ("evaluate -d", "--delimiter"),
        ("check -e", "--encoding"),
        ("info --format", "--format"),
    ],
)
def test_bytes_that_are_no_text_are_wrong_usage(paths: Path, command: str, where: str) -> None:
    done = subprocess.run([PROGRAM, *command.split(), b"M\xfcller"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    name = command.split()[0]
    assert done.stderr == (
        f"error: {where}: byte 0xfc is not UTF-8; type it in UTF-8; see rnn-names {name} -h\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="file names of bytes that are no text")
def test_a_path_may_have_bytes_that_are_no_text(paths: Path) -> None:
    (paths / "M\udcfcller.csv").write_text("name\nKim\n", encoding="utf-8")
    done = subprocess.run(
        [PROGRAM, "predict", "-i", b"M\xfcller.csv", "-o", b"\xfc.csv"],
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (paths / "\udcfc.csv").exists()
