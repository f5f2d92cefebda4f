"""Customer fields on both wires."""

from __future__ import annotations

import pytest

from hsqbo_pipeline.mapping.contacts import hubspot_contact, quickbooks_customer
from hsqbo_pipeline.mapping.paths import put_custom, value_at
from hsqbo_pipeline.model.fields import COMPANY_FIELDS, Field

ADA = {
    "first_name": "Ada", "email": "ada@example.com", "phone": None, "address": "1 St", "city": "London", "zip": None,
    "display_name": "Ada", "currency": "USD",
}  # fmt: skip


@pytest.mark.rule("A37")
def test_contact_properties() -> None:
    """Given fields become their properties, blanks the empty string, fields without a property nothing."""
    assert hubspot_contact(ADA | {"currency": None}) == {
        "firstname": "Ada", "email": "ada@example.com", "phone": "", "address": "1 St", "city": "London", "zip": "",
    }  # fmt: skip
    assert hubspot_contact({"company": "Acme"}, COMPANY_FIELDS) == {"name": "Acme"}


@pytest.mark.rule("A37", "N12")
def test_new_customer() -> None:
    """A creation carries everything that is known, and no blanks."""
    assert quickbooks_customer(ADA) == {
        "GivenName": "Ada", "PrimaryEmailAddr": {"Address": "ada@example.com"}, "BillAddr": {"Line1": "1 St", "City": "London"},
        "DisplayName": "Ada", "CurrencyRef": {"value": "USD"},
    }  # fmt: skip
    assert "BillAddr" not in quickbooks_customer({"display_name": "Ada", "city": None})


@pytest.mark.rule("N12", "H23")
def test_update_sends_the_address_whole_and_no_name() -> None:
    """An address keeps the lines nobody maps, a blank part vanishes from it, and what is written once is not sent again."""
    current = {"DisplayName": "Ada", "BillAddr": {"Id": "9", "Line1": "Old", "Line2": "Suite 5", "PostalCode": "N1"}}
    body = quickbooks_customer(ADA, current)
    assert body["BillAddr"] == {"Id": "9", "Line1": "1 St", "Line2": "Suite 5", "City": "London"}
    assert body["PrimaryPhone"] == {"FreeFormNumber": ""}
    assert not {"DisplayName", "CurrencyRef"} & set(body)
    assert current["BillAddr"] == {"Id": "9", "Line1": "Old", "Line2": "Suite 5", "PostalCode": "N1"}


@pytest.mark.rule("A52")
def test_field_that_is_switched_off_is_in_no_body() -> None:
    """Bodies are made from the map in force."""
    only = (Field("first_name", "firstname", "GivenName"),)
    assert hubspot_contact(ADA, only) == {"firstname": "Ada"}
    assert quickbooks_customer(ADA, mapped=only) == {"GivenName": "Ada"}


def test_paths() -> None:
    """A path that is not there is None; custom fields are found by number or name."""
    payload = {
        "BillAddr": {"City": "Oslo"},
        "CustomField": [{"DefinitionId": "2", "Name": "Crew #", "StringValue": "7"}, {"DefinitionId": "1"}],
    }
    assert value_at(payload, "BillAddr.City") == "Oslo"
    assert value_at(payload, "BillAddr.City.Part") is None
    assert value_at(None, "BillAddr") is None
    assert value_at(payload, "CustomField.2") == value_at(payload, "CustomField.Crew #") == "7"
    assert value_at(payload, "CustomField.1") is None


def test_custom_field_goes_with_the_others() -> None:
    """QuickBooks replaces the array, so the custom fields nobody maps go along as they stand."""
    body: dict[str, object] = {}
    current = {"CustomField": [{"DefinitionId": "1", "StringValue": "kept"}]}
    put_custom(body, "CustomField.Crew #", "7", current, {"2": "Crew #"})
    assert body["CustomField"] == [
        {"DefinitionId": "1", "StringValue": "kept"}, {"DefinitionId": "2", "Type": "StringType", "StringValue": "7"},
    ]  # fmt: skip
    assert current["CustomField"] == [{"DefinitionId": "1", "StringValue": "kept"}]
