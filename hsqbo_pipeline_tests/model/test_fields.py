"""The field map: its defaults, what the rules make of it, and the canonical text of values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.model.field_checks import QUICKBOOKS_PATHS, check_fields
from hsqbo_pipeline.model.fields import (
    DEFAULTS,
    Direction,
    Field,
    Kind,
    can_write,
    canonical,
    directed,
    field_map,
    flows_to,
    too_long,
    values,
)
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline_tests.core.mirrored import COMPANY, Mirrored, rules

H, Q = System.HUBSPOT, System.QUICKBOOKS


def _field(name: str, entity: Entity = Entity.CUSTOMER, said: Rules | None = None) -> Field:
    return next(field for field in field_map(entity, said or rules()) if field.name == name)


@pytest.mark.parametrize("entity", list(Entity))
def test_default_fields_are_columns_and_known_paths(entity: Entity) -> None:
    """Each default field is a column of its typed table, once, and a path QuickBooks has."""
    columns = set(Mirrored().con.sql(f"SELECT * FROM {entity.value}s LIMIT 0").columns)
    names = [field.name for field in DEFAULTS[entity]]
    assert set(names) <= columns
    assert len(set(names)) == len(names)
    assert {field.quickbooks for field in DEFAULTS[entity] if field.quickbooks} <= QUICKBOOKS_PATHS[entity]


# accounting-rules.md, part D: HubSpot's property, QuickBooks' field; a plus tells that it is written at creation only.
_MAPS = {
    Entity.CUSTOMER: """
        firstname GivenName | lastname FamilyName | email PrimaryEmailAddr.Address | phone PrimaryPhone.FreeFormNumber
        company CompanyName | - DisplayName + | address BillAddr.Line1 | city BillAddr.City | - CurrencyRef.value +
        state BillAddr.CountrySubDivisionCode | zip BillAddr.PostalCode | country BillAddr.Country""",
    Entity.PRODUCT: """
        name Name | hs_sku Sku | description Description | price UnitPrice | hs_cost_of_goods_sold PurchaseCost
        - Type + | - IncomeAccountRef.value +""",
    Entity.INVOICE: """
        hs_number DocNumber + | hs_invoice_date TxnDate | hs_due_date DueDate | hs_currency CurrencyRef.value +
        hs_comments CustomerMemo.value | hs_amount_billed TotalAmt | qbo_balance_due Balance""",
}


@pytest.mark.rule("1.23", "N12")
@pytest.mark.parametrize("entity", list(_MAPS))
def test_the_default_map_is_the_one_written_down(entity: Entity) -> None:
    """Which property is which field is decided once, with what is written at creation only."""
    said = {tuple(part.split()) for line in _MAPS[entity].strip().splitlines() for part in line.split("|")}
    made = {
        (field.hubspot or "-", field.quickbooks or "-", *(["+"] if field.create_only else []))
        for field in DEFAULTS[entity]
    }
    assert made == said


@pytest.mark.parametrize(
    ("one", "other"),
    [("100", Decimal("100.00")), ("1e2", Decimal(100)), ("-0.00", Decimal(0)), ("0.10", Decimal("0.1000000000"))],
)
def test_equal_numbers_have_one_text(one: str, other: Decimal) -> None:
    """100, 100.00 and 1e2 are the same text."""
    assert canonical(Kind.MONEY, one) == canonical(Kind.QUANTITY, other)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=10))
def test_canonical_number_is_the_number(number: Decimal) -> None:
    """The text of a number reads back as that number, without exponent."""
    text = canonical(Kind.MONEY, number)
    assert text is not None
    assert Decimal(text) == number
    assert "E" not in text


def test_canonical_texts() -> None:
    """Blanks are None, texts trimmed, addresses lower case, days ISO."""
    assert canonical(Kind.TEXT, "  ") is None
    assert canonical(Kind.TEXT, " Ada ") == "Ada"
    assert canonical(Kind.EMAIL, "Ada@Example.com") == "ada@example.com"
    assert canonical(Kind.DATE, date(2026, 11, 30)) == "2026-11-30"
    assert canonical(Kind.MONEY, "ten") == "ten"


def test_values_of_a_row() -> None:
    """Values come by field name, custom ones out of the row's JSON."""
    said = rules(customers={"custom_fields": [{"hubspot": "jobtitle", "quickbooks": "Title"}]})
    row = {"first_name": "Ada", "email": "ADA@example.com", "custom": '{"jobtitle": " Countess "}'}
    found = values(row, field_map(Entity.CUSTOMER, said))
    assert (found["first_name"], found["email"], found["jobtitle"], found["phone"]) == (
        "Ada",
        "ada@example.com",
        "Countess",
        None,
    )


@pytest.mark.rule("A52")
def test_toggle_takes_a_field_out() -> None:
    """A field that is switched off is in no map."""
    found = field_map(Entity.CUSTOMER, rules(customers={"fields": {"phone": {"enabled": False}}}))
    assert "phone" not in {field.name for field in found}


@pytest.mark.rule("A36", "A51")
def test_direction_and_winner_per_field() -> None:
    """A field's own direction narrows its object's; its winner is its own."""
    said = rules(
        customers={
            "fields": {"phone": {"direction": "quickbooks_to_hubspot", "winner": "hold", "blank_overwrites": True}}
        }
    )
    phone = _field("phone", said=said)
    assert flows_to(phone, H, Direction.BOTH)
    assert not flows_to(phone, Q, Direction.BOTH)
    assert directed(phone, Direction.HUBSPOT_TO_QUICKBOOKS) is Direction.OFF
    assert (phone.winner, phone.blank_overwrites) == ("hold", True)


@pytest.mark.rule("H14")
def test_addresses_are_quickbooks_own_under_automated_sales_tax() -> None:
    """Where the address decides the tax it flows out only, unless the rules say a direction on purpose."""
    said = rules(customers={"fields": {"zip": {"direction": "both"}}})
    found = {field.name: field for field in field_map(Entity.CUSTOMER, said, automated_sales_tax=True)}
    assert found["city"].direction is Direction.QUICKBOOKS_TO_HUBSPOT
    assert found["zip"].direction is Direction.BOTH
    assert found["phone"].direction is None


@pytest.mark.rule("N12", "H24")
def test_what_can_not_be_written_to_an_existing_record() -> None:
    """Names, types and currencies are written once; a company's name belongs to the company; stock has its own cost."""
    assert can_write(_field("display_name"), Q)
    assert not can_write(_field("display_name"), Q, {})
    assert not can_write(_field("display_name"), H)
    assert can_write(_field("company"), H, {"company_id": None})
    assert not can_write(_field("company"), H, {"company_id": "50"})
    assert not can_write(_field("cost", Entity.PRODUCT), Q, {"item_type": "Inventory"})
    assert can_write(_field("cost", Entity.PRODUCT), Q, {"item_type": "Service"})
    assert not can_write(_field("total", Entity.INVOICE), H, {})


@pytest.mark.rule("D85")
def test_too_long_for_the_target() -> None:
    """A name of 101 characters is too long for QuickBooks and not for HubSpot."""
    texts = {"first_name": "x" * 101}
    assert [(field.name, longest) for field, longest in too_long(DEFAULTS[Entity.CUSTOMER], texts, Q)] == [
        ("first_name", 100)
    ]
    assert too_long(DEFAULTS[Entity.CUSTOMER], texts, H) == []


def _definitions(**types: str) -> list[dict[str, object]]:
    names = {
        field.hubspot: "number"
        if field.kind in (Kind.MONEY, Kind.QUANTITY)
        else "date"
        if field.kind is Kind.DATE
        else "string"
        for field in DEFAULTS[Entity.INVOICE]
    }
    return [{"name": name, "type": kind} for name, kind in (names | types).items() if name]


def _problems(custom: dict[str, str], **types: str) -> list[str]:
    said = rules(invoices={"direction": "both", "custom_fields": [custom]})
    return [
        each.code
        for each in check_fields(Entity.INVOICE, field_map(Entity.INVOICE, said), _definitions(**types), COMPANY)
    ]


def test_default_map_is_fine() -> None:
    """Against a portal that has the standard properties the default map has no problem."""
    assert check_fields(Entity.INVOICE, DEFAULTS[Entity.INVOICE], _definitions(), COMPANY) == []


@pytest.mark.rule("A53", "A56", "A61", "D17", "D19", "D21")
def test_custom_mappings_are_checked_against_both_sides() -> None:
    """A missing property, a type that does not fit, a path nobody has and a hidden custom field are told by code."""
    assert _problems({"hubspot": "po_number", "quickbooks": "CustomField.2"}, po_number="string") == []
    assert _problems({"hubspot": "po_number", "quickbooks": "CustomField.2"}) == ["CFG_FIELD_MISSING"]
    assert _problems({"hubspot": "signed", "quickbooks": "CustomField.2"}, signed="bool") == [
        "CFG_FIELD_TYPE_UNSUPPORTED"
    ]
    assert _problems({"hubspot": "po_number", "quickbooks": "Warehouse"}, po_number="string") == ["CFG_FIELD_MISSING"]
    assert _problems({"hubspot": "po_number", "quickbooks": "CustomField.3"}, po_number="string") == [
        "CFG_CUSTOM_FIELD_NOT_VISIBLE"
    ]


@pytest.mark.rule("D18", "D20", "A57")
def test_fields_that_can_not_be_written_or_reached() -> None:
    """A property closed by HubSpot's metadata, a fourth custom field, and a custom field of a list are refused."""
    fourth = Field("x", None, "CustomField.4", custom=True)
    assert [each.code for each in check_fields(Entity.INVOICE, [fourth], [], COMPANY)] == ["CFG_CUSTOM_FIELD_LIMIT"]
    assert [each.code for each in check_fields(Entity.CUSTOMER, [fourth], [], COMPANY)] == ["CFG_FIELD_CATEGORY"]
    closed = [{"name": "email", "type": "string", "modificationMetadata": {"readOnlyValue": True}}]
    email = [_field("email")]
    assert [each.code for each in check_fields(Entity.CUSTOMER, email, closed, COMPANY)] == ["CFG_FIELD_READ_ONLY"]
    assert check_fields(Entity.CUSTOMER, email, closed, COMPANY, Direction.HUBSPOT_TO_QUICKBOOKS) == []
