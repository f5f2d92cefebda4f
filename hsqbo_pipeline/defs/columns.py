"""Column schemas and column lineage for the UI, made from the field map so that they can't say anything else.

A HubSpot asset's columns are properties, a QuickBooks asset's are dotted paths into the entity; from the typed rows on,
a column is a field of the map.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from hsqbo_pipeline.defs.names import HUBSPOT_ASSETS, batches, key, matched, valid
from hsqbo_pipeline.mapping.properties import hubspot_properties
from hsqbo_pipeline.model.fields import Direction, Field, Kind, directed, field_map
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS, Entity
from hsqbo_pipeline.model.rules import Rules

_TYPES = {
    Kind.TEXT: "text",
    Kind.MONEY: "decimal",
    Kind.QUANTITY: "decimal",
    Kind.DATE: "day",
    Kind.EMAIL: "e-mail",
    Kind.PHONE: "phone",
}
_WAYS = {
    Direction.BOTH: "both ways",
    Direction.QUICKBOOKS_TO_HUBSPOT: "from QuickBooks to HubSpot",
    Direction.HUBSPOT_TO_QUICKBOOKS: "from HubSpot to QuickBooks",
    Direction.OFF: "not synced",
}
_QUICKBOOKS_SOURCES = {
    Entity.CUSTOMER: "quickbooks_customers",
    Entity.PRODUCT: "quickbooks_items",
    Entity.INVOICE: "quickbooks_invoices",
    Entity.PAYMENT: "quickbooks_payments",
}
_MATCH_KEYS = {
    Entity.CUSTOMER: ("email",),
    Entity.PRODUCT: ("sku",),
    Entity.INVOICE: ("number",),
    Entity.PAYMENT: ("paid_on", "amount"),
}
SCHEMA, LINEAGE = "dagster/column_schema", "dagster/column_lineage"


def hubspot_source(entity: Entity, rules: Rules) -> str:
    """The asset an entity is read from on HubSpot's side."""
    if entity is Entity.CUSTOMER:
        return "hubspot_companies" if rules.customers.bill == "companies" else "hubspot_contacts"
    return {
        Entity.PRODUCT: "hubspot_products",
        Entity.INVOICE: "hubspot_invoices",
        Entity.PAYMENT: "hubspot_payments",
    }[entity]


def of_extraction(name: str, rules: Rules) -> dict[str, Any]:
    """The schema of what is read into one asset."""
    if name in HUBSPOT_ASSETS:
        read = dict.fromkeys(
            read for each in HUBSPOT_ASSETS[name] if each in HUBSPOT_OBJECTS for read in hubspot_properties(each, rules)
        )
        return {SCHEMA: _schema([dg.TableColumn("id", "text", constraints=_KEY), *map(dg.TableColumn, read)])}
    mapped = [
        field
        for entity, source in _QUICKBOOKS_SOURCES.items()
        if source == name
        for field in field_map(entity, rules)
        if field.quickbooks
    ]
    columns = [_column(field, field.quickbooks or "", Direction.OFF) for field in mapped]
    return {SCHEMA: _schema([dg.TableColumn("Id", "text", constraints=_KEY), *columns])}


def of_valid(entity: Entity, rules: Rules) -> dict[str, Any]:
    """Typed rows: each field from its property and its path."""
    fields = field_map(entity, rules)
    way = rules.of(entity).direction
    sides = ((hubspot_source(entity, rules), "hubspot"), (_QUICKBOOKS_SOURCES[entity], "quickbooks"))
    lineage = {
        field.name: [
            dg.TableColumnDep(key(source), path) for source, side in sides if (path := getattr(field, side)) is not None
        ]
        for field in fields
    }
    lineage["id"] = [dg.TableColumnDep(key(sides[0][0]), "id"), dg.TableColumnDep(key(sides[1][0]), "Id")]
    columns = [
        dg.TableColumn("system", "text", "hubspot or quickbooks"),
        dg.TableColumn("id", "text", "the record's id in that system", constraints=_KEY),
        *(_column(field, field.name, way) for field in fields),
    ]
    return {SCHEMA: _schema(columns), LINEAGE: _lineage(lineage)}


def of_matched(entity: Entity) -> dict[str, Any]:
    """Pairs: ids, and by which fields they were found."""
    columns = [
        dg.TableColumn("hubspot_id", "text", "empty: no partner in HubSpot"),
        dg.TableColumn("quickbooks_id", "text", "empty: no partner in QuickBooks"),
        dg.TableColumn("kind", "text", "linked, alias, matched, single, shared, ambiguous or claimed"),
        dg.TableColumn("matched_by", "text", "the key that tells they are the same"),
        dg.TableColumn("candidates", "json", "who else it could have been"),
    ]
    of_id, keys = [(valid(entity), "id")], [(valid(entity), column) for column in _MATCH_KEYS[entity]]
    found = {"hubspot_id": of_id, "quickbooks_id": of_id, "matched_by": keys, "candidates": keys}
    lineage = {column: [dg.TableColumnDep(key(asset), name) for asset, name in deps] for column, deps in found.items()}
    return {SCHEMA: _schema(columns), LINEAGE: _lineage(lineage)}


def of_batches(entity: Entity, rules: Rules) -> dict[str, Any]:
    """Operations: which of the fields they may write, and on which pair."""
    way = rules.of(entity).direction
    fields = [field for field in field_map(entity, rules) if not field.compared_only]
    return _written(fields, way, {"ids": matched(entity), "fields": valid(entity)})


def of_applied(entity: Entity, rules: Rules) -> dict[str, Any]:
    """What was written, by field."""
    way = rules.of(entity).direction
    fields = [field for field in field_map(entity, rules) if not field.compared_only]
    return _written(fields, way, {"ids": batches(entity), "fields": batches(entity)})


def _written(fields: list[Field], way: Direction, sources: Mapping[str, str]) -> dict[str, Any]:
    ids = ("hubspot_id", "quickbooks_id")
    columns = [*(dg.TableColumn(each, "text") for each in ids), *(_column(field, field.name, way) for field in fields)]
    lineage = {each: [dg.TableColumnDep(key(sources["ids"]), each)] for each in ids}
    lineage |= {field.name: [dg.TableColumnDep(key(sources["fields"]), field.name)] for field in fields}
    return {SCHEMA: _schema(columns), LINEAGE: _lineage(lineage)}


_KEY = dg.TableColumnConstraints(nullable=False, unique=True)


def _column(field: Field, name: str, way: Direction) -> dg.TableColumn:
    said = [
        f"HubSpot {field.hubspot}" if field.hubspot else "",
        f"QuickBooks {field.quickbooks}" if field.quickbooks else "",
        _WAYS[directed(field, way)] if name == field.name else "",
        "only when a record is made" if field.create_only else "",
        "compared, never written" if field.compared_only else "",
    ]
    limit = [f"at most {field.quickbooks_max} characters in QuickBooks"] if field.quickbooks_max else []
    return dg.TableColumn(
        name, _TYPES[field.kind], "; ".join(filter(None, said)), constraints=dg.TableColumnConstraints(other=limit)
    )


def _schema(columns: Iterable[dg.TableColumn]) -> dg.TableSchema:
    return dg.TableSchema(columns=list(columns))


def _lineage(deps: Mapping[str, list[dg.TableColumnDep]]) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(deps_by_column=deps)
