"""What a plan says of the one before it: which it replaces, how long that one waited, and what changed since it was shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from hsqbo_pipeline.core.plan_changes import plan_changes
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.operations import Operation
from hsqbo_pipeline.store import plans

if TYPE_CHECKING:
    import duckdb

    from hsqbo_pipeline.runs.night import Night

SQL = Statements(Path(__file__).parent / "sql")
SHORT = 12  # characters of a hash that a person may type
_RULES = "the rules or the connection are not what they were when it was shown"


def asked_for(night: Night) -> Row | None:
    """The plan that this run is to apply, where a hash was given. Raises ConfigurationError where none has that name."""
    wanted = night.request.approve
    if wanted in (None, "auto"):
        return None
    found = SQL.rows(night.warehouse.con, "plan_named", hash=wanted) if wanted and len(wanted) >= SHORT else []
    if len(found) != 1:
        raise ConfigurationError(
            f"There is no plan {wanted}. Give at least {SHORT} characters of a hash that `hsqbo plan list` shows.",
            field="approve",
            value=wanted,
        )
    return found[0]


def story(night: Night, drafted: Sequence[Operation], inputs: str) -> dict[str, Any]:
    """Of a plan about to be sealed: `replaces` (the plan that waited) and `refused` (the one that was asked for and is past).

    Each holds the other plan's hash and what sets the two apart; `waits_since` and `waited` (runs) tell for how long
    something has been waiting for a person.
    """
    con = night.warehouse.con
    found: dict[str, Any] = {}
    before = plans.open_plan(con)
    if before is not None and before["status"] == "open" and (old := plans.operations(con, before["hash"])):
        found |= _waited(before)
        changes = _changes(before, old, drafted, inputs)
        if changes:
            found["replaces"] = {"hash": before["hash"], "shown": before["created_at"], "changes": changes}
        else:
            found |= {name: kept for name in ("replaces",) if (kept := _totals(before).get(name))}
    asked = asked_for(night)
    if asked is not None:
        changes = _changes(asked, plans.operations(con, asked["hash"]), drafted, inputs)
        if changes or asked["status"] == "applied":
            found["refused"] = {"hash": asked["hash"], "status": asked["status"], "changes": changes}
    return found


def sentences(totals: Mapping[str, Any]) -> list[str]:
    """What a plan's story comes to, for people."""
    said = []
    refused, replaced = totals.get("refused"), totals.get("replaces")
    if refused and refused["status"] == "applied":
        said.append(f"Plan {refused['hash'][:SHORT]} was carried out already; it is not applied a second time.")
    elif refused:
        said.append(f"Plan {refused['hash'][:SHORT]} was not applied: it is not what would be done now.")
        said += [f"  {change}" for change in refused["changes"]]
    if totals.get("waited"):
        runs = totals["waited"]
        said.append(
            f"Changes have been waiting since {str(totals['waits_since'])[:16]} UTC, through {runs} run{'s' if runs > 1 else ''}."
        )
    if replaced and replaced["hash"] != (refused or {}).get("hash"):
        said.append(f"It replaces plan {replaced['hash'][:SHORT]}, which nobody approved:")
        said += [f"  {change}" for change in replaced["changes"]]
    return [*said, *totals.get("left", ())]


def told(row: Mapping[str, Any]) -> list[str]:
    """The sentences of a plan's row. Once it is approved nothing waits any more; a refusal of another plan stays told, and
    what this one left out."""
    totals = _totals(row)
    if row["status"] != "open":
        totals = {name: totals[name] for name in ("refused", "left") if name in totals}
    return sentences(totals)


def of_run(con: duckdb.DuckDBPyConnection, plan_hash: str | None) -> list[str]:
    """The sentences of a run's plan."""
    row = plans.plan(con, plan_hash) if plan_hash else None
    return told(row) if row else []


def _waited(before: Row) -> dict[str, Any]:
    earlier = _totals(before)
    return {
        "waits_since": earlier.get("waits_since") or before["created_at"],
        "waited": int(earlier.get("waited") or 0) + 1,
    }


def _totals(row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(row["totals"] or "{}")
    return found


def _changes(before: Row, old: Sequence[Operation], drafted: Sequence[Operation], inputs: str) -> list[str]:
    rules = [] if before["inputs_hash"] == inputs else [_RULES]
    return [*rules, *plan_changes(old, drafted)]
