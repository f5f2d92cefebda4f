"""Values that people set in HubSpot between our look and our write (H30).

HubSpot has no conditional write: a property's history is the only witness of what was overwritten. It is asked after the
writes, 50 records a request, and what a person lost is kept as a row of `drift`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from hsqbo_pipeline.apply.comparison import same
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.core.tables import Row, Statements, insert
from hsqbo_pipeline.errors import HsqboError

SQL = Statements(Path(__file__).parent / "sql")
OVERWRITTEN = "overwritten"
# Who an entry of the history is by, where it is not a person's doing (HubSpot's property history, sourceType).
_MACHINES = frozenset({"API", "INTEGRATION", "INTEGRATIONS_PLATFORM", "INTEGRATIONS_SYNC"})


async def check(run: Run) -> int:
    """Compare what was written and not yet looked at with the history. How many values of people were overwritten.

    What an earlier run wrote before it died, or without an answer, is looked at as well; what cannot be read now is
    looked at by the next run.
    """
    by_object: dict[str, list[Row]] = {}
    for row in SQL.rows(run.warehouse.con, "updates_to_check"):
        by_object.setdefault(row["object"], []).append(row)
    count = 0
    for name, mine in by_object.items():
        try:
            lost = await _lost(run, name, mine)
        except HsqboError as error:
            run.progress("apply", f"the history of {name} could not be read: {error.code}")
            continue
        with run.warehouse.transaction() as con:
            insert(con, "drift", lost)
            SQL.run(con, "updates_checked", write_ids=[row["write_id"] for row in mine])
        count += len(lost)
    return count


async def _lost(run: Run, name: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    bodies = {row["write_id"]: orjson.loads(row["body"]) for row in rows}
    names = sorted({each for body in bodies.values() for each in body})
    read = await run.clients.hubspot.batch_read(name, [row["target_id"] for row in rows], [], history=names)
    histories = {str(record["id"]): record.get("propertiesWithHistory") or {} for record in read.records}
    lost = []
    for row in rows:
        seen = orjson.loads(row["before"] or "{}")
        for property_, written in bodies[row["write_id"]].items():
            entries = histories.get(row["target_id"], {}).get(property_) or []
            if row["status"] != "confirmed" and _never_arrived(entries, seen.get(property_)):
                continue
            value = overwritten(entries, str(written or ""), seen.get(property_))
            if value is not None:
                lost.append(_drift(run, row, property_, value, written))
    return lost


def _never_arrived(entries: Sequence[Mapping[str, Any]], seen: Any) -> bool:
    """Whether what we saw before a change without an answer still stands there."""
    return not entries or same(str(entries[0].get("value") or ""), seen)


def overwritten(entries: Sequence[Mapping[str, Any]], written: str, seen: Any) -> str | None:
    """The value that stood there when we wrote, if it was not the one we had seen; None if nobody's was lost.

    `entries` are a property's history, newest first. HubSpot may keep a value in another spelling than it was sent in
    (e-mails, times): then the newest entry that no person made is taken for ours.
    """
    if same(written, seen):
        return None
    values = [str(entry.get("value") or "") for entry in entries]
    ours = next((place for place, value in enumerate(values) if value.casefold() == written.casefold()), None)
    if ours is None:
        machines = (place for place, entry in enumerate(entries) if entry.get("sourceType") in _MACHINES)
        ours = next(machines, None)
    if ours is None:
        return None
    before = values[ours + 1] if ours + 1 < len(values) else ""
    return None if same(before, seen) or same(before, written) else before


def _drift(run: Run, row: Row, property_: str, value: str, written: Any) -> dict[str, Any]:
    return {
        "run_id": run.situation.run_id,
        "entity": row["entity"],
        "hubspot_id": row["target_id"],
        "quickbooks_id": row["quickbooks_id"],
        "field": property_,
        "hubspot_value": value,
        "quickbooks_value": str(written or ""),
        "status": OVERWRITTEN,
        "at_time": run.now(),
    }
