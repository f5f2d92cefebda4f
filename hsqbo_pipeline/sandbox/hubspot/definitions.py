"""Property definitions and groups of one object type: seeded from `catalogue.csv`, extended through the properties API.

A definition answers in the shape of the properties API: `modificationMetadata.readOnlyValue` tells a client which
values it may not write, `calculated` which the portal works out itself.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

PROPERTY_TYPES = ("bool", "date", "datetime", "enumeration", "number", "phone_number", "string")
FIELD_TYPES = (
    "booleancheckbox", "calculation_equation", "checkbox", "date", "file", "html", "number", "phonenumber", "radio",
    "select", "text", "textarea",
)  # fmt: skip
MAX_UNIQUE = 10
"""Unique properties one object type may have (HubSpot's limit, the seeded e-mail not counted)."""


@dataclass(slots=True)
class Definition:
    """One property of an object type. `options_from` names a list of the account (currencies, tax rates)."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    options: list[dict[str, Any]] = field(default_factory=list)
    options_from: str = ""
    read_only: bool = False
    calculated: bool = False
    hubspot_defined: bool = True
    unique: bool = False
    hidden: bool = False
    description: str = ""
    display_order: int = -1
    form_field: bool = False
    created_at: str = "2020-01-01T00:00:00.000Z"
    updated_at: str = "2020-01-01T00:00:00.000Z"
    archived_at: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def archived(self) -> bool:
        """Whether the property lies in the recycle bin: unknown to reads and writes until posted again."""
        return self.archived_at is not None

    @property
    def writable(self) -> bool:
        """Whether the API may set a value."""
        return not (self.read_only or self.calculated)

    @property
    def multiple(self) -> bool:
        """Whether the value is a semicolon list of options."""
        return self.type == "enumeration" and self.field_type == "checkbox"

    def body(self, options: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """The definition as the properties API answers it."""
        answer: dict[str, Any] = {
            "updatedAt": self.updated_at,
            "createdAt": self.created_at,
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": self.options if options is None else options,
            "displayOrder": self.display_order,
            "calculated": self.calculated,
            "externalOptions": bool(self.options_from),
            "archived": self.archived,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.hubspot_defined,
            "modificationMetadata": {
                "archivable": not self.hubspot_defined,
                "readOnlyDefinition": self.hubspot_defined,
                "readOnlyOptions": self.hubspot_defined,
                "readOnlyValue": not self.writable,
            },
            "formField": self.form_field,
            "dataSensitivity": "non_sensitive",
            **self.extra,
        }
        if self.archived_at:
            answer["archivedAt"] = self.archived_at
        return answer


@dataclass(slots=True)
class Group:
    """A property group: what the properties of an object are filed under."""

    name: str
    label: str
    display_order: int = -1
    archived: bool = False

    def body(self) -> dict[str, Any]:
        """The group as the API answers it."""
        return {
            "archived": self.archived,
            "name": self.name,
            "label": self.label,
            "displayOrder": self.display_order,
        }


class Definitions:
    """All properties and groups of one object type."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.by_name: dict[str, Definition] = {}
        self.groups: dict[str, Group] = {}
        information = f"{kind.rstrip('s')}information"
        self.groups[information] = Group(information, f"{kind.replace('_', ' ').title()} information", 0)
        for row in _catalogue():
            if row["object"] == kind:
                self.by_name[row["name"]] = _seeded(row, information)

    def get(self, name: str) -> Definition | None:
        """The live definition of a property; None if unknown or archived."""
        found = self.by_name.get(name)
        return None if found is None or found.archived else found

    def live(self) -> Iterator[Definition]:
        """All definitions that are not archived."""
        return (each for each in self.by_name.values() if not each.archived)

    def unique_names(self) -> list[str]:
        """Names of the live properties whose values must be unique."""
        return [each.name for each in self.live() if each.unique]


def option(value: str, order: int, label: str = "") -> dict[str, Any]:
    """One option of an enumeration."""
    return {"label": label or value, "value": value, "displayOrder": order, "hidden": False}


@cache
def _catalogue() -> list[dict[str, str]]:
    text = files(__package__).joinpath("catalogue.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _seeded(row: dict[str, str], group: str) -> Definition:
    listed = row["options"]
    values = [] if listed.startswith("@") or not listed else listed.split("|")
    if row["type"] == "bool":
        values = ["true", "false"]
    return Definition(
        name=row["name"],
        label=row["name"].removeprefix("hs_").replace("_", " ").capitalize(),
        type=row["type"],
        field_type=row["field"],
        group=group,
        options=[option(value, order) for order, value in enumerate(values)],
        options_from=listed[1:] if listed.startswith("@") else "",
        read_only=row["access"] != "rw",
        calculated=row["access"] == "calc",
    )
