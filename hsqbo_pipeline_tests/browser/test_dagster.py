"""The Dagster UI as a person uses it: days are chosen by clicking, the failures are read, the report is opened and exported."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hsqbo_pipeline.cli.demo import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]
ROOT = Path(__file__).parents[2]
DAYS = "[2026-11-07...2026-11-09]"
RULES = {"timezone": "America/New_York", "start": "2020-01-01T00:00:00", "limits": "off"}
_WAIT = 200_000  # for the daemon's half minute and a run, on a machine that has other things to do


@contextmanager
def dagster_ui(folder: Path) -> Iterator[str]:
    """`hsqbo ui` over a sample company that nothing was ever synced of; its address. Ended by SIGINT, as by Ctrl-C."""
    home = folder / "dagster_home"
    home.mkdir()
    shutil.copy(ROOT / "dagster.yaml", home)
    (folder / "sync.yaml").write_text(json.dumps(RULES), encoding="utf-8")
    own = {"HSQBO_DATA": str(folder), "HSQBO_RULES": str(folder / "sync.yaml"), "DAGSTER_HOME": str(home)}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-W", "ignore", "-m", "hsqbo_pipeline", "ui", "--port", str(free_port(0))]
    with (folder / "ui.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**environment, **own, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=log,
            text=True, start_new_session=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("Dagster UI: "), (folder / "ui.log").read_text(encoding="utf-8")[-2000:]
            yield first.removeprefix("Dagster UI: ").strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


@pytest.mark.rule("A54", "A66", "A78", "A82", "A88")
def test_a_backfill_of_three_days_by_clicking(browser: Browser, pictures: Path, tmp_path: Path) -> None:
    """Three days chosen by clicking are one run that ends well; the failures stand on their page, in the report, in the export."""
    with dagster_ui(tmp_path) as address:
        page = browser.new_page(viewport={"width": 1440, "height": 950})
        elsewhere: list[str] = []
        page.on("request", lambda asked: elsewhere.append(asked.url) if _away(asked.url) else None)
        launch(page, address, pictures)
        wait_for_success(page, address, pictures)
        look(page, f"{address}/assets/books?view=partitions", "Materialized (3)", pictures / "partitions.png")
        look(page, f"{address}/asset-groups", "6_report", pictures / "graph.png")
        look(page, f"{address}/assets/run_report", "Money that differs", pictures / "run-report.png")
        look(page, f"{address}/assets/failure_report", "first_rows", pictures / "failure-report.png")
        page.get_by_text("[Show Markdown]").first.click()
        shown = page.get_by_role("dialog")
        shown.get_by_text("Give each its own SKU.").first.wait_for()
        page.screenshot(path=pictures / "failures.png")
        page.close()
    assert elsewhere == []
    exported = export_failing(browser, tmp_path / "reports" / "latest.html", tmp_path, pictures)
    assert exported
    assert {row["State"] for row in exported} == {"failing"}


def launch(page: Page, address: str, pictures: Path) -> None:
    """Jobs, backfill, Partitions, Materialize…, the days, Launch backfill: as the README says."""
    page.goto(f"{address}/jobs")
    page.get_by_text("backfill", exact=True).first.click()
    page.get_by_role("tab", name="Partitions").or_(page.get_by_role("link", name="Partitions")).first.click()
    page.get_by_role("button", name="Materialize…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Launch backfill").wait_for()
    everything = dialog.get_by_text("Show all partitions")
    if everything.count():
        everything.first.click()
    days = dialog.get_by_role("textbox").first
    days.fill(DAYS)
    days.blur()
    dialog.get_by_text("3 partitions", exact=True).wait_for()
    page.screenshot(path=pictures / "backfill.png")
    dialog.get_by_role("button", name="Launch backfill").click()
    dialog.wait_for(state="detached")


def wait_for_success(page: Page, address: str, pictures: Path) -> None:
    """Until the list of runs says that the one run of this backfill went well."""
    page.goto(f"{address}/locations/hsqbo_pipeline/jobs/backfill/runs")
    page.get_by_text(re.compile("^(Success|Failure)$")).first.wait_for(timeout=_WAIT)
    page.screenshot(path=pictures / "runs.png")
    assert page.get_by_text("Success", exact=True).count() == 1


def look(page: Page, address: str, text: str, picture: Path) -> None:
    """Open a page, wait until it shows a text, and keep a picture of it."""
    page.goto(address)
    page.get_by_text(text).first.wait_for()
    page.screenshot(path=picture)


def export_failing(browser: Browser, report: Path, folder: Path, pictures: Path) -> list[dict[str, str]]:
    """The failing records of the report, filtered by hand and exported as csv; pictures of it, wide and narrow, light and dark."""
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(report.as_uri())
            page.wait_for_selector("html[data-ready]")
            page.screenshot(path=pictures / f"report-{width}-{scheme}.png", full_page=True)
            page.close()
    page = browser.new_page()
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.select_option("select[name=state]", "FAILING")
    with page.expect_download() as waiting:
        page.click("button.buttons-csv")
    waiting.value.save_as(folder / "failing.csv")
    page.close()
    with (folder / "failing.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _away(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "blob:", "data:"))
