"""Near misses: who a record without a partner might be, with reasons and a score. For people to look at, never a match.

Traits are compared as sets in the database and only for records that are due and single; `difflib` of the standard library
then weighs e-mail addresses that share their beginning. The same records give the same suggestions, in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import TABLES, Entity, System

SQL = Statements(Path(__file__).parent / "sql")

SHOWN = 5  # suggestions per record
ALIKE = 0.9  # e-mail addresses below this are strangers
# What a trait says, and how much it weighs: 1 would be certainty, which only a key gives.
_TRAITS: Mapping[str, tuple[str, float]] = {
    "email": ("the e-mail addresses differ only in dots or a tag", 0.95),
    "phone": ("same name and phone number", 0.9),
    "sku": ("the SKUs differ only in dashes, dots or blanks", 0.9),
    "postcode": ("same name and postcode", 0.8),
    "name": ("same name", 0.7),
}
_NAMED = ("CUS_DISPLAY_NAME_TAKEN", "ITM_NAME_TAKEN")
_TYPO = "the e-mail addresses are nearly alike"
Suggestions = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]


def suggestions(con: duckdb.DuckDBPyConnection, entity: Entity) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """(system, id) of each single record that is due -> candidates of the other side, the likeliest first."""
    weighed: dict[tuple[str, str], dict[str, dict[str, float]]] = {}
    if not SQL.rows(con, "near_wanted", entity=entity.value):
        return {}
    for row in SQL.rows(con, f"near_{TABLES[entity]}"):
        said = _weighed(row)
        if said is not None:
            reasons = weighed.setdefault((row["system"], row["id"]), {}).setdefault(row["candidate"], {})
            reasons[said[0]] = max(said[1], reasons.get(said[0], 0))
    return {record: _ranked(System(record[0]).other, found) for record, found in weighed.items()}


def _weighed(row: Row) -> tuple[str, float] | None:
    if row["trait"] != "typo":
        return _TRAITS[row["trait"]]
    first, second = sorted((row["address"], row["other_address"]))  # the matcher is not symmetric; its input is
    ratio = SequenceMatcher(None, first, second, autojunk=False).ratio()
    return (_TYPO, round(ratio * 0.9, 2)) if ratio >= ALIKE else None


def _ranked(side: System, found: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """Several reasons make a candidate likelier, none makes it certain."""
    scored = [
        (min(0.99, round(max(reasons.values()) + 0.02 * (len(reasons) - 1), 2)), candidate, sorted(reasons))
        for candidate, reasons in found.items()
    ]
    scored.sort(key=lambda each: (-each[0], len(each[1]), each[1]))
    return [
        {"system": side.value, "id": candidate, "score": f"{score:.2f}", "reasons": reasons}
        for score, candidate, reasons in scored[:SHOWN]
    ]


def with_suggestions(verdict: Verdict, near: Suggestions) -> Verdict:
    """The verdict on a single record with its near misses, unless it names candidates that are more than that.

    Who merely holds a name may well be the one: what speaks for it is told with it.
    """
    single = (verdict.hubspot_id is None) != (verdict.quickbooks_id is None)
    if not single or (verdict.candidates and verdict.code not in _NAMED):
        return verdict
    side = System.HUBSPOT if verdict.hubspot_id is not None else System.QUICKBOOKS
    found = near.get((side.value, str(verdict.hubspot_id or verdict.quickbooks_id)), ())
    known = {(each["system"], each["id"]) for each in found}
    kept = tuple(each for each in verdict.candidates if (each["system"], each["id"]) not in known)
    return replace(verdict, candidates=(*found, *kept)) if found else verdict
