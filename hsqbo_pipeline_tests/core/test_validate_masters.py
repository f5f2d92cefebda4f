"""Customers and products: from the mirror's JSON to typed rows, or to a reject that names field and value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from hsqbo_pipeline.model.names import Entity
from hsqbo_pipeline_tests.core.mirrored import Mirrored, rules


def test_contact_with_company_and_further_addresses() -> None:
    """A contact's row holds all its addresses as keys and the primary company's name before its own text."""
    books = Mirrored()
    books.hubspot("companies", "50", name="Acme")
    books.hubspot("companies", "51", name="Other")
    books.hubspot(
        "contacts", "1", email="Ada@Example.com", hs_additional_emails="b@example.com;C@example.com", firstname=" Ada ", company="Own text",
        hs_merged_object_ids="7;8", hs_calculated_merged_vids="7:12;9:13",
    )  # fmt: skip
    books.associate("contacts", "1", "companies", "51", 279)
    books.associate("contacts", "1", "companies", "50", 279, 1)
    assert books.validate(Entity.CUSTOMER).valid == 1
    row = books.row("customers", "hubspot", "1")
    assert row["email_keys"] == ["ada@example.com", "b@example.com", "c@example.com"]
    assert (row["first_name"], row["company"], row["company_id"]) == ("Ada", "Acme", "50")
    assert row["merged_ids"] == ["7", "8", "9"]


def test_only_company_stands_in_for_a_primary_one() -> None:
    """Without a primary association the only company counts; with two of them none does, and the contact's own text stands."""
    books = Mirrored()
    books.hubspot("companies", "50", name="Acme")
    books.hubspot("companies", "51", name="Other")
    books.hubspot("contacts", "1", email="a@example.com", company="Own")
    books.hubspot("contacts", "2", email="b@example.com", company="Own")
    books.associate("contacts", "1", "companies", "50", 279)
    books.associate("contacts", "2", "companies", "50", 279)
    books.associate("contacts", "2", "companies", "51", 279)
    books.validate(Entity.CUSTOMER)
    assert books.row("customers", "hubspot", "1")["company"] == "Acme"
    assert books.row("customers", "hubspot", "2")["company"] == "Own"


@pytest.mark.rule("D31")
def test_bad_email_is_a_reject_and_a_missing_one_is_not() -> None:
    """A text that is no address makes a reject with the value; no address at all is a valid row."""
    books = Mirrored()
    books.hubspot("contacts", "1", email="not an address")
    books.hubspot("contacts", "2", firstname="Nobody")
    counts = books.validate(Entity.CUSTOMER)
    assert (counts.checked, counts.valid, counts.rejected) == (2, 1, 1)
    (reject,) = books.rows("rejects")
    assert (reject["code"], reject["field"], reject["value"], reject["id"]) == (
        "ID_BAD_EMAIL",
        "email",
        "not an address",
        "1",
    )
    assert books.due(Entity.CUSTOMER) == {("hubspot", "1"): "rejected", ("hubspot", "2"): "new"}


def test_reject_ends_when_the_record_is_repaired() -> None:
    """A corrected record leaves the rejects and joins the valid rows, and the other way round."""
    books = Mirrored()
    books.hubspot("contacts", "1", email="oops")
    books.validate(Entity.CUSTOMER)
    books.hubspot("contacts", "1", email="a@example.com")
    books.validate(Entity.CUSTOMER)
    assert books.rejects() == []
    assert books.row("customers", "hubspot", "1")["email"] == "a@example.com"
    books.hubspot("contacts", "1", email="oops")
    books.validate(Entity.CUSTOMER)
    assert books.rejects() == [("customer", "1", "ID_BAD_EMAIL", "email")]
    assert books.rows("customers") == []


def test_quickbooks_customer_with_several_addresses_in_one_field() -> None:
    """Addresses in one field are split: the first is the main one, all that are addresses are keys."""
    books = Mirrored()
    books.quickbooks(
        "Customer",
        "1",
        DisplayName="A",
        PrimaryEmailAddr={"Address": "a@example.com, B@Example.com; nobody"},
        Balance="12.50",
    )
    books.validate(Entity.CUSTOMER)
    row = books.row("customers", "quickbooks", "1")
    assert (row["email"], row["email_keys"]) == ("a@example.com", ["a@example.com", "b@example.com"])
    assert (row["balance"], row["currency"], row["active"]) == (Decimal("12.50"), "USD", True)


@pytest.mark.rule("D28")
def test_inactive_customer_keeps_its_name_without_the_suffix_as_key() -> None:
    """QuickBooks marks an inactive name with (deleted); the key is the name people gave."""
    books = Mirrored()
    books.quickbooks("Customer", "1", DisplayName="Ada Lovelace (deleted)", Active=False, ParentRef={"value": "9"})
    books.validate(Entity.CUSTOMER)
    row = books.row("customers", "quickbooks", "1")
    assert (row["active"], row["name_key"], row["parent_id"]) == (False, "ada lovelace", "9")


def test_companies_are_customers_where_the_rules_say_so() -> None:
    """Billing companies replaces the contacts' rows by the companies'."""
    books = Mirrored()
    books.hubspot("companies", "50", name="Acme", city="Oslo")
    books.hubspot("contacts", "1", email="a@example.com")
    books.validate(Entity.CUSTOMER)
    assert [row["object"] for row in books.rows("customers")] == ["contacts"]
    books.rules = rules(customers={"bill": "companies"})
    books.validate(Entity.CUSTOMER)
    (row,) = books.rows("customers")
    assert (row["object"], row["id"], row["company"], row["city"]) == ("companies", "50", "Acme", "Oslo")


@pytest.mark.parametrize("said", ["abc", "1,000", "NaN", "0.12345678901", "1e-20", "--1"])
@pytest.mark.rule("D84")
def test_price_that_is_no_exact_number_is_refused(said: str) -> None:
    """A price that does not cast, or would have to be rounded, is a reject and nothing else is."""
    books = Mirrored()
    books.hubspot("products", "1", name="W", hs_sku="W-1", price=said)
    books.hubspot("products", "2", name="V", hs_sku="V-1", price="1.5")
    books.validate(Entity.PRODUCT)
    assert books.rejects() == [("product", "1", "VAL_OPTION", "price")]
    assert books.row("products", "hubspot", "2")["price"] == Decimal("1.5")


@pytest.mark.rule("D83")
def test_product_without_name_is_refused() -> None:
    """HubSpot and QuickBooks both want a name; the reject says which field."""
    books = Mirrored()
    books.hubspot("products", "1", hs_sku="W-1")
    books.validate(Entity.PRODUCT)
    assert books.rejects() == [("product", "1", "VAL_REQUIRED", "name")]


def test_price_keeps_all_its_decimals() -> None:
    """Seven decimals of a unit price come through unchanged, from a JSON text as from a JSON number."""
    books = Mirrored()
    books.quickbooks("Item", "1", Name="W", Sku=" w-1 ", Type="Service", UnitPrice="0.1234567", PurchaseCost=3)
    books.validate(Entity.PRODUCT)
    row = books.row("products", "quickbooks", "1")
    assert (row["price"], row["cost"], row["sku"], row["sku_key"]) == (Decimal("0.1234567"), Decimal(3), "w-1", "w-1")


def test_every_item_type_is_read() -> None:
    """Categories, bundles and inactive items are rows too: the plan says why they stay out."""
    books = Mirrored()
    for number, kind in enumerate(("Service", "NonInventory", "Inventory", "Category", "Group"), 1):
        books.quickbooks("Item", str(number), Name=f"Item {number}", Type=kind, Active=kind != "Group")
    books.validate(Entity.PRODUCT)
    assert [(row["item_type"], row["active"]) for row in books.rows("products")] == [
        ("Service", True), ("NonInventory", True), ("Inventory", True), ("Category", True), ("Group", False),
    ]  # fmt: skip


@pytest.mark.rule("D87")
def test_control_characters_are_refused() -> None:
    """A name with control characters, which QuickBooks can't store, is a reject that names the field."""
    books = Mirrored()
    books.hubspot("contacts", "1", email="a@example.com", lastname="Love\u0001lace")
    books.validate(Entity.CUSTOMER)
    assert books.rejects() == [("customer", "1", "VAL_UNSUPPORTED_CHARS", "last_name")]


@pytest.mark.rule("A54", "A60")
def test_new_custom_mapping_reads_history_again() -> None:
    """Adding a mapping fills `custom` of records that nobody touched, and makes them due."""
    books = Mirrored()
    books.hubspot("contacts", "1", email="a@example.com", jobtitle="Countess")
    books.quickbooks("Customer", "1", DisplayName="Ada", Title="Lady")
    books.validate(Entity.CUSTOMER)
    assert books.row("customers", "hubspot", "1")["custom"] is None
    books.evaluate()
    books.rules = rules(customers={"custom_fields": [{"hubspot": "jobtitle", "quickbooks": "Title"}]})
    assert books.validate(Entity.CUSTOMER).checked == 2
    assert books.row("customers", "hubspot", "1")["custom"] == '{"jobtitle":"Countess"}'
    assert books.row("customers", "quickbooks", "1")["custom"] == '{"jobtitle":"Lady"}'
    assert set(books.due(Entity.CUSTOMER)) == {("hubspot", "1"), ("quickbooks", "1")}
