"""What becomes due: changed fields, changed rules, vanished partners, and the children of changed parents."""

from __future__ import annotations

import pytest

from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline_tests.core.mirrored import NOW, Mirrored, rules, sales_line


def _customer(books: Mirrored, **more: object) -> None:
    books.quickbooks("Customer", "1", DisplayName="Ada", PrimaryEmailAddr={"Address": "a@example.com"}, **more)


def test_balance_alone_is_no_change() -> None:
    """A QuickBooks customer is touched by every invoice; only what a rule looks at makes it due."""
    books = Mirrored()
    _customer(books, Balance="0")
    books.validate(Entity.CUSTOMER)
    books.evaluate()
    _customer(books, Balance="300.00")
    counts = books.validate(Entity.CUSTOMER)
    assert (counts.checked, counts.due) == (1, 0)
    _customer(books, Balance="300.00", GivenName="Ada")
    books.validate(Entity.CUSTOMER)
    assert books.due(Entity.CUSTOMER) == {("quickbooks", "1"): "changed"}


@pytest.mark.rule("N17")
def test_changed_rules_make_untouched_records_due() -> None:
    """Records evaluated under other rules are due although nobody touched them."""
    books = Mirrored()
    _customer(books)
    books.validate(Entity.CUSTOMER)
    books.evaluate()
    books.rules = rules(customers={"winner": "hubspot"})
    counts = books.validate(Entity.CUSTOMER)
    assert counts.checked == 0
    assert books.due(Entity.CUSTOMER) == {("quickbooks", "1"): "rules"}


def test_idle_run_makes_nothing_due() -> None:
    """With nothing touched and the same rules, nothing is looked at and nothing due."""
    books = Mirrored()
    _customer(books)
    books.validate(Entity.CUSTOMER)
    books.evaluate()
    for entity in Entity:
        assert books.validate(entity).due == 0


@pytest.mark.rule("D90", "D82")
def test_vanished_record_makes_its_partner_due() -> None:
    """An archived contact leaves the typed rows, and its linked customer has to be looked at."""
    books = Mirrored()
    books.hubspot("contacts", "7", email="a@example.com")
    _customer(books)
    books.validate(Entity.CUSTOMER)
    books.link(Entity.CUSTOMER, "7", "1", "contacts", "Customer")
    books.evaluate()
    books.hubspot("contacts", "7", gone="archived", email="a@example.com")
    assert books.validate(Entity.CUSTOMER).gone == 1
    assert books.due(Entity.CUSTOMER) == {("quickbooks", "1"): "gone"}
    assert [row["id"] for row in books.rows("customers") if row["system"] == "hubspot"] == []


def test_vanished_allocation_partner_is_found_by_its_payment() -> None:
    """A link of one allocation names payment and invoice; a deleted payment finds all of them."""
    books = Mirrored()
    books.hubspot("commerce_payments", "70", hs_initial_amount="10", hs_initiated_date="2026-11-24T15:00:00Z")
    books.validate(Entity.PAYMENT)
    books.link(Entity.PAYMENT, "70", "3:10", "commerce_payments", "Payment")
    books.evaluate()
    books.quickbooks("Payment", "3", gone="deleted", TotalAmt="10")
    books.validate(Entity.PAYMENT)
    assert books.due(Entity.PAYMENT) == {("hubspot", "70"): "gone"}


def _invoice(books: Mirrored, record_id: str, customer: str) -> None:
    books.quickbooks(
        "Invoice", record_id, DocNumber=record_id, TxnDate="2026-11-24", TotalAmt="100.00", Balance="100.00", CustomerRef={"value": customer},
        Line=[sales_line("1", "100.00")],
    )  # fmt: skip


def _both(books: Mirrored) -> None:
    for entity in (Entity.CUSTOMER, Entity.PRODUCT, Entity.INVOICE, Entity.PAYMENT):
        books.validate(entity)


@pytest.mark.rule("N11")
def test_new_link_of_a_customer_makes_its_invoices_due_and_those_of_its_jobs() -> None:
    """When a parent gets a contact, its own invoices and its jobs' are looked at again; others are not."""
    books = Mirrored()
    _customer(books)
    books.quickbooks("Customer", "2", DisplayName="Ada:Job", ParentRef={"value": "1"})
    books.quickbooks("Customer", "3", DisplayName="Bob")
    for record_id, customer in (("10", "1"), ("11", "2"), ("12", "3")):
        _invoice(books, record_id, customer)
    _both(books)
    books.evaluate()
    books.link(Entity.CUSTOMER, "7", "1", "contacts", "Customer", since="run1")
    _both(books)
    assert books.due(Entity.INVOICE) == {("quickbooks", "10"): "parent", ("quickbooks", "11"): "parent"}
    books.evaluate()
    books.con.execute("DELETE FROM links")
    _both(books)
    assert books.due(Entity.INVOICE) == {("quickbooks", "10"): "parent", ("quickbooks", "11"): "parent"}


def test_invoice_that_came_into_step_with_the_link_stays_out() -> None:
    """An invoice settled in the very run that made its customer's link has nothing to learn from that link."""
    books = Mirrored()
    _customer(books)
    _invoice(books, "10", "1")
    _both(books)
    books.evaluate()
    books.link(Entity.CUSTOMER, "7", "1", "contacts", "Customer", since="run1")
    insert(books.con, "record_states", [{
        "record_key": "invoice:70:10", "entity": "invoice", "hubspot_id": "70", "quickbooks_id": "10", "state": "IN_SYNC", "class": "SKIPPED",
        "code": "OPS_UNCHANGED", "sentence": "", "fix": "", "since_run": "run1", "since_at": NOW, "run_id": "run1", "evaluated_at": NOW, "tries": 0,
    }])  # fmt: skip
    _both(books)
    assert books.due(Entity.INVOICE) == {}


def test_new_link_of_an_item_makes_invoices_with_it_due() -> None:
    """Invoices that sell an item, by its id or on HubSpot's side by its SKU, follow its link."""
    books = Mirrored()
    books.quickbooks("Item", "5", Name="W", Sku="W-1", Type="Service")
    _customer(books)
    _invoice(books, "10", "1")
    books.hubspot("invoices", "70", hs_invoice_status="open", hs_currency="USD", hs_invoice_date="2026-11-24T15:00:00Z")
    books.hubspot("line_items", "90", quantity="1", price="5", amount="5", hs_sku="w-1")
    books.associate("invoices", "70", "line_items", "90", 409)
    _both(books)
    books.evaluate()
    books.link(Entity.PRODUCT, "33", "5", "products", "Item", since="run1")
    _both(books)
    assert books.due(Entity.INVOICE) == {("quickbooks", "10"): "parent", ("hubspot", "70"): "parent"}


@pytest.mark.rule("A68")
def test_changed_invoice_makes_its_contacts_due() -> None:
    """The recommended filter asks for a contact's invoices, so a new, moved or ended invoice makes the contact due."""
    books = Mirrored()
    for contact in ("1", "2"):
        books.hubspot("contacts", contact, email=f"c{contact}@example.com")
    _both(books)
    books.evaluate()
    books.hubspot("invoices", "70", hs_invoice_status="draft", hs_currency="USD")
    books.associate("invoices", "70", "contacts", "1", 177)
    _both(books)
    assert books.due(Entity.CUSTOMER) == {("hubspot", "1"): "invoices"}
    books.evaluate()
    books.con.execute("DELETE FROM associations")
    books.associate("invoices", "70", "contacts", "2", 177)
    books.touch("hubspot", "invoices", "70")
    _both(books)
    assert books.due(Entity.CUSTOMER) == {("hubspot", "1"): "invoices", ("hubspot", "2"): "invoices"}


def test_renamed_company_changes_its_contact() -> None:
    """Reading a renamed company touches its contacts, whose company name is then another."""
    books = Mirrored()
    books.hubspot("companies", "50", name="Acme")
    books.hubspot("contacts", "1", email="a@example.com")
    books.associate("contacts", "1", "companies", "50", 279, 1)
    books.validate(Entity.CUSTOMER)
    books.evaluate()
    books.hubspot("companies", "50", name="Acme Ltd")
    books.touch("hubspot", "contacts", "1")
    books.validate(Entity.CUSTOMER)
    assert books.due(Entity.CUSTOMER) == {("hubspot", "1"): "changed"}


@pytest.mark.rule("N11")
def test_job_that_moves_takes_its_invoices_along() -> None:
    """A job under another parent may bill another contact: its invoices are due."""
    books = Mirrored()
    books.quickbooks("Customer", "2", DisplayName="Job", ParentRef={"value": "1"})
    _invoice(books, "10", "2")
    _both(books)
    books.evaluate()
    books.quickbooks("Customer", "2", DisplayName="Job", ParentRef={"value": "3"})
    _both(books)
    assert books.due(Entity.INVOICE) == {("quickbooks", "10"): "parent"}


def test_filter_property_is_part_of_the_record() -> None:
    """A property that only a filter looks at makes the record due when it changes."""
    books = Mirrored(rules=rules(customers={
        "hubspot_to_quickbooks_filter": [[{"property": "lifecyclestage", "operator": "any_of", "values": ["customer"]}]],
    }))  # fmt: skip
    books.hubspot("contacts", "1", email="a@example.com", lifecyclestage="lead")
    books.validate(Entity.CUSTOMER)
    books.evaluate()
    books.hubspot("contacts", "1", email="a@example.com", lifecyclestage="customer")
    books.validate(Entity.CUSTOMER)
    assert books.due(Entity.CUSTOMER) == {("hubspot", "1"): "changed"}


def test_validation_that_was_cut_off_is_made_good() -> None:
    """Rows touched in a run whose validation never happened are looked at by the next one."""
    books = Mirrored()
    _customer(books)
    books.validate(Entity.CUSTOMER)
    books.evaluate()
    _customer(books, GivenName="Ada")
    books.run += 1
    assert books.validate(Entity.CUSTOMER).checked == 1
    assert books.rows("touched") == []
