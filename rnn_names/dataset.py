"""Files to examples: reading, normalising, and a split that every spelling of a name falls in alike."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from rnn_names import tables
from rnn_names.errors import DataError, did_you_mean

LONGEST = 256  # characters of a name that are read; what follows them is not

# Letters that Unicode does not decompose into a letter and a mark, and punctuation with a plain form.
BASE_LETTERS = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
        "ħ": "h", "ı": "i", "ŋ": "n", "ŧ": "t", "ə": "a", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y",
        "ĸ": "k", "ɛ": "e", "ɔ": "o",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{MODIFIER LETTER TURNED COMMA}": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'",
        "\N{GRAVE ACCENT}": "'", "\N{ACUTE ACCENT}": "'",
        "\N{HYPHEN}": "-", "\N{NON-BREAKING HYPHEN}": "-", "\N{EN DASH}": "-", "\N{EM DASH}": "-",
    }
)  # fmt: skip


class Example(NamedTuple):
    """A name, as it is written in the data, and the label it stands under.

    `weight` says how common the name is among those of its label, its bearers for instance.
    """

    name: str
    country: str
    weight: float = 1.0


class Split(NamedTuple):
    """Three parts of the data that share no name."""

    train: list[Example]
    val: list[Example]
    test: list[Example]


def tidy(text: str) -> str:
    """Collapse every run of white space, no-break spaces included, to one blank; none at the ends."""
    return " ".join(text.split())


def fold_case(text: str) -> str:
    """The text in NFC and its case folded: of many lines at once, each as it would be alone.

    Case folding is Unicode's: ß becomes ss, and a name's capitals fold to what the name does, but for
    Turkish ı, whose capital is everybody else's I.
    """
    if text.isascii():
        return text.lower()
    # NFD first: folding the case of composed and decomposed letters must give the same
    # (Unicode 15, section 3.13, D145). A dotted capital İ folds to i and a stray dot.
    text = re.sub("i\N{COMBINING DOT ABOVE}+", "i", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFC", text)


def bounded(name: str) -> str:
    """The tidy name, or the first LONGEST characters of it: no name costs more than that."""
    return (name if name.isalpha() else tidy(name))[:LONGEST]


def normalise(name: str) -> str:
    """The spelling that the network reads: NFC, case folded, blanks collapsed, of the longest the start."""
    return fold_case(bounded(name))


def fold(name: str) -> str:
    """The normalised name in base letters: é becomes e, ł l, æ ae. Other scripts keep their letters."""
    name = normalise(name)
    if name.isascii():
        return name
    letters = unicodedata.normalize("NFKD", name.translate(BASE_LETTERS)).translate(BASE_LETTERS)
    # The marks on Latin, Greek and Cyrillic letters; those of other scripts may be vowels.
    return normalise("".join(c for c in letters if not "\u0300" <= c <= "\u036f"))


def split_key(name: str) -> str:
    """What all spellings of a name share: Müller, Mueller, MULLER; O'Brien, Obrien; Al-Masri, al masri."""
    letters = "".join(c for c in fold(name) if c.isalnum())
    return re.sub("([aou])e+", r"\1", letters) or normalise(name)


def split(examples: Iterable[Example], val: float, test: float, seed: int) -> Split:
    """Divide the examples by a hash of the name.

    Whatever the file or the order, all spellings of a name fall into one part, and a name added
    tomorrow moves no other. `val` and `test` are the parts' expected shares.
    """
    import hashlib  # not above: to predict takes no hash

    parts = Split([], [], [])
    salt = seed.to_bytes(8, "little")
    for example in examples:
        key = split_key(example.name).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(key, digest_size=8, salt=salt).digest()
        u = int.from_bytes(digest, "little") / 2**64
        part = parts.test if u < test else parts.val if u < test + val else parts.train
        part.append(example)
    return parts


def unique(examples: Iterable[Example]) -> list[Example]:
    """One example for each (normalised name, country), sorted, with the largest of their weights.

    Of spellings that differ in case alone the first is kept.
    """
    found: dict[tuple[str, str], Example] = {}
    for example in examples:
        kept = found.setdefault((normalise(example.name), example.country), example)
        if example.weight > kept.weight:
            found[normalise(example.name), example.country] = kept._replace(weight=example.weight)
    return [found[key] for key in sorted(found)]


def fingerprint(examples: Iterable[Example]) -> str:
    """SHA-256 of the set of (normalised name, country): whether data are the same, but for weights."""
    import hashlib  # as in split

    pairs = sorted({f"{normalise(e.name)}\t{e.country}\n" for e in examples})
    return hashlib.sha256("".join(pairs).encode("utf-8", "surrogatepass")).hexdigest()


def bundled_surnames() -> Path:
    """The folder of surnames that comes with the package."""
    return _bundled("surnames")


def bundled_given_names() -> Path:
    """The folder of given names that comes with the package."""
    return _bundled("given")


def _bundled(kind: str) -> Path:
    here = Path(__file__).resolve().parent
    installed = here / "data" / kind
    return installed if installed.is_dir() else here.parent / "data" / kind


def read_examples(path: Path, name_column: str = "name", country_column: str = "country") -> list[Example]:
    """Every row of a folder of `<Label>.txt` files, or of a CSV or TSV file with a header, gzipped or not.

    In a .txt file a weight may stand behind a name and a tab: see Example. Blank lines are skipped;
    surrounding blanks, a byte-order mark and CRLF are taken off.
    Raises DataError, with file and line, for what cannot be read or would be guesswork.
    """
    examples = list(_read_folder(path) if path.is_dir() else _read_table(path, name_column, country_column))
    if not examples:
        raise DataError(f"{path}: there are no names in it; give a file or folder that has some")
    return examples


def _read_folder(folder: Path) -> Iterator[Example]:
    files = sorted(
        file for file in folder.iterdir() if file.suffix.lower() == ".txt" and not file.name.startswith(".")
    )
    if not files:
        raise DataError(
            f"{folder}: there are no .txt files in this folder; put the names into <Label>.txt files, "
            "one a line, or give a .csv or .tsv file"
        )
    for file in files:
        label = tidy(unicodedata.normalize("NFC", file.stem))
        if not label:
            raise DataError(f"{file}: its name is the label, and is blank; rename it")
        for number, line in enumerate(_read_text(file).split("\n"), start=1):
            name, tab, weight = line.partition("\t")
            if tab and any(map(str.isdigit, weight)):
                if not tidy(name):
                    raise DataError(
                        f"{file}, line {number}: a weight of no name; fill it in or remove the line"
                    )
                try:
                    value = float(weight)
                except ValueError:
                    value = 0.0
                if not 0 < value < math.inf:
                    raise DataError(
                        f"{file}, line {number}: {weight!r} is no weight; "
                        "put a number above 0 behind the tab, or a blank in its place"
                    )
                yield Example(tidy(name), label, value)
            elif tidy(line):
                yield Example(tidy(line), label)


def _read_table(file: Path, name_column: str, country_column: str) -> Iterator[Example]:
    if name_column == country_column:
        raise DataError(f"{file}: {name_column!r} cannot be both the column of names and of labels")
    options = {name_column: "--name-column", country_column: "--country-column"}
    for _, name, country in _table_rows(file, options):
        yield Example(tidy(name), unicodedata.normalize("NFC", tidy(country)))


def read_prior(file: Path) -> dict[str, float]:
    """The weight of each country, from a CSV or TSV file with the columns `country` and `weight`."""
    weights: dict[str, float] = {}
    for line, country, weight in _table_rows(file, {"country": "", "weight": ""}):
        country = unicodedata.normalize("NFC", tidy(country))
        if country in weights:
            raise DataError(f"{file}, line {line}: {country!r} for the second time; keep one of them")
        try:
            weights[country] = float(weight)
        except ValueError:
            weights[country] = math.nan
        if not 0 <= weights[country] < math.inf:
            raise DataError(
                f"{file}, line {line}: the weight of {country!r} is {weight!r}; give a number from 0 up"
            )
    return weights


def _table_rows(file: Path, options: dict[str, str]) -> Iterator[tuple[int, str, str]]:
    """Line and two cells of each row; `options` says by which option to name another column."""
    delimiter = tables.DELIMITERS.get(tables.form_of(file) or "")
    if delimiter is None:
        if not file.exists():
            raise DataError(f"{file}: no such file or folder; check the path")
        raise DataError(
            f"{file}: not a .csv or .tsv file, nor a folder of <Label>.txt files; "
            "rename the file, or give the folder it is in"
        )
    rows = iter(tables.DelimitedRows(iter([_read_text(file)]), str(file), delimiter))
    header = [tidy(cell) for cell in next(rows, (1, []))[1]]
    if not header:
        raise DataError(f"{file}: is empty; give a file with a header and a name in each row")
    at = []
    for column, option in options.items():
        if header.count(column) != 1:
            problem = "no column" if column not in header else "more than one column"
            near = "" if column in header else did_you_mean(column, header)
            raise DataError(
                f"{file}, line 1: {problem} {column!r} among {', '.join(map(repr, header))}; "
                + (f"{near} " if near else "")
                + (f"name the right one with {option}" if option else "give it that one")
                + ("" if len(header) > 1 else f", or separate columns by {_separator(delimiter)}")
            )
        at.append(header.index(column))
    for line, row in rows:
        if not any(map(str.strip, row)):
            continue
        if len(row) <= max(at) or any(map(str.strip, row[len(header) :])):
            raise DataError(
                f"{file}, line {line}: {len(row)} columns where the header has {len(header)}; "
                "complete the row, or quote what has a delimiter in it"
            )
        first, second = (row[k] for k in at)
        if not (first.strip() and second.strip()):
            empty = list(options)[bool(first.strip())]
            raise DataError(f"{file}, line {line}: {empty!r} is empty; fill it in or remove the row")
        yield line, first, second


def _separator(delimiter: str) -> str:
    return "commas" if delimiter == "," else "tabs"


def _read_text(file: Path) -> str:
    """The text of a UTF-8 file, byte-order mark off, every line end as \\n."""
    if not file.exists():
        raise DataError(f"{file}: no such file or folder; check the path")
    with tables.opened(file) as opened:
        # All of the bytes first: whether they are those that were packed is known at the end.
        data = b"".join(tables.read_bytes(opened, str(file)))
    text = "".join(tables.read_text(iter([data]), str(file)))
    return text.replace("\r\n", "\n").replace("\r", "\n")
