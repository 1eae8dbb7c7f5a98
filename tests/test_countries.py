"""The table of countries: codes, names, regions, and which labels are countries."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.names.countries import TABLE, all_countries, countries, country_of

DATA = Path(__file__).resolve().parent.parent / "data"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("DE", "Germany"), ("deu", "Germany"), ("NA", "Namibia"), ("GBR", "United Kingdom"),
        ("xk", "Kosovo"),
        ("Turkey", "Türkiye"), ("turkiye", "Türkiye"), ("UK", "United Kingdom"), ("U.K.", "United Kingdom"),
        ("Great Britain", "United Kingdom"), ("USA", "United States"),
        ("United States of America", "United States"),
        ("Czech Republic", "Czechia"), ("Burma", "Myanmar"), ("Ivory Coast", "Côte d'Ivoire"),
        ("Cote d’Ivoire", "Côte d'Ivoire"), ("Republic of Korea", "South Korea"), ("Korea", "South Korea"),
        ("DPR Korea", "North Korea"), ("Swaziland", "Eswatini"), ("Cabo Verde", "Cape Verde"),
        ("Macedonia", "North Macedonia"), ("Holland", "Netherlands"), ("The Netherlands", "Netherlands"),
        ("Viet Nam", "Vietnam"), ("East Timor", "Timor-Leste"), ("Timor Leste", "Timor-Leste"),
        ("Republic of the Congo", "Congo"), ("Congo-Brazzaville", "Congo"), ("DRC", "DR Congo"),
        ("Congo (DRC)", "DR Congo"), ("Macau", "Macao"), ("Hong Kong SAR China", "Hong Kong"),
        ("The Gambia", "Gambia"), ("Bosnia & Herzegovina", "Bosnia and Herzegovina"),
        ("St. Lucia", "Saint Lucia"), ("St Kitts & Nevis", "Saint Kitts and Nevis"),
        ("Sao Tome and Principe", "São Tomé and Príncipe"), ("Chinese Taipei", "Taiwan"),
        ("Palestinian Territories", "Palestine"), ("Russian Federation", "Russia"),
        ("england", "United Kingdom"),
    ],
)  # fmt: skip
def test_codes_and_other_names(text: str, name: str) -> None:
    found = country_of(text)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("text", ["", " ", "ZZ", "Atlantis", "the", "Germanyy", "E"])
def test_what_is_no_country(text: str) -> None:
    assert country_of(text) is None


def test_every_country_is_found_by_each_of_its_names() -> None:
    for country in countries():
        for text in (country.name, country.alpha2, country.alpha3, *country.other_names):
            assert country_of(text) is country, text


@given(st.text(max_size=30))
def test_no_text_raises(text: str) -> None:
    found = country_of(text)
    assert found is None or found in countries()


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("Taiwan", "Eastern Asia"), ("Hong Kong", "Eastern Asia"), ("Macao", "Eastern Asia"),
        ("Kosovo", "Southern Europe"), ("Puerto Rico", "Caribbean"), ("Greenland", "Northern America"),
        ("Faroe Islands", "Northern Europe"), ("Palestine", "Western Asia"), ("Kenya", "Eastern Africa"),
        ("Nigeria", "Western Africa"), ("Brazil", "South America"), ("Mexico", "Central America"),
        ("Fiji", "Melanesia"), ("Egypt", "Northern Africa"), ("Türkiye", "Western Asia"),
        ("Iran", "Southern Asia"),
    ],
)  # fmt: skip
def test_regions(name: str, region: str) -> None:
    country = country_of(name)
    assert country is not None
    assert country.region == region


def test_there_are_twenty_two_regions_and_none_is_empty() -> None:
    regions = Counter(country.region for country in countries())
    assert len(regions) == 22
    assert min(regions.values()) > 1
    assert "Sub-Saharan Africa" not in regions
    assert "Latin America and the Caribbean" not in regions


def test_codes_and_names_are_unique() -> None:
    for of in ("alpha2", "alpha3", "name"):
        assert max(Counter(getattr(country, of) for country in countries()).values()) == 1
    for country in countries():
        assert len(country.alpha2) == 2
        assert len(country.alpha3) == 3
        assert country.population > 0


def test_every_country_of_the_lists_is_in_the_table() -> None:
    names = {country.name for country in countries()}
    listed = {path.stem for kind in ("surnames", "given") for path in (DATA / kind).glob("*.txt")}
    assert listed
    assert listed <= names


@pytest.mark.parametrize(
    ("labels", "right"),
    [
        (["Germany", "France"], True), (["Turkey", "UK"], True), (["Türkiye", "côte d'ivoire"], True),
        (["IT", "DE"], False), (["Germany", "DE"], False), (["Germany", "Arabic"], False), (["NA"], False),
        (["Czech", "Germany"], False), (["England", "Scotland"], True),
    ],
)  # fmt: skip
def test_which_labels_are_countries(labels: list[str], right: bool) -> None:
    assert all_countries(labels) is right


def test_the_table_is_as_its_sources_make_it() -> None:
    if not list((DATA / ".cache").glob("cldr-*.tgz")):
        pytest.skip("the archives of the Unicode CLDR are not fetched")
    done = subprocess.run(
        [sys.executable, DATA / "territories.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_table_is_plain() -> None:
    raw = TABLE.read_bytes()
    assert raw.endswith(b"\n")
    assert b"\r" not in raw
    lines = raw.decode("utf-8").splitlines()
    assert lines[0].split("\t") == ["alpha2", "alpha3", "name", "population", "region", "other_names"]
    names = [line.split("\t")[2] for line in lines[1:]]
    assert names == sorted(names)
