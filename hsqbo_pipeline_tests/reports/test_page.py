"""The HTML report: one file, nothing fetched, nothing of a record ever markup."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.reports.html.page import write_report
from hsqbo_pipeline_tests.reports.published_company import FIRST, HOSTILE, SECOND, company, run, state


class Tags(HTMLParser):
    """Every tag with its attributes, and all text outside of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_data(self, data: str) -> None:
        if self.inside not in ("script", "style"):
            self.text.append(data)


def parsed(path: Path) -> Tags:
    tags = Tags()
    tags.feed(path.read_text(encoding="utf-8"))
    return tags


def packed(path: Path, name: str) -> dict[str, object]:
    found = re.search(f'id="{name}">([^<]*)<', path.read_text(encoding="utf-8"))
    assert found
    content: dict[str, object] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return content


@pytest.mark.rule("A78", "A81")
def test_the_page_holds_every_record_once(published: Path) -> None:
    """Each published state is a row of the page's table, and the counts by object add up to them."""
    records = packed(write_report(published), "data-records")
    keys = [row[0] for row in records["rows"]]  # type: ignore[attr-defined]
    assert len(keys) == len(set(keys)) == 7 + len(HOSTILE)


def test_hostile_names_stay_text(published: Path) -> None:
    """No name of a record becomes a tag, and each stands in the page as it was written."""
    path = write_report(published)
    page = parsed(path)
    assert [
        tag for tag, attributes in page.tags if tag == "img" or any(name.startswith("on") for name in attributes)
    ] == []
    executable = [attributes for tag, attributes in page.tags if tag == "script" and attributes.get("type") == "module"]
    assert len(executable) == 1
    rows = packed(path, "data-records")["rows"]
    assert set(HOSTILE) <= {row[2] for row in rows}  # type: ignore[attr-defined]


def test_nothing_is_fetched(published: Path) -> None:
    """No attribute of the page leads anywhere but into the page, and the policy forbids all addresses."""
    page = parsed(write_report(published))
    targets = [
        value or ""
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in ("href", "src", "action")
    ]
    assert [each for each in targets if not each.startswith("#")] == []
    policy = next(each["content"] or "" for tag, each in page.tags if tag == "meta" and each.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def test_masked_page_holds_no_personal_data(published: Path) -> None:
    """Neither names, nor what a person typed, nor addresses are in a masked report."""
    path = write_report(published, masked=True)
    told = path.read_text(encoding="utf-8") + json.dumps([packed(path, "data-records"), packed(path, "data-stories")])
    assert path.name.endswith("-masked.html")
    for secret in ("Lovelace", "Hopper", "ada@example.com", "555-1", "HYPERLINK", "DROP TABLE"):
        assert secret not in told


@pytest.mark.rule("H29")
def test_money_is_told_with_both_sides(published: Path) -> None:
    """Reconciliation, tie-out, ages, fees and conflicts show both sides' values."""
    text = " ".join("".join(parsed(write_report(published)).text).split())
    for told in ("120.30", "110.30", "over 90 days", "555-1", "555-2", "1.50", "100.10", "paid out 2026-11-24"):
        assert told in text


def test_the_file_is_named_after_its_run(published: Path) -> None:
    """The newest run is also `latest.html`; an older one can be asked for by its id, an unknown one cannot."""
    path = write_report(published)
    assert path.name == f"run-2-{SECOND}.html"
    assert (path.parent / "latest.html").read_bytes() == path.read_bytes()
    assert write_report(published, FIRST).name == f"run-1-{FIRST}.html"
    with pytest.raises(ConfigurationError, match="no finished run nonsense"):
        write_report(published, "nonsense")


def test_a_red_run_says_so_first(tmp_path: Path) -> None:
    """The reasons why a run is red stand in an alert, escaped."""
    counts = json.dumps({"problems": ["hubspot contacts: <i>broken</i>"], "states": {}, "objects": []})
    data = company(tmp_path, runs=[run(SECOND, 1, exit_code=1, counts=counts)])
    text = write_report(data).read_text(encoding="utf-8")
    assert 'role="alert"' in text
    assert "&lt;i&gt;broken&lt;/i&gt;" in text


def test_an_empty_company_has_a_page(tmp_path: Path) -> None:
    """A first run that knew nothing is told without a figure being wrong."""
    empty = {name: [] for name in ("record_states", "customers", "invoices", "reconciliation", "tie_out", "fees")}
    data = company(tmp_path, **empty, runs=[run(SECOND, 1, counts=None, requests=None, rules=None)])
    assert "No record is known yet" in write_report(data).read_text(encoding="utf-8")


def test_before_the_first_run_there_is_no_page(tmp_path: Path) -> None:
    """Without anything published the user is told what to do."""
    with pytest.raises(ConfigurationError, match="hsqbo sync"):
        write_report(tmp_path)


def test_many_records_stay_light(tmp_path: Path) -> None:
    """5,000 records make a page below one megabyte."""
    many = [state(f"customer:{at}:{at}", "OPS_UNCHANGED", f"Customer {at}") for at in range(5_000)]
    assert write_report(company(tmp_path, record_states=many)).stat().st_size < 1_000_000
