"""The map of the world: its data, the drawing, and `predict --map`."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rnn_names.cli import answers as command
from rnn_names.model import checkpoint
from rnn_names.model.checkpoint import Checkpoint
from rnn_names.model.ranking import Guess
from rnn_names.names.countries import countries
from rnn_names.show import svg
from rnn_names.show.prediction import Prediction
from rnn_names.show.world_map import WORLD, draw, world
from tests.test_cli import fine, invoke

DATA = Path(__file__).resolve().parent.parent / "data"


def prediction(name: str, threshold: float = 0.0, **p: float) -> Prediction:
    """What is said of a name: the probability of each country by its code, likeliest first."""
    called = {country.alpha2: country.name for country in countries()}
    return Prediction(name, [Guess(called[code], share) for code, share in p.items()], "", threshold)


def parsed(predictions: Sequence[Prediction]) -> ElementTree.Element:
    text = svg.picture(*draw(predictions))
    return ElementTree.fromstring(text.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter("text")]


def drawn(root: ElementTree.Element) -> dict[str, dict[str, str]]:
    """The attributes of what is drawn, by its tip."""
    found = [e for e in root.iter() if e.tag in ("path", "circle") and e.find("title") is not None]
    tips = {e.findtext("title", ""): e.attrib for e in found}
    assert len(tips) == len(found)
    return tips


# The data


def points(ring: str) -> list[tuple[int, int]]:
    """The corners of `M12 34l5 6…`, one after another."""
    numbers = list(map(int, re.findall(r"-?\d+", ring)))
    x, y, found = 0, 0, []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        found.append((x, y))
    return found


def test_every_country_is_on_the_map_once() -> None:
    _, *rows = WORLD.read_text(encoding="utf-8").splitlines()
    codes = [row.split("\t")[0] for row in rows]
    assert codes == sorted({country.alpha2 for country in countries()})
    assert {"XK", "TW", "HK", "MO", "PR", "GL", "FO", "PS", "VA", "SG"} < {*codes}
    assert not {*world().outlines} & {*world().dots}
    assert {*world().outlines} | {*world().dots} == {*codes}
    assert "AQ" not in codes


def test_the_file_is_small_and_plain() -> None:
    raw = WORLD.read_bytes()
    assert len(raw) < 100_000
    assert raw.endswith(b"z\n") or raw[-2:-1].isdigit()
    assert b"\r" not in raw
    assert raw.isascii()


@pytest.mark.parametrize("code", world().outlines)
def test_an_outline_is_closed_and_inside_the_picture(code: str) -> None:
    outline = world().outlines[code]
    assert re.fullmatch(r"(M\d+ \d+l(-?\d+[ -]?)+z)+", outline)
    for ring in outline.split("z")[:-1]:
        corners = points(ring)
        assert len(corners) >= 3
        assert all(0 <= x <= world().width and 0 <= y <= world().height for x, y in corners)
        # Nothing goes from one edge of the map to the other.
        assert max(x for x, _ in corners) - min(x for x, _ in corners) < world().width / 3


def test_every_dot_is_inside_the_picture() -> None:
    for x, y in world().dots.values():
        assert 0 <= x <= world().width
        assert 0 <= y <= world().height


@pytest.mark.parametrize(
    ("west", "east"),
    [("US", "BR"), ("PT", "ES"), ("DE", "PL"), ("IN", "CN"), ("IN", "ID"), ("CN", "JP"), ("AU", "NZ")],
)
def test_countries_lie_as_they_do(west: str, east: str) -> None:
    middles = []
    for code in (west, east):  # of the largest part of each
        xs = [x for x, _ in points(world().outlines[code].split("z")[0])]
        middles.append((min(xs) + max(xs)) / 2)
    assert middles[0] < middles[1]


@pytest.mark.parametrize(
    ("small", "north", "south"),
    [("SG", "TH", "ID"), ("MT", "IT", "LY"), ("XK", "PL", "GR"), ("HK", "MN", "AU"), ("BB", "CA", "BR")],
)
def test_dots_lie_between_their_neighbours(small: str, north: str, south: str) -> None:
    def edge(code: str) -> int:
        return min(y for ring in world().outlines[code].split("z")[:-1] for _, y in points(ring))

    _, y = world().dots[small]
    assert edge(north) < y < edge(south) + 700


def test_areas_are_equal() -> None:
    """Land areas of a high and a low latitude, in thousand km², have one scale."""

    def area(code: str) -> float:
        total = 0.0
        for ring in world().outlines[code].split("z")[:-1]:
            corners = points(ring)
            around = zip(corners, [*corners[1:], corners[0]], strict=True)
            total += abs(sum(a * d - c * b for (a, b), (c, d) in around)) / 2
        return total

    scales = [area(code) / real for code, real in (("GL", 2166), ("DZ", 2382), ("AU", 7688), ("SE", 447))]
    assert max(scales) / min(scales) < 1.1


def test_the_map_is_as_its_sources_make_it() -> None:
    for name in ("world-atlas-*.tgz", "cldr-core-*.tgz"):
        if not list((DATA / ".cache").glob(name)):
            pytest.skip("the archives of Natural Earth and the Unicode CLDR are not fetched")
    done = subprocess.run([sys.executable, DATA / "outlines.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# The drawing


def test_the_likelier_the_denser_and_what_is_unknown_is_hatched() -> None:
    shares = {"DE": 0.64, "SG": 0.25, "FR": 0.09, "MT": 0.01, "JP": 0.0001, "IT": 0.0}
    root = parsed([prediction("Schmidt", **shares)])
    found = drawn(root)
    said = ["Germany: 64.0%", "Singapore: 25.0%", "France: 9.0%", "Malta: 1.0%", "Japan: below 0.1%",
            "Italy: below 0.1%"]  # fmt: skip
    opacities = [float(found[tip]["fill-opacity"]) for tip in said]
    assert opacities == [0.8, 0.5, 0.3, 0.1, 0.01, 0.0]
    assert all(found[tip]["fill"] == "currentColor" for tip in said)
    assert float(found["Singapore: 25.0%"]["r"]) > float(found["Malta: 1.0%"]["r"])
    hatched = {tip for tip, attributes in found.items() if attributes["fill"] == "url(#unknown)"}
    assert hatched == {f"{c.name}: not known to the model" for c in countries() if c.alpha2 not in shares}
    assert len(found) == len(countries())
    assert root.find(".//defs/pattern[@id='unknown']") is not None
    assert {"0%", "1%", "50%", "100%", "not known to the model"} <= set(texts(root))


def test_the_legend_has_the_colours_of_the_map() -> None:
    root = parsed([prediction("x", DE=0.5, FR=0.25, IT=0.05)])
    key = [e.attrib["fill-opacity"] for e in root.iter("rect") if "fill-opacity" in e.attrib]
    assert list(map(float, key)) == sorted(map(float, key))
    assert {
        drawn(root)[tip]["fill-opacity"] for tip in ("Germany: 50.0%", "France: 25.0%", "Italy: 5.0%")
    } < {*key}


def test_the_three_likeliest_are_named_and_the_title_has_the_answers() -> None:
    root = parsed(
        [
            prediction("Schmidt", DE=0.7, AT=0.2, CH=0.06, FR=0.04),
            prediction("Xu", threshold=0.9, CN=0.8, TW=0.2),
            Prediction("123", [], "123"),
            Prediction(" ", [], ""),
        ]
    )
    assert root.findtext("title") == (
        "Where each name is common: Schmidt: Germany 70.0%; Xu: unknown; 123: nothing to read; "
        "a blank name: nothing to read"
    )
    assert [text for text in texts(root) if ":" in text or "then" in text or "likeliest" in text] == [
        "Schmidt: Germany 70.0%", "then Austria 20.0%, Switzerland 6.0%",
        "Xu: unknown", "likeliest China 80.0%, Taiwan 20.0%",
        "123: nothing to read", "a blank name: nothing to read",
    ]  # fmt: skip
    maps = [e for e in root.iter("g") if e.get("transform", "").startswith("scale") and len(e) > 1]
    assert len(maps) == 2


def test_a_long_name_does_not_hide_the_answer() -> None:
    root = parsed([prediction("ab" * 200, DE=1.0)])
    [head] = [text for text in texts(root) if "Germany" in text]
    assert head.endswith("…: Germany 100.0%")
    assert len(head) < 90


@pytest.mark.parametrize("name", ["<b>&amp;</b>", '"></text><script>alert(1)</script>', "a\x00\x1b[31m"])
def test_no_name_becomes_markup(name: str) -> None:
    root = parsed([prediction(name, DE=1.0)])
    tags = {element.tag for element in root.iter()}
    assert tags == {"svg", "title", "style", "rect", "g", "text", "defs", "pattern", "path", "circle"}
    assert any(svg.short(name) in text for text in texts(root))


def test_labels_of_one_country_count_together() -> None:
    guesses = [Guess("Scotland", 0.25), Guess("England", 0.24), Guess("Turkey", 0.51)]
    found = drawn(parsed([Prediction("x", guesses, "")]))
    assert float(found["Scotland: 25.0%, England: 24.0%"]["fill-opacity"]) == 0.7
    assert "Turkey: 51.0%" in found


def test_the_same_answers_give_the_same_bytes() -> None:
    first, again = (svg.picture(*draw([prediction("Xu", CN=0.8, TW=0.2)])) for _ in range(2))
    assert first == again


# The command


def test_predict_draws_the_world_and_answers_the_same(here: Path, model_file: Path) -> None:
    args = ["predict", "-m", model_file, "Schmidt", "Nowak", "Schmidt"]
    plain = fine(*args)
    assert fine(*args, "--map", "m.svg").stdout == plain.stdout
    title = ElementTree.fromstring((here / "m.svg").read_bytes())[0].text or ""
    for line in plain.stdout.splitlines():
        answer = json.loads(line)
        said = f"{answer['name']}: {answer['country']} {answer['probability']:.1%}"
        assert title.count(said) == 1


@pytest.mark.parametrize("output", [[], ["-o", "out.csv"]])
def test_names_of_a_file_are_drawn(here: Path, model_file: Path, output: list[str]) -> None:
    (here / "p.csv").write_text("id,name\n1,Nowak\n2,\n3,Papadopoulos\n4,Nowak\n", encoding="utf-8")
    result = fine("predict", "-m", model_file, "-i", "p.csv", *output, "--map", "m.SVG")
    rows = (here / "out.csv").read_text(encoding="utf-8") if output else result.stdout
    assert rows.splitlines()[4].startswith("4,Nowak,")
    text = (here / "m.SVG").read_text(encoding="utf-8")
    assert text.count("<pattern") == 1
    assert text.count("then ") == 2  # different names with letters


@pytest.mark.parametrize("given", [True, False])
def test_more_names_than_maps_are_refused(here: Path, model_file: Path, given: bool) -> None:
    names = [f"Name{letter}" for letter in "abcdefg"]
    (here / "p.txt").write_text("\n".join(names), encoding="utf-8")
    source = names if given else ["-i", "p.txt"]
    result = invoke("predict", "-m", model_file, *source, "-o", "out.csv", "--map", "m.svg")
    assert result.exit_code == 1
    assert result.stderr == "error: --map: more than 6 names; give at most 6 different ones\n"
    assert [path.name for path in here.iterdir()] == ["p.txt"]
    fine("predict", "-m", model_file, *names[: command.MAPS], "--map", "m.svg")


def test_labels_that_are_no_countries_are_refused(here: Path, model: Checkpoint) -> None:
    checkpoint.save(here / "m.npz", replace(model, countries=("Arabic", *model.countries[1:])))
    fine("predict", "-m", "m.npz", "Nowak")
    result = invoke("predict", "-m", "m.npz", "Nowak", "--map", "m.svg")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "error: --map: the model's labels are not all countries; leave --map out\n"
    assert [path.name for path in here.iterdir()] == ["m.npz"]


def test_a_map_and_its_answers_do_not_mix_on_standard_output() -> None:
    result = invoke("predict", "Kim", "--map", "-")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "give one of them a file" in result.stderr


@pytest.mark.parametrize(
    ("file", "code", "said"),
    [
        ("m.png", 2, "ends with .svg"),
        ("none/m.svg", 1, "none: no such folder"),
        ("p.svg", 1, "would take the place of p.svg"),
        ("out.svg", 1, "would take the place of out.svg"),
    ],
)
def test_a_map_that_cannot_be_written_is_refused_first(here: Path, file: str, code: int, said: str) -> None:
    (here / "p.svg").write_text("Nowak\n", encoding="utf-8")
    args = ["-i", "p.svg", "-o", "out.svg", "--format", "csv", "-m", "none.npz"]
    result = invoke("predict", *args, "--map", file)
    assert result.exit_code == code
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert (here / "p.svg").read_text(encoding="utf-8") == "Nowak\n"


def test_without_a_map_nothing_of_it_is_loaded(model_file: Path) -> None:
    code = (
        "import sys; from rnn_names.cli.commands import app\n"
        f"app(['predict', '-m', {str(model_file)!r}, 'Nowak'], standalone_mode=False)\n"
        "print(sorted({'rnn_names.show.world_map', 'rnn_names.show.svg'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
