import re
import xml.etree.ElementTree as ElementTree

from benchmarks.comparing.pictures.themed_svg import NO, YES, as_svg, drawing


def _drawn(description: str) -> str:
    with drawing(2.0, 1.5) as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=YES, marker="o")
        axes.fill_between([0, 1], [0, 1], [1, 2], color=NO)
        axes.set_title("<b> & more")
        return as_svg(figure, description)


def test_colours_are_those_of_the_page_and_those_drawn_without_one() -> None:
    svg = _drawn("a")

    colours = set(re.findall(r"(?:fill|stroke): ([^;\"]+)", svg))
    assert f"var(--yes, {YES})" in colours
    assert f"var(--no, {NO})" in colours
    assert {c for c in colours if not c.startswith("var(--")} == {"none"}


def test_two_figures_of_a_page_share_no_id() -> None:
    first, second = (set(re.findall(r'\bid="([^"]*)"', _drawn(name))) for name in "ab")

    assert first
    assert first.isdisjoint(second)


def test_words_are_escaped_and_the_same_figure_is_the_same_text() -> None:
    svg = _drawn('"quoted" <i>')

    label = ElementTree.fromstring(svg.replace("xlink:", "")).attrib["aria-label"]
    assert label == '"quoted" <i>'
    assert "&lt;b&gt; &amp; more" in svg
    assert svg == _drawn('"quoted" <i>')
