"""A look at one's own accounts: everything is told, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline.reports.html.audit_page import lines, render
from hsqbo_pipeline.runs.audit import Audit, audit
from hsqbo_pipeline_tests.nights.house import House, house
from hsqbo_pipeline_tests.runs.test_adopt import Portal
from hsqbo_pipeline_tests.runs.town_house import NOTHING, clear_traffic, quiet, rules_of, town_house


def look(home: House) -> Audit:
    """An audit with a token that may only read; neither side is written to."""
    clear_traffic(home)
    found = audit(home.settings_with(hubspot_token="pat-readonly"), rules_of(home))
    assert home.writes() == NOTHING
    return found


def shown(found: Audit) -> str:
    """The page."""
    return render(vars(found))


class Mess:
    """A portal in which HubSpot's own sync was at work, well and badly."""

    def __init__(self, portal: Portal) -> None:
        home = self.home = portal.home
        self.bills = [portal.bill(str(1001 + n)) for n in range(4)]
        portal.copy("1001", self.bills[0])
        portal.copy("1002", self.bills[1], total="12.50")
        self.twice = sorted(portal.copy("1003", self.bills[2]) for _ in range(2))
        portal.copy("7777", "4711")
        home.served.sandbox.clock.advance(60)
        self.left_out = portal.bill("1005")
        home.served.sandbox.clock.advance(60)
        portal.copy("1004", self.bills[3])
        twin = {"CustomerRef": portal.customer, "TotalAmt": 5, "TxnDate": "2026-02-20"}
        self.payments = sorted(home.person("quickbooks", "create", "Payment", **twin) for _ in range(2))
        self.sharing = sorted(home.customer(f"Bo {n}", "bo@example.com") for n in range(2))


@pytest.fixture(scope="module")
def mess(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mess, Audit]]:
    """The mess, and what the audit says of it."""
    with house(tmp_path_factory.mktemp("audit") / "data") as home:
        made = Mess(Portal(home))
        yield made, look(home)


@pytest.mark.rule("H31", "1.1")
def test_an_audit_needs_read_scopes_only_and_leaves_no_state_behind(mess: tuple[Mess, Audit]) -> None:
    """H31: a read-only token is enough, no write reaches either side, and the data folder holds only the login's token."""
    made, found = mess
    assert found.complete
    assert found.about["writes"] == 0
    assert sorted(path.name for path in made.home.data.iterdir()) == ["tokens"]


@pytest.mark.rule("1.1", "H1", "A3")
def test_what_the_other_sync_got_wrong_is_told(mess: tuple[Mess, Audit]) -> None:
    """1.1: copies with another total, copies of nothing, copies made twice and originals never copied are each named."""
    made, found = mess
    other = found.other_sync
    assert other["copies"] == 6
    totals = [(row["label"], row["hubspot"], row["quickbooks"]) for row in other["apart"] if row["field"] == "total"]
    assert totals == [("1002", "12.50", "10.00")]
    assert [row["id"] for row in other["never_copied"]] == [made.left_out]
    assert {row["record"] for row in other["without_original"]} >= {"7777"}
    assert [row["what"] for row in found.doubled["invoices"] if row["ids"] == made.twice] == [
        "copies of one QuickBooks invoice"
    ]


@pytest.mark.rule("N9", "ID_EMAIL_SHARED")
def test_doubled_customers_and_payments_are_told_with_all_their_ids(mess: tuple[Mess, Audit]) -> None:
    """Two customers with one address, two unapplied payments of one amount within three days."""
    made, found = mess
    assert [row["ids"] for row in found.doubled["customers"]] == [made.sharing]
    assert [(row["ids"], str(row["amount"])) for row in found.doubled["payments"]] == [(made.payments, "5.00")]


@pytest.mark.rule("N4")
def test_pairs_are_compared_field_by_field_and_the_rest_has_a_reason(mess: tuple[Mess, Audit]) -> None:
    """Every record is in a pair that is compared, or carries a code; the counts of both agree with the sandbox."""
    made, found = mess
    counted = {(row["entity"], row["system"]): row["records"] for row in found.counts}
    assert counted["invoice", "hubspot"] == len(made.home.live("hubspot", "invoices"))
    assert counted["customer", "quickbooks"] == len(made.home.live("quickbooks", "Customer"))
    assert sum(row["records"] for row in found.reasons) == len(found.records)
    tied = {row["record"] for row in found.pairs if not row["not linked because"] and row["object"] == "invoice"}
    assert {"1001", "1002", "1004"} <= tied


def test_the_page_holds_everything_and_fetches_nothing(mess: tuple[Mess, Audit]) -> None:
    """One HTML file without script and without an address; it names the differences and what a first night would do."""
    _made, found = mess
    page = shown(found)
    for text in ("12.50", "7777", "Bo 0, Bo 1", "copies of one QuickBooks invoice", "nothing was written"):
        assert text in page, text
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.rule("1.16", "A29", "HS_WORKFLOW_DUPLICATE", "D102")
def test_second_documents_are_told_before_anything_is_written(tmp_path: Path) -> None:
    """1.16: a workflow's second document for a payment is found before the first write, by a look that writes nothing."""
    rules = {"invoices": {"direction": "both"}, "payments": {"direction": "both", "deposit_to": "Undeposited Funds"}}
    with house(tmp_path / "data", **rules) as home:
        portal = Portal(home)
        portal.bill("INV-7")
        sale = home.person(
            "hubspot", "create", "invoices",
            {"hs_number": "INV-7", "hs_invoice_date": "2026-02-10T12:00:00Z", "hs_due_date": "2026-03-10T12:00:00Z", "hs_invoice_billable": "true"},
            contact=portal.contact, lines=[{"hs_sku": "W-1", "quantity": "1", "price": "10"}],
        )  # fmt: skip
        home.person("hubspot", "update", "invoices", {"hs_invoice_status": "open"}, id=sale)
        home.person(
            "hubspot", "create", "commerce_payments",
            {"hs_initial_amount": "10", "hs_latest_status": "succeeded", "hs_currency_code": "USD", "hs_processor_type": "byo_stripe"},
            invoice=sale, contact=portal.contact,
        )  # fmt: skip
        home.served.sandbox.clock.advance(60)
        twin = portal.bill("W-99")
        home.person(
            "quickbooks",
            "create",
            "Payment",
            CustomerRef=portal.customer,
            TotalAmt=10,
            TxnDate="2026-02-20",
            applies={twin: 10},
        )
        found = look(home)
        assert [row["quickbooks_id"] for row in found.doubled["second documents"]] == [twin]
        assert "HS_WORKFLOW_DUPLICATE" in shown(found)


@pytest.mark.rule("H31", "H2")
def test_an_audit_of_a_connection_in_use_disturbs_nothing_and_finds_nothing_to_do(tmp_path: Path) -> None:
    """Marks count as pairs: where the nights have come to rest, a first night would do nothing; the live state stays as it was."""
    with town_house(tmp_path / "data") as (home, _town):
        quiet(home)
        before = (home.data / "warehouse.duckdb").read_bytes()
        found = look(home)
        assert (home.data / "warehouse.duckdb").read_bytes() == before
        assert found.first_night["operations"] == []
        assert {
            row["entity"]: row["records"] - row["paired"] for row in found.counts if row["records"] != row["paired"]
        } == {}
        told: dict[str, Any] = {each["name"]: each["figure"] for each in lines(vars(found))}
        assert (told["Doubled"], told["A first night"]) == ("0", "nothing")
        home.night()
        assert home.writes() == NOTHING


def test_what_cannot_be_read_makes_the_audit_incomplete_and_says_so(tmp_path: Path) -> None:
    """A system that does not answer is named; the page is made all the same."""
    with house(tmp_path / "data") as home:
        found = audit(home.settings_with(hubspot_token="pat-nobody"), rules_of(home))
        assert not found.complete
        assert "AUTH_HS_EXPIRED" in shown(found)
