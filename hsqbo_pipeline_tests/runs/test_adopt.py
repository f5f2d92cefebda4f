"""Taking over from HubSpot's own sync."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.runs.adopt import adopt
from hsqbo_pipeline.runs.linking import Linked
from hsqbo_pipeline_tests.nights.house import House, house
from hsqbo_pipeline_tests.runs.town_house import NOTHING, clear_traffic, links, rules_of


class Portal:
    """What HubSpot's sync left behind, made by people's hands here."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.income = next(one["Id"] for one in home.live("quickbooks", "Account") if one["AccountType"] == "Income")
        self.item = home.person(
            "quickbooks", "create", "Item",
            {"Name": "Widget", "Sku": "W-1", "UnitPrice": 10, "Type": "NonInventory", "IncomeAccountRef": {"value": self.income}},
        )  # fmt: skip
        self.product = home.person("hubspot", "create", "products", {"name": "Widget", "hs_sku": "W-1", "price": "10"})
        self.customer = home.customer("Ada Lovelace", "ada@example.com")
        self.contact = home.contact("ada@example.com")

    def bill(self, number: str, quantity: int = 1) -> str:
        """An invoice in the books."""
        return self.home.person(
            "quickbooks", "create", "Invoice",
            {"CustomerRef": self.customer, "DocNumber": number, "TxnDate": "2026-02-10", "DueDate": "2026-03-10"},
            lines=[{"item": self.item, "Qty": quantity, "UnitPrice": 10}],
        )  # fmt: skip

    def copy(self, number: str, external: str | None, total: str = "10", **more: Any) -> str:
        """What the other sync showed of it in HubSpot."""
        fields = {
            "hs_number": number, "hs_invoice_date": "2026-02-10T12:00:00Z", "hs_due_date": "2026-03-10T12:00:00Z",
            "hs_invoice_billable": "false", "hs_invoice_source": "data_sync", "hs_invoice_status": "open",
            "hs_amount_billed": total, **({"hs_external_invoice_id": external} if external else {}), **more,
        }  # fmt: skip
        return self.home.person("hubspot", "create", "invoices", fields, contact=self.contact)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    with house(tmp_path / "data") as home:
        yield Portal(home)


def take_over(home: House, *, dry_run: bool = False) -> Linked:
    home.served.sandbox.clock.advance(3600)
    clear_traffic(home)
    done = adopt(home.settings, rules_of(home), dry_run=dry_run)
    assert home.writes() == NOTHING
    return done


@pytest.mark.rule("1.1", "A3", "N4", "N6", "OPS_OTHER_SYNC_ACTIVE")
def test_pairs_of_the_other_sync_are_linked_and_nothing_is_written(portal: Portal) -> None:
    """1.1: invoices by external id, then number and figures, contacts by e-mail, products by SKU; the next night doubles nothing."""
    home = portal.home
    bills = [portal.bill("1001"), portal.bill("1002")]
    copies = [portal.copy("1001", bills[0]), portal.copy("1002", None)]
    blocked = home.night()
    assert (blocked.exit_code, home.writes()) == (ExitCode.RED, NOTHING)
    assert "OPS_OTHER_SYNC_ACTIVE" in home.states().values()
    shown = take_over(home, dry_run=True)
    assert links(home) == []
    done = take_over(home)
    assert [one.as_row() for one in shown.findings] == [one.as_row() for one in done.findings]
    assert done.counts == {"customer linked": 1, "invoice linked": 2, "product linked": 1}
    owner = {row[:2]: row[2] for row in links(home, "hubspot_id", "quickbooks_id", "owner")}
    assert {owner[pair] for pair in zip(copies, bills, strict=True)} == {"quickbooks"}
    assert home.night().exit_code == ExitCode.DONE
    for name, count in (("contacts", 1), ("products", 1), ("invoices", 2)):
        assert len(home.live("hubspot", name)) == count, name
    assert home.writes()["quickbooks"] == 0


@pytest.mark.rule("1.1", "N4", "ID_AMBIGUOUS_MATCH")
def test_what_cannot_be_proved_is_told_and_left(portal: Portal) -> None:
    """N4: a number alone proves nothing: the difference is named, and the invoice stays unlinked."""
    home = portal.home
    portal.bill("1001", quantity=2)
    portal.copy("1001", None, total="10")
    portal.copy("9999", "77")
    done = take_over(home)
    why = {one.label: one.why for one in done.findings if not one.tied}
    assert "total 10.00 against 20.00" in (why["1001"] or "")
    assert why["9999"] == "no QuickBooks invoice has its id or its number"
    assert "invoice" not in {row[0] for row in links(home)}


@pytest.mark.rule("N6", "N4")
def test_an_invoice_that_hubspot_bills_keeps_its_owner(portal: Portal) -> None:
    """N6: of an adopted pair the side that bills it is the owner: billable and made in HubSpot means HubSpot."""
    home = portal.home
    bill = portal.bill("INV-7")
    sale = home.person(
        "hubspot", "create", "invoices",
        {
            "hs_number": "INV-7", "hs_invoice_date": "2026-02-10T12:00:00Z", "hs_due_date": "2026-03-10T12:00:00Z",
            "hs_invoice_billable": "true",
        },
        contact=portal.contact, lines=[{"hs_sku": "W-1", "quantity": "1", "price": "10"}],
    )  # fmt: skip
    home.person("hubspot", "update", "invoices", {"hs_invoice_status": "open"}, id=sale)
    take_over(home)
    assert (sale, bill, "hubspot") in links(home, "hubspot_id", "quickbooks_id", "owner")


@pytest.mark.rule("N9", "1.1")
def test_payments_that_the_other_sync_showed_are_taken_over(portal: Portal) -> None:
    """A payment that stands on a copy already is tied to its share of the QuickBooks payment, not shown a second time."""
    home = portal.home
    bill = portal.bill("1001", quantity=3)
    copy = portal.copy("1001", bill, total="30")
    paid = home.person(
        "quickbooks",
        "create",
        "Payment",
        CustomerRef=portal.customer,
        TotalAmt=12,
        TxnDate="2026-02-20",
        applies={bill: 12},
    )
    shown = home.person(
        "hubspot", "create", "commerce_payments",
        {
            "hs_initial_amount": "12", "hs_latest_status": "succeeded", "hs_currency_code": "USD",
            "hs_initiated_date": "2026-02-20T12:00:00Z", "hs_processor_type": "quickbooks",
        },
        invoice=copy, contact=portal.contact,
    )  # fmt: skip
    done = take_over(home)
    assert done.counts["payment linked"] == 1
    assert ("payment", shown, f"{paid}:{bill}", "allocation") in [row[:4] for row in links(home)]
    assert home.night().exit_code == ExitCode.DONE
    assert len(home.live("hubspot", "commerce_payments")) == 1


@pytest.mark.rule("1.1", "H6")
def test_pairs_that_a_person_parted_are_not_adopted(portal: Portal) -> None:
    """A pair that was unlinked by hand stays parted, and the report says so."""
    from hsqbo_pipeline.model.names import Entity, System
    from hsqbo_pipeline.runs import steer

    home = portal.home
    home.night()
    with steer.steering(home.settings, "unlink") as warehouse:
        steer.unlink_pair(warehouse, steer.Named(Entity.CUSTOMER, System.QUICKBOOKS, portal.customer))
    done = take_over(home)
    assert [one.quickbooks_id for one in done.findings if "was released" in (one.why or "")] == [portal.customer]
    assert "customer" not in {row[0] for row in links(home)}


@pytest.mark.rule("1.1", "H1", "OPS_OTHER_SYNC_ACTIVE", "N4")
def test_an_invoice_of_hubspot_that_somebody_else_books_stops_the_run(portal: Portal) -> None:
    """H1: a document in QuickBooks with HubSpot's number, customer and total that we did not write means a second writer; a
    number alone does not. Adopting it, or saying that the other sync is known, lets the nights go on."""
    home = portal.home
    # What was booked before we came is history.
    old = portal.bill("INV-1")
    assert home.night().exit_code == ExitCode.DONE
    number, total = "INV-7", "10"
    sale = home.person(
        "hubspot", "create", "invoices",
        {"hs_number": number, "hs_invoice_date": "2026-02-10T12:00:00Z", "hs_due_date": "2026-03-10T12:00:00Z", "hs_invoice_billable": "true"},
        contact=portal.contact, lines=[{"hs_sku": "W-1", "quantity": "1", "price": total}],
    )  # fmt: skip
    home.person("hubspot", "update", "invoices", {"hs_invoice_status": "open"}, id=sale)
    home.served.sandbox.clock.advance(60)
    portal.bill("INV-7", quantity=2)
    assert home.night().exit_code == ExitCode.DONE
    home.served.sandbox.clock.advance(60)
    booked = portal.bill("INV-7")
    stopped = home.night()
    assert (stopped.exit_code, home.writes()) == (ExitCode.RED, NOTHING)
    assert "OPS_OTHER_SYNC_ACTIVE" in home.states().values()
    take_over(home)
    assert (sale, booked) in links(home, "hubspot_id", "quickbooks_id")
    assert home.night().exit_code == ExitCode.DONE
    assert len([one for one in home.live("quickbooks", "Invoice") if one["DocNumber"] == number]) == 2
    assert old
