"""What people do in HubSpot's screens, in the grammar of the scenarios."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hsqbo_pipeline_tests.sandbox.hubspot.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """A portal with a contact's worth of surroundings."""
    return Desk(tax_rates=[{"as": "g20", "percent": 20}])


def _record(desk: Desk, kind: str, record_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in desk.portal.state()[kind] if each["id"] == record_id)
    return found


def test_an_invoice_with_everything(desk: Desk) -> None:
    """Contact, companies, deal, lines by SKU and taxes are made and associated in one go."""
    product = desk.make("products", name="Widget", hs_sku="W-1", price="7")
    contact, company, deal = (
        desk.person("create", kind, fields=fields)
        for kind, fields in (
            ("contacts", {"email": "ada@example.com"}),
            ("companies", {"name": "Acme"}),
            ("deals", {"dealname": "Roof", "dealstage": "closedwon"}),
        )
    )
    desk.person("update", "contacts", id=contact, primary_company=company)
    invoice = desk.person(
        "create",
        "invoices",
        fields={"hs_number": "INV-2001", "hs_invoice_status": "open", "hs_createdate": "2026-11-01T00:00:00Z"},
        contact=contact,
        company=company,
        deal=deal,
        lines=[{"hs_sku": "W-1", "quantity": 2, "price": Decimal("100.00")}],
        taxes=[{"hs_type": "PERCENT", "hs_value": 20}],
    )
    made = _record(desk, "invoices", invoice)
    assert made["properties"]["hs_amount_billed"] == "240.00"
    assert made["createdAt"] == "2026-11-01T00:00:00.000Z"
    assert {kind: [each["id"] for each in rows] for kind, rows in made["associations"].items() if kind != "taxes"} == {
        "contacts": [contact], "companies": [company], "deals": [deal],
        "line_items": [made["associations"]["line_items"][0]["id"]],
    }  # fmt: skip
    line = _record(desk, "line_items", made["associations"]["line_items"][0]["id"])["properties"]
    assert (line["name"], line["hs_product_id"], line["amount"]) == ("Widget", product, "200.00")
    labels = {each["typeId"] for each in _record(desk, "contacts", contact)["associations"]["companies"]}
    assert labels == {1, 279}


def test_a_person_sets_read_only_values(desk: Desk) -> None:
    """Source of an invoice, fees and processor of a payment can be set by people alone."""
    invoice = desk.person(
        "create", "invoices", fields={"hs_invoice_source": "data_sync", "hs_external_invoice_id": "7"}
    )
    assert _record(desk, "invoices", invoice)["properties"]["hs_invoice_source"] == "data_sync"
    assert desk.patch(f"invoices/{invoice}", hs_invoice_source="HubSpot").status == 400
    payment = desk.person(
        "create",
        "commerce_payments",
        fields={"hs_initial_amount": 10, "hs_platform_fee": Decimal("0.30")},
        invoice=invoice,
    )
    assert _record(desk, "commerce_payments", payment)["properties"]["hs_platform_fee"] == "0.30"


def test_people_void_delete_and_restore(desk: Desk) -> None:
    """A person voids an open invoice, deletes any, and restores from the recycle bin with its associations."""
    invoice, contact, _ = desk.open_invoice()
    desk.person("void", "invoices", id=invoice)
    assert _record(desk, "invoices", invoice)["properties"]["hs_invoice_status"] == "voided"
    desk.person("delete", "invoices", id=invoice)
    assert _record(desk, "invoices", invoice)["archived"] is True
    desk.person("delete", id=contact)
    assert desk.get("contacts")["results"] == []
    desk.person("restore", "contacts", id=contact)
    assert [each["id"] for each in desk.get("contacts")["results"]] == [contact]


def test_associations_can_be_taken_away(desk: Desk) -> None:
    """A person ends an association by naming it with `remove`."""
    invoice, contact, _ = desk.open_invoice()
    desk.person("update", "invoices", id=invoice, associations=[{"object": "contacts", "id": contact, "remove": True}])
    assert "contacts" not in _record(desk, "invoices", invoice)["associations"]


def test_settings_of_the_account(desk: Desk) -> None:
    """Currencies and tax rates change while it runs; a misspelt setting is refused with the known ones."""
    desk.person("set_portal", fields={"additionalCurrencies": ["EUR"]})
    assert desk.get("/account-info/2026-09/details")["additionalCurrencies"] == ["EUR"]
    done = desk.portal.person({"action": "set_rates", "tax_rates": [{"as": "g7", "percent": 7}]})
    assert desk.get(f"/tax-rates/2026-09/tax-rates/{done['names']['g7']}")["percentageRate"] == 7.0
    with pytest.raises(ValueError, match="companyCurrency"):
        desk.person("set_portal", fields={"currency": "EUR"})


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"action": "dance"}, "known actions"),
        ({"action": "update", "object": "gadgets", "id": "1"}, "no object"),
        ({"action": "update", "id": "1"}, "no record has the id 1"),
        ({"action": "update", "object": "contacts", "id": "1"}, "not found"),
        ({"action": "update", "object": "contacts", "id": "1", "compny": "2"}, "knows no compny"),
        ({"action": "create", "object": "contacts", "fields": {"nothing": 1}}, "PROPERTY_DOESNT_EXIST"),
        ({"action": "create", "object": "products", "fields": {"name": "x"}, "contact": "1"}, "cannot be associated"),
    ],
)
def test_what_cannot_be_done_says_why(desk: Desk, action: dict[str, Any], message: str) -> None:
    """An action that makes no sense raises ValueError with what is wrong."""
    with pytest.raises(ValueError, match=message):
        desk.portal.person(action)


def test_reset_empties_the_portal_and_names_its_rates(desk: Desk) -> None:
    """A reset forgets all records and answers the ids of named tax rates, from new settings or those built with."""
    desk.make("contacts", email="a@example.com")
    names = desk.portal.reset()["names"]
    assert names == {"g20": desk.get("/tax-rates/2026-09/tax-rates")["results"][0]["id"]}
    assert desk.get("contacts")["results"] == []
    desk.portal.reset({"companyCurrency": "GBP"})
    assert desk.get("/account-info/2026-09/details")["companyCurrency"] == "GBP"
