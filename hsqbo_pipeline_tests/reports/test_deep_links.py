"""Links from a record to the two systems' own screens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.reports.deep_links import places
from hsqbo_pipeline.reports.failures import failures
from hsqbo_pipeline.reports.html.page import write_report
from hsqbo_pipeline.reports.published import open_published
from hsqbo_pipeline_tests.reports.published_company import SECOND, company


def known(data: Path, **more: str) -> Path:
    """A company of a portal and a realm."""
    place = {
        "portal": "24000001",
        "hubspot": "app-eu1.hubspot.com",
        "realm": "934",
        "environment": "production",
        **more,
    }
    return company(data, meta=[{"key": "places", "value": json.dumps(place)}])


@pytest.mark.parametrize(
    ("environment", "begin"),
    [
        ("production", "https://qbo.intuit.com/login?deeplinkcompanyid=934&pagereq="),
        ("development", "https://sandbox.qbo.intuit.com/login?deeplinkcompanyid=934&pagereq="),
    ],
)
def test_a_failing_record_leads_to_both_systems(tmp_path: Path, environment: str, begin: str) -> None:
    """The portal's own region, the realm's own company and environment; in the failure report and in the page."""
    data = known(tmp_path, environment=environment)
    with open_published(data) as con:
        rows = {row["record_key"]: row for row in failures(con, SECOND)}
    invoice = rows["invoice:302:32"]
    assert invoice["hubspot_page"] == "https://app-eu1.hubspot.com/contacts/24000001/record/0-53/302"
    assert invoice["quickbooks_page"] == f"{begin}invoice%3FtxnId%3D32"
    assert rows["invoice:-:33"]["hubspot_page"] is None
    page = write_report(data).read_text(encoding="utf-8")
    assert "https://app-eu1.hubspot.com/contacts/24000001/record/0-53/" in page
    assert f"{begin}invoice%3FtxnId%3D" in page


def test_the_sandbox_has_no_screens(tmp_path: Path) -> None:
    """No address leads anywhere from a sandbox's report, nor from one that does not know its accounts."""
    for data in (known(tmp_path / "a", environment="sandbox"), company(tmp_path / "b", meta=[])):
        with open_published(data) as con:
            assert places(con).of("invoice", System.HUBSPOT, "302") is None


def test_only_hubspot_is_linked_to(tmp_path: Path) -> None:
    """What an answer calls the portal's host is believed where it is HubSpot's; an id that is none has no address."""
    with open_published(known(tmp_path, hubspot="evil.example/app.hubspot.com")) as con:
        found = places(con)
    assert str(found.of("customer", System.HUBSPOT, "1")).startswith("https://app.hubspot.com/contacts/")
    assert found.of("customer", System.QUICKBOOKS, "1&x=2") is None
