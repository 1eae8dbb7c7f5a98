import math
import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_names.base.errors import OutputError
from rnn_names.base.text import printable
from rnn_names.show import svg
from rnn_names.show.charts import Axis, around, heat_map, line_chart
from rnn_names.show.svg import Panel, grid, picture

NUMBERS = st.floats(-1e9, 1e9)
POSITIVE = st.floats(1e-9, 1e9)


def parsed(panel: Panel, title: str = "a title") -> ElementTree.Element:
    return ElementTree.fromstring(picture(panel, title).replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def said(panel: Panel) -> list[str]:
    return ["".join(element.itertext()) for element in parsed(panel).iter("text")]


def drawn(panel: Panel, colour: str) -> list[list[tuple[float, float]]]:
    """The pixels of the lines of this colour."""
    found = []
    for element in parsed(panel).iter("polyline"):
        if element.get("class") == colour:
            points = [point.split(",") for point in element.attrib["points"].split()]
            found.append([(float(x), float(y)) for x, y in points])
    return found


def squares(panel: Panel, colour: str) -> list[dict[str, str]]:
    return [element.attrib for element in parsed(panel).iter("rect") if element.get("class") == colour]


@given(st.text(), st.text())
def test_any_text_is_well_formed_and_shown_as_it_is(label: str, title: str) -> None:
    panel = grid([heat_map([[0.5]], [label], [""], title), line_chart({label: [(0, 1)]}, title)])
    root = parsed(panel, title)
    assert svg.short(label) in said(panel)
    assert (root.findtext("title") or "") == printable(title)


@pytest.mark.parametrize(
    "label", ["<b>&amp;</b>", "a\x00\x1b[31m", "\ud800", "\ufffe", '"></text><script>alert(1)</script>']
)
def test_no_label_becomes_markup(label: str) -> None:
    panel = heat_map([[1.0]], [label], [label], texts=[[label]], tips=[[label]])
    elements = {element.tag for element in parsed(panel, label).iter()}
    assert elements == {"svg", "title", "style", "rect", "g", "text"}


def test_a_long_label_is_cut() -> None:
    assert len(said(heat_map([[1.0]], ["x" * 1000], [""]))[0]) == svg.LONGEST


def test_wide_letters_take_more_room() -> None:
    assert svg.width("日本") > svg.width("ja")


PAIRS = st.tuples(NUMBERS, NUMBERS) | st.tuples(st.integers(0, 100), st.integers(0, 100))


@given(PAIRS)
def test_ticks_are_few_round_and_within(pair: tuple[float, float]) -> None:
    a, b = pair
    whole = isinstance(a, int)
    axis = around([a, b], 0, 100, whole=whole)
    assert axis.low <= min(a, b) <= max(a, b) <= axis.high
    ticks = axis.ticks()
    assert len(ticks) <= 9
    assert len(ticks) >= 2 or whole
    slack = (axis.high - axis.low) * 1e-6
    assert all(axis.low - slack <= tick <= axis.high + slack for tick in ticks)
    assert ticks == sorted(set(ticks))
    assert not whole or all(tick == int(tick) for tick in ticks)


@given(st.lists(POSITIVE, min_size=1))
def test_ticks_of_a_log_axis(values: list[float]) -> None:
    axis = around(values, 0, 100, log=True)
    ticks = axis.ticks()
    assert 0 <= len(ticks) <= 10
    assert all(axis.low <= tick <= axis.high for tick in ticks)
    for tick in ticks:
        leading = tick / 10.0 ** math.floor(math.log10(tick) + 1e-9)
        assert min(abs(leading - m) for m in (1, 2, 5)) < 1e-6
    if axis.high / axis.low >= 1000:
        assert len(ticks) >= 2


@given(st.lists(POSITIVE, min_size=1), st.booleans())
def test_an_axis_keeps_the_order_and_the_bounds(values: list[float], log: bool) -> None:
    axis = around(values, 10, 110, log)
    places = [axis.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert 10 <= places[0] <= places[-1] <= 110 + 1e-9


def test_equal_steps_of_a_log_axis_are_equal_factors() -> None:
    axis = Axis(1, 10_000, 0, 400, log=True)
    assert [axis.place(10.0**k) for k in range(5)] == pytest.approx([0, 100, 200, 300, 400])
    assert axis.ticks() == [1, 10, 100, 1000, 10_000]


@pytest.mark.parametrize("log", [False, True])
def test_a_line_goes_through_its_points(log: bool) -> None:
    points = [(1.0, 1.0), (2.0, 10.0), (3.0, 100.0)]
    panel = line_chart({"loss": points, "other": points[:1]}, log=log, level=("limit", 10.0))
    (a, b, c), _ = drawn(panel, "c0")
    assert a[0] < b[0] < c[0]
    assert a[1] > b[1] > c[1]  # up is down in pixels
    if log:
        assert a[1] - b[1] == pytest.approx(b[1] - c[1], abs=0.02)
    (first, *_), _legend = drawn(panel, "c1")
    assert first == a
    level, legend = drawn(panel, "ink")
    assert {y for _, y in level} == {b[1]}
    assert legend[0][0] > level[1][0]  # beside the axes
    assert {"loss", "other", "limit"} <= set(said(panel))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 0.0, -1.0])
def test_points_that_cannot_be_drawn_are_left_out(bad: float) -> None:
    panel = line_chart({"a": [(1, bad), (2, 3.0), (3, 4.0)]}, log=True, level=("limit", bad))
    (found,) = (line for line in drawn(panel, "c0") if line[0][0] < 500)
    assert len(found) == 2
    assert "limit" not in said(panel)


def test_a_chart_of_nothing() -> None:
    for panel in (line_chart({}), line_chart({"a": []}), heat_map([], [], []), grid([])):
        assert parsed(panel).tag == "svg"


def test_lines_differ_in_more_than_colour() -> None:
    panel = line_chart({name: [(0, 1), (1, k)] for k, name in enumerate("abcdefghi")})
    looks = {
        (e.get("class"), e.get("stroke-dasharray"))
        for e in parsed(panel).iter("polyline")
        if re.fullmatch("c[0-9]", e.attrib["class"])
    }
    assert len({dash for _, dash in looks}) == 3
    assert len({colour for colour, _ in looks}) == svg.COLOURS


def test_a_heat_map_has_a_square_for_what_is_not_nothing() -> None:
    panel = heat_map(
        [[1.0, 0.25], [0.0, 0.5]], ["r", "s"], ["c", "d"], texts=[["1", "2"], ["", "4"]],
        tips=[["one", "two"], ["three", "four"]], side=30, diagonal=True,
    )  # fmt: skip
    (mixed,) = squares(panel, "heat")
    right = squares(panel, "good")
    assert mixed["fill-opacity"] == "0.25"
    assert [square["fill-opacity"] for square in right] == ["1", "0.5"]
    assert float(mixed["x"]) - float(right[0]["x"]) == pytest.approx(30)
    assert float(mixed["y"]) == float(right[0]["y"])
    assert said(panel) == ["r", "s", "c", "d", "1", "2", "4"]
    assert [element.findtext("title") for element in parsed(panel).iter("rect") if len(element)] == [
        "one", "two", "four",
    ]  # fmt: skip


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(1, 100)), max_size=9), st.integers(1, 4))
def test_panels_of_a_grid_do_not_overlap(sizes: list[tuple[float, float]], columns: int) -> None:
    whole = grid([Panel(svg.shape("rect", width=w, height=h), w, h) for w, h in sizes], columns)
    taken = []
    for group in parsed(whole).findall("./g/g"):
        place = re.fullmatch(r"translate\((\S+) (\S+)\)", group.attrib["transform"])
        assert place is not None
        inner = group[0].attrib
        x, y = float(place[1]), float(place[2])
        taken.append((x, y, x + float(inner["width"]), y + float(inner["height"])))
    assert len(taken) == len(sizes)
    for i, (left, top, right, bottom) in enumerate(taken):
        assert right <= whole.width + 0.1
        assert bottom <= whole.height + 0.1
        for x, y, x_end, y_end in taken[:i]:
            assert left >= x_end or top >= y_end or x >= right or y >= bottom


def linear(colour: str) -> list[float]:
    """Red, green and blue as amounts of light."""
    colour = "".join(c * 2 for c in colour) if len(colour) == 3 else colour
    parts = [int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def luminance(colour: str) -> float:
    r, g, b = linear(colour)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_every_colour_is_told_from_the_paper_in_light_and_in_dark() -> None:
    """WCAG 2.2: a contrast of 4.5 for text, of 3 for graphics."""
    light, dark = svg.STYLE.split("@media (prefers-color-scheme:dark)")
    for style in (light, dark):
        colours = dict(re.findall(r"\.(\w+)\{color:#(\w+)\}", style))
        assert {"paper", "ink", "faint", "rule", "heat", "good", "c0", "c5"} <= set(colours)
        paper = luminance(colours["paper"])
        for name, colour in colours.items():
            high, low = max(luminance(colour), paper), min(luminance(colour), paper)
            enough = {"paper": 1, "rule": 1.2, "ink": 7, "faint": 4.5}.get(name, 4)
            assert (high + 0.05) / (low + 0.05) >= enough, (name, colour)


def test_colours_are_told_from_each_other_and_from_grey() -> None:
    """At a distance in Oklab of a tenth of that from black to white, or more."""
    light, dark = svg.STYLE.split("@media (prefers-color-scheme:dark)")
    for style in (light, dark):
        colours = dict(re.findall(r"\.(\w+)\{color:#(\w+)\}", style))
        several = [f"c{k}" for k in range(svg.COLOURS)]
        assert set(several) <= set(colours)
        assert f"c{svg.COLOURS}" not in colours
        for a, b in combinations(["faint", *several], 2):
            assert math.dist(oklab(colours[a]), oklab(colours[b])) > 0.1, (a, b)


def oklab(colour: str) -> list[float]:
    """Lightness and two axes of colour; distances are as they look (Ottosson 2020)."""
    r, g, b = linear(colour)
    cones = [
        (x * r + y * g + z * b) ** (1 / 3)
        for x, y, z in (
            (0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005),
        )
    ]
    rows = (
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    )
    return [sum(x * cone for x, cone in zip(row, cones, strict=True)) for row in rows]


def test_many_lines_have_looks_and_a_legend_of_their_own() -> None:
    panel = line_chart({f"network {k}": [(0, 1), (1, k)] for k in range(20)})
    looks = [
        (e.get("class"), e.get("stroke-dasharray"))
        for e in parsed(panel).iter("polyline")
        if re.fullmatch("c[0-9]", e.attrib["class"])
    ]
    assert len(set(looks)) == 20
    last = max(float(e.attrib["y"]) for e in parsed(panel).iter("text"))
    assert last < panel.height + svg.SIZE


@pytest.mark.parametrize("title", ["t", "a title " * 20])
def test_a_title_is_never_cut(title: str) -> None:
    panel = line_chart({"a": [(0, 1)]}, title)
    assert title in said(panel)
    assert panel.width >= 66 + svg.width(title, 1.15 * svg.SIZE)


def test_the_file_is_whole_and_the_same_every_time(tmp_path: Path) -> None:
    path = tmp_path / "out.svg"
    panel = line_chart({"Łódź": [(1, 2.5), (2, 1.5)]}, "loss")
    svg.write(path, panel, "loss")
    once = path.read_bytes()
    assert once.decode() == picture(panel, "loss")
    assert b"\r" not in once
    svg.write(path, panel, "loss")
    assert path.read_bytes() == once
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OutputError, match="no"):
        svg.write(tmp_path / "none" / "out.svg", panel, "loss")
