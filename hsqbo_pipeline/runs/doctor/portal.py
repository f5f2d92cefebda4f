"""What the HubSpot portal allows and has: permissions, our own properties, mapped fields, workflows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.mapping.properties import OWN_PROPERTIES
from hsqbo_pipeline.mapping.scopes import read_scopes
from hsqbo_pipeline.model.findings import Finding, finding
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.runs.connect import granted_and_missing
from hsqbo_pipeline.runs.field_guard import SQL, all_field_problems
from hsqbo_pipeline.runs.logins import is_app

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

_FILTER = "`QuickBooks id` (qbo_id) is unknown, and `Made by QuickBooks backfill` (qbo_backfill) is unknown"


def findings(night: Night) -> list[Finding]:
    """Everything about the portal."""
    found = [*_scopes(night), *_mapped(night)]
    if (System.HUBSPOT, "property_definitions") not in night.blocked:
        found += _properties(night)
    return [*found, *_workflows(night)]


def _scopes(night: Night) -> Iterator[Finding]:
    app = is_app(night.settings)
    try:
        granted, missing = night.call(_asked, night, app)
    except HsqboError:
        return  # a portal that gives no answer is told of by its reads
    to_read = {scope.name for scope in read_scopes()}
    for kind, wanted in (("scope_read", True), ("scope_write", False)):
        lacking = [scope for scope in missing if (scope.name in to_read) is wanted]
        if lacking:
            told = [f"{scope.name} ({scope.purpose})" for scope in lacking]
            yield finding(kind, scopes=told, scope=lacking[0].name)
    if granted is None:
        yield finding("scopes_unknown", scope="to write")


async def _asked(night: Night, app: bool) -> Any:
    return await granted_and_missing(night.clients.hubspot, night.settings, night.rules, app=app)


def _properties(night: Night) -> Iterator[Finding]:
    """Ours are made by the first run that writes; what stands there under their names must be what we would make."""
    absent = []
    for name, wanted in OWN_PROPERTIES.items():
        there = {each["name"]: each for each in _definitions(night, name)}
        for definition in wanted:
            found = there.get(definition["name"])
            if found is None:
                absent.append(f"{name}.{definition['name']}")
            else:
                yield from _as_ours(f"{name}.{definition['name']}", definition, found)
    if absent:
        yield finding("property_absent", count=len(absent), examples=absent[:3], field=absent[0], system="hubspot")


def _as_ours(field: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Finding]:
    if found.get("type") != wanted["type"]:
        yield finding(
            "property_type", field=field, found=found.get("type"), expected=wanted["type"], type=found.get("type")
        )
    elif wanted["hasUniqueValue"] and not found.get("hasUniqueValue"):
        yield finding("property_plain", field=field)


def _definitions(night: Night, name: str) -> list[dict[str, Any]]:
    return [json.loads(row["payload"]) for row in SQL.rows(night.warehouse.con, "definitions_of", object=name)]


def _mapped(night: Night) -> Iterator[Finding]:
    for entity, problems in all_field_problems(night).items():
        for problem in problems:
            yield finding("mapped_field", problem.code, **{"object": entity.value, **problem.slots})


def _workflows(night: Night) -> Iterator[Finding]:
    """No permission shows workflows: what can be done is to say the exact filter, until a person says it is set (1.16)."""
    payments = night.rules.payments
    written = any(night.rules.of(entity).writes_to(System.HUBSPOT) for entity in Entity)
    if written and not payments.workflows_exclude_backfill:
        yield finding("workflows", filter=_FILTER, id="a payment")
