"""Whether both systems have the fields of the map, and would take what feeds them.

HubSpot is asked with its own property definitions (`GET /crm/properties/{version}/{object}`): whether a property can
be written is in no public specification, only there. QuickBooks publishes no such list; what its entities have is
known from its schema; its custom fields from the company's preferences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hsqbo_pipeline.model.fields import CUSTOM_FIELD, QUICKBOOKS_CUSTOM_FIELDS, Direction, Field, Kind, flows_to
from hsqbo_pipeline.model.names import Entity, System


class KnowsCustomFields(Protocol):
    """The part of the company's settings that is asked here."""

    @property
    def custom_fields(self) -> Mapping[str, str]:
        """QuickBooks' custom fields on sales forms: DefinitionId to name."""
        ...


@dataclass(frozen=True)
class FieldProblem:
    """A field of the map that can't work, with the code that says why and what fills its sentence."""

    code: str
    mapped: Field
    slots: Mapping[str, str] = field(default_factory=dict)


# What each kind of field may be fed from, and may feed, in HubSpot (property types of the Properties API).
_HUBSPOT_TYPES: dict[Kind, frozenset[str]] = {
    Kind.TEXT: frozenset({"string", "enumeration", "phone_number", "number"}),
    Kind.MONEY: frozenset({"number"}),
    Kind.QUANTITY: frozenset({"number"}),
    Kind.DATE: frozenset({"date", "datetime"}),
    Kind.EMAIL: frozenset({"string"}),
    Kind.PHONE: frozenset({"string", "phone_number"}),
}
_LINES = ("Line1", "Line2", "Line3", "Line4", "Line5")
_ADDRESS_PARTS = (*_LINES, "City", "CountrySubDivisionCode", "PostalCode", "Country")
_NAMES = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix", "CompanyName", "PrintOnCheckName", "Notes")
_PHONES = tuple(f"{name}.FreeFormNumber" for name in ("PrimaryPhone", "AlternatePhone", "Mobile", "Fax"))
_ADDRESSES = tuple(f"{name}.{part}" for name in ("BillAddr", "ShipAddr") for part in _ADDRESS_PARTS)
_SALE = ("PrivateNote", "TxnDate", "DocNumber", "CurrencyRef.value")
_READ_ONLY = frozenset(
    {"Balance", "TotalAmt", "MetaData.CreateTime", "FullyQualifiedName", "PrivateNote", "QtyOnHand", "ResaleNum"}
)

# Paths that a custom mapping may name, per entity (IntuitNamesTypes.xsd and SalesTransaction in Finance.xsd).
QUICKBOOKS_PATHS: dict[Entity, frozenset[str]] = {
    Entity.CUSTOMER: frozenset(
        {*_NAMES, *_PHONES, *_ADDRESSES, "PrimaryEmailAddr.Address", "WebAddr.URI", "ResaleNum", "SalesTermRef.value"}
        | {
            "PaymentMethodRef.value",
            "PreferredDeliveryMethod",
            "DisplayName",
            "CurrencyRef.value",
            "Balance",
            "FullyQualifiedName",
        }
    ),
    Entity.PRODUCT: frozenset(
        {
            "Name",
            "Sku",
            "Description",
            "UnitPrice",
            "PurchaseCost",
            "PurchaseDesc",
            "Type",
            "IncomeAccountRef.value",
            "QtyOnHand",
        }
        | {"FullyQualifiedName"}
    ),
    Entity.INVOICE: frozenset(
        {
            *_SALE,
            *_ADDRESSES,
            "DueDate",
            "CustomerMemo.value",
            "TotalAmt",
            "Balance",
            "BillEmail.Address",
            "ShipDate",
            "TrackingNum",
        }
        | {"SalesTermRef.value", "ShipMethodRef.value", "PONumber", "FOB"}
    ),
    Entity.PAYMENT: frozenset({*_SALE, "TotalAmt", "PaymentMethodRef.value", "PaymentRefNum"}),
}


def check_fields(
    entity: Entity,
    mapped: Sequence[Field],
    hubspot_definitions: Iterable[Mapping[str, Any]],
    company: KnowsCustomFields,
    of_object: Direction = Direction.BOTH,
) -> list[FieldProblem]:
    """What is wrong with the map, asked of both sides; an empty list where all is well.

    `hubspot_definitions` are the property definitions of the entity's object as HubSpot lists them, `of_object` the
    direction of the object: a field is only checked for being writable on the sides it flows to.
    """
    known = {definition["name"]: definition for definition in hubspot_definitions if not definition.get("archived")}
    problems = []
    for each in mapped:
        problems += _hubspot(each, known, of_object)
        problems += _quickbooks(entity, each, company, of_object)
    return problems


def _hubspot(each: Field, known: Mapping[str, Mapping[str, Any]], of_object: Direction) -> list[FieldProblem]:
    if each.hubspot is None or each.hubspot.startswith("qbo_"):  # our own are made when they are missing
        return []
    definition = known.get(each.hubspot)
    if definition is None:
        return [FieldProblem("CFG_FIELD_MISSING", each, {"field": each.hubspot, "system": System.HUBSPOT})]
    said = str(definition.get("type", "string"))
    if said not in _HUBSPOT_TYPES[each.kind]:
        slots = {
            "field": each.hubspot,
            "type": said,
            "other_field": each.quickbooks or "",
            "other_type": each.kind.value,
        }
        return [FieldProblem("CFG_FIELD_TYPE_UNSUPPORTED", each, slots)]
    if _written(each, System.HUBSPOT, of_object) and is_read_only(definition):
        return [FieldProblem("CFG_FIELD_READ_ONLY", each, {"field": each.hubspot, "system": System.HUBSPOT})]
    return []


def _quickbooks(entity: Entity, each: Field, company: KnowsCustomFields, of_object: Direction) -> list[FieldProblem]:
    path = each.quickbooks
    if path is None:
        return []
    if path.startswith(CUSTOM_FIELD):
        return _custom(entity, each, path[len(CUSTOM_FIELD) :], company)
    if path not in QUICKBOOKS_PATHS[entity]:
        return [FieldProblem("CFG_FIELD_MISSING", each, {"field": path, "system": System.QUICKBOOKS})]
    if each.custom and path in _READ_ONLY and _written(each, System.QUICKBOOKS, of_object):
        return [FieldProblem("CFG_FIELD_READ_ONLY", each, {"field": path, "system": System.QUICKBOOKS})]
    return []


def _custom(entity: Entity, each: Field, wanted: str, company: KnowsCustomFields) -> list[FieldProblem]:
    """QuickBooks' custom fields: only those of transactions, only three, and only those switched on for sales
    forms."""
    slots = {"field": f"{CUSTOM_FIELD}{wanted}", "system": System.QUICKBOOKS}
    if entity is not Entity.INVOICE:
        return [FieldProblem("CFG_FIELD_CATEGORY", each, slots)]
    if wanted.isdigit() and wanted not in QUICKBOOKS_CUSTOM_FIELDS:
        return [FieldProblem("CFG_CUSTOM_FIELD_LIMIT", each, slots)]
    if wanted not in company.custom_fields and wanted not in company.custom_fields.values():
        return [FieldProblem("CFG_CUSTOM_FIELD_NOT_VISIBLE", each, slots)]
    return []


def _written(each: Field, system: System, of_object: Direction) -> bool:
    return not each.compared_only and not each.create_only and flows_to(each, system, of_object)


def is_read_only(definition: Mapping[str, Any]) -> bool:
    """Whether HubSpot refuses a value for the property: computed, or closed by its metadata."""
    metadata = definition.get("modificationMetadata") or {}
    return bool(definition.get("calculated")) or bool(metadata.get("readOnlyValue"))
