"""HubSpot companies made of QuickBooks' company names, where the rules ask for them (`customers.create_companies`).

A company is made once for each name, for a contact that comes from QuickBooks or is first linked now. A contact that has any
company already keeps what it has: a primary company is never changed, and an association is never written later (1.18).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.candidates import Candidate
from hsqbo_pipeline.core.creations import named_operation
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.keys import name_key
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import (
    Action,
    LinkedId,
    Operation,
    Step,
    StepAction,
    Wave,
)

SQL = Statements(Path(__file__).parent / "sql")
PRIMARY = 1  # HubSpot's association type: contact to its primary company
ROLE = "company"  # of the link that remembers a company made for a name


@dataclass
class Companies:
    """`known`: name -> the ids of HubSpot's companies that bear it. `taken`: contacts that have a company.

    `wanted` are names whose company this plan makes.
    """

    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    wanted: set[str] = field(default_factory=set)
    enabled: bool = False


def read_companies(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate], situation: Situation) -> Companies:
    """What HubSpot has of the companies that QuickBooks' customers name."""
    rules = situation.rules.customers
    if not rules.create_companies or rules.bill == "companies":
        return Companies()
    fresh = [one for one in found if one.kind in ("single", "matched")]
    names = {row["company"].strip() for one in fresh if (row := one.rows[System.QUICKBOOKS]) and row["company"]}
    ids = sorted({contact for one in fresh if (contact := one.ids[System.HUBSPOT])})
    known: dict[str, list[str]] = {}
    for row in SQL.rows(con, "companies_named", names=sorted({name.lower() for name in names})) if names else ():
        known.setdefault(name_key(row["name"]), []).append(row["id"])
    for row in SQL.rows(con, "companies_made", keys=sorted({_key(name) for name in names})) if names else ():
        known[row["key"].partition(":")[2]] = [row["id"]]
    taken = frozenset(row["id"] for row in SQL.rows(con, "contacts_employed", ids=ids)) if ids else frozenset()
    return Companies(known, taken, enabled=True)


def with_company(verdict: Verdict, found: Candidate, companies: Companies, situation: Situation) -> Verdict:
    """The verdict on a contact that is made or first linked, its company made and associated along with it."""
    row = found.rows[System.QUICKBOOKS]
    made = next((one for one in verdict.operations if one.system is System.HUBSPOT), None)
    if not companies.enabled or row is None or not row["company"] or made is None:
        return verdict
    if made.action not in (Action.CREATE, Action.LINK) or found.ids[System.HUBSPOT] in companies.taken:
        return verdict
    name, key = row["company"].strip(), name_key(row["company"])
    ids = companies.known.get(key, ())
    if len(ids) > 1:
        return verdict  # several companies of that name: whose it is is no question for a machine
    extra: tuple[Operation, ...] = ()
    if not ids and key not in companies.wanted:
        companies.wanted.add(key)
        extra = (_create(name, found, situation),)
    company = ids[0] if ids else LinkedId(Entity.CUSTOMER, System.HUBSPOT, _key(name)).as_json()
    changed = _associated(made, company)
    operations = tuple(changed if one is made else one for one in verdict.operations)
    return replace(verdict, operations=(*operations, *extra))


def _key(name: str) -> str:
    return f"{ROLE}:{name_key(name)}"


def _associated(made: Operation, company: Any) -> Operation:
    """The operation that makes or links the contact, with its company: in the same request where the contact is new."""
    tie = {"to_object": "companies", "to_id": company, "type_id": PRIMARY}
    if made.action is Action.CREATE:
        return replace(made, steps=(replace(made.steps[0], associations=(tie,)), *made.steps[1:]))
    number = len(made.steps) + 1
    step = Step(number, System.HUBSPOT, "contacts", StepAction.ASSOCIATE, tie, target=made.hubspot_id)
    return replace(made, steps=(*made.steps, step))


def _create(name: str, found: Candidate, situation: Situation) -> Operation:
    body = {"name": name}
    if situation.backfill:
        body["qbo_backfill"] = situation.backfill
    find = {"property": "name", "value": name, "parent": None}
    return named_operation(
        _key(name),
        name,
        Step(1, System.HUBSPOT, "companies", StepAction.CREATE, body, find=find),
        situation,
        link={
            "entity": Entity.CUSTOMER.value,
            "role": ROLE,
            "hubspot_object": "companies",
            "quickbooks_object": "Customer",
        },
        wave=Wave.CUSTOMERS,
        why="company of a QuickBooks customer",
        quickbooks_id=found.ids[System.QUICKBOOKS],
    )
