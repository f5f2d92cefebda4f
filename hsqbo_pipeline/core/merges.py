"""Records that people merged: two claims on one survivor in HubSpot, and the survivor of a merge in QuickBooks.

HubSpot tells a merge by itself and links move along (`match`); where the survivor has a partner of its own, both pairs are
told and a person unlinks one. QuickBooks only makes the loser inactive, so its survivor is whoever the loser's documents
name now: a proposal, nothing more (H22).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from hsqbo_pipeline.core.candidates import Candidate
from hsqbo_pipeline.core.decisions import Reason, Verdict
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import Entity, System

SQL = Statements(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class Merges:
    """`claims`: by HubSpot id, the rows that name both claims. `survivors`: by the inactive customer's id."""

    claims: Mapping[str, Row] = field(default_factory=dict)
    survivors: Mapping[str, Row] = field(default_factory=dict)


def read_merges(con: duckdb.DuckDBPyConnection, entity: Entity, found: Sequence[Candidate]) -> Merges:
    """The merges that concern the candidates."""
    claims: dict[str, Row] = {}
    for row in SQL.rows(con, "merge_claims", entity=entity.value):
        claims |= {row["old_id"]: row, row["survivor_id"]: row}
    customers = [one.rows[System.QUICKBOOKS] for one in found] if entity is Entity.CUSTOMER else []
    inactive = [customer["id"] for customer in customers if customer and not customer["active"]]
    rows = SQL.rows(con, "merge_survivors", ids=sorted(inactive)) if inactive else []
    return Merges(claims, {row["loser"]: row for row in rows})


def claimed(found: Candidate, merges: Merges) -> Verdict | None:
    """Both pairs of a HubSpot merge that brought two partners together stand still and name each other."""
    row = merges.claims.get(found.ids[System.HUBSPOT] or "") if found.kind == "linked" else None
    if row is None:
        return None
    lost = found.ids[System.HUBSPOT] == row["old_id"]
    slots = (
        {"id": row["survivor_id"], "holder": row["own_partner"]}
        if lost
        else {"id": row["old_partner"], "holder": row["old_id"]}
    )
    other = ("survivor_id", "own_partner") if lost else ("old_id", "old_partner")
    candidates = (
        {"system": System.HUBSPOT.value, "id": row[other[0]], "linked_to": row[other[1]]},
        {"system": System.QUICKBOOKS.value, "id": row[other[1]], "linked_to": row[other[0]]},
    )
    return found.verdict("ID_LINK_CLAIMED", slots=slots, candidates=candidates)


def with_survivor(verdict: Verdict, merges: Merges) -> Verdict:
    """A verdict on an inactive customer, with whoever its documents belong to now."""
    row = merges.survivors.get(verdict.quickbooks_id or "")
    if row is None:
        return verdict
    slots = {**verdict.slots, "survivor": f"; its documents are {row['name']}'s now ({row['survivor']})"}
    proposal = {
        "system": System.QUICKBOOKS.value,
        "id": row["survivor"],
        "reasons": ["the documents of the inactive customer name this one"],
    }
    return replace(
        verdict,
        slots=slots,
        candidates=(proposal, *verdict.candidates),
        reasons=(*verdict.reasons, Reason("ID_QBO_MERGED", {"id": row["survivor"]})),
    )
