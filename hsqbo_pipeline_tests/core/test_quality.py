"""Data quality: counted per side, in words, with ids, and without a sync."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

import hsqbo_pipeline
from hsqbo_pipeline.core.quality import DIMENSIONS, SEVERITIES, Measure, measure_quality
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline_tests.core.mirrored import NOW, Mirrored, sales_line


def _measured(books: Mirrored) -> dict[tuple[str, str, str, str], Measure]:
    for entity in (Entity.CUSTOMER, Entity.PRODUCT, Entity.INVOICE, Entity.PAYMENT):
        books.validate(entity)
    found = measure_quality(books.con, books.run_id, NOW)
    return {(each.dimension, each.entity, each.system, each.field): each for each in found}


def test_empty_company_has_nothing_to_say() -> None:
    """Without any record there is no fault."""
    assert all(each.failed == 0 for each in _measured(Mirrored()).values())


def test_completeness_counts_active_records_of_each_side() -> None:
    """A missing address counts on the side it is missing on, and inactive customers do not."""
    books = Mirrored()
    books.hubspot("contacts", "1", email="a@example.com", firstname="Ada")
    books.hubspot("contacts", "2", firstname="Bob")
    books.quickbooks("Customer", "1", DisplayName="Ada", Active=False)
    found = _measured(books)["completeness", "customer", "hubspot", "email"]
    assert (found.checked, found.failed, found.samples, found.severity) == (2, 1, ("2",), "warning")
    assert found.share_good == 0.5
    assert ("completeness", "customer", "quickbooks", "email") not in _measured(books)


@pytest.mark.rule("D32", "D40", "D41")
def test_uniqueness_knows_families_and_spellings() -> None:
    """A job may share its parent's address; other customers may not; SKUs that differ in a dash are alike, not equal."""
    books = Mirrored()
    mail = {"PrimaryEmailAddr": {"Address": "a@example.com"}}
    books.quickbooks("Customer", "1", DisplayName="A", **mail)
    books.quickbooks("Customer", "2", DisplayName="Job", ParentRef={"value": "1"}, **mail)
    for number, sku in enumerate(("W-1", "w-1", "G 1", "G-1"), 1):
        books.quickbooks("Item", str(number), Name=f"Item {number}", Sku=sku, Type="Service")
    found = _measured(books)
    assert found["uniqueness", "customer", "quickbooks", "email"].failed == 0
    assert found["uniqueness", "product", "quickbooks", "sku"].samples == ("1", "2")
    assert found["uniqueness", "product", "quickbooks", "sku spelling"].failed == 4
    books.quickbooks("Customer", "3", DisplayName="C", **mail)
    assert _measured(books)["uniqueness", "customer", "quickbooks", "email"].samples == ("1", "3")


@pytest.mark.rule("A75", "1.31")
def test_companies_with_several_billing_contacts() -> None:
    """A company whose invoices and payments name two contacts is counted once."""
    books = Mirrored()
    books.hubspot("companies", "50", name="Acme")
    for contact in ("1", "2"):
        books.hubspot("contacts", contact, email=f"c{contact}@example.com")
        books.associate("contacts", contact, "companies", "50", 279, 1)
    books.hubspot("invoices", "77", hs_invoice_status="open", hs_currency="USD")
    books.associate("invoices", "77", "contacts", "1", 177)
    books.hubspot("commerce_payments", "555", hs_initial_amount="5", hs_initiated_date="2026-11-24T15:00:00Z")
    books.associate("commerce_payments", "555", "contacts", "2", 387)
    found = _measured(books)["uniqueness", "customer", "hubspot", "contact"]
    assert (found.checked, found.failed, found.samples) == (1, 1, ("50",))


def test_validity_tells_field_and_sums() -> None:
    """Rejects are counted by field, and an invoice whose parts miss its total is found."""
    books = Mirrored()
    common = {"TxnDate": "2026-11-30", "CustomerRef": {"value": "1"}, "Balance": "0"}
    books.quickbooks("Invoice", "10", TotalAmt="100.00", Line=[sales_line("1", "100.00")], **common)
    books.quickbooks("Invoice", "11", TotalAmt="99.00", Line=[sales_line("1", "100.00")], **common)
    books.quickbooks("Invoice", "12", TotalAmt="x", **common)
    found = _measured(books)
    assert found["validity", "invoice", "quickbooks", "record"].failed == 1
    sums = [each for key, each in found.items() if key[0] == "validity" and each.samples == ("11",)]
    assert [(each.field, each.checked, each.severity) for each in sums] == [("sum of lines", 2, "error")]


def test_consistency_compares_linked_pairs() -> None:
    """Pairs are compared field by field, equal numbers in other spellings agree, and a dangling link is an error."""
    books = Mirrored()
    books.hubspot("products", "1", name="Widget", hs_sku="W-1", price="100.00")
    books.quickbooks("Item", "5", Name="Gadget", Sku="w-1", UnitPrice=100, Type="Service")
    books.link(Entity.PRODUCT, "1", "5", "products", "Item")
    books.link(Entity.PRODUCT, "2", "6", "products", "Item")
    found = _measured(books)
    assert found["consistency", "product", "both", "price"].failed == 0
    assert found["consistency", "product", "both", "sku"].failed == 0
    assert found["consistency", "product", "both", "name"].samples == ("1",)
    assert found["consistency", "product", "hubspot", "link"].samples == ("2",)


def test_freshness_tells_what_was_not_read_lately() -> None:
    """An object read longer ago than a day and a half is stale."""
    books = Mirrored()
    for name, hours in (("contacts", 1), ("invoices", 40)):
        books.con.execute(
            "INSERT INTO mirror_state BY NAME SELECT 'hubspot' AS system, $name AS object, $at AS read_at",
            {"name": name, "at": NOW - timedelta(hours=hours)},
        )
    found = _measured(books)
    assert found["freshness", "customer", "hubspot", "contacts"].failed == 0
    assert found["freshness", "invoice", "hubspot", "invoices"].failed == 1


def test_measuring_again_replaces_what_was_measured() -> None:
    """The table holds one row per measure and run, worst first in the answer."""
    books = Mirrored()
    books.hubspot("contacts", "1", firstname="Ada")
    _measured(books)
    found = list(_measured(books).values())
    assert len(books.rows("quality")) == len(found)
    assert found[0].failed > 0
    assert found[-1].failed == 0


def test_every_measure_has_words() -> None:
    """Each measure that the statements count has a meaning, and each meaning says what and how to fix it."""
    folder = Path(hsqbo_pipeline.__file__).parent / "core"
    meanings = list(csv.DictReader((folder / "quality.csv").read_text(encoding="utf-8").splitlines()))
    text = "".join(
        (folder / "sql" / f"quality_{dimension}.sql").read_text(encoding="utf-8") for dimension in DIMENSIONS
    )
    for meaning in meanings:
        assert f"'{meaning['measure']}'" in text
        assert meaning["severity"] in SEVERITIES
        assert meaning["what"].endswith(".")
        assert meaning["fix"].endswith(".")
