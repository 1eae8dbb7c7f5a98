"""Sheets of Excel and LibreOffice, by an extra that nothing else needs."""

import gzip
import sys
import zipfile
from pathlib import Path

import pytest

from tests.test_cli import failed, fine

CONTENT = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet>{}</office:spreadsheet></office:body>
</office:document-content>"""
SHEETS = {
    "Kunden": [["Nr", "Vorname", "Nachname"], ["1", "Eva", 'Maier, "E"'], ["2.5", "", "Kim\nPark"]],
    "Other": [["name", "country"], ["Rossi", "Italy"]],
}


def cell(text: str) -> str:
    if text.replace(".", "").isdigit():
        return f'<table:table-cell office:value-type="float" office:value="{text}"/>'
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in text.replace('"', "&quot;").split("\n"))
    return f'<table:table-cell office:value-type="string">{paragraphs}</table:table-cell>'


def write_ods(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """Write a file of LibreOffice with these sheets."""
    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", CONTENT.format(tables))
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="{kind}"/></m:manifest>',
        )


@pytest.fixture
def ods(here: Path) -> Path:
    """A file of LibreOffice with two sheets."""
    write_ods(here / "k.ods", SHEETS)
    return here / "k.ods"


@pytest.mark.extras
def test_a_sheet_is_read_as_csv_is(ods: Path, model_file: Path) -> None:
    pytest.importorskip("python_calamine")
    done = fine("predict", "-m", model_file, "-i", "k.ods", "-k", 1, "--format", "csv")
    assert done.stdout.startswith("Nr,Vorname,Nachname,country,")
    assert '\n1,Eva,"Maier, ""E""",' in done.stdout
    assert '\n2.5,,"Kim\nPark",' in done.stdout
    assert "the sheet 'Kunden' is read; give --sheet for 'Other'" in done.stderr
    assert "the name is 'Vorname' and 'Nachname'" in done.stderr
    piped = fine("predict", "-m", model_file, "-i", "-", "-k", 1, "--format", "csv", input=ods.read_bytes())
    assert piped.stdout == done.stdout


@pytest.mark.extras
@pytest.mark.parametrize("sheet", ["Other", "2"])
def test_a_sheet_is_chosen(ods: Path, sheet: str) -> None:
    pytest.importorskip("python_calamine")
    assert "Italy" in fine("check", "k.ods", "--sheet", sheet).stdout


@pytest.mark.extras
def test_what_is_no_sheet(ods: Path) -> None:
    pytest.importorskip("python_calamine")
    assert "no sheet 'Othr' among 'Kunden', 'Other'; did you mean 'Other'?" in failed(
        "check", "k.ods", "--sheet", "Othr"
    )
    with zipfile.ZipFile(ods.with_name("z.zip"), "w") as archive:
        archive.writestr("names.txt", "Kim\n")
    assert "z.zip: is a zip archive or old document, and no table" in failed("predict", "-i", "z.zip")


def test_without_the_extra_the_error_names_it(ods: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    assert failed("predict", "-i", "k.ods") == (
        "error: k.ods: is a table of Excel or LibreOffice, or a zip archive; "
        'pip install "rnn-names[tables]", or save it as CSV\n'
    )


def test_a_model_in_the_place_of_names_is_named(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(model_file.parent)
    name = model_file.name
    for command in (["predict", "-i", name], ["evaluate", name], ["train", name], ["check", name]):
        assert failed(*command) == (
            f"error: {name}: is a model, and no list of names; give it with -m: "
            f"rnn-names predict -m {name} Schmidt\n"
        )
    Path("packed.npz.gz").write_bytes(gzip.compress(model_file.read_bytes()))
    assert failed("predict", "-i", "packed.npz.gz").endswith(
        "; unpack it, and give it with -m: rnn-names predict -m FILE Schmidt\n"
    )
