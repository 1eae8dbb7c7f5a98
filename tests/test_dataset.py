import csv
import gzip
import io
import re
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.bundled import bundled_surnames
from rnn_names.base.errors import DataError
from rnn_names.model.recipe import TrainConfig
from rnn_names.names.example import Example
from rnn_names.names.examples import read_examples, read_prior
from rnn_names.names.spelling import fold, fold_case, has_letters, normalise, split_key, tidy
from rnn_names.names.split import Split, fingerprint, folds, split, unique
from rnn_names.names.tables import Format
from rnn_names.training.prepared import prepare

NAMES = st.text(
    st.characters(codec="utf-8", categories=["Lu", "Ll", "Lt", "Lo"], exclude_characters="ı")
    | st.sampled_from(" '-.\u00a0"),
    max_size=12,
)
COUNTRIES = st.sampled_from(["Poland", "Ghana", "Côte d'Ivoire"])
EXAMPLES = st.lists(st.builds(Example, NAMES, COUNTRIES), max_size=30)

SPELLINGS = [
    ["Müller", "Mueller", "MULLER", "Mu\u0308ller", "müller ", "MUELLER"],
    ["O'Brien", "O\u2019Brien", "OBrien", "o brien", "O`Brien", "O\u02bbBrien"],
    ["Al-Masri", "al masri", "Al\u2010Masri", "AlMasri", "Al\u2011Masri", "Al\u2013Masri"],
    ["Strauß", "Strauss", "STRAUSS", "STRAUẞ"],
    ["Łukasz", "Lukasz", "ŁUKASZ"],
    ["Sørensen", "Sorensen", "Soerensen", "SØRENSEN"],
    ["Nguyễn", "Nguyen", "Nguye\u0302\u0303n", "NGUYỄN"],
    ["Yıldız", "Yildiz", "YILDIZ", "YİLDİZ"],
    ["García\u00a0López", "Garcia  Lopez", "garcía-lópez"],
    ["Đorđević", "Dordevic", "ĐORĐEVIĆ"],
]


# normalise


@given(NAMES)
def test_normalise_is_idempotent(name: str) -> None:
    assert normalise(normalise(name)) == normalise(name)


@given(NAMES)
def test_normalise_ignores_case(name: str) -> None:
    assert normalise(name.upper()) == normalise(name)
    assert normalise(name.lower()) == normalise(name)
    assert normalise(name.title()) == normalise(name)


def test_normalise_ignores_the_case_of_every_letter_that_has_one() -> None:
    # Unicode does not fold dotless ı: its upper case I is also that of i.
    cased = [
        c
        for c in map(chr, range(sys.maxunicode + 1))
        if {c.upper(), c.lower(), c.casefold(), c.title()} != {c} and c != "ı"
    ]
    for change in (str.upper, str.lower, str.casefold):
        assert [c for c in cased if normalise(f"a{change(c)}z") != normalise(f"a{c}z")] == []
    assert [c for c in cased if normalise(normalise(c)) != normalise(c)] == []
    assert len(cased) > 2000


@given(st.text())
def test_normalise_gives_nfc_whatever_the_form(name: str) -> None:
    assert unicodedata.is_normalized("NFC", normalise(name))
    composed, decomposed = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert normalise(composed) == normalise(decomposed) == normalise(name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", ""),
        ("  Van\u00a0 der\tBerg\u2009", "van der berg"),
        ("\u3000Kim\u2003Lee", "kim lee"),
        ("İnönü", "inönü"),
        ("I\u0307pek", "ipek"),
        ("Strauß", "strauss"),
        ("ΠΑΠΑΔΌΠΟΥΛΟΣ", "παπαδόπουλοσ"),
        ("ИВАНОВ", "иванов"),
        ("Nguye\u0302\u0303n", "nguyễn"),
    ],
)
def test_normalise(name: str, expected: str) -> None:
    assert normalise(name) == expected


def test_every_blank_is_collapsed() -> None:
    blanks = [c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace()]
    assert [c for c in blanks if normalise(f"{c}Ab{c}{c}Cd{c}") != "ab cd"] == []
    assert "\u00a0" in blanks


# fold


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("É", "e"),
        ("Łódź", "lodz"),
        ("Weiß", "weiss"),
        ("WEIẞ", "weiss"),
        ("Ærø", "aero"),
        ("Œuvre", "oeuvre"),
        ("Þór", "thor"),
        ("Yıldız", "yildiz"),
        ("Đặng", "dang"),
        ("O\u2019Neill", "o'neill"),
        ("Jean\u2011Luc", "jean-luc"),
        ("Иванов", "иванов"),
        ("Παπάς", "παπασ"),
        ("山田", "山田"),
        ("Plain Name", "plain name"),
    ],
)
def test_fold(name: str, expected: str) -> None:
    assert fold(name) == expected


def test_fold_leaves_only_base_letters_of_the_bundled_names(bundled: list[Example]) -> None:
    left = {c for example in bundled for c in fold(example.name)}
    assert left - set("abcdefghijklmnopqrstuvwxyz '-") == set()


@given(NAMES)
def test_folding_a_folded_name_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


# split


@pytest.mark.parametrize("names", SPELLINGS, ids=lambda names: str(names[0]))
def test_every_spelling_has_one_key_and_falls_in_one_part(names: list[str]) -> None:
    assert len({split_key(name) for name in names}) == 1
    for seed in range(20):
        parts = split([Example(name, "X") for name in names], 0.3, 0.3, seed)
        assert sorted(map(len, parts)) == [0, 0, len(names)]


def test_names_without_a_letter_have_keys_of_their_own() -> None:
    assert split_key("---") != split_key("''")
    assert split_key("山田") != split_key("田中")


def memberships(parts: Split) -> dict[Example, str]:
    return {example: part for part, examples in parts._asdict().items() for example in examples}


@given(EXAMPLES, EXAMPLES, st.integers(0, 2**63 - 1))
def test_split_depends_neither_on_order_nor_on_other_names(
    examples: list[Example], added: list[Example], seed: int
) -> None:
    before = memberships(split(examples, 0.3, 0.3, seed, version=1))
    after = memberships(split([*added, *reversed(examples)], 0.3, 0.3, seed, version=1))
    assert {example: after[example] for example in before} == before
    assert memberships(split(examples, 0.3, 0.3, seed)) == memberships(
        split(examples[::-1], 0.3, 0.3, seed)
    )


def labelled(counts: dict[str, int]) -> list[Example]:
    """So many names of each label."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [
        Example(f"{label}{letters[k // 26]}{letters[k % 26]}", label)
        for label, n in counts.items()
        for k in range(n)
    ]


@pytest.mark.parametrize(
    ("counts", "parts"),  # of each label the least and the most names to test, and to validate
    [
        ({"one": 1, "big": 50}, {"one": (0, 0), "big": (5, 5)}),
        ({"two": 2, "twelve": 12}, {"two": (0, 1), "twelve": (1, 2)}),
        ({"hundred": 100, "ten": 10}, {"hundred": (10, 10), "ten": (1, 1)}),
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_each_label_has_its_share_of_each_part(
    counts: dict[str, int], parts: dict[str, tuple[int, int]], seed: int
) -> None:
    found = split(labelled(counts), 0.1, 0.1, seed)
    for label, (least, most) in parts.items():
        train, val, test = (sum(e.country == label for e in part) for part in found)
        assert least <= test <= most
        assert least <= val + (counts[label] < 10) <= most + (counts[label] < 10)
        assert train + val + test == counts[label]
        assert train >= 1


@given(st.integers(0, 300), st.integers(0, 1000))
def test_a_name_that_is_added_moves_few(n: int, seed: int) -> None:
    examples = labelled({"a": n, "b": 40})
    before = memberships(split(examples, 0.1, 0.1, seed))
    after = memberships(split([*examples, Example("azzz", "a")], 0.1, 0.1, seed))
    moved = [example for example in before if after[example] != before[example]]
    assert len(moved) <= 2
    assert {example.country for example in moved} <= {"a"}


@given(EXAMPLES, st.integers(2, 6), st.integers(0, 1000))
def test_folds_hold_each_name_once_and_no_label_alone(
    examples: list[Example], count: int, seed: int
) -> None:
    parts = folds(examples, count, seed)
    held = [{split_key(e.name) for e in part} for part in parts]
    assert len(set().union(*held)) == sum(map(len, held))
    left = {split_key(e.name) for e in examples} - set().union(*held)
    assert len(left) <= len({e.country for e in examples})  # at most the only name of each label


def test_folds_are_of_one_size_and_spread_the_labels() -> None:
    parts = folds(labelled({"a": 50, "b": 25, "c": 7, "d": 1}), 5, 1)
    assert {len(part) for part in parts} == {16, 17}
    for label, n in (("a", 50), ("b", 25), ("c", 7)):
        of_label = [sum(e.country == label for e in part) for part in parts]
        assert sum(of_label) == n
        assert max(of_label) - min(of_label) <= 1
    assert not any(e.country == "d" for part in parts for e in part)


@given(EXAMPLES)
def test_split_keeps_every_row_and_its_order(examples: list[Example]) -> None:
    parts = split(examples, 0.3, 0.3, 1)
    assert sorted([*parts.train, *parts.val, *parts.test]) == sorted(examples)
    for part in parts:
        chosen = set(part)
        assert part == [example for example in examples if example in chosen]


def test_shares_of_the_bundled_names_are_about_right(bundled: list[Example]) -> None:
    parts = split(unique(bundled), 0.1, 0.2, 1)
    n = sum(map(len, parts))
    assert len(parts.train) / n == pytest.approx(0.7, abs=0.01)
    assert len(parts.val) / n == pytest.approx(0.1, abs=0.01)
    assert len(parts.test) / n == pytest.approx(0.2, abs=0.01)


def test_parts_of_the_bundled_names_share_no_key(bundled: list[Example]) -> None:
    train, val, test = ({split_key(e.name) for e in part} for part in split(bundled, 0.1, 0.1, 1))
    assert not train & val
    assert not train & test
    assert not val & test


def test_seeds_split_differently(bundled: list[Example]) -> None:
    one, two = (set(split(bundled[::10], 0.1, 0.1, seed).test) for seed in (1, 2))
    assert len(one & two) < 0.2 * len(one)


@pytest.mark.parametrize(("val", "test"), [(0, 0), (0, 0.5), (0.5, 0)])
def test_a_share_of_zero_is_an_empty_part(bundled: list[Example], val: float, test: float) -> None:
    parts = split(bundled[::10], val, test, 1)
    assert bool(parts.val) == (val > 0)
    assert bool(parts.test) == (test > 0)


# unique, fingerprint


def test_unique_keeps_one_row_of_a_name_for_each_country() -> None:
    rows = [
        Example("kim", "South Korea"),
        Example("Kim", "Vietnam"),
        Example("KIM", "South Korea"),
        Example("Abe", "Japan"),
    ]
    assert unique(rows) == [
        Example("Abe", "Japan"),
        Example("kim", "South Korea"),
        Example("Kim", "Vietnam"),
    ]


@given(EXAMPLES)
def test_unique_loses_no_pair(examples: list[Example]) -> None:
    def pairs(rows: Iterable[Example]) -> set[tuple[str, str]]:
        return {(normalise(row.name), row.country) for row in rows if has_letters(row.name)}

    assert pairs(unique(examples)) == pairs(examples)
    assert len(unique(examples)) == len(pairs(examples))
    assert unique(unique(examples)) == unique(examples)


@given(EXAMPLES)
def test_fingerprint_ignores_order_duplicates_and_case(examples: list[Example]) -> None:
    respelled = [Example(e.name.upper(), e.country) for e in reversed(examples)] + examples[:3]
    assert fingerprint(respelled) == fingerprint(examples)


@given(EXAMPLES, st.builds(Example, NAMES, COUNTRIES))
def test_fingerprint_changes_with_a_pair(examples: list[Example], more: Example) -> None:
    new = (normalise(more.name), more.country) not in {(normalise(e.name), e.country) for e in examples}
    assert (fingerprint([*examples, more]) != fingerprint(examples)) == new


# read_examples


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_the_bundled_surnames_are_found(bundled: list[Example]) -> None:
    package = Path(sys.modules["rnn_names"].__file__ or "").resolve().parent
    assert bundled_surnames().is_relative_to(package.parent)
    assert len(bundled) > 50_000
    assert Example("Schmidt", "Germany") in bundled
    assert len({example.country for example in bundled}) > 40


def test_read_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "Poland.txt", "\ufeffNowak\r\n\r\n  Kowalski \r\nNowak")
    write(tmp_path / "Türkiye.txt", "Yılmaz\n\n\u00a0\nKaya\u00a0Öz\n")
    write(tmp_path / "Japan.txt", "Abe\rSato\r")
    write(tmp_path / ".hidden.txt", "Ghost\n")
    write(tmp_path / "notes.md", "Not a name\n")
    assert sorted(read_examples(tmp_path)) == sorted(
        [
            Example("Abe", "Japan"),
            Example("Sato", "Japan"),
            Example("Nowak", "Poland"),
            Example("Kowalski", "Poland"),
            Example("Nowak", "Poland"),
            Example("Yılmaz", "Türkiye"),
            Example("Kaya Öz", "Türkiye"),
        ]
    )


def test_a_label_is_nfc_however_the_file_system_spells_it(tmp_path: Path) -> None:
    write(tmp_path / "Tu\u0308rkiye.txt", "Kaya\n")
    assert read_examples(tmp_path) == [Example("Kaya", "Türkiye")]
    table = write(tmp_path / "t.csv", "name,country\nKaya,Tu\u0308rkiye\n")
    assert read_examples(table) == [Example("Kaya", "Türkiye")]


@pytest.mark.parametrize("suffix", [".csv", ".CSV", ".tsv"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_read_a_table(tmp_path: Path, suffix: str, end: str, bom: str) -> None:
    rows = [
        "id,name,note,country",
        "1,Nowak,x,Poland",
        "",
        ",,,",
        "2, Kaya\u00a0 Öz ,,Türkiye",
        "3,Nowak,,Poland",
    ]
    text = bom + end.join(rows) + end
    path = write(tmp_path / f"t{suffix}", text.replace(",", "\t") if suffix == ".tsv" else text)
    assert read_examples(path) == [
        Example("Nowak", "Poland"),
        Example("Kaya Öz", "Türkiye"),
        Example("Nowak", "Poland"),
    ]


def test_quoted_fields_may_hold_delimiters_line_ends_and_quotes(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv", 'name,country\n"Smith, J","United\nKingdom"\n"de\r\n""Foix""",France\n'
    )
    assert read_examples(path) == [Example("Smith, J", "United Kingdom"), Example('de "Foix"', "France")]


def test_other_columns_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "t.tsv", "country\tsurname\tlanguage\nx\tNowak\tPolish\n")
    assert read_examples(path, Format(column="surname", label_column="language")) == [
        Example("Nowak", "Polish")
    ]


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1))
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    names = [name for name in names if tidy(name)] or ["x"]
    folder = tmp_path_factory.mktemp("csv")
    for suffix, delimiter in ((".csv", ","), (".tsv", "\t")):
        file = io.StringIO(newline="")
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([["name", "country"], *([name, "X"] for name in names)])
        path = write(folder / f"t{suffix}", file.getvalue())
        assert read_examples(path) == [Example(tidy(name), "X") for name in names]


@pytest.mark.parametrize(
    ("file", "data", "said"),
    [
        ("t.csv", b"name,country\nA,B\nC\xff,D\n", "line 3: byte 0xff is not UTF-8"),
        ("t.csv", b"name,country\r\nA,B\r\nC\xe9,D\r\n", "line 3: byte 0xe9 is not UTF-8"),
        ("t.csv", "city,country\nA,B\n", "line 1: no column 'name' among 'city', 'country'"),
        ("t.csv", "name,lang\nA,B\n", "line 1: no column 'country' among 'name', 'lang'"),
        ("t.csv", "name,country,label\nA,B,C\n", "give --label-column country, or --label-column label"),
        ("t.csv", "nmae;country\nA;B\n", "line 1: no column 'name' among 'nmae', 'country'"),
        ("t.csv", "name,country,name\nA,B,C\n", "line 1: more than one column 'name'"),
        ("t.csv", "", "t.csv: is empty"),
        ("t.csv", "name,country\n", "there are no names in it"),
        ("t.csv", "name,country\nA,B\nC\n", "line 3: 1 columns where the first row has 2"),
        ("t.csv", "name,country\nC,\nD,\u00a0\n", "t.csv: no name has a label"),
        ("t.csv", 'name,country\nA,B\n"C,D\nE,F\n', "unexpected end of data"),
        ("t.csv", 'name,country\n"A"x,B\n', "line 2: "),
        ("t.csv", 'name,country\n"' + "x" * (1 << 20) + "x,B\n", "field larger than field limit"),
        ("t.docx", "A,B\n", "not a .csv, .tsv or .jsonl file"),
        ("names.txt", "A\nB\n", "not a .csv, .tsv or .jsonl file"),
    ],
)
def test_a_bad_file_is_named_with_its_line(tmp_path: Path, file: str, data: bytes | str, said: str) -> None:
    path = write(tmp_path / file, data)
    with pytest.raises(DataError) as caught:
        read_examples(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert "; " in str(caught.value)  # what to do about it
    assert "\n" not in str(caught.value)


def test_an_undecodable_byte_in_a_folder_is_found_in_its_file(tmp_path: Path) -> None:
    write(tmp_path / "Ghana.txt", "Mensah\n")
    bad = write(tmp_path / "Japan.txt", b"Abe\n\nSat\xf4\n")
    with pytest.raises(DataError) as caught:
        read_examples(tmp_path)
    assert str(caught.value).startswith(f"{bad}, line 3: byte 0xf4 is not UTF-8")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("empty", "no .txt files in this folder"),
        ("blank", "there are no names in it"),
        ("missing", "no such file or folder"),
        ("missing.csv", "no such file or folder"),
        ("folder.csv", "no .txt files in this folder"),
        ("nested", "is a folder"),
    ],
)
def test_a_bad_path_is_named(tmp_path: Path, made: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank").mkdir()
    write(tmp_path / "blank" / "Japan.txt", "\n \n")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "nested" / "Japan.txt").mkdir(parents=True)
    with pytest.raises(DataError, match=said) as caught:
        read_examples(tmp_path / made)
    assert str(caught.value).startswith(str(tmp_path / made))


def test_a_folder_for_each_label(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "it/a.txt": "Rossi\nBianchi\t3\n",
        "it/b.TXT": "Verdi\n",
        "it/notes.md": "no names",
        "Hong Kong/a.txt.gz": gzip.compress(b"Chan\n"),
        "it/.hidden.txt": "Bruni\n",
        ".git/a.txt": "Index\n",
        "empty/readme.md": "no names",
    }
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        write(tmp_path / file, text)
    assert [tuple(example) for example in read_examples(tmp_path)] == [
        ("Chan", "Hong Kong", 1.0),
        ("Rossi", "it", 1.0),
        ("Bianchi", "it", 3.0),
        ("Verdi", "it", 1.0),
    ]
    write(tmp_path / "it" / "c.csv", "name\nNeri\n")
    with pytest.raises(DataError, match=r"c\.csv: is not read"):
        read_examples(tmp_path)
    (tmp_path / "it" / "c.csv").unlink()
    write(tmp_path / "de.txt", "Schmidt\n")
    with pytest.raises(DataError, match=r"holds de\.txt and Hong Kong"):
        read_examples(tmp_path)


def test_a_folder_named_like_a_table_is_read_as_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "names.csv"
    folder.mkdir()
    write(folder / "Japan.txt", "Abe\n")
    assert read_examples(folder) == [Example("Abe", "Japan")]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b"\xef\xbb\xbfname,country\nab,A\n\xffc,B\n", "line 3: byte 0xff"),
        (b"name,country\rab,A\r\xfec,B\r", "line 3: byte 0xfe"),
        (b"name,country\r\nab,A\r\n\xfdc,B\r\n", "line 3: byte 0xfd"),
    ],
)
def test_the_line_of_an_undecodable_byte_whatever_the_line_ends(
    tmp_path: Path, data: bytes, where: str
) -> None:
    file = tmp_path / "names.csv"
    file.write_bytes(data)
    with pytest.raises(DataError, match=where):
        read_examples(file)


def test_umlauts_and_their_digraphs_share_a_key_before_vowels_too() -> None:
    assert split_key("Böer") == split_key("Boeer") == split_key("BOER")


def test_stacked_dots_are_one_dot() -> None:
    assert normalise("I\u0307\u0307stanbul") == normalise("istanbul")


# many lines at once


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"))))
def test_the_case_of_many_lines_is_folded_as_of_each(lines: list[str]) -> None:
    assert fold_case("\n".join(lines)).split("\n") == [fold_case(line) for line in lines or [""]]


# gzip


@pytest.mark.parametrize("suffix", [".csv.gz", ".tsv.gz", ".CSV.GZ"])
def test_a_gzipped_table_is_read_as_what_is_in_it(tmp_path: Path, suffix: str) -> None:
    text = "\ufeffname,country\r\nYılmaz,Türkiye\r\nNowak,Poland\r\n"
    if suffix.startswith(".tsv"):
        text = text.replace(",", "\t")
    path = write(tmp_path / f"t{suffix}", gzip.compress(text.encode()))
    assert read_examples(path) == [Example("Yılmaz", "Türkiye"), Example("Nowak", "Poland")]
    # As `cat a.gz b.gz` makes it.
    write(path, gzip.compress(text.encode()) + gzip.compress(text.split("\n")[2].encode()))
    assert read_examples(path)[2:] == [Example("Nowak", "Poland")]


PACKED = gzip.compress(
    b"name,country\n" + b"".join(b"n%d,c%d\n" % (i, i * i % 7) for i in range(40)), mtime=0
)


@given(st.integers(0, len(PACKED) - 1))
def test_a_gzip_file_that_was_cut_short_is_refused(
    tmp_path_factory: pytest.TempPathFactory, length: int
) -> None:
    path = write(tmp_path_factory.mktemp("gz") / "t.csv.gz", PACKED[:length])
    with pytest.raises(DataError) as caught:
        read_examples(path)
    assert str(caught.value).startswith(f"{path}: " + ("not a whole gzip file (" if length else "is empty"))
    assert "\n" not in str(caught.value)


@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_a_gzip_file_with_a_wrong_byte_is_never_misread(
    tmp_path_factory: pytest.TempPathFactory, at: int, wrong: int
) -> None:
    path = tmp_path_factory.mktemp("gz") / "t.csv.gz"
    whole = read_examples(write(path, PACKED))
    write(path, PACKED[:at] + bytes([PACKED[at] ^ wrong]) + PACKED[at + 1 :])
    try:
        found, said = read_examples(path), ""
    except DataError as error:
        found, said = [], str(error)
    # The date in its header does not matter.
    assert found == whole if found else said.startswith(f"{path}: not a whole gzip file (")


def packed(data: bytes) -> bytes:
    """The same bytes at any time."""
    return gzip.compress(data, mtime=0)


@pytest.mark.parametrize(
    ("file", "data", "said"),
    [
        ("t.csv.gz", b"name,country\nA,B\n", "t.csv.gz: not a whole gzip file"),
        ("t.csv.gz", packed(b"name,country\nA,B\nC\xff,D\n"), "t.csv.gz, line 3: byte 0xff"),
        ("t.csv.gz", packed(b"name,country\nA,B\nC\n"), "t.csv.gz, line 3: 1 columns"),
        ("t.csv.gz", packed(b""), "t.csv.gz: is empty"),
        ("t.csv.gz", None, "t.csv.gz: no such file"),
        ("t.txt.gz", packed(b"A,B\n"), "t.txt.gz: not a .csv, .tsv or .jsonl file"),
        ("t.gz", packed(b"A,B\n"), "t.gz: not a .csv, .tsv or .jsonl file"),
    ],
)
def test_a_bad_gzip_file_is_named_with_its_line(
    tmp_path: Path, file: str, data: bytes | None, said: str
) -> None:
    if data is not None:
        write(tmp_path / file, data)
    with pytest.raises(DataError) as caught:
        read_examples(tmp_path / file)
    assert str(caught.value).startswith(f"{tmp_path}/{said}")


# priors


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".csv.gz"])
def test_read_a_prior(tmp_path: Path, suffix: str) -> None:
    text = "note,weight,country\nx, 2.5 ,Poland\n\n,1e3,Tu\u0308rkiye\n,0,Côte  d'Ivoire\n"
    data = (text.replace(",", "\t") if suffix == ".tsv" else text).encode()
    path = write(tmp_path / f"p{suffix}", gzip.compress(data) if suffix.endswith("gz") else data)
    assert read_prior(path) == {"Poland": 2.5, "Türkiye": 1000.0, "Côte d'Ivoire": 0.0}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "p.csv",
            "country,weight\nPoland,1\nJapan,much\n",
            "p.csv, line 3: the weight of 'Japan' is 'much'",
        ),
        (
            "p.csv",
            "country,weight\nPoland,1\n\nPoland,2\n",
            "p.csv, line 4: 'Poland' stands in line 2 already",
        ),
        (
            "p.csv",
            "country,weight\nTu\u0308rkiye,1\nTürkiye,2\n",
            "line 3: 'Türkiye' stands in line 2 already",
        ),
        (
            "p.csv",
            "country,weight\nTürkiye,1\nturkiye,2\n",
            "line 3: 'turkiye' is the same country as 'Türkiye' in line 2; keep one of them",
        ),
        ("p.csv", "country,weight\nPoland,\n", "p.csv, line 2: the weight of 'Poland' is ''"),
        ("p.csv", "country,weight\n,1\n", "p.csv, line 2: 'country' is empty"),
        (
            "p.csv",
            "country\nPoland\n",
            "p.csv, line 1: no column 'weight' among 'country'; name two of its columns country and weight",
        ),
        (
            "p.csv",
            'country,weight\nPoland,"0,8"\n',
            "of 'Poland' is '0,8'; give a number from 0 up, with a point before decimals",
        ),
        ("p.csv", "name,weight\nPoland,1\n", "p.csv, line 1: no column 'country' among 'name', 'weight'"),
        ("p.csv", "country,weight,weight\nA,1,2\n", "p.csv, line 1: more than one column 'weight'"),
        ("p.csv", '"country\tweight"\n"Poland\t1"\n', "separate columns by commas"),
        ("p.csv", "", "p.csv: is empty"),
        ("p.csv", None, "p.csv: no such file"),
        ("p", None, "p: no such file"),
        ("p.json", "{}", "p.json: no JSON array"),
        ("p.json", '{"Poland": 1}', '; write [{"country": "Germany", "weight": 1}, …]'),
        ("p.jsonl", '{"Poland": 1}', '; write {"country": "Germany", "weight": 1}'),
    ],
)
def test_a_bad_prior_is_named_with_its_line(tmp_path: Path, file: str, text: str | None, said: str) -> None:
    if text is not None:
        write(tmp_path / file, text)
    with pytest.raises(DataError) as caught:
        read_prior(tmp_path / file)
    assert str(caught.value).startswith(str(tmp_path / file))
    assert said in str(caught.value)
    assert "--" not in str(caught.value)  # there are no options to name other columns
    assert "\n" not in str(caught.value)


def test_a_weight_behind_a_name_and_a_tab(tmp_path: Path) -> None:
    write(tmp_path / "A.txt", "Nguyễn\t384\nHoàng \t 25.5\nVan\tDyck\nZero\t.5\nLi\n")
    assert read_examples(tmp_path) == [
        Example("Nguyễn", "A", 384),
        Example("Hoàng", "A", 25.5),
        Example("Van Dyck", "A"),
        Example("Zero", "A", 0.5),
        Example("Li", "A"),
    ]
    assert unique([Example("Li", "A", 2), Example("LI", "A", 3), Example("li", "A")]) == [
        Example("Li", "A", 3)
    ]


@pytest.mark.parametrize("line", ["\t12", "Li\t0", "Li\t1,000", "Li\t-2", "Li\t1e999"])
def test_what_is_no_weight(tmp_path: Path, line: str) -> None:
    write(tmp_path / "A.txt", f"Li\n{line}\n")
    with pytest.raises(DataError, match=r"A\.txt, line 2: .* weight"):
        read_examples(tmp_path)


def test_one_column_cannot_be_both(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'x' cannot be both"):
        read_examples(write(tmp_path / "a.csv", "x\nLi\n"), Format(column="x", label_column="x"))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('name,country\n"A\nB",Italy\nIto, "Japan"\n', [("A B", "Italy"), ("Ito", "Japan")]),
        ('name,country\n"x\ny", "Japan"\n', [("x y", "Japan")]),
        ('name,country\nIto, "Korea, Japan"\n', [("Ito", "Korea, Japan")]),
        ('name,country\nRossi, "Bob" said\n', [("Rossi", '"Bob" said')]),
    ],
)
def test_a_blank_before_a_quote(tmp_path: Path, text: str, rows: list[tuple[str, str]]) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert [example[:2] for example in read_examples(tmp_path / "a.csv")] == rows


def test_a_key_that_stands_twice(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"name": "A", "name": "B", "country": "Italy"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"line 1: the key 'name' stands twice"):
        read_examples(tmp_path / "a.jsonl")


@pytest.mark.parametrize("name", ["Italy.csv", "Italy.txt.bz2", "Italy.jsonl.gz"])
def test_a_folder_says_what_it_does_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "Japan.txt").write_text("Ito\n", encoding="utf-8")
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match=re.escape(name)):
        read_examples(tmp_path)


def test_a_label_in_two_spellings() -> None:
    examples = [Example("Rossi", "Italy"), Example("Verdi", "italy"), Example("Ito", "Japan")]
    with pytest.raises(DataError, match="'Italy' and 'italy' are one label"):
        prepare(examples, TrainConfig())


@pytest.mark.parametrize(("val", "test"), [(-1, 0.1), (0.6, 0.6), (float("nan"), 0.1)])
def test_shares_that_are_none(val: float, test: float) -> None:
    with pytest.raises(ValueError, match="val and test"):
        split([Example("Rossi", "Italy")], val, test, 1)


def test_a_table_among_lists_is_named(tmp_path: Path) -> None:
    write(tmp_path / "Italy.txt", "Rossi\n")
    write(tmp_path / "Poland.txt", "Nachname;Vorname\nNowak;Jan\n")
    with pytest.raises(DataError, match=r"Poland\.txt: begins with the header of a table"):
        read_examples(tmp_path)
