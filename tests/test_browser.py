"""The page in a real browser: Debian's chromium, driven by Playwright. Runs once, not on each interpreter.

    tox -e browser

`apt-get install chromium` has what it needs. Without it these tests fail: nothing else looks at the page.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pages
import pytest

from bench.contract.findings import Finding
from bench.publishing import index
from bench.reports.besides import Besides
from bench.reports.files import FILES
from bench.statistics.comparisons import compare

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text("utf-8")
WIDE: "ViewportSize" = {"width": 1200, "height": 900}
PHONE: "ViewportSize" = {"width": 380, "height": 800}
KEPT = pages.kept()
PLAN = KEPT.about.plan
SHOWN = """(selector) => [...document.querySelectorAll(selector)].filter((one) => one.getClientRects().length).length"""
VIOLATIONS = "axe.run().then((all) => all.violations.map((one) => [one.id, one.nodes.map((n) => n.html)]))"
LINES = "#ratios > svg > .line[data-loop]"


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One browser for all tests."""
    from playwright.sync_api import sync_playwright

    place = shutil.which("chromium")
    assert place, "these tests need a browser: apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"], timeout=120_000)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the page of the invented run is."""
    file = tmp_path_factory.mktemp("run") / pages.FILE
    file.write_text(pages.page(KEPT), "utf-8")
    return file.as_uri()


class Opened:
    """Opens pages, and remembers what they asked for and complained about."""

    def __init__(self, browser: "Browser", address: str) -> None:
        self.browser, self.address = browser, address
        self.requests: list[str] = []
        self.complaints: list[str] = []

    def __call__(
        self,
        fragment: str = "",
        *,
        viewport: "ViewportSize" = WIDE,
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> "Page":
        """The page in a fresh window."""
        page = self.browser.new_page(viewport=viewport, color_scheme=scheme, java_script_enabled=scripts)
        page.set_default_timeout(60_000)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.goto(self.address + fragment)
        return page


@pytest.fixture
def opened(browser: "Browser", address: str) -> Iterator[Opened]:
    """A function that opens the page; at the end, nothing was requested and nothing complained."""
    opened = Opened(browser, address)
    yield opened
    for context in browser.contexts:
        context.close()
    assert {url.partition("#")[0] for url in opened.requests} == {address}
    assert opened.complaints == []


def test_every_chart_has_its_marks(opened: Opened) -> None:
    page = opened()

    estimates = page.locator("#ratios .point").count()
    clouds = page.locator("#values-warm .cloud").count()
    bars = page.locator("#stages-runner .bar").count()

    loops, scenarios = len(PLAN.loops) - 1, len(PLAN.scenarios)
    assert estimates == loops * scenarios - 2  # one was skipped, one failed
    assert clouds == (loops - 1 + 1) * PLAN.sampling.rounds  # less the one that failed, and the control
    assert bars == (loops + 2) * 4
    assert page.locator("#ratios .floor").count() == estimates
    assert all(page.locator(f"#{name} rect.same").count() == 1 for name in ("ratios", "values-warm", "stages-runner"))


def test_hostile_names_are_shown_as_text(opened: Opened) -> None:
    page = opened()

    assert page.locator("img").count() == 0
    for name in (pages.TAG, pages.SPECIALS):
        assert page.locator("#loops").get_by_text(name).count() == 1
        assert page.locator("#ratios svg text", has_text=name[:20]).count() == len(PLAN.scenarios)
        assert page.locator("#warm tbody th", has_text=name).count() >= 1


def test_a_table_is_sorted_by_its_numbers_and_again_the_other_way_round(opened: Opened) -> None:
    page = opened()
    ratios = page.locator("#warm-1 tbody tr td:nth-child(3)")
    unsorted = ratios.all_text_contents()

    def click() -> list[float]:
        page.locator("#warm-1 thead th:nth-child(3) button").click()
        return [float(text.split()[0]) for text in ratios.all_text_contents()]

    up, down = click(), click()

    assert up == sorted(up)
    assert down == sorted(up, reverse=True)
    assert up != [float(text.split()[0]) for text in unsorted]
    assert page.locator("#warm-1 th[aria-sort=descending]").count() == 1
    click()
    assert ratios.all_text_contents() == unsorted


def test_a_filter_leaves_the_rows_that_have_its_words(opened: Opened) -> None:
    page = opened()

    page.locator("#runner-1 input[type=search]").fill("UVL")

    assert page.locator("#runner-1 tbody tr:visible th").all_text_contents() == ["uvloop"]
    assert "find=runner-1.UVL" in page.url


def test_a_view_shows_the_scenarios_of_one_kind_of_program(opened: Opened) -> None:
    page = opened()

    page.get_by_role("button", name="CLI").click()

    assert page.locator("section#runner").is_visible()
    assert not page.locator("section#warm").is_visible()
    assert not page.locator("nav a[href='#warm']").is_visible()
    assert page.evaluate(SHOWN, "#ratios > svg > .line[data-scenario=warm]") == 0
    assert page.evaluate(SHOWN, "#ratios > svg > .line[data-scenario=runner]") == len(PLAN.loops)
    page.get_by_role("button", name="Everything").click()
    assert page.locator("section#warm").is_visible()


def test_a_loop_is_hidden_in_all_charts_and_tables_and_the_chart_closes_up(opened: Opened) -> None:
    page = opened()
    height = page.locator("#ratios > svg").get_attribute("height")

    page.locator("#loops button", has_text="uvloop").click()

    assert page.evaluate(SHOWN, ".line[data-loop=uvloop]") == 0
    assert page.locator("tr[data-loop=uvloop]:visible").count() == 0
    assert int(page.locator("#ratios > svg").get_attribute("height") or 0) < int(height or 0)
    page.locator("#loops button", has_text="uvloop").click()
    assert page.locator("#ratios > svg").get_attribute("height") == height


def test_what_is_not_certain_can_be_hidden_and_one_loop_chosen(opened: Opened) -> None:
    page = opened()

    page.get_by_label("Only differences that are certain").check()
    certain = page.evaluate(SHOWN, LINES)
    page.get_by_label("My loop").select_option("uvloop")

    assert 0 < certain < len(PLAN.scenarios) * (len(PLAN.loops) - 1) - 2
    assert page.evaluate(SHOWN, LINES) == len(PLAN.scenarios)


def test_a_link_restores_the_view(opened: Opened) -> None:
    page = opened()
    page.get_by_role("button", name="tests").click()
    page.locator("#loops button", has_text=pages.TAG).click()
    page.locator("#loops button", has_text=pages.SPECIALS).click()
    page.locator("#warm-1 thead button", has_text="total").click()
    page.locator("nav a", has_text="missing").click()
    left = page.evaluate(SHOWN, LINES)

    again = opened(page.url.removeprefix(opened.address))

    assert again.evaluate(SHOWN, LINES) == left
    assert again.locator("[data-view=tests]").get_attribute("aria-pressed") == "true"
    assert again.locator("#warm-1 th[aria-sort=ascending]").count() == 1
    again.wait_for_function("document.getElementById('troubles').getBoundingClientRect().top < innerHeight")


@pytest.mark.parametrize(
    "fragment", ["#warm", "#how-warm", "#nothing", "#view=nope&hide=nobody&sort=x&find=y&at=z", "#%"]
)
def test_any_fragment_opens_the_page(fragment: str, opened: Opened) -> None:
    page = opened(fragment)

    assert page.locator("#warm-1 tbody tr:visible").count() == len(PLAN.loops)
    if fragment == "#how-warm":
        assert page.locator("#how-warm p").is_visible()


def test_a_table_is_copied_as_markdown_and_as_csv(opened: Opened) -> None:
    page = opened()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def copied(how: str) -> list[str]:
        page.locator("#warm-1").get_by_role("button", name=f"Copy as {how}").click()
        page.get_by_text("Copied: the table").wait_for()
        text: str = page.evaluate("navigator.clipboard.readText()")
        return text.splitlines()

    markdown, csv = copied("Markdown"), copied("CSV")

    assert markdown[0].startswith("| loop | total µs | ratio |")
    assert any(line.startswith(r"| a\|b\_c\*d\* \`e\`") for line in markdown)
    assert any(line.startswith(r"| \<img") for line in markdown)
    assert csv[0].startswith("loop,total µs,total µs low,total µs high,ratio,ratio low")
    assert {line.count(",") for line in csv} == {csv[0].count(",")}


def test_a_mark_says_what_it_is_and_a_chart_can_be_saved(opened: Opened, tmp_path: Path) -> None:
    page = opened()

    page.locator("#ratios .point.c7").first.hover()
    assert "uvloop 0.5" in page.locator("#tip").inner_text()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as SVG: All scenarios").click()
    saved.value.save_as(tmp_path / "ratios.svg")

    text = (tmp_path / "ratios.svg").read_text("utf-8")
    assert "--paper" in text
    assert "<script" not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: Literal["light", "dark"], opened: Opened) -> None:
    page = opened(scheme=scheme)
    for details in page.locator("details").all():
        details.evaluate("(one) => { one.open = true; }")

    page.evaluate(AXE)
    found = page.evaluate(
        "axe.run().then((all) => all.violations.map((one) => [one.id, one.nodes.map((n) => n.html)]))"
    )

    assert found == []


def test_it_is_dark_where_the_reader_wants_that_and_light_on_paper(opened: Opened) -> None:
    page = opened(scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"

    assert page.evaluate(paper) == "rgb(15, 20, 26)"
    page.emulate_media(media="print")
    assert page.evaluate(paper) == "rgb(255, 255, 255)"


def test_nothing_scrolls_sideways_on_a_phone(opened: Opened) -> None:
    page = opened(viewport=PHONE)
    for details in page.locator("details").all():
        details.evaluate("(one) => { one.open = true; }")

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_it_is_whole_without_javascript(opened: Opened) -> None:
    page = opened(scripts=False)

    assert page.locator("#ratios .point").count() > 9
    assert page.locator("#warm-1 tbody tr:visible").count() == len(PLAN.loops)
    assert page.locator("#troubles td", has_text="rloop has no <i>run</i>").is_visible()
    assert page.locator("button").count() == 0
    page.locator("#how-warm summary").click()
    assert page.locator("#how-warm p").is_visible()


def test_it_prints(opened: Opened) -> None:
    page = opened()

    pdf = page.pdf()

    assert pdf.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator("#controls").is_visible()
    assert page.locator("#ratios > svg").is_visible()


def test_the_keyboard_reaches_the_controls_and_the_results_are_first(opened: Opened) -> None:
    page = opened()

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
    page.locator("#warm-1 thead th:nth-child(3) button").focus()
    page.keyboard.press("Enter")

    assert page.locator("#warm-1 th[aria-sort=ascending]").count() == 1


def test_the_index_of_published_runs_is_a_page_of_the_same_kind(browser: "Browser", tmp_path: Path) -> None:
    rows = FILES["comparisons.json"](KEPT, compare(KEPT), None)
    runs = [index.published(KEPT.about, name, rows) for name in ("a.1", "b")]
    file = tmp_path / index.HTML
    file.write_text(index.index(runs, {"more": "More"})[index.HTML], "utf-8")
    opened = Opened(browser, file.as_uri())

    page = opened(viewport=PHONE)
    page.evaluate(AXE)
    found = page.evaluate(VIOLATIONS)

    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("figure.chart > svg").count() == len(runs)
    assert page.locator("a[href='a.1/report.html']").count() == 1
    assert (opened.requests, opened.complaints) == ([opened.address], [])


def test_what_loops_keep_is_filtered_and_loops_in_a_plane_are_hidden(browser: "Browser", tmp_path: Path) -> None:
    checks = tuple(
        Finding(loop, "1", "3.14.0", f"check_{number}", "network", kept, "kept" if kept else "broken", f"why {number}")
        for loop in PLAN.loops[:3]
        for number, kept in enumerate([True, True, loop == "asyncio"] + 5 * [loop != "uvloop"])
    )
    file = tmp_path / pages.FILE
    file.write_text(pages.page(KEPT, Besides(checks=checks)), "utf-8")
    opened = Opened(browser, file.as_uri())
    page = opened(viewport=PHONE)
    spots = ".plane > .loop[data-loop=uvloop]"

    assert page.evaluate(SHOWN, spots) > 0
    page.locator("#loops button", has_text="uvloop").click()
    assert page.evaluate(SHOWN, spots) == 0
    page.locator("#checks").get_by_role("searchbox").last.fill("check_3")
    assert page.locator("#checks .table >> nth=1").locator("tbody tr:visible").count() == 1
    page.evaluate(AXE)
    assert page.evaluate(VIOLATIONS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert (opened.requests, opened.complaints) == ([opened.address], [])
