import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.comparing.pictures.chart import Chart, Rule, Series, chart_svg, round_ticks
from benchmarks.comparing.pictures.colours import MARKERS
from benchmarks.comparing.pictures.themed_svg import NO, YES


def _line(**given: object) -> Series:
    return Series(**{"x": [0, 1, 2], "y": [1.0, 3.0, 2.0], "color": YES, **given})  # type: ignore[arg-type]


def _drawn(*series: Series, **given: object) -> ElementTree.Element:
    chart = Chart(**{"series": series, "width": 400, "height": 300, **given})  # type: ignore[arg-type]
    return ElementTree.fromstring(chart_svg(chart, "a chart"))


def _points(element: ElementTree.Element | None) -> list[tuple[float, float]]:
    assert element is not None
    pairs = element.attrib["points"].split()
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in pairs)]


def test_higher_values_lie_higher_and_a_tick_lies_at_its_value() -> None:
    svg = _drawn(_line(), y_ticks={3.0: "three"})

    (left, first), (_, second), (right, third) = _points(svg.find("polyline"))
    assert left < right
    assert second < third < first
    place = next(text for text in svg.iter("text") if text.text == "three")
    assert float(place.attrib["y"]) - 4 == pytest.approx(second)


def test_a_band_goes_along_its_lower_ends_and_back_along_the_upper_ones() -> None:
    svg = _drawn(_line(low=[0.5, 2.5, 1.5], high=[1.5, 3.5, 2.5]))

    band, line = _points(svg.find("polygon")), _points(svg.find("polyline"))
    assert [x for x, _ in band] == [x for x, _ in [*line, *reversed(line)]]
    for (_, y), (_, low), (_, high) in zip(line, band, reversed(band), strict=False):
        assert high < y < low
        assert y == pytest.approx((low + high) / 2, abs=0.11)


@pytest.mark.parametrize("marker", MARKERS)
def test_a_marker_stands_at_every_point_and_around_it(marker: str) -> None:
    svg = _drawn(_line(marker=marker, width=0))

    (path,) = [one.attrib["d"] for one in svg.findall("path") if "fill:" in one.attrib["style"]]
    assert path.count("M") == 3
    assert svg.find("polyline") is None


@given(
    st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 6)), min_size=1, max_size=6),
    st.floats(-1e6, 1e6),
)
def test_whatever_the_values_all_is_inside_the_chart(values: list[float], rule: float) -> None:
    line = _line(x=range(len(values)), y=values, name="a name", marker="s")
    svg = _drawn(line, rules=[Rule(at=rule)], title="title", y_label="y", x_label="x")

    for x, y in _points(svg.find("polyline")):
        assert 0 <= x <= 400
        assert 0 <= y <= 300


@given(st.floats(-1e5, 1e5), st.floats(1e-6, 1e5))
def test_ticks_say_their_values_and_no_two_say_the_same(low: float, width: float) -> None:
    ticks = round_ticks(low, low + width)

    assert 2 <= len(ticks) <= 9
    assert len(set(ticks.values())) == len(ticks)
    for at, word in ticks.items():
        assert float(word.replace("\u2212", "-")) == pytest.approx(at, abs=width * 1e-3)


def test_words_are_escaped_colours_are_the_pages_and_nothing_has_an_id() -> None:
    chart = Chart(series=[_line(name="<b>")], width=400, height=300, title="<i> & more")
    svg = chart_svg(chart, '"quoted" <i>')

    assert ElementTree.fromstring(svg).attrib["aria-label"] == '"quoted" <i>'
    assert "<b>" not in svg
    assert "&lt;i&gt; &amp; more" in svg
    assert f"var(--yes, {YES})" in svg
    assert NO not in svg
    assert " id=" not in svg


def test_a_legend_that_is_too_long_goes_on_in_another_row() -> None:
    names = [f"a rather long name {n}" for n in range(6)]
    svg = _drawn(*(_line(name=name) for name in names))

    words = {text.text: text.attrib for text in svg.iter("text")}
    assert len({words[name]["y"] for name in names}) == 3
    assert all(float(words[name]["x"]) + 6 * len(name) < 400 for name in names)
