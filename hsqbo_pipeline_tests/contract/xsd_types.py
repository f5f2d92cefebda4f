"""Reads Intuit's schema files into plain tables: per type its fields, in schema order, with their kinds."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
FILES = ("IntuitBaseTypes.xsd", "IntuitNamesTypes.xsd", "Finance.xsd", "Report.xsd", "IntuitRestServiceDef.xsd")
ENTRY = "IntuitRestServiceDef.xsd"
ENTITIES = (
    "Account",
    "Class",
    "CompanyInfo",
    "CreditMemo",
    "Customer",
    "Department",
    "Employee",
    "Estimate",
    "Invoice",
    "Item",
    "JournalEntry",
    "Payment",
    "PaymentMethod",
    "Preferences",
    "RefundReceipt",
    "SalesReceipt",
    "TaxCode",
    "TaxRate",
    "Term",
    "Vendor",
)
"""What the sandbox serves."""


def schema_folder() -> Path:
    """The folder of the schema files; skips the test where it is absent."""
    shared = os.environ.get("HSQBO_SHARED")
    folder = Path(shared or "") / "reference" / "quickbooks-xsd"
    if not shared or not (folder / ENTRY).is_file():
        pytest.skip("set HSQBO_SHARED to a folder that holds reference/quickbooks-xsd to check against Intuit's XSDs")
    return folder


@dataclass(frozen=True)
class Field:
    """One element or attribute of a type."""

    name: str
    type: str
    many: bool = False
    attribute: bool = False


class SchemaTypes:
    """All named types of the schema files."""

    def __init__(self, folder: Path) -> None:
        self.complex: dict[str, Any] = {}
        self.simple: dict[str, Any] = {}
        self.globals: dict[str, str] = {}
        self.members: dict[str, list[str]] = {}
        for name in FILES:
            root = etree.parse(str(folder / name)).getroot()
            for kind, table in (("complexType", self.complex), ("simpleType", self.simple)):
                table.update({node.get("name"): node for node in root.iter(XS + kind) if node.get("name")})
            for node in root.findall(XS + "element"):
                self.globals[node.get("name")] = node.get("type") or ""
                if node.get("substitutionGroup"):
                    self.members.setdefault(node.get("substitutionGroup"), []).append(node.get("name"))

    def base(self, name: str) -> str | None:
        """The type that this one extends."""
        node = self.complex[name]
        found = next(iter(node.iter(XS + "extension")), None)
        return None if found is None else found.get("base")

    def has_text(self, name: str) -> bool:
        """Whether the type carries text beside attributes, as references do."""
        base = self.base(name)
        if base is None:
            return False
        return base not in self.complex or self.has_text(base)

    def is_open(self, name: str) -> bool:
        """Whether anything may stand in it (xs:any)."""
        return any(True for _ in self.complex[name].iter(XS + "any"))

    def fields(self, name: str) -> list[Field]:
        """Own and inherited fields, the base type's first."""
        base = self.base(name)
        found = self.fields(base) if base in self.complex else []
        for node in self.complex[name].iter(XS + "element"):
            own = node.get("name") or node.get("ref")
            kind = node.get("type") or self.globals.get(own, "xs:string")
            found.append(Field(own, kind, node.get("maxOccurs", "1") not in ("0", "1")))
        found += [
            Field(node.get("name"), node.get("type") or "xs:string", attribute=True)
            for node in self.complex[name].iter(XS + "attribute")
        ]
        return found

    def enum(self, name: str) -> list[str]:
        """The values of a simple type; empty if it is free."""
        return [node.get("value") for node in self.simple[name].iter(XS + "enumeration")]


_PLAIN = {
    "xs:string": "text",
    "xs:anyURI": "text",
    "id": "text",
    "xs:decimal": "decimal",
    "xs:boolean": "boolean",
    "xs:int": "integer",
    "xs:integer": "integer",
    "xs:positiveInteger": "positive",
    "xs:date": "date",
    "xs:dateTime": "instant",
    "IntuitAnyType": "any",
    "CustomFieldDefinition": "any",
}
_JSON_FORM = {
    "ReferenceType": {"value": "text", "name": "text", "type": "text"},
    "MemoRef": {"value": "text", "id": "text"},
}


class _Shapes:
    def __init__(self, types: SchemaTypes) -> None:
        self.types = types
        self.objects: dict[str, dict[str, str]] = {}
        self.enums: dict[str, list[str]] = {}

    def kind(self, name: str) -> str:
        if name in _PLAIN:
            return _PLAIN[name]
        if name in self.types.simple:
            values = self.types.enum(name)
            if not values:
                return "text"
            self.enums[name] = values
            return name
        if name not in self.objects:
            self.add(name)
        return name

    def add(self, name: str) -> None:
        if name in _JSON_FORM:
            self.objects[name] = _JSON_FORM[name]
            return
        table: dict[str, str] = {}
        self.objects[name] = table
        for field in self.types.fields(name):
            table[field.name] = self.kind(field.type) + ("[]" if field.many else "")


def shapes(types: SchemaTypes) -> dict[str, Any]:
    """The property tables that the sandbox checks request bodies by."""
    made = _Shapes(types)
    for entity in ENTITIES:
        made.add(entity)
    return {
        "objects": {name: made.objects[name] for name in sorted(made.objects)},
        "enums": {name: made.enums[name] for name in sorted(made.enums)},
    }
