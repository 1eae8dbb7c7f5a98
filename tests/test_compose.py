"""The table that the bundled model learns from: the forms of a name, and their weights."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from rnn_names.names.spelling import split_key

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "data"))

import compose  # of the scripts that build the data


@pytest.mark.parametrize(
    ("name", "country", "family"),
    [
        *(("Angela Merkel", "Germany", "Merkel"), ("Mao Zedong", "China", "Mao"), ("Pelé", "Brazil", "")),
        *(("Võ Nguyên Giáp", "Vietnam", "Võ"), ("Kim Jong-un", "North Korea", "Kim")),
    ],
)
def test_the_family_name_stands_where_the_country_writes_it(name: str, country: str, family: str) -> None:
    assert compose.family_name(name, country) == family


def test_latin_letters_are_told_from_others() -> None:
    assert compose.is_latin("Nguyễn-O'Brien")
    assert not compose.is_latin("Иванов")
    assert not compose.is_latin("Kim 김")


def test_held_out_names_stay_out_however_they_are_spelled() -> None:
    table = compose.Table()
    table.held_out = {split_key("José Müller")}
    for name in ("José Müller", "JOSE MULLER", "Jose Mueller", ""):
        table.add(name, "Chile", 1.0)
    table.add("José Miller", "Chile", 1.0)
    assert list(table.weights) == [("José Miller", "Chile")]


def test_the_largest_weight_counts_and_family_names_count_their_people() -> None:
    table = compose.Table()
    table.add("Li", "China", 2.0)
    table.add("Li", "China", 9.0)
    table.add("Li", "China", 1.0)
    assert table.weights["Li", "China"] == 9.0
    table.add_families(Counter({("Li", "China"): 4, ("Wu", "China"): 1}), 2.0)
    assert table.weights["Li", "China"] == 16.0
    assert table.weights["Wu", "China"] == 2.0


def test_what_is_drawn_depends_on_the_text_alone() -> None:
    assert compose.drawn("Smith") == compose.drawn("Smith") != compose.drawn("Smyth")


def test_some_names_are_read_in_another_form() -> None:
    bounds = {"comma": 64, "reverse": 128, "initial": 192, "given_name": 256}
    forms = {
        compose.other_form(f"Jo Ann {name}", **bounds)[0].replace(name, "Doe")
        for name in (f"D{k:o}" for k in range(200))
    }
    assert forms == {"Doe, Jo Ann", "Doe Jo Ann", "J. Doe", "Jo"}
    assert compose.other_form("Pelé", **bounds) == ("", 0.0)
    assert compose.other_form("Jo Doe", comma=0, reverse=0, initial=0, given_name=0) == ("", 0.0)
