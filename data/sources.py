"""The sources of the names: pinned archives, and how a list is read from each of them.

Every archive is fetched once into a cache folder, checked against its sha256 and read as it is:
wheels are imported or read as zip files, the npm tarball's locale modules are read as text.
"""

import csv
import hashlib
import importlib
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from romanise import Kind

HERE = Path(__file__).resolve().parent
CACHE = HERE / ".cache"
EXTRA = HERE / "extra"


@dataclass(frozen=True)
class Archive:
    """One published file: what to ask the registry's client for, and what must come back."""

    title: str
    licence: str
    registry: Literal["PyPI", "npm"]
    requirement: str
    filename: str
    sha256: str


ARCHIVES: dict[str, Archive] = {
    "faker": Archive(
        "Faker 40.54.0",
        "MIT",
        "PyPI",
        "Faker==40.54.0",
        "faker-40.54.0-py3-none-any.whl",
        "2dd88ee8cb63a9149e19ef48bdd73879bc3854d8ba2d6c1535e902a762e603f7",
    ),
    "mimesis": Archive(
        "mimesis 22.2.0",
        "MIT",
        "PyPI",
        "mimesis==22.2.0",
        "mimesis-22.2.0-py3-none-any.whl",
        "037011eb3d5edf0b0b5d9eafd74d9881f6dce25b4f01032da0e13fb2a56f37e9",
    ),
    "faker-js": Archive(
        "@faker-js/faker 10.6.0",
        "MIT",
        "npm",
        "@faker-js/faker@10.6.0",
        "faker-js-faker-10.6.0.tgz",
        "13b79ed894af1a52a624fdb144384e1fd6c4afc1a30488830d3be64924333674",
    ),
    "japanese": Archive(
        "japanese-personal-name-dataset 0.4.0",
        "MIT",
        "PyPI",
        "japanese-personal-name-dataset==0.4.0",
        "japanese_personal_name_dataset-0.4.0-py3-none-any.whl",
        "81e771871ef9c11510c9f28736b734e7d321f69e175cbc4f22064360c125db23",
    ),
    "cldr": Archive(
        "Unicode CLDR 48.2.0, core",
        "Unicode-3.0",
        "npm",
        "cldr-core@48.2.0",
        "cldr-core-48.2.0.tgz",
        "5310e0c7a06c1feb83dc8e54c8584bbe0b9c2ea8320172a18d541986b124585d",
    ),
    "cldr-names": Archive(
        "Unicode CLDR 48.2.0, English names of countries",
        "Unicode-3.0",
        "npm",
        "cldr-localenames-full@48.2.0",
        "cldr-localenames-full-48.2.0.tgz",
        "7f2ac7fd3b5d90f56ad127f9ed5ae67b58b3e556818f55530b9f47bb81bcde57",
    ),
    "world-atlas": Archive(
        "world-atlas 2.0.2 (Natural Earth 4.1.0)",
        "ISC (Natural Earth: public domain)",
        "npm",
        "world-atlas@2.0.2",
        "world-atlas-2.0.2.tgz",
        "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
    ),
    "name2nat": Archive(
        "name2nat 0.5.1",
        "CC BY-SA 3.0 (text of Wikipedia)",
        "PyPI",
        "name2nat==0.5.1",
        "name2nat-0.5.1-py3-none-any.whl",
        "cf6c45de61accfeb1d80c9ae86efd42fcf40cac481da5ab04d8a66dd7195fe94",
    ),
}


class SourceError(Exception):
    """A source cannot be fetched, or is not the file that was pinned."""


def fetch(key: str) -> Path:
    """Return the path of an archive, downloading it into the cache when it is not there."""
    archive = ARCHIVES[key]
    path = CACHE / archive.filename
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        subprocess.run(_download_command(archive), cwd=CACHE, check=True, stdout=subprocess.DEVNULL)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != archive.sha256:
        raise SourceError(f"{path}: sha256 is {digest}, but {archive.sha256} is pinned")
    return path


def _download_command(archive: Archive) -> list[str]:
    if archive.registry == "npm":
        return ["npm", "pack", "--silent", archive.requirement]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    return [*pip, "--no-deps", "--only-binary=:all:", "--dest", ".", archive.requirement]


def read(source: str, locale: str, kind: Kind) -> list[str]:
    """Return one raw list, in the order of the source; empty when the source has none."""
    if source == "faker":
        return _read_faker(locale, kind)
    if source == "mimesis":
        return _read_mimesis(locale, kind)
    if source == "faker-js":
        return _read_faker_js(locale, kind)
    if source == "japanese":
        return _read_japanese(kind)
    if source == "extra":
        path = EXTRA / f"{locale}-{kind}.txt"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    raise SourceError(f"unknown source {source!r}")


# --- Faker: class attributes of faker.providers.person.<locale>.Provider ------------------------

# Kana, kanji-romaji pairs and Icelandic stems are not names as people are called.
FAKER_COLUMN: dict[Kind, re.Pattern[str]] = {
    "surnames": re.compile(r"(unisex_|male_)?last_names(_(?!without_suffix)\w+)?|last_romanized_names"),
    "given": re.compile(r"first_names(_\w+)?|first_romanized_names"),
}
# Where a list is only to be had in kanji, its readings are ambiguous: romanised columns alone.
FAKER_ROMANISED_ONLY = frozenset({"ja_JP"})


def _read_faker(locale: str, kind: Kind) -> list[str]:
    columns = faker_columns(locale)
    return [
        name
        for column, names in columns.items()
        if FAKER_COLUMN[kind].fullmatch(column)
        and (locale not in FAKER_ROMANISED_ONLY or "romanized" in column)
        for name in names
    ]


def faker_columns(locale: str) -> dict[str, list[str]]:
    """Every column of names of a locale's own provider."""
    wheel = str(fetch("faker"))
    if wheel not in sys.path:
        sys.path.insert(0, wheel)
    # The class's own attributes: what it inherits is Faker's placeholder "John Doe".
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    return {
        attribute: list(value)
        for attribute, value in vars(provider).items()
        if re.search("first|last", attribute) and isinstance(value, dict | list | tuple | set)
    }


# --- mimesis: datasets/<locale>/person.json -----------------------------------------------------


def _read_mimesis(locale: str, kind: Kind) -> list[str]:
    with zipfile.ZipFile(fetch("mimesis")) as wheel:
        person = json.loads(wheel.read(f"mimesis/datasets/{locale}/person.json").decode("utf-8"))
    return list(_strings(person["surnames" if kind == "surnames" else "names"]))


def _strings(value: Any) -> Iterator[str]:
    """Yield the strings of a nested structure of lists and dicts, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


# --- faker-js: JavaScript literals in dist/<locale>-<hash>.js -----------------------------------


def _read_faker_js(locale: str, kind: Kind) -> list[str]:
    with tarfile.open(fetch("faker-js")) as tarball:
        stub = _member(tarball, f"package/dist/locale/{locale}.js")
        module = re.search(rf'from"\.\./({re.escape(locale)}-[\w-]+\.js)"', stub)
        if module is None:
            raise SourceError(f"faker-js: no module in the stub of {locale}")
        text = _member(tarball, f"package/dist/{module[1]}")
    start = re.search(r"[{,]%s:" % ("last_name" if kind == "surnames" else "first_name"), text)
    return list(_strings(_js_literal(text, start.end())[0])) if start else []


def _member(tarball: tarfile.TarFile, name: str) -> str:
    member = tarball.extractfile(name)
    if member is None:
        raise SourceError(f"faker-js: {name} is not a file")
    return member.read().decode("utf-8")


JS_KEY = re.compile(r"([\w$]+|`[^`]*`):")
JS_STRING = re.compile(r"`((?:[^`\\$]|\\.)*)`(?:\.split\(`([^`]*)`\))?")
JS_NOTHING = re.compile(r"null|void 0")


def _js_literal(text: str, at: int) -> tuple[Any, int]:
    """Parse the literal that begins at `at`: objects, arrays, template strings, `a.b`.split(`.`).

    Returns the value and where it ends. Anything else raises SourceError: the module is data.
    """
    if text[at] in "{[":
        close, at = {"{": "}", "[": "]"}[text[at]], at + 1
        items: list[Any] = []
        while text[at] != close:
            if close == "}":
                key = JS_KEY.match(text, at)
                if key is None:
                    raise SourceError(f"faker-js: no key at {text[at : at + 40]!r}")
                at = key.end()
            value, at = _js_literal(text, at)
            items.append(value)
            at += text[at] == ","
        return items, at + 1
    if string := JS_STRING.match(text, at):
        value = re.sub(r"\\(.)", r"\1", string[1])
        return (value.split(string[2]) if string[2] else value), string.end()
    if nothing := JS_NOTHING.match(text, at):
        return [], nothing.end()
    raise SourceError(f"faker-js: no literal at {text[at : at + 40]!r}")


# --- japanese-personal-name-dataset: csv files of kanji and readings ----------------------------

# Given names from the checked ("opti") lists; the long ones hold readings that nobody bears.
JAPANESE_GIVEN = ("first_name_man_opti.csv", "first_name_woman_opti.csv")


def _read_japanese(kind: Kind) -> list[str]:
    """Return readings in hiragana; those of surnames are followed by a blank and their kanji."""
    if kind == "surnames":
        return [f"{row[2]} {row[0]}" for row in _japanese_rows("last_name_org.csv")]
    return [row[0] for filename in JAPANESE_GIVEN for row in _japanese_rows(filename)]


def _japanese_rows(filename: str) -> list[list[str]]:
    with zipfile.ZipFile(fetch("japanese")) as wheel:
        text = wheel.read(f"japanese_personal_name_dataset/dataset/{filename}").decode("utf-8")
    return list(csv.reader(io.StringIO(text)))
