"""What both systems still allow us to ask, against what the next run will need.

HubSpot says in its answers what is left of the day. QuickBooks says nothing: Intuit's smallest tier allows 500,000 reads
of production companies a month and app; ours are counted from our own runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.model.findings import Finding, finding
from hsqbo_pipeline.runs.ending import requests

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

SQL = Statements(Path(__file__).parents[1] / "sql")
MONTHLY_READS = 500_000
_IDLE = {"hubspot": 12, "quickbooks": 3}  # what a run asks in which nothing has changed


@dataclass(frozen=True, slots=True)
class Need:
    """Requests that the next run, and the weekly sweep, will make of one system."""

    run: int
    sweep: int


def findings(night: Night) -> list[Finding]:
    """One finding per system: figures, and whether they are enough."""
    need = _needs(night)
    return [*_hubspot(night, need["hubspot"]), _quickbooks(night, need["quickbooks"])]


def _hubspot(night: Night, need: Need) -> list[Finding]:
    allowance = night.clients.hubspot.allowance
    left, limit = allowance.get("daily_remaining"), allowance.get("daily")
    if left is None or not limit:
        return []
    name = "daily_short" if left < need.run else "daily_allowance"
    return [finding(name, left=left, limit=limit, need=need.run, sweep=need.sweep)]


def _quickbooks(night: Night, need: Need) -> Finding:
    used = SQL.rows(night.warehouse.con, "doctor_reads", since=night.started_at.strftime("%Y-%m-01"))[0]["reads"]
    used += requests(night)["quickbooks_reads"]
    name = "monthly_short" if used + need.run > MONTHLY_READS else "monthly_allowance"
    return finding(name, used=used, limit=MONTHLY_READS, need=need.run, sweep=need.sweep)


def _needs(night: Night) -> dict[str, Need]:
    """Idle reads, and for each due record its share of look-ups, reads before writing, writes and history."""
    con = night.warehouse.con
    due = SQL.rows(con, "doctor_due")[0]["records"]
    pages = {row["system"]: row["pages"] for row in SQL.rows(con, "doctor_pages")}
    work = {"hubspot": 2 * -(-due // 100) + -(-due // 50), "quickbooks": -(-due // 1000) + -(-due // 30)}
    return {
        system: Need(idle + work[system], idle + work[system] + pages.get(system, 0)) for system, idle in _IDLE.items()
    }
