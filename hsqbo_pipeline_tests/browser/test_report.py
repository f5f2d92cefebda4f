"""The report in a real browser: filter, open, export; on a desk and on a telephone; nothing leaves the machine."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import python_calamine

from hsqbo_pipeline.reports.html.page import write_report
from hsqbo_pipeline_tests.reports.published_company import HOSTILE, company, state

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's report."""
    return write_report(company(tmp_path_factory.mktemp("browser")))


def opened(browser: Browser, path: Path, width: int = 1280) -> Page:
    """The report, its table built; any request and any error is kept in `page.noise`."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.noise = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.noise.append(str(error)))  # type: ignore[attr-defined]
    page.on("dialog", lambda dialog: (page.noise.append(dialog.message), dialog.dismiss()))  # type: ignore[attr-defined]
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(("file:", "blob:", "data:")) else page.noise.append(asked.url),
    )  # type: ignore[attr-defined]
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready]", timeout=20_000)
    return page


@pytest.mark.rule("A81", "A83", "A85", "A86")
def test_a_number_opens_its_records(browser: Browser, path: Path) -> None:
    """A click on the failing invoices of the matrix leaves exactly those in the table."""
    page = opened(browser, path)
    page.click('.matrix a[data-object="invoice"][data-state="FAILING"]')
    page.wait_for_function("document.querySelectorAll('#table tbody tr').length === 2")
    assert sorted(page.locator("#table tbody .who").all_inner_texts()) == ["1002", "1003"]
    page.click("#filters button[type=reset]")
    page.wait_for_function("document.querySelector('.dt-info').textContent.includes('of 18')")
    page.fill("input[type=search]", "hopper")
    page.wait_for_function("document.querySelectorAll('#table tbody tr').length === 1")
    assert page.noise == []  # type: ignore[attr-defined]


@pytest.mark.rule("A87")
def test_a_record_opens_with_its_story(browser: Browser, path: Path) -> None:
    """The record's panel tells reason, fix and candidates; hostile names are text in it and run nothing."""
    page = opened(browser, path)
    for name in ("Bob Bee", *HOSTILE[:2], HOSTILE[5]):
        page.fill("input[type=search]", name[:12])
        page.locator("#table button.link").first.click()
        page.wait_for_selector("dialog[open]")
        assert page.inner_text("#record-title") == name
        page.keyboard.press("Escape")
    assert page.noise == []  # type: ignore[attr-defined]
    assert page.title() != "1"


def test_a_name_does_not_turn_a_sentence_around(browser: Browser, path: Path) -> None:
    """A sign that reverses text is shown nowhere, and a name of 500 letters does not push the others away."""
    page = opened(browser, path)
    assert "\u202e" not in page.inner_text("body")
    assert (
        page.evaluate("Math.max(...[...document.querySelectorAll('#table tbody tr')].map((row) => row.offsetHeight))")
        < 200
    )


@pytest.mark.rule("A88", "A89")
def test_the_view_exports_what_it_shows(browser: Browser, path: Path, tmp_path: Path) -> None:
    """The csv of the filtered view holds its rows and columns, and no formula."""
    page = opened(browser, path)
    page.select_option("select[name=state]", "FAILING")
    page.select_option("select[name=object]", "customer")
    with page.expect_download() as waiting:
        page.click("button.buttons-csv")
    waiting.value.save_as(tmp_path / "view.csv")
    with (tmp_path / "view.csv").open(encoding="utf-8-sig", newline="") as stream:
        exported = [row for row in csv.reader(stream) if row]
    assert exported[0][:4] == ["State", "Object", "Record", "Why"]
    assert len(exported) == 1 + 1 + len(HOSTILE)
    assert [cell for row in exported for cell in row if cell.startswith(("=", "+", "-", "@"))] == []
    with page.expect_download() as waiting:
        page.click("button.buttons-excel")
    waiting.value.save_as(tmp_path / "view.xlsx")
    sheet = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "view.xlsx")).get_sheet_by_index(0).to_python()
    assert [[str(cell) for cell in row] for row in sheet] == exported
    with zipfile.ZipFile(tmp_path / "view.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_it_fits_a_telephone(browser: Browser, path: Path) -> None:
    """At 390 pixels nothing is wider than the screen."""
    page = opened(browser, path, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_large_company_stays_usable(browser: Browser, tmp_path: Path) -> None:
    """20,000 records are there within seconds, and a search answers."""
    many = [state(f"customer:{at}:{at}", "OPS_UNCHANGED", f"Customer {at}") for at in range(20_000)]
    page = opened(browser, write_report(company(tmp_path, record_states=many)))
    page.fill("input[type=search]", "Customer 19999")
    page.wait_for_function("document.querySelectorAll('#table tbody tr').length === 1", timeout=5_000)
