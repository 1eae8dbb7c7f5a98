"""Which columns of a table hold the name and the label: those asked for, else those that the header names.

Also which cells hold nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import cache
from operator import itemgetter

from rnn_names.base.errors import DataError
from rnn_names.base.text import did_you_mean, in_shell
from rnn_names.names.letters import IGNORABLE
from rnn_names.names.records import MISSING, given
from rnn_names.names.spelling import tidy

LISTED = 20  # columns that an error names
BETWEEN = "\n"  # between the columns of a Format; no column's name has one: see `key`
RANGE = r"(\d{0,6})[-:](\d{0,6})"
# What may separate columns beside the comma, and how to say so.
OTHERWISE = {";": "-d ';'", "\t": "-t", "|": "-d '|'", ",": "-d ,"}

# The words of headers by what their column holds. Case, accents and signs between words do not count.
TABLES = {
    "whole": """full name, fullname, whole name, complete name, display name, name surname, vollständiger
        name, vor und nachname, vor und zuname, nom complet, nom et prénom, nom prénom, prénom nom,
        prénom et nom, nombre completo, nombre y apellidos, nome completo, nome e cognome, nome
        cognome, cognome e nome, cognome nome, nome e sobrenome, volledige naam, fullständigt namn,
        fullt navn, fulde navn, koko nimi, imię i nazwisko, nazwisko i imię, jméno a příjmení,
        příjmení a jméno, meno a priezvisko, teljes név, nume complet, nume și prenume, ime i
        prezime, ime in priimek, пълно име, име и фамилия, фио, полное имя, піб, ονοματεπώνυμο, ad
        soyad, ad soyadı, adı soyadı, họ và tên, họ tên, nama lengkap, الاسم الكامل, שם מלא, पूरा
        नाम, 姓名, 氏名, 名前, 성명""",
    # Alone it is the name. Beside one part of it, it may be the name, or the other part.
    "name": "name, names, person, navn, namn, naam, név, nafn",
    # Alone it is the name, and beside a column of given names the family name.
    "name or family": "nom, nume",
    # Alone it is the name, and beside a column of family names the given name.
    "name or given": """nombre, nombres, nome, imię, jméno, meno, ime, имя, име, ім'я, імя, ad, adı, isim,
        tên, emri, nimi, nama, vārds, όνομα, اسم, الاسم, نام, שם, नाम, ชื่อ, 이름, անուն, სახელი""",
    "family": """surname, last name, lastname, family name, familyname, sn, nachname, familienname, zuname,
        nom de famille, apellido, apellidos, cognome, sobrenome, apelido, apelidos, achternaam,
        familienaam, efternamn, efternavn, etternavn, slektsnavn, sukunimi, eftirnafn,
        perekonnanimi, perenimi, uzvārds, pavardė, nazwisko, příjmení, priezvisko, priimek, prezime,
        nume de familie, mbiemri, фамилия, прізвище, прозвішча, фамилно име, презиме, επώνυμο,
        επίθετο, soyad, soyadı, soyisim, nama keluarga, marga, apelyido, اسم العائلة, اللقب, نام
        خانوادگی, שם משפחה, कुलनाम, उपनाम, นามสกุล, ազգանուն, გვარი""",
    # Where it stands before the given name.
    "family first": "姓, 氏, 名字, 苗字, 성, 성씨, họ, vezetéknév, családnév",
    # Two of them are the family name.
    "family part": """apellido 1, apellido 2, apellido1, apellido2, primer apellido, segundo apellido,
        apellido paterno, apellido materno""",
    "given": """first name, firstname, given name, givenname, given names, forename, forenames,
        christian name, fname, vorname, vornamen, rufname, prénom, prénoms, prenume, nombre de pila,
        primeiro nome, voornaam, voornamen, förnamn, fornavn, etunimi, etunimet, eesnimi, vardas,
        keresztnév, utónév, imiona, křestní jméno, krstné meno, fornafn, nama depan, 名,
        שם פרטי, الاسم الأول, प्रथम नाम""",
    "middle": """middle name, middle names, middlename, additional name, отчество, по батькові, бащино име,
        tên đệm, zweiter vorname, deuxième prénom, mellannamn, mellomnavn, mellemnavn""",
    # Used if nothing else is the name: data for text classification have it.
    "text": "text",
}
GERMAN = {"vorname", "vornamen", "rufname"}
LABELS = ("country", "label")  # the words for the column of the labels
CAMEL = r"(?<=[a-z])(?=[A-Z])"


def key(cell: str) -> str:
    """A column's name or a key, as it is compared: blanks and invisible characters do not count."""
    return tidy(cell if cell.isascii() else IGNORABLE.sub("", cell))


def column(header: list[str], wanted: str, where: str, mend: str = "") -> int:
    """The place of a column, by its name, else its number from 1. Raises DataError that ends in `mend`."""
    tidied = [key(cell) for cell in header]
    wanted = key(wanted)
    if tidied.count(wanted) == 1:
        return tidied.index(wanted)
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 and 0 < int(wanted) <= len(header):
        return int(wanted) - 1
    problem = "more than one column" if wanted in tidied else "no column"
    hint = near(wanted, [cell for cell in tidied if not any(mark in cell for mark in OTHERWISE)])
    otherwise = [
        option
        for mark, option in OTHERWISE.items()
        if (len(header) == 1 and mark in header[0])
        or any(wanted in map(key, cell.split(mark)) for cell in header if mark in cell)
    ]
    if otherwise:
        hint = (
            f"if something else separates columns give {otherwise[0]}, else "
            if "--" in mend
            else "separate columns by commas, and "
        )
    if "--" in mend and (
        any(cell.isdigit() or cell in MISSING for cell in tidied)
        or roles_of_words().keys().isdisjoint(map(folded, header))
    ):
        mend += ", and -H if these are no header"
    raise DataError(f"{where}: {problem} {wanted!r} among {listed(header)}; {hint}{mend}")


def columns(header: list[str], wanted: str, where: str, mend: str = "") -> list[int]:
    """The places of the columns that are asked for, in that order: names, numbers, ranges 2-4, lists 1,3.

    `wanted` has BETWEEN between several. A text that is a column's name is not read as a number or a range.
    """
    tidied, places = [key(cell) for cell in header], list[int]()
    for one in wanted.split(BETWEEN):
        parts = [one] if key(one) in tidied or "," not in one else one.split(",")
        for part in parts:
            ends = re.fullmatch(RANGE, key(part))
            if not ends or key(part) in tidied or not any(ends.groups()):
                places.append(column(header, part, where, mend))
                continue
            first, last = column(header, ends[1] or "1", where, mend), len(header) - 1
            if ends[2]:
                last = column(header, ends[2], where, mend)
            if last < first:
                raise DataError(f"{where}: {key(part)!r} ends before it begins; {mend}")
            places += range(first, last + 1)
    return places


def found(header: list[str], where: str) -> list[int] | None:
    """The places of the columns of the name, by the words of the header; None if there are none.

    Raises DataError, with the options that choose, where there is more than one way to read it.
    """
    if [key(cell) for cell in header].count("name") > 1:
        return None
    known = roles_of_words()
    words = [folded(cell) for cell in header]
    roles = [known.get(word, "") for word in words]
    if not GERMAN.isdisjoint(words):  # Name, Vorname: there the name is the family name
        roles = ["family" if role == "name" else role for role in roles]
    readings = _readings(roles) or [[place] for place, role in enumerate(roles) if role == "text"]
    if len(readings) > 1:
        ways = [" ".join(f"--column {in_shell(key(header[p]))}" for p in places) for places in readings]
        raise DataError(
            f"{where}: more than one column may hold the name, of {listed(header)}; "
            f"give {', or '.join(ways[:LISTED])}"
        )
    return readings[0] if readings else None


def called_labels(header: Sequence[str], names: Collection[int] = ()) -> list[int]:
    """The places of the columns that are called as one of LABELS, and are not among `names`."""
    return [k for k, cell in enumerate(header) if k not in names and folded(cell) in LABELS]


def of_labels(header: list[str], where: str, names: Collection[int] = ()) -> int | None:
    """The place of the column of the labels, by LABELS, where it is not one of `names`; None for none.

    Raises DataError, with the options that choose, where more than one may be it.
    """
    places = called_labels(header, names)
    if len(places) > 1:
        ways = [f"--label-column {in_shell(key(header[place]))}" for place in places]
        if len({*ways}) < len(ways):
            ways = [f"--label-column {place + 1}" for place in places]
        raise DataError(
            f"{where}: more than one column may hold the label, of {listed(header)}; "
            f"give {', or '.join(ways[:LISTED])}"
        )
    return places[0] if places else None


def _readings(roles: list[str]) -> list[list[int]]:
    """All ways to read a name from columns of these roles."""
    at: dict[str, list[int]] = {}
    for place, role in enumerate(roles):
        at.setdefault(role, []).append(place)
    if "whole" in at:
        return [[place] for place in at["whole"]]
    parts, first = at.get("family part", []), at.get("family first", [])
    families = [
        *([p] for p in at.get("family", []) + first),
        *([parts] if len(parts) == 2 else ([p] for p in parts)),
    ]
    givens, names = at.get("given", []), at.get("name", [])
    or_family, or_given = at.get("name or family", []), at.get("name or given", [])
    if givens and not families:
        families, or_family = [[p] for p in or_family], []
    elif families and not givens:
        givens, or_given = or_given, []
    names = sorted(names + or_family + or_given)
    readings = [[place] for place in names]
    if names and bool(families) == bool(givens):  # it is alone, or both parts stand beside the whole
        return readings
    if names and not families:
        families = [[p] for p in names]
    elif names:
        givens = names
    for family in families:
        for first_names in ([p] for p in givens) if givens else [[]]:
            before = [*first_names, *at.get("middle", [])] if first_names else []
            readings.append([*family, *before] if family[0] in first else [*before, *family])
    return readings


def folded(cell: str) -> str:
    """A cell of the header in the form of `roles_of_words`: small base letters, a blank between words."""
    cell = re.sub(CAMEL, " ", key(cell)).replace("(s)", "s")
    letters = unicodedata.normalize("NFKD", cell.casefold()).replace("ı", "i")
    return tidy("".join(c if c.isalnum() else " " * (unicodedata.category(c) != "Mn") for c in letters))


def _words(table: str) -> list[str]:
    return [folded(word) for word in table.split(",")]


@cache
def roles_of_words() -> dict[str, str]:
    """The role of each word of TABLES."""
    return {word: role for role, table in TABLES.items() for word in _words(table)}


def joiner(places: list[int]) -> Callable[[list[str]], str]:
    """The function that reads the name in a row: the cells at these places that are not blank."""
    if len(places) == 1:
        (place,) = places
        return lambda row: given(row[place])
    cells = itemgetter(*places)
    return lambda row: " ".join(
        [cell for cell in map(str.strip, cells(row)) if cell and cell not in MISSING]
    )


def listed(header: list[str]) -> str:
    """The names of some columns, LISTED at most."""
    return ", ".join(repr(cell[:80]) for cell in header[:LISTED]) + (" …" if len(header) > LISTED else "")


def near(wanted: str, header: list[str]) -> str:
    """The nearest column as a question, or nothing."""
    question = did_you_mean(wanted, header)
    return f"{question} " if question else ""
