"""What a new customer is called in QuickBooks, and what becomes of a name that somebody has already (A46-A48, A72-A76)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.candidates import Candidate
from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.mapping.display_names import (
    LONGEST_DISPLAY_NAME,
    ProposedName,
    checked_name,
    propose_name,
    suffixed_name,
)
from hsqbo_pipeline.model.fields import field_map, values
from hsqbo_pipeline.model.keys import name_key
from hsqbo_pipeline.model.names import Entity, System

SQL = Statements(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Holder:
    """Who has a name already. `customer_id` is set for a QuickBooks customer; `free` if nobody is its partner yet."""

    text: str
    customer_id: str | None = None
    free: bool = False


@dataclass(frozen=True)
class LinkInstead:
    """The customer that has the name and is to be linked with, as the rules want it."""

    customer_id: str


def read_holders(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate], situation: Situation) -> dict[str, Holder]:
    """Who holds the names that the candidates without a partner would get, by the name's key."""
    wanted = set()
    for one in found:
        if one.kind == "single" and (row := one.rows[System.HUBSPOT]):
            name = proposed(row, situation).name
            if name:
                wanted.update({name_key(name), name_key(suffixed_name(name, one.id(System.HUBSPOT)))})
    rows = SQL.rows(con, "customer_names", names=sorted(wanted)) if wanted else []
    return {row["name_key"]: _holder(row) for row in rows}


def _holder(row: Row) -> Holder:
    customer = row["id"] if row["type"] == "Customer" else None
    return Holder(f"{row['type'].lower()} {row['id']}", customer, bool(row["free"]))


def proposed(row: Row, situation: Situation) -> ProposedName:
    """The name that the rules give a new customer, checked for what QuickBooks forbids."""
    rules = situation.rules.customers
    return propose_name(
        values(row, field_map(Entity.CUSTOMER, situation.rules)),
        from_company=rules.display_name.from_company or rules.bill == "companies",
        template=rules.display_name.template,
        fallbacks=rules.display_name.fallbacks,
        clean=rules.forbidden_characters == "clean",
    )


def free_name(
    found: Candidate, name: str, situation: Situation, holders: Mapping[str, Holder]
) -> str | LinkInstead | Verdict:
    """The display name this record gets, or why it gets none: names are unique over customers, vendors and employees."""
    holder = holders.get(name_key(name))
    if holder is None:
        return name
    clash = situation.rules.customers.display_name_clash
    if clash == "suffix":
        other = suffixed_name(name, found.id(System.HUBSPOT))
        if name_key(other) not in holders and checked_name(other, LONGEST_DISPLAY_NAME).code is None:
            return other
    if clash == "link" and holder.free and holder.customer_id is not None:
        return LinkInstead(holder.customer_id)
    candidates: tuple[Mapping[str, Any], ...] = ()
    if holder.customer_id is not None:
        candidates = ({"system": System.QUICKBOOKS.value, "id": holder.customer_id},)
    return found.verdict("CUS_DISPLAY_NAME_TAKEN", slots={"name": name, "holder": holder.text}, candidates=candidates)
