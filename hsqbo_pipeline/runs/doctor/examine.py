"""The examination: both sides are brought to now as in a dry run, then asked what would stand in a run's way.

It writes nothing on either side and needs permissions to read only. What it reads the next run need not read again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.model.findings import Finding, Weight, finding, in_order
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import ending, guards, stages
from hsqbo_pipeline.runs.doctor import accounts, allowance, company, portal, records
from hsqbo_pipeline.runs.logins import ends_soon
from hsqbo_pipeline.runs.night import Night, open_night
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.settings import Settings

if TYPE_CHECKING:
    from hsqbo_pipeline.core.decisions import Situation

_IN_THE_WAY = {
    "AUTH_QBO_WRONG_COMPANY": "other_accounts",
    "SYS_STATE_LOST": "state_lost",
    "OPS_OTHER_SYNC_ACTIVE": "other_sync",
}


@dataclass(frozen=True)
class Examination:
    """What was found, the gravest first, and the facts it was found in."""

    facts: dict[str, str]
    findings: list[Finding]

    @property
    def exit_code(self) -> ExitCode:
        """Done unless something would stop a run; login where a login alone does."""
        stopping = {one.code for one in self.findings if one.weight is Weight.STOPS}
        if not stopping:
            return ExitCode.DONE
        return ExitCode.LOGIN if stopping <= set(ending.LOGIN_CODES) else ExitCode.RED

    def as_json(self) -> str:
        """For machines."""
        said = {"facts": self.facts, "findings": [one.as_row() for one in self.findings], "exit_code": self.exit_code}
        return json.dumps(said, default=str)


def doctor(
    settings: Settings, rules: Rules, *, progress: Callable[[str, str], None] | None = None, wait_for: float = 0.0
) -> Examination:
    """Examine a connection. Raises ConfigurationError and PipelineError as any run; other trouble is a finding."""
    with open_night(
        settings, rules, Request(kind=Kind.DOCTOR, apply=False, wait_for=wait_for), progress=progress
    ) as night:
        return examine(night)


def examine(night: Night) -> Examination:
    """Examine an open night and close its run."""
    stages.bring_to_now(night)
    night.rules = night.rules.started(guards.start_of(night))
    night.refine(rules=night.rules)
    night.progress("doctor", "looking for what would stand in a run's way")
    for entity in stages.ENTITIES:
        stages.validate(night, entity)
    found = [*_logins(night), *_reads(night), *_guards(night), *allowance.findings(night)]
    if not _unread(night, "CompanyInfo", "Preferences"):
        found += company.findings(night.situation)
    if not _unread(night, "Account", "TaxCode"):
        found += accounts.findings(night.warehouse.con, night.situation)
    if not _unread(night, "account"):
        found += portal.findings(night)
    found += records.findings(night.warehouse.con, night.rules)
    _close(night)
    return Examination(_facts(night.situation, night.settings), in_order(found))


def _unread(night: Night, *objects: str) -> bool:
    """What could not be read is a finding of its own; nothing is concluded from its absence."""
    return any(name in objects for _system, name in night.blocked)


def _logins(night: Night) -> list[Finding]:
    return [
        finding(
            "login_unused" if end.renewable else "login_ends",
            system=end.system.value,
            command=f"hsqbo connect {end.system.value}",
            date=end.on,
        )
        for end in ends_soon(night.settings, datetime.now(UTC))
    ]


def _reads(night: Night) -> list[Finding]:
    """One finding per system and code: a dead login is one trouble, however many objects it keeps from being read."""
    by_code: dict[tuple[str, str], list[str]] = {}
    for (system, name), code in sorted(night.blocked.items()):
        by_code.setdefault((system.value, code), []).append(name)
    return [
        finding("read_failed", code, system=system, object=", ".join(names), scope="to read " + ", ".join(names))
        for (system, code), names in by_code.items()
    ]


def _guards(night: Night) -> list[Finding]:
    found = [finding("zone_moved", found=night.rules.timezone, expected=zone) for zone in guards.moved_from(night)]
    start = night.rules.start_utc
    for code in guards.in_the_way(night):
        found.append(
            finding(_IN_THE_WAY[code], start=start.astimezone(night.rules.zone).date() if start else "the start")
        )
    return found


def _facts(situation: Situation, settings: Settings) -> dict[str, str]:
    rules, books = situation.rules, situation.company
    start = rules.start_utc
    return {
        "company": f"{books.name or 'unknown'}, realm {books.realm or 'unknown'}, {books.country}",
        "portal": situation.portal.portal_id or "unknown",
        "environment": settings.environment,
        "mode": rules.mode_in(settings.environment).value,
        "currency": books.home_currency or "unknown",
        "closed until": str(books.closed_until or "no day"),
        "start": start.astimezone(rules.zone).isoformat(timespec="minutes") if start else "not set",
    }


def _close(night: Night) -> None:
    """The run ends here: no plan, no states, nothing published; its requests count towards the month's."""
    requests = json.dumps(ending.requests(night))
    values: dict[str, Any] = {"ended_at": datetime.now(UTC), "exit_code": 0, "plan_hash": None, "counts": "{}"}
    ending.SQL.run(night.warehouse.con, "close_run", run_id=night.run_id, requests=requests, **values)
