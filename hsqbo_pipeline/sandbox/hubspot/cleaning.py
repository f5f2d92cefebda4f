"""From the properties of a request to texts the portal stores, or all that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hsqbo_pipeline.sandbox.hubspot.crm import Actor, Crm
from hsqbo_pipeline.sandbox.hubspot.definitions import Definition
from hsqbo_pipeline.sandbox.hubspot.draft import Draft
from hsqbo_pipeline.sandbox.hubspot.records import SYSTEM_NAMES
from hsqbo_pipeline.sandbox.hubspot.refusals import PropertyProblem, bad_properties
from hsqbo_pipeline.sandbox.hubspot.values import BadValueError, as_text, instant_ms, stored

_CREATED = ("createdate", "hs_createdate")


def clean(crm: Crm, draft: Draft, properties: Mapping[str, Any], actor: Actor) -> None:
    """Fills the draft's values. Raises RefusalError naming all that are unknown, read-only or wrong."""
    problems = []
    for name, value in properties.items():
        try:
            _take(crm, draft, name, value, actor)
        except BadValueError as error:
            problems.append(error.problem)
    if problems:
        raise bad_properties(problems)


def require(crm: Crm, draft: Draft, actor: Actor) -> None:
    """Refuses a create without the properties the object type, or the portal's own rules, ask for."""
    store = crm.stores[draft.kind]
    missing = [name for name in store.kind.required if draft.record is None and not draft.values.get(name)]
    problems = [PropertyProblem(name, "MISSING_REQUIRED_PROPERTY", f"{name} is required") for name in missing]
    problems += _against_admin_rules(crm, draft, actor)
    if problems:
        raise bad_properties(problems)


def _take(crm: Crm, draft: Draft, name: str, value: Any, actor: Actor) -> None:
    if name in SYSTEM_NAMES and actor.person:
        if name in _CREATED:
            draft.created_ms = instant_ms(as_text(value) or "")
        return
    definition = crm.stores[draft.kind].definitions.get(name)
    if definition is None:
        raise _problem(name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if not definition.writable and not _may_set(crm, draft, definition, actor):
        raise _problem(name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set')
    options = crm.options(definition) if definition.type == "enumeration" else set()
    draft.values[name] = stored(definition, value, options)
    if definition.calculated and actor.person and draft.values[name]:
        draft.pinned.add(name)


def _may_set(crm: Crm, draft: Draft, definition: Definition, actor: Actor) -> bool:
    if actor.person:
        return True
    elsewhere = draft.kind == "invoices" and definition.name in ("hs_balance_due", "hs_amount_paid")
    return elsewhere and crm.switches.hs_balance_settable_when_not_billable


def _against_admin_rules(crm: Crm, draft: Draft, actor: Actor) -> list[PropertyProblem]:
    rules = crm.account.validation_rules.get(draft.kind)
    if rules is None or not actor.under_admin_rules:
        return []
    problems = []
    if draft.record is None:
        problems = [
            PropertyProblem(name, "MISSING_REQUIRED_PROPERTY", f"{name} is required by this account")
            for name in rules.required_on_create
            if not draft.values.get(name)
        ]
    for rule in rules.conditional:
        if all(draft.after(name) == str(value) for name, value in rule["when"].items()):
            problems += [
                PropertyProblem(name, "MISSING_CONDITIONAL_REQUIRED_PROPERTY", f"{name} is required by this account")
                for name in rule["require"]
                if not draft.after(name)
            ]
    return problems


def _problem(name: str, code: str, message: str) -> BadValueError:
    return BadValueError(PropertyProblem(name, code, message))
