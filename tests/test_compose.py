"""The table that the bundled model learns from: the forms of a name, and their weights."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from rnn_names.names.spelling import split_key

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "data"))

import by_sound  # of the scripts that build the data
import compose


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
    assert list(table.names) == [("José Miller", "Chile")]


def test_the_largest_times_count_and_what_was_seen_is_discounted() -> None:
    table = compose.Table()
    for times in (2.0, 9.0, 1.0):
        table.add("Li", "China", times, "family")
    assert table.names["Li", "China"] == (9.0, "family")
    table.add_seen(Counter({("Li", "China"): 14, ("Wu", "China"): 1}), "family", 2.0)
    assert table.names["Li", "China"].times == pytest.approx(2 * 13.4)
    assert table.names["Wu", "China"].times == pytest.approx(2 * 0.4)
    assert table.taken[compose.Group("China", "family", True)] == pytest.approx(2 * 2 * 0.6)


def test_digraphs_are_read_where_they_are_written() -> None:
    table = compose.Table()
    table.add("Jörg Möller", "Germany", 1.0)
    table.add("Özil", "Türkiye", 1.0)
    assert table.names == {
        ("Jörg Möller", "Germany"): (1.0, "full"),
        ("Joerg Moeller", "Germany"): (compose.IN_DIGRAPHS, "full"),
        ("Özil", "Türkiye"): (1.0, "full"),
    }


def test_the_kinds_of_names_have_their_shares() -> None:
    names = {f"n{k}": compose.Name(k + 1.0, kind) for k, kind in enumerate(["full", "family", "given"] * 8)}
    counted = compose.shared(names, dict.fromkeys(compose.SHARES, 0.0))
    total = Counter[str]()
    for name, times in counted.items():
        total[names[name].kind] += times  # type: ignore[assignment]  # a Counter of floats
    assert sum(counted.values()) == pytest.approx(len(names))
    assert {kind: total[kind] / 24 for kind in total} == pytest.approx(compose.SHARES)
    assert counted["n3"] == pytest.approx(4 * counted["n0"])  # of one kind


def test_names_in_own_letters_have_one_share_in_every_country() -> None:
    for own, latin in ((200, 1800), (1200, 800), (130, 1870)):
        counted = compose.in_letters(
            "Egypt", {f"و{k}": 1.0 for k in range(own)}, {f"n{k}": 1.0 for k in range(latin)}
        )
        assert sum(counted.values()) == pytest.approx(2000)
        assert sum(n for name, n in counted.items() if name[0] == "و") == pytest.approx(500)


def test_few_names_in_own_letters_have_a_small_share_each_and_no_more() -> None:
    counted = compose.in_letters("Belarus", {"а": 1.0, "б": 3.0}, {f"n{k}": 1.0 for k in range(998)})
    assert counted["а"] + counted["б"] == pytest.approx(2 * compose.OF_ONE * 1000)
    assert counted["б"] == pytest.approx(3 * counted["а"])
    assert sum(counted.values()) == pytest.approx(1000)


def test_letters_of_a_minority_or_of_all_names_count_as_they_come() -> None:
    assert compose.in_letters("Malaysia", {"王": 1.0}, {"Ali": 1.0, "Lee": 1.0})["王"] == 1.0
    assert compose.in_letters("China", {"王": 2.0}, {}) == {"王": 2.0}


def test_a_table_balances_kinds_in_each_script() -> None:
    table = compose.Table()
    for k in range(200):
        table.add(f"Иван Петров{k * 'а'}", "Russia", 3.0)
        table.add(f"Ivan Petrov{k * 'a'}", "Russia", 1.0)
        table.add(f"Petrov{k * 'a'}", "Russia", 1.0, "family")
    counted = table.balanced()["Russia"]
    of_own = sum(n for name, n in counted.items() if not compose.is_latin(name))
    assert of_own == pytest.approx(compose.OWN * len(counted))
    assert sum(counted.values()) == pytest.approx(len(counted))


def test_a_name_in_its_own_letters_counts_as_often_as_people_have_it() -> None:
    table = compose.Table()
    table.add_seen(Counter({("Ivanov", "Russia"): 40, ("Wang", "China"): 40}), "family")
    assert compose.native_times(table, "Иванов", "Russia", "family") == pytest.approx(39.4)
    assert compose.native_times(table, "Иванов", "Russia", "given") == compose.TIMES["native"]
    assert compose.native_times(table, "Петров", "Russia", "family") == compose.TIMES["native"]
    # Of the many names that are written Wang in Latin letters, none is known to be the frequent one.
    assert compose.native_times(table, "王", "China", "family") == compose.TIMES["native"]


def test_serbian_lists_count_in_both_alphabets() -> None:
    table = compose.Table()
    compose.add_native(table)
    listed = dict(compose.listed("surnames", Path(compose.__file__).parent / "surnames" / "Serbia.txt"))
    assert table.names["Абаџић", "Serbia"].times == listed["Abadžić"]
    serbian = [(name, one.kind) for (name, country), one in table.names.items() if country == "Serbia"]
    assert {kind for _, kind in serbian} == {"family", "given", "full"}
    assert not any(compose.is_latin(name) for name, _ in serbian)


def test_a_kind_of_which_much_is_by_chance_has_a_smaller_share() -> None:
    names = {f"f{k}": compose.Name(1.0, "full") for k in range(9)} | {"x": compose.Name(0.4, "family")}
    counted = compose.shared(names, {"full": 0.0, "family": 0.6, "given": 0.0})
    assert counted["x"] == pytest.approx(0.4 * compose.SHARES["family"] * 10)
    assert sum(counted.values()) == pytest.approx(10)


def test_a_name_counts_at_most_so_much_as_others_because_its_kind_is_rare() -> None:
    names = {f"f{k}": compose.Name(1.0, "full") for k in range(99)} | {"x": compose.Name(1.0, "given")}
    assert compose.shared(names, dict.fromkeys(compose.SHARES, 0.0))["x"] == compose.MOST_TIMES


def test_common_names_count_for_a_share_of_their_country() -> None:
    table = compose.Table()
    for k in range(5000):
        table.names[f"n{k}", "Poland"] = compose.Name(1.0, "family")
    compose.add_common(table)
    of_poland = [known.times for (name, country), known in table.names.items() if known.times > 1]
    assert compose.COMMON * 5000 in of_poland


def test_what_is_drawn_depends_on_the_text_alone() -> None:
    assert by_sound.drawn("Smith") == by_sound.drawn("Smith") != by_sound.drawn("Smyth")


def test_some_names_are_read_in_another_form() -> None:
    bounds = {"comma": 85, "reverse": 170, "initial": 256}
    forms = {
        compose.other_form(f"Jo Ann {name}", **bounds).replace(name, "Doe")
        for name in (f"D{k:o}" for k in range(200))
    }
    assert forms == {"Doe, Jo Ann", "Doe Jo Ann", "J. Doe"}
    assert compose.other_form("Pelé", **bounds) == ""
    assert compose.other_form("Jo Doe", comma=0, reverse=0, initial=0) == ""


def test_the_given_name_is_the_first_word_but_no_initial() -> None:
    names = ("Jo Ann Doe", "J. Doe", "J Doe", "Pelé")
    assert list(map(compose.given_name, names)) == ["Jo", "", "", ""]
