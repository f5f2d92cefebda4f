"""Holds JSON of the QuickBooks API against Intuit's XSDs, with no key that the schema does not know."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from hsqbo_pipeline_tests.contract.xsd_types import ENTRY, Field, SchemaTypes

NAMESPACE = "http://schema.intuit.com/finance/v3"
_SKIPPED = frozenset({"LineEx", "InvoiceEx", "CustomerEx", "ItemEx"})
_VALUES = ("StringValue", "BooleanValue", "DateValue", "NumberValue")


class SchemaError(AssertionError):
    """JSON that the schema does not allow."""


class Judge:
    """The compiled schema, and the way from JSON to the XML it describes."""

    def __init__(self, folder: Path) -> None:
        self.types = SchemaTypes(folder)
        self._schema = etree.XMLSchema(etree.parse(str(folder / ENTRY)))

    def response(self, raw: str | bytes) -> None:
        """Check a whole response body. Raises SchemaError."""
        self.check("IntuitResponse", json.loads(raw, parse_float=Decimal))

    def check(self, element: str, value: dict[str, Any]) -> None:
        """Check one object as the named global element. Raises SchemaError."""
        node = self._object(element, self.types.globals[element] or element, value, element)
        if not self._schema.validate(node):
            raise SchemaError(f"{element}: {self._schema.error_log.last_error}\n{etree.tostring(node).decode()[:600]}")

    def _object(self, name: str, type_name: str, value: Any, path: str) -> Any:
        node = etree.Element(f"{{{NAMESPACE}}}{name}")
        if type_name not in self.types.complex:
            node.text = _text(value)
            return node
        if not isinstance(value, dict):
            raise SchemaError(f"{path}: {value!r} should be an object of type {type_name}")
        left = dict(value)
        if self.types.has_text(type_name):
            node.text = _text(left.pop("value", ""))
        for field in self.types.fields(type_name):
            self._field(node, field, left, path)
        unknown = [key for key in left if key not in _SKIPPED]
        if unknown:
            raise SchemaError(f"{path}: {type_name} does not know {', '.join(unknown)}")
        return node

    def _field(self, node: Any, field: Field, left: dict[str, Any], path: str) -> None:
        if field.name in self.types.members:
            for member in self.types.members[field.name]:
                self._elements(node, member, self.types.globals[member], left.pop(member, None), path)
            return
        if field.name not in left:
            return
        value = left.pop(field.name)
        if value == "":
            return
        if field.attribute:
            node.set(field.name, _text(value))
        elif field.type not in ("IntuitAnyType", "CustomFieldDefinition"):
            self._elements(node, field.name, field.type, value, path)

    def _elements(self, node: Any, name: str, type_name: str, value: Any, path: str) -> None:
        if value is None:
            return
        for each in value if isinstance(value, list) else [value]:
            if name == "CustomField" and not any(key in each for key in _VALUES):
                continue
            node.append(self._object(name, type_name, each, f"{path}.{name}"))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


@lru_cache(maxsize=2)
def judge(folder: Path) -> Judge:
    """The judge over one folder of schema files; compiled once."""
    return Judge(folder)
