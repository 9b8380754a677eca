"""The leaderboard page, in files and in a real browser."""

import csv
import io
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from benchmarks.chains.recipe import recipe_digest
from benchmarks.chains.record import Record, read_record, read_records
from benchmarks.commands.leaderboard import read_chains
from benchmarks.leaderboard.page import write_page
from benchmarks.leaderboard.ranking import rank, unranked
from benchmarks.profile.answers import profile_records
from benchmarks.profile.page import as_json as as_profiles
from benchmarks.running.record import sealed, write_record
from benchmarks.speed.history import append_run, speed_run
from benchmarks.speed.ratios import Row
from tests.support.places import RECORDS

pytestmark = pytest.mark.long

_HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1<'
_SHOWN = ("fresh_human", "same_human", "replace", "edit_previous", "accumulate")
_REPLACE = "replace-smoke-470bad5f"
_EDIT = "edit_previous-smoke-470bad5f"


def _hostile() -> Record:
    """A chain of one seed whose free texts try to be code."""
    record = read_record(RECORDS / "smoke-470bad5f" / "replace-seed1.json")
    method = "mine.py:hostile"
    recipe = {**record.recipe, "name": "hostile", "summary": f"</style>{_HOSTILE}"}
    recipe |= {"tier": "cpu", "workflows": [method]}
    return record.model_copy(
        update={
            "recipe": recipe,
            "digest": recipe_digest(recipe),
            "workflow": method,
            "human": record.human.model_copy(update={"licence": _HOSTILE}),
        }
    )


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five chains of three seeds, and one that is hostile."""
    folder = tmp_path_factory.mktemp("records")
    for path in (RECORDS / "smoke-470bad5f").glob("*.json"):
        is_shown = path.name.startswith(_SHOWN)
        if is_shown and path.stem[-1] in "012":
            target = folder / "smoke-470bad5f" / path.name
            target.parent.mkdir(exist_ok=True)
            shutil.copy(path, target)
    write_record(sealed(_hostile()), folder)
    lonely = RECORDS / "mixture_25-a19ca83e"
    shutil.copytree(lonely, folder / lonely.name)
    return folder


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, records: Path) -> Path:
    """The folder of the page."""
    out = tmp_path_factory.mktemp("page")
    history = out / "history.jsonl"
    row = Row(name=f"sorting {_HOSTILE}", ours=30.0, baseline=10.0, unit="runs/s", goal=2.0)
    append_run(speed_run([row], "cpu"), history)
    append_run(speed_run([row], "cpu"), history)
    history.write_bytes(history.read_bytes() + b'{"date"')
    _write([records], out / "site", history)
    return out / "site"


def _write(folders: list[Path], out: Path, history: Path) -> Path:
    """The page of all records below some folders."""
    chains = read_chains(folders)
    found = [record for _, record in chains]
    return write_page(chains, rank(found), unranked(found), out, history=history)


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value is not None:
                self.ids.append(value)
            if name in ("href", "src", "xlink:href") and value is not None:
                self.targets.append(value)


def _pages(written: Path) -> list[Path]:
    return [written / "index.html", *sorted((written / "methods").glob("*.html"))]


def test_every_link_leads_somewhere_in_the_folder_and_no_id_is_there_twice(written: Path) -> None:
    links = {page.resolve(): _Links(page.read_text()) for page in _pages(written)}

    followed = set()
    for page, found in links.items():
        assert sorted(found.ids) == sorted(set(found.ids))
        for target in found.targets:
            if target == "data:,":
                continue
            name, _, fragment = target.partition("#")
            place = (page.parent / unquote(name)).resolve() if name else page
            assert place.is_file(), (page, target)
            assert not fragment or fragment in links[place].ids, (page, target)
            followed.add(place)
    assert {page.resolve() for page in _pages(written)} <= followed
    assert len(followed) > 25


def test_what_is_known_of_each_method_is_not_on_the_first_page(written: Path) -> None:
    index, *methods = _pages(written)

    assert len(methods) == index.read_text().count("data-method=") == 5
    assert "<h3>Environment" not in index.read_text()
    assert all(page.read_text().count("<svg") in (1, 5) for page in methods)


def test_records_are_copied_byte_for_byte(written: Path, records: Path) -> None:
    paths = [path.relative_to(records) for path in records.glob("*/*.json")]

    assert len(paths) == 19
    assert all((written / "records" / p).read_bytes() == (records / p).read_bytes() for p in paths)


def test_copies_that_say_the_same_stay_and_others_are_replaced(
    tmp_path: Path, records: Path
) -> None:
    source = tmp_path / "records"
    shutil.copytree(records / "mixture_25-a19ca83e", source / "mixture_25-a19ca83e")
    out = tmp_path / "site"
    _write([source], out, tmp_path / "none.jsonl")
    same, other, linked, *_ = sorted((out / "records").rglob("*.json"))
    before = same.stat()
    other.write_text("another page's")
    linked.unlink()
    linked.symlink_to(source / linked.relative_to(out / "records"))
    _write([source], out, tmp_path / "none.jsonl")
    assert same.stat().st_ino == before.st_ino
    assert other.read_bytes() == (source / other.relative_to(out / "records")).read_bytes()
    assert not linked.is_symlink()


def test_one_seed_and_undecided_are_said_plainly(written: Path) -> None:
    text = " ".join(" ".join(page.read_text() for page in _pages(written)).split())

    assert "n = 1: one seed has no interval and no rank" in text
    assert "Undecided: the interval holds 0, so n = 3 seeds do not tell it from" in text
    assert "Worse than fresh_human by more than the spread over n = 3 seeds." in text
    assert "no fresh_human chain with these settings" in text


def test_one_method_on_three_human_texts_is_there_three_times(tmp_path: Path) -> None:
    """Nothing but the fingerprint of the text and the seed differs."""
    for workflow in ("fresh_human", "replace"):
        for seed in range(3):
            path = RECORDS / "smoke-470bad5f" / f"{workflow}-seed{seed}.json"
            record = read_record(path)
            human = record.human.model_copy(update={"fingerprint": f"{seed:016x}"[::-1]})
            changed = record.model_copy(update={"human": human, "content": None})
            write_record(changed, tmp_path / "records")

    index = _write([tmp_path / "records"], tmp_path / "out", tmp_path / "none.jsonl")
    found = _Links(index.read_text())

    assert sorted(found.ids) == sorted(set(found.ids))
    assert len([name for name in found.ids if name.startswith("smoke-")]) == 3
    assert len(list((tmp_path / "out" / "methods").iterdir())) == 3


def test_the_speed_is_there_and_a_damaged_line_is_named(written: Path) -> None:
    text = (written / "index.html").read_text()

    assert "history.jsonl, line 3 is left out" in text
    assert "3.00 on " in text
    assert "n = 2)" in text


def test_a_page_can_be_written_again_without_a_history(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("stays")
    write_page([], [], [], tmp_path, history=tmp_path / "none.jsonl")

    index = write_page([], [], [], tmp_path, history=tmp_path / "none.jsonl")

    assert "none.jsonl is not there: `collapse speed` writes it" in index.read_text()
    assert "No record can be ranked yet" in index.read_text()
    assert (tmp_path / "mine.txt").read_text() == "stays"
    assert not list(tmp_path.glob("*.partial-*"))


def test_a_page_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>Mine</h1>")

    with pytest.raises(ValueError, match="was not written by `collapse leaderboard`"):
        write_page([], [], [], tmp_path, history=tmp_path / "none.jsonl")
    with pytest.raises(ValueError, match="is a file; give --html a folder"):
        write_page([], [], [], tmp_path / "index.html", history=tmp_path / "none.jsonl")

    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_a_lean_record_ranks_as_the_whole_one_does(records: Path) -> None:
    lean = [record for _, record in read_chains([records])]
    whole = read_records(records)

    assert rank(lean) == rank(whole)
    assert unranked(lean) == unranked(whole)
    chosen = [r for r in lean if r.recipe["name"] == "smoke"]
    assert as_profiles(profile_records(chosen)) == as_profiles(
        profile_records([r for r in whole if r.recipe["name"] == "smoke"])
    )
    assert len({id(record.recipe) for record in chosen}) == 1
    assert all(len(r.generations[1].metrics) < len(r.last.metrics) for r in chosen)


def test_a_damaged_record_stops_the_reading(tmp_path: Path) -> None:
    damaged = tmp_path / "records" / "smoke-470bad5f" / "replace-seed0.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{")

    with pytest.raises(ValueError, match="restore it or run it again"):
        read_chains([tmp_path / "records"])


def test_the_hostile_record_is_a_valid_one(records: Path) -> None:
    assert [r.human.licence for r in read_records(records)].count(_HOSTILE) == 1


# In the browser


def _missing(what: str) -> None:
    if "CI" in os.environ:
        pytest.fail(f"{what} is missing and CI is set: the page must be tested in a browser")
    pytest.skip(f"{what} is missing; the page is tested in Chromium, driven by playwright")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium of this machine, headless."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        _missing("Chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable)
        yield browser
        browser.close()


class Visit:
    """One tab, what it asked for, and what it complained about."""

    def __init__(self, browser: Any, index: str, **settings: Any) -> None:
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        self.page.set_default_timeout(5_000)
        self.index = index
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.complaints.append(message.text))

    def open(self, address: str = "", *, ready: str = "#filters:not([hidden])") -> Any:
        """Open the page and wait until the script is done."""
        self.page.goto(f"{self.index}{address}")
        self.page.wait_for_selector(ready, state="attached")
        return self.page

    @property
    def methods(self) -> list[str]:
        """Of the rows that are shown, from the top."""
        names = self.page.locator("#methods tbody tr[data-method] th").all_inner_texts()
        return [name.split("<")[0] or "hostile" for name in names]


@pytest.fixture
def visit(browser: Any, written: Path) -> Iterator[Callable[..., Visit]]:
    """Opens tabs, and wants each of them to be without complaint and without outside requests."""
    visits: list[Visit] = []

    def start(index: str | None = None, **settings: Any) -> Visit:
        settings.setdefault("viewport", {"width": 1280, "height": 900})
        visits.append(Visit(browser, index or (written / "index.html").as_uri(), **settings))
        return visits[-1]

    yield start
    for one in visits:
        one.context.close()
        origin = one.index.rsplit("/", 1)[0]
        assert one.complaints == []
        assert one.requests
        assert [u for u in one.requests if not u.startswith((origin, "blob:", "data:,"))] == []


_ALL = "?alone=1"
"""Address of the page with the tracks of one method, which are folded away otherwise."""


def test_a_column_sorts_by_mouse_and_by_keyboard(visit: Callable[..., Visit]) -> None:
    tab = visit()
    page = tab.open(_ALL)
    assert tab.methods == ["replace", "hostile", "same_human", "edit_previous", "accumulate"]
    button = page.locator("#methods thead th", has_text="excess").get_by_role("button")

    button.click()
    page.wait_for_selector("#methods th[aria-sort=ascending]")
    button.click()
    page.wait_for_selector("#methods th[aria-sort=descending]")
    assert tab.methods == ["hostile", "replace", "edit_previous", "same_human", "accumulate"]

    button.press("Enter")
    page.wait_for_selector("#methods th[aria-sort=ascending]")
    assert tab.methods == ["replace", "hostile", "same_human", "edit_previous", "accumulate"]


def test_tracks_of_one_method_are_folded_away_until_asked_for(
    visit: Callable[..., Visit],
) -> None:
    tab = visit()
    page = tab.open()
    assert tab.methods == ["replace", "hostile", "same_human", "edit_previous"]
    assert page.locator("#count").inner_text() == "4 of 5 methods"

    page.check("[name=alone]")

    assert len(tab.methods) == 5
    assert page.locator("#alone article").count() == 1
    assert page.locator("#alone article").first.is_hidden()


def test_sorting_crosses_tracks_when_asked(visit: Callable[..., Visit]) -> None:
    tab = visit()
    page = tab.open(_ALL)

    page.check("[name=across]")
    page.locator("#methods thead th", has_text="excess").get_by_role("button").click()
    page.wait_for_selector("#methods th[aria-sort=ascending]")

    assert tab.methods == ["same_human", "accumulate", "edit_previous", "replace", "hostile"]
    assert page.locator("#methods thead th", has_text="track").is_visible()
    assert page.locator(".dtrg-group").count() == 0
    page.uncheck("[name=across]")
    assert tab.methods == ["replace", "hostile", "same_human", "edit_previous", "accumulate"]


def test_the_address_keeps_what_is_seen(visit: Callable[..., Visit]) -> None:
    tab = visit()
    page = tab.open()
    page.check("[name=across]")
    page.select_option("[data-filter=tier]", "smoke")
    page.fill("#search", "human")
    header = page.locator("#methods thead th", has_text="seconds")
    header.get_by_role("button").click()
    page.wait_for_selector("#methods th[aria-sort=ascending]")
    seen = tab.methods

    page.goto("about:blank")
    page.go_back()
    page.wait_for_selector("#filters:not([hidden])", state="attached")

    assert "tier=smoke&search=human&across=1&sort=seconds+asc" in page.url
    assert tab.methods == seen
    assert page.input_value("[data-filter=tier]") == "smoke"
    assert header.get_attribute("aria-sort") == "ascending"
    tab.complaints = [one for one in tab.complaints if one != "about:blank"]
    tab.requests = [one for one in tab.requests if one != "about:blank"]


def test_control_and_human_text_have_rows(visit: Callable[..., Visit]) -> None:
    page = visit().open(_ALL)

    names = page.locator("#methods tr[data-reference] th").all_inner_texts()

    assert names.count("fresh_human") == names.count("human text") == 3


def test_all_numbers_can_be_downloaded(visit: Callable[..., Visit], written: Path) -> None:
    page = visit().open()
    files = [page.get_by_role("link", name=name).get_attribute("href") for name in ("CSV", "JSON")]

    rows = json.loads((written / files[1]).read_text())
    lines = list(csv.DictReader(io.StringIO((written / files[0]).read_text())))

    assert [row["method"] for row in rows] == [line["method"] for line in lines]
    assert [float(line["excess"]) for line in lines] == [row["excess"] for row in rows]
    assert all((written / "records" / name).is_file() for row in rows for name in row["records"])


@pytest.mark.parametrize("across", ["", "&across=1"])
def test_nothing_is_cut_off_at_1280_pixels(visit: Callable[..., Visit], across: str) -> None:
    page = visit().open(f"{_ALL}{across}")

    widths = page.locator(".overview .scroll").evaluate_all(
        "(all) => all.map((one) => one.scrollWidth - one.clientWidth)"
    )

    assert widths
    assert set(widths) == {0}


def test_the_verdicts_are_seen_on_a_phone(visit: Callable[..., Visit]) -> None:
    page = visit(viewport={"width": 390, "height": 844}).open(_ALL)

    ends = page.locator(".study .verdict, #methods .verdict").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().right)"
    )

    assert len(ends) >= 7
    assert max(ends) <= 390
    headline = page.get_by_role("region", name="What becomes of every method")
    assert headline.evaluate("(region) => region.scrollWidth <= region.clientWidth")


def test_the_page_opens_with_what_collapses(visit: Callable[..., Visit]) -> None:
    page = visit().open()

    rows = page.locator(".study").first.locator("tbody tr")
    first = rows.first.inner_text()

    assert rows.first.bounding_box()["y"] < 500
    assert first.startswith("hostile")
    assert rows.last.inner_text().startswith("fresh_human")
    assert page.locator(".forest svg").get_attribute("aria-label")
    meant = page.locator(".words").inner_text()
    assert all(word in meant for word in ("collapses", "rises, then flattens", "level"))


def test_every_column_has_a_button_with_a_visible_focus(visit: Callable[..., Visit]) -> None:
    page = visit().open()
    buttons = page.locator("#methods thead th").get_by_role("button")
    page.locator("[name=alone]").focus()

    outlines = []
    for _ in range(buttons.count() + 1):
        page.keyboard.press("Tab")
        outlines.append(
            page.evaluate(
                "[document.activeElement.getAttribute('role'),"
                " getComputedStyle(document.activeElement).outlineStyle]"
            )
        )

    assert buttons.count() == page.locator("#methods thead th").count() >= 9
    assert outlines == [["region", "solid"]] + [["button", "solid"]] * buttons.count()


_LEFT = {
    ("method", "replace"): ["replace"],
    ("tier", "cpu"): ["hostile"],
    ("recipe", "smoke-470bad5f"): ["replace", "same_human", "edit_previous", "accumulate"],
    ("verdict", "level"): [],
    ("track", "smoke-9a89dbde-413860f9-32-true-v1-nynnnn"): ["same_human", "edit_previous"],
}


def test_a_filter_leaves_the_rows_that_fit(visit: Callable[..., Visit]) -> None:
    tab = visit()
    page = tab.open(_ALL)

    for (choice, value), left in _LEFT.items():
        page.select_option(f"[data-filter={choice}]", value)

        assert tab.methods == left
        assert page.locator("#count").inner_text() == f"{len(left)} of 5 methods"
        page.select_option(f"[data-filter={choice}]", "")
    assert len(tab.methods) == 5


def test_filters_and_search_go_together(visit: Callable[..., Visit]) -> None:
    tab = visit()
    page = tab.open()

    page.fill("#search", "human")
    assert "same_human" in tab.methods
    page.select_option("[data-filter=tier]", "cpu")
    page.fill("#search", "same_human")

    assert tab.methods == []
    assert "No method fits these filters." in page.locator("#methods").inner_text()


def test_a_method_opens_by_mouse_and_shows_all_that_is_known(visit: Callable[..., Visit]) -> None:
    page = visit().open()

    page.get_by_role("link", name="edit_previous").first.click()

    page.wait_for_url(f"**/methods/{_EDIT}.html")
    shown = page.locator(f"#{_EDIT}")
    assert shown.locator("h3").all_inner_texts() == [
        "Curve", "Collapse profile", "seed 0", "Records", "Environment",
    ]  # fmt: skip
    assert shown.locator("svg").count() == 5
    assert shown.get_by_role("link", name="edit_previous-seed1.json").is_visible()
    assert "bench-smoke.txt" in shown.inner_text()
    page.get_by_role("link", name="All methods").click()
    page.wait_for_selector("#methods a:focus")
    assert page.evaluate("document.activeElement.id") == _EDIT


def test_a_method_opens_and_closes_by_keyboard_and_all_is_seen_as_before(
    visit: Callable[..., Visit],
) -> None:
    page = visit(color_scheme="light").open("?tier=smoke")
    page.locator("#theme").click()
    page.locator(f"#{_REPLACE}").focus()

    page.keyboard.press("Enter")
    page.wait_for_url("**/methods/*")
    assert page.locator("#theme").inner_text() == "Use light colours"
    page.keyboard.press("Escape")
    page.wait_for_selector("#methods a:focus")

    assert page.evaluate("document.activeElement.id") == _REPLACE
    assert page.input_value("[data-filter=tier]") == "smoke"
    assert page.locator("#theme").inner_text() == "Use light colours"


def test_an_old_link_to_a_section_leads_to_the_page_of_its_method(
    visit: Callable[..., Visit],
) -> None:
    page = visit().open(f"?alone=1#{_REPLACE}", ready=".method")

    assert page.url.endswith(f"/methods/{_REPLACE}.html?alone=1")
    assert page.locator("h2").inner_text() == "replace"


_CONTRAST = """() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3)
      .map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  const contrast = (node, property) => {
    const ink = light(getComputedStyle(node)[property]);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  };
  const texts = ["p", "#methods a", ".words .collapses", ".words .rises-then-flattens",
    ".words .level", ".words .undecided", ".note", ".interval", "#methods td", ".legend span"];
  const found = texts.map((name) => contrast(document.querySelector(name), "color"));
  for (const text of document.querySelectorAll(".overview svg text")) {
    found.push(contrast(text, "fill"));
  }
  return { dark: paper < 0.1, least: Math.min(...found) };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_system_and_the_switch(
    visit: Callable[..., Visit], scheme: str
) -> None:
    page = visit(color_scheme=scheme).open()

    first = page.evaluate(_CONTRAST)
    other = {"light": "dark", "dark": "light"}[scheme]
    page.get_by_role("button", name=f"Use {other} colours", exact=True).click()
    second = page.evaluate(_CONTRAST)

    assert page.locator("#theme").inner_text() == f"Use {scheme} colours"
    assert [first["dark"], second["dark"]] == [scheme == "dark", scheme == "light"]
    assert min(first["least"], second["least"]) >= 4.5  # WCAG 2.2, 1.4.3, level AA


def test_on_a_phone_nothing_is_wider_than_the_screen(visit: Callable[..., Visit]) -> None:
    page = visit(viewport={"width": 360, "height": 740}).open()
    width = "document.documentElement.scrollWidth"
    overview = page.evaluate(width)
    table = page.get_by_role("region", name="Table of methods")
    assert table.evaluate("(region) => region.scrollWidth > region.clientWidth")

    page.locator(f"#{_REPLACE}").click()
    page.wait_for_selector(".method")

    assert (overview, page.evaluate(width)) == (360, 360)


def test_text_of_a_record_is_never_code(visit: Callable[..., Visit]) -> None:
    page = visit().open()
    page.locator("#methods a", has_text="hostile").first.click()
    page.wait_for_selector(".method")

    shown = page.locator(".method").inner_text()
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert f"</style>{_HOSTILE}" in shown


def test_the_policy_stops_what_would_slip_through(browser: Any, written: Path) -> None:
    tab = Visit(browser, (written / "index.html").as_uri())
    page = tab.open()

    def stopped(what: str) -> Callable[[Any], bool]:
        """Whether a message says that the policy stopped this; messages come in any order."""
        return lambda message: (
            "violates the following Content" in message.text and what in message.text
        )

    with page.expect_console_message(stopped("script")):
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"hacked=1\">')"
        )
    with page.expect_console_message(stopped("https://example.org/")):
        page.evaluate(
            "document.body.append(Object.assign(new Image(), {src: 'https://example.org/'}))"
        )

    assert page.evaluate("window.hacked") is None
    tab.context.close()


def test_without_scripts_all_is_there_but_sorting(visit: Callable[..., Visit]) -> None:
    tab = visit(java_script_enabled=False)
    page = tab.open(ready="#methods")
    assert len(tab.methods) == 5
    assert page.locator("#filters").is_hidden()

    page.locator("#methods a", has_text="replace").click()

    page.wait_for_url(f"**/methods/{_REPLACE}.html")
    assert page.locator("svg").count() == 5
    page.get_by_role("link", name="All methods").click()
    page.wait_for_selector("#methods tr:target")


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_a_static_host_serves_it_as_it_is(visit: Callable[..., Visit], written: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=written)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        tab = visit(f"http://127.0.0.1:{server.server_port}/index.html")
        page = tab.open()

        page.get_by_role("link", name="same_human").first.click()

        page.wait_for_url("**/methods/*")
        assert page.locator("h2").inner_text() == "same_human"
        server.shutdown()
        thread.join()
