"""Which field of one side is which field of the other: the default map, and what the rules make of it.

A `Field` is named after its column in the typed tables. Its HubSpot side is a property, its QuickBooks side a dotted
path into the entity's JSON (`BillAddr.City`, `CurrencyRef.value`, `CustomField.2`). Everything that reads, compares or
writes fields goes through this map, so a toggle or a direction set in the rules takes effect everywhere at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules.custom_fields import CustomField
from hsqbo_pipeline.model.rules.whole import Rules
from hsqbo_pipeline.model.rules.words import DirectionWord, FieldSetting, Winner

Direction = DirectionWord


class Kind(StrEnum):
    """What a field's value is; decides how its canonical text is made and what may feed it."""

    TEXT = "text"
    MONEY = "money"
    QUANTITY = "quantity"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"


# HubSpot keeps single-line and multi-line text up to 65,536 characters.
HUBSPOT_TEXT = 65_536
QUICKBOOKS_CUSTOM_TEXT = 31
QUICKBOOKS_CUSTOM_FIELDS = ("1", "2", "3")
CUSTOM_FIELD = "CustomField."


@dataclass(frozen=True)
class Field:
    """One mapped field.

    `create_only`: written when a record is made, never afterwards (N12). `read_only`: the systems on which it can't be
    written. `direction`: None follows the object's. `compared_only`: read on both sides, written by its own rule
    (totals).
    `winner` and `blank_overwrites`: None and False follow the object. Lengths are in characters, None where the API
    states none.
    """

    name: str
    hubspot: str | None
    quickbooks: str | None
    kind: Kind = Kind.TEXT
    hubspot_max: int | None = HUBSPOT_TEXT
    quickbooks_max: int | None = None
    create_only: bool = False
    direction: Direction | None = None
    winner: Winner | None = None
    blank_overwrites: bool = False
    read_only: frozenset[System] = frozenset()
    compared_only: bool = False
    custom: bool = False

    def path(self, system: System) -> str | None:
        """The property or JSON path on `system`."""
        return self.hubspot if system is System.HUBSPOT else self.quickbooks

    def max_length(self, system: System) -> int | None:
        """The longest text `system` takes."""
        return self.hubspot_max if system is System.HUBSPOT else self.quickbooks_max


_READ_ONLY_BOTH = frozenset({System.HUBSPOT, System.QUICKBOOKS})
_NUMBER: dict[str, Any] = {"hubspot_max": None}

_ADDRESS = (
    Field("address", "address", "BillAddr.Line1", quickbooks_max=500),
    Field("city", "city", "BillAddr.City", quickbooks_max=255),
    Field("state", "state", "BillAddr.CountrySubDivisionCode", quickbooks_max=255),
    Field("zip", "zip", "BillAddr.PostalCode", quickbooks_max=30),
    Field("country", "country", "BillAddr.Country", quickbooks_max=255),
)
ADDRESS_FIELDS = frozenset(field.name for field in _ADDRESS)

# DisplayName has no HubSpot property: mapping.display_names makes it, once, from the fields that have.
_DISPLAY_NAME = Field("display_name", None, "DisplayName", quickbooks_max=500, create_only=True)
_CURRENCY_OF_CUSTOMER = Field("currency", None, "CurrencyRef.value", create_only=True)

CONTACT_FIELDS: tuple[Field, ...] = (
    Field("first_name", "firstname", "GivenName", quickbooks_max=100),
    Field("last_name", "lastname", "FamilyName", quickbooks_max=100),
    Field("email", "email", "PrimaryEmailAddr.Address", Kind.EMAIL, quickbooks_max=100),
    Field("phone", "phone", "PrimaryPhone.FreeFormNumber", Kind.PHONE, quickbooks_max=30),
    # Read from the associated company, else from the contact's own text; only the latter can be written.
    Field("company", "company", "CompanyName", quickbooks_max=100),
    *_ADDRESS,
    _DISPLAY_NAME,
    _CURRENCY_OF_CUSTOMER,
)

COMPANY_FIELDS: tuple[Field, ...] = (
    Field("company", "name", "CompanyName", quickbooks_max=100),
    Field("phone", "phone", "PrimaryPhone.FreeFormNumber", Kind.PHONE, quickbooks_max=30),
    *_ADDRESS,
    _DISPLAY_NAME,
    _CURRENCY_OF_CUSTOMER,
)

PRODUCT_FIELDS: tuple[Field, ...] = (
    Field("name", "name", "Name", quickbooks_max=100),
    Field("sku", "hs_sku", "Sku", quickbooks_max=100),
    Field("description", "description", "Description", quickbooks_max=4000),
    Field("price", "price", "UnitPrice", Kind.MONEY, **_NUMBER),
    Field("cost", "hs_cost_of_goods_sold", "PurchaseCost", Kind.MONEY, **_NUMBER),
    Field("item_type", None, "Type", create_only=True),
    Field("income_account", None, "IncomeAccountRef.value", create_only=True),
)

INVOICE_FIELDS: tuple[Field, ...] = (
    Field("number", "hs_number", "DocNumber", quickbooks_max=21, create_only=True),
    Field("invoice_date", "hs_invoice_date", "TxnDate", Kind.DATE, **_NUMBER),
    Field("due_date", "hs_due_date", "DueDate", Kind.DATE, **_NUMBER),
    Field("currency", "hs_currency", "CurrencyRef.value", create_only=True),
    Field("memo", "hs_comments", "CustomerMemo.value", quickbooks_max=1000),
    # A mirror is told QuickBooks' total; nobody tells QuickBooks one: it adds up its lines.
    Field("total", "hs_amount_billed", "TotalAmt", Kind.MONEY, compared_only=True, **_NUMBER),
    Field(
        "balance",
        "qbo_balance_due",
        "Balance",
        Kind.MONEY,
        direction=Direction.QUICKBOOKS_TO_HUBSPOT,
        compared_only=True,
        **_NUMBER,
    ),
)

PAYMENT_FIELDS: tuple[Field, ...] = (
    Field("amount", "hs_initial_amount", "TotalAmt", Kind.MONEY, **_NUMBER),
    Field("paid_on", "hs_initiated_date", "TxnDate", Kind.DATE, **_NUMBER),
    Field("currency", "hs_currency_code", "CurrencyRef.value", create_only=True),
    Field("method", "hs_payment_method_type", "PaymentMethodRef.value"),
    Field("reference", "hs_reference_number", "PaymentRefNum", quickbooks_max=21),
)

DEFAULTS: dict[Entity, tuple[Field, ...]] = {
    Entity.CUSTOMER: CONTACT_FIELDS,
    Entity.PRODUCT: PRODUCT_FIELDS,
    Entity.INVOICE: INVOICE_FIELDS,
    Entity.PAYMENT: PAYMENT_FIELDS,
}


# What QuickBooks' further fields hold, where it is no text without a stated length (from its entity pages).
_QUICKBOOKS_KINDS: dict[str, tuple[Kind, int | None]] = {
    "BillEmail.Address": (Kind.EMAIL, 100),
    "Fax.FreeFormNumber": (Kind.PHONE, 30),
    "Mobile.FreeFormNumber": (Kind.PHONE, 30),
    "AlternatePhone.FreeFormNumber": (Kind.PHONE, 30),
    "MiddleName": (Kind.TEXT, 100),
    "Notes": (Kind.TEXT, 2000),
    "PrintOnCheckName": (Kind.TEXT, 110),
    "PurchaseDesc": (Kind.TEXT, 1000),
    "ShipDate": (Kind.DATE, None),
    "Suffix": (Kind.TEXT, 16),
    "Title": (Kind.TEXT, 16),
    "TrackingNum": (Kind.TEXT, 31),
    "WebAddr.URI": (Kind.TEXT, 1000),
}


def field_map(entity: Entity, rules: Rules, *, automated_sales_tax: bool = False) -> tuple[Field, ...]:
    """The fields of `entity` under these rules: what is switched off left out, directions set, custom mappings added.

    In a company with automated sales tax a billing address decides the tax, so addresses flow out of QuickBooks only,
    unless the rules give a direction for them on purpose (H14).
    """
    section = rules.of(entity)
    settings: Mapping[str, FieldSetting] = getattr(section, "fields", {})
    companies = entity is Entity.CUSTOMER and rules.customers.bill == "companies"
    base = COMPANY_FIELDS if companies else DEFAULTS[entity]
    kept = [_set(field, settings.get(field.name)) for field in base if _enabled(settings.get(field.name))]
    if automated_sales_tax:
        kept = [_outward(field) if field.name in ADDRESS_FIELDS else field for field in kept]
    taken = {field.name for field in base}
    added: Sequence[CustomField] = getattr(section, "custom_fields", ())
    return (*kept, *(_custom_field(each, taken) for each in added))


def _enabled(setting: FieldSetting | None) -> bool:
    return setting is None or setting.enabled


def _set(field: Field, setting: FieldSetting | None) -> Field:
    if setting is None:
        return field
    return replace(field, direction=setting.direction, winner=setting.winner, blank_overwrites=setting.blank_overwrites)


def _outward(field: Field) -> Field:
    return field if field.direction is not None else replace(field, direction=Direction.QUICKBOOKS_TO_HUBSPOT)


def _custom_field(added: CustomField, taken: set[str]) -> Field:
    """A custom mapping goes by its property's name, unless that is the name of a field of the default map."""
    kind, longest = _QUICKBOOKS_KINDS.get(added.quickbooks, (Kind.TEXT, None))
    if added.quickbooks.startswith(CUSTOM_FIELD):
        longest = QUICKBOOKS_CUSTOM_TEXT
    return Field(
        f"custom_{added.hubspot}" if added.hubspot in taken else added.hubspot,
        added.hubspot,
        added.quickbooks,
        kind,
        quickbooks_max=longest,
        direction=added.direction,
        winner=added.winner,
        blank_overwrites=added.blank_overwrites,
        custom=True,
    )


def canonical(kind: Kind, value: Any) -> str | None:
    """One text for equal values: numbers plain without trailing zeros, days as ISO, text trimmed, nothing as None.

    A text that is no number where a number belongs is returned as it stands: it differs from every number, and the
    record was rejected by validation already.
    """
    if value is None:
        return None
    if kind in (Kind.MONEY, Kind.QUANTITY):
        return _plain_number(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    if kind is Kind.EMAIL:
        text = text.lower()
    return text or None


def _plain_number(value: Any) -> str | None:
    text = str(value).strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    if not number.is_finite():
        return text
    if number == 0:
        return "0"
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def values(row: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, str | None]:
    """The canonical text of each mapped field of a typed row; what baselines, diffs and settling compare.

    Custom fields are looked up in the row's `custom` JSON by the field's name.
    """
    extra = _custom(row.get("custom"))
    return {
        field.name: canonical(field.kind, extra.get(field.name) if field.custom else row.get(field.name))
        for field in fields
    }


def _custom(value: Any) -> Mapping[str, Any]:
    if not value:
        return {}
    parsed = json.loads(value) if isinstance(value, str | bytes) else value
    return parsed if isinstance(parsed, Mapping) else {}


def can_write(field: Field, system: System, row: Mapping[str, Any] | None = None) -> bool:
    """Whether `field` may be sent to `system` for the existing record `row` (None: the record is being made).

    A HubSpot customer's company name belongs to the associated company where there is one; an inventory item's cost is
    QuickBooks' own bookkeeping (H24).
    """
    if field.path(system) is None or system in field.read_only or field.compared_only:
        return False
    if row is None:
        return True
    if field.create_only:
        return False
    if system is System.HUBSPOT and field.name == "company" and field.hubspot == "company":
        return row.get("company_id") is None
    if system is System.QUICKBOOKS and field.name == "cost":
        return row.get("item_type") != "Inventory"
    return True


def too_long(fields: Sequence[Field], texts: Mapping[str, str | None], target: System) -> list[tuple[Field, int]]:
    """Fields whose text `target` would refuse for its length, with the length it takes. Nothing is ever cut."""
    found = []
    for field in fields:
        text, longest = texts.get(field.name), field.max_length(target)
        if text is not None and longest is not None and field.path(target) is not None and len(text) > longest:
            found.append((field, longest))
    return found


def directed(field: Field, of_object: Direction) -> Direction:
    """The way `field` flows where its object flows `of_object`: never wider than the object's own way."""
    if field.direction is None or of_object is Direction.OFF:
        return of_object
    if of_object is Direction.BOTH or field.direction is of_object:
        return field.direction
    return of_object if field.direction is Direction.BOTH else Direction.OFF


def flows_to(field: Field, system: System, of_object: Direction) -> bool:
    """Whether changes of `field` travel to `system`."""
    way = directed(field, of_object)
    return way is Direction.BOTH or way is (
        Direction.QUICKBOOKS_TO_HUBSPOT if system is System.HUBSPOT else Direction.HUBSPOT_TO_QUICKBOOKS
    )
