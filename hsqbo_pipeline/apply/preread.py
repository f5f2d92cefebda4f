"""The look at a target just before it is changed: what a person did meanwhile is not overwritten.

QuickBooks' token makes that certain; HubSpot has nothing of the kind, so the look comes as late as it can.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from hsqbo_pipeline.apply.comparison import moved, value_of
from hsqbo_pipeline.apply.guard import Request, refusal
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.apply.tasks import Entry
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import StepAction
from hsqbo_pipeline.store import mirror

SQL = Statements(Path(__file__).parent / "sql")
_CHANGES = (StepAction.UPDATE, StepAction.ARCHIVE, StepAction.DELETE, StepAction.VOID)
STALE = "INV_STALE_VERSION"


async def looked_at(run: Run, entries: Sequence[Entry]) -> list[Entry]:
    """Those of `entries` (all of one system, object and action) that may be sent; the tasks of the others are ended."""
    if entries and entries[0].step.action in _CHANGES:
        found, ended = await _read(run, entries)
        entries = [entry for entry in entries if _stands(entry, found, ended)]
    return _guarded(run, entries)


async def _read(run: Run, entries: Sequence[Entry]) -> tuple[dict[str, Record], set[str]]:
    """The targets as they are now, by id; they enter the mirror too. And which of them somebody has made inactive since."""
    first = entries[0].step
    ids = list(dict.fromkeys(str(entry.target) for entry in entries))
    if first.system is System.QUICKBOOKS:
        records = await run.clients.quickbooks.query_in(first.object, "Id", ids)
        key = "Id"
    else:
        names = sorted({name for entry in entries for name in (*entry.body, *entry.step.before)})
        records = (await run.clients.hubspot.batch_read(first.object, ids, names)).records
        key = "id"
    with run.warehouse.transaction() as con:
        ended = _made_inactive(mirror.payloads(con, first.system.value, first.object, ids), records)
        known = mirror.live(con, first.system.value, first.object, ids)
        kept = [record for record in records if str(record[key]) in known]
        mirror.load_answer(con, run.situation.run_id, first.system.value, first.object, kept)
    return {str(record[key]): record for record in records}, ended


def _made_inactive(before: Mapping[str, Mapping[str, Any]], records: Sequence[Record]) -> set[str]:
    """Entries of QuickBooks' lists that were active when the plan was made: inactive ones go another way (N11)."""
    off = [str(record["Id"]) for record in records if record.get("Active") is False]
    return {found for found in off if before.get(found, {}).get("Active") is not False}


def _stands(entry: Entry, found: Mapping[str, Record], ended: Collection[str]) -> bool:
    """Whether the target is there and what decided the change still stands in it."""
    step, system = entry.step, entry.step.system
    current = found.get(str(entry.target))
    if current is None:
        if step.system is System.HUBSPOT and step.action is StepAction.ARCHIVE:
            return True  # gone already; HubSpot takes that as done
        entry.task.end("refused", "REF_REMOTE_GONE", {"id": entry.target, "system": system.value})
        return False
    changed = moved(system, step.before, current)
    if str(entry.target) in ended and step.action is StepAction.UPDATE:
        changed.append("Active")
    if changed:
        entry.task.end("set_aside", STALE, {"system": system.value, "fields": changed})
        return False
    entry.current = current
    if step.object == "Payment":
        entry.task.related |= paid_invoices(current)
    paths = dict.fromkeys([*step.before, *entry.body])
    entry.seen = {path: value_of(system, current, path) for path in paths}
    return True


def paid_invoices(document: Mapping[str, Any]) -> set[str]:
    """Invoices that a payment's lines name."""
    return {
        str(link["TxnId"])
        for line in document.get("Line") or ()
        for link in line.get("LinkedTxn") or ()
        if link.get("TxnType") == "Invoice" and not isinstance(link.get("TxnId"), Mapping)
    }


def _guarded(run: Run, entries: Sequence[Entry]) -> list[Entry]:
    """Those that the guard lets through."""
    ours = _made_by_us(run, entries)
    allowed = []
    for entry in entries:
        request = Request(entry.step, entry.body, entry.current, str(entry.target) in ours)
        refused = refusal(request, run.situation.company, run.situation.today)
        if refused is None:
            allowed.append(entry)
        else:
            entry.task.end("refused", refused.code, refused.slots)
    return allowed


def _made_by_us(run: Run, entries: Sequence[Entry]) -> set[str]:
    """Targets of endings that the journal knows as our own; only there does it matter."""
    ends = [
        entry
        for entry in entries
        if entry.step.action in _CHANGES
        and (entry.step.action is not StepAction.UPDATE or str(entry.body.get("Active", "")).lower() == "false")
    ]
    if not ends:
        return set()
    values: dict[str, Any] = {"system": ends[0].step.system.value, "object": ends[0].step.object}
    ids = [str(entry.target) for entry in ends]
    return {row["id"] for row in SQL.rows(run.warehouse.con, "made_by_us", **values, ids=ids)}
