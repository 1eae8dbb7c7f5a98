"""Labels, what they are called, and their groups."""

import json
from pathlib import Path

import numpy as np
import pytest

from rnn_names.base.errors import DataError, UnknownCountryError
from rnn_names.model.calibration import prior_weights
from rnn_names.names.groups import by_table, grouped, regions
from rnn_names.names.labels import Labels
from tests.test_cli import fine, invoke

WORLD = Labels(["Germany", "Türkiye", "United Kingdom"])
ROOMS = Labels(["DE", "IT", "Sales"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        *(("Germany", 0), ("germany", 0), ("DE", 0), ("deu", 0), ("Federal Republic of Germany", None)),
        *(
            ("Turkey", 1),
            ("TR", 1),
            ("Turkiye", 1),
            ("UK", 2),
            ("GB", 2),
            ("Great Britain", 2),
            ("France", None),
        ),
    ],
)
def test_which_country_a_text_means(text: str, place: int | None) -> None:
    assert WORLD.place(text) == place


@pytest.mark.parametrize(("text", "place"), [("DE", 0), ("de", 0), ("Germany", None), ("Italy", None)])
def test_codes_mean_nothing_where_a_label_is_no_country(text: str, place: int | None) -> None:
    assert not ROOMS.of_countries
    assert ROOMS.place(text) == place


def test_an_exact_label_comes_before_a_code() -> None:
    assert Labels(["Chad", "TD"]).place("TD") == 1


def test_probabilities_add_up_over_regions() -> None:
    groups = regions(WORLD)
    assert groups.names == ("Northern Europe", "Western Asia", "Western Europe")
    p = groups.add_up(np.array([[0.5, 0.2, 0.3]], np.float32))
    np.testing.assert_allclose(p, [[0.3, 0.2, 0.5]])
    with pytest.raises(DataError, match="no countries"):
        regions(ROOMS)


def test_groups_of_a_table() -> None:
    table = {"DE": "west", "TR": "east", "UK": "west", "France": "west"}
    groups = by_table(WORLD, table, "g.csv")
    assert groups.names == ("east", "west")
    assert groups.of_label.tolist() == [1, 0, 1]
    with pytest.raises(DataError, match=r"g.csv: no group for 'Türkiye' and 1 more"):
        by_table(WORLD, {"DE": "west"}, "g.csv")
    with pytest.raises(DataError, match="'Germany' is in 'a' and in 'b'"):
        by_table(WORLD, {"DE": "a", "Germany": "b"}, "g.csv")
    assert grouped(["b", "a", "b"]).of_label.tolist() == [1, 0, 1]


def test_the_prior_of_the_population() -> None:
    counts = np.array([1.0, 1.0, 1.0])
    weights = prior_weights("population", counts, Labels(["Andorra", "Spain", "Portugal"]))
    assert weights[0] < weights[2] < weights[1]
    with pytest.raises(DataError, match="'DE' is no country"):
        prior_weights("population", counts, ROOMS)


def test_the_answer_falls_back_to_the_region(model_file: Path, tmp_path: Path) -> None:
    ask = ("predict", "-m", model_file, "Kowalski", "--format", "jsonl", "--by", "region")
    sure = json.loads(fine(*ask).stdout)
    assert (sure["answer"], sure["level"]) == (sure["country"], "country")
    assert sure["region_probability"] >= sure["probability"]
    between = (sure["probability"] + sure["region_probability"]) / 2
    if sure["region_probability"] - sure["probability"] > 1e-3:
        vague = json.loads(fine(*ask, "--threshold", between).stdout)
        assert (vague["answer"], vague["level"]) == (vague["region"], "region")
    none = json.loads(fine(*ask, "--threshold", 1).stdout)
    assert (none["country"], none["answer"], none["level"]) == ("unknown", "unknown", "unknown")
    blank = json.loads(fine(*ask[:3], "-", "--format", "jsonl", "--by", "region", input="\n").stdout)
    assert blank["region"] is blank["answer"] is blank["level"] is None


def test_groups_of_ones_own_and_codes(model_file: Path, tmp_path: Path) -> None:
    countries = json.loads(fine("info", model_file, "--format", "json").stdout)["countries"]
    table = tmp_path / "groups.csv"
    rows = [f"{country},{'first' if k == 0 else 'other'}" for k, country in enumerate(countries)]
    table.write_text("\n".join(["country,group", *rows]) + "\n", encoding="utf-8")
    head, row = fine(
        "predict", "-m", model_file, "Kowalski", "-k", 1, "--format", "csv", "--groups", table, "--codes"
    ).stdout.splitlines()
    assert head.endswith(",group,group_probability,answer,level")
    cells = dict(zip(head.split(","), row.split(","), strict=True))
    assert cells["group"] in ("first", "other")
    assert len(cells["country"]) == 2
    scored = json.loads(fine("evaluate", "-m", model_file, "--groups", table, "--format", "json").stdout)
    assert scored["accuracy"] > 0
    assert invoke("predict", "Kim", "--by", "region", "--groups", table).exit_code == 2


def test_an_unknown_label_is_told_with_labels_of_the_model_alone() -> None:
    for text, hint in (
        ("Narnia", "it knows Germany, Türkiye, United Kingdom"),
        ("Germoney", "did you mean 'Germany'?"),
    ):
        with pytest.raises(UnknownCountryError) as caught:
            WORLD.index(text)
        assert str(caught.value) == f"{text!r} is not a country of the model; {hint}"
    with pytest.raises(UnknownCountryError, match=r"it knows L0, .*, L19 and 280 more$"):
        Labels([f"L{k}" for k in range(300)]).index("Narnia")
