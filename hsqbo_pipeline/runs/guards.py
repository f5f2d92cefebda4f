"""Whether this is the connection the links were made with, and whether we are alone on it, asked before anything is planned."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.core.tables import Statements, insert
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.model.operations import Operation
from hsqbo_pipeline.runs.field_guard import field_problems
from hsqbo_pipeline.runs.request import Kind

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night

SQL = Statements(Path(__file__).parent / "sql")
# Runs that only link or tell: they write nothing, so another sync does them no harm, and linking is how its pairs become known.
_LINKING = (Kind.ADOPT, Kind.REBUILD, Kind.AUDIT)


def connection(night: Night) -> dict[tuple[System, str], str]:
    """(system, '*') -> code for each reason why nothing may be evaluated in this run; empty where all is well.

    Raises ConfigurationError where the rules contradict what the first run fixed (the time zone).
    """
    frozen(night)
    for code in in_the_way(night):
        other = foreign(night)
        return {(other.system if other else System.HUBSPOT, "*"): code}
    _remember_places(night)
    return field_problems(night)


def in_the_way(night: Night) -> Iterator[str]:
    """The code of each reason why this connection may not be written to at all, the gravest first."""
    for check in (_other_accounts, _lost_state, _other_sync):
        code = check(night)
        if code is not None:
            yield code


def moved_from(night: Night) -> list[str]:
    """The zone this connection began with, where the rules say another one."""
    found = [row["value"] for row in SQL.rows(night.warehouse.con, "frozen") if row["key"] == "timezone"]
    return [zone for zone in found if zone != night.rules.timezone]


def start_of(night: Night) -> datetime:
    """The start that holds: the one that the first run froze, else the one it would freeze. Freezes nothing."""
    found = [row["value"] for row in SQL.rows(night.warehouse.con, "frozen") if row["key"] == "start"]
    return datetime.fromisoformat(found[0]) if found else night.rules.start_utc or _midnight(night)


def frozen(night: Night) -> None:
    """The first run fixes zone and start; a different zone later would move every day."""
    with night.warehouse.transaction() as con:
        found = {row["key"]: row["value"] for row in SQL.rows(con, "frozen")}
        zone = found.get("timezone")
        if zone is None:
            insert(con, "meta", [{"key": "timezone", "value": night.rules.timezone}])
        elif zone != night.rules.timezone:
            raise ConfigurationError(
                f"timezone is {night.rules.timezone}, but this connection began with {zone}: every business day would move. "
                f"Set it back, or begin a new connection with another HSQBO_DATA.",
                file=str(night.settings.rules),
                field="timezone",
                value=night.rules.timezone,
            )
        if "start" not in found:
            moment = night.rules.start_utc or _midnight(night)
            insert(con, "meta", [{"key": "start", "value": moment.isoformat()}])
    night.rules = night.rules.started(start_of(night))
    night.refine(rules=night.rules)


def _remember_places(night: Night) -> None:
    """Whose screens show this connection's records, for links in reports; before anything is linked, too."""
    portal, realm = night.situation.portal, night.situation.company.realm
    if portal.portal_id and realm:
        known = {
            "portal": portal.portal_id,
            "hubspot": portal.ui_domain,
            "realm": realm,
            "environment": night.situation.environment,
        }
        with night.warehouse.transaction() as con:
            insert(con, "meta", [{"key": "places", "value": json.dumps(known)}], replace=True)


def _midnight(night: Night) -> datetime:
    now = night.situation.now.astimezone(night.rules.zone)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Foreign:
    """Whose account is another than the links were made with, and both in words."""

    system: System
    found: str
    expected: str


def foreign(night: Night) -> Foreign | None:
    """The account that the links do not belong to; None where they are this connection's, or nobody answered."""
    situation = night.situation
    portal, company = situation.portal, situation.company
    if not portal.portal_id and not company.home_currency:
        return None
    now = {"portal": portal.portal_id, "realm": company.realm, "environment": situation.environment}
    found = SQL.rows(night.warehouse.con, "foreign_links", **now)
    if not found:
        return None
    link = found[0]
    if link["realm"] != company.realm:
        return Foreign(System.QUICKBOOKS, *(f"QuickBooks company {each}" for each in (company.realm, link["realm"])))
    if link["environment"] != situation.environment:
        return Foreign(
            System.QUICKBOOKS, *(f"the {each} environment" for each in (now["environment"], link["environment"]))
        )
    return Foreign(System.HUBSPOT, *(f"HubSpot portal {each}" for each in (portal.portal_id, link["portal"])))


def _other_accounts(night: Night) -> str | None:
    return "AUTH_QBO_WRONG_COMPANY" if foreign(night) else None


def _lost_state(night: Night) -> str | None:
    """Marks without memory: everything would be made a second time (H2). `rebuild` alone leads out of it; `adopt` too, where
    the links were forgotten on purpose and the tombstones are there."""
    if night.request.kind in (Kind.REBUILD, Kind.AUDIT):
        return None
    if SQL.rows(night.warehouse.con, "is_forgotten"):
        return None if night.request.kind is Kind.ADOPT else "SYS_STATE_LOST"
    found = SQL.rows(night.warehouse.con, "marks_without_links", realm=night.situation.company.realm)
    return "SYS_STATE_LOST" if found else None


def _other_sync(night: Night) -> str | None:
    """Records that another sync has made since our start, on either side: two syncs at once double everything (H1)."""
    if night.rules.other_sync == "accept" or night.rules.start_utc is None or night.request.kind in _LINKING:
        return None
    con = night.warehouse.con
    found = SQL.rows(con, "other_sync", start=night.rules.start_utc) or SQL.rows(
        con, "other_sync_in_quickbooks", since=_first_looked(night)
    )
    return "OPS_OTHER_SYNC_ACTIVE" if found else None


def _first_looked(night: Night) -> str:
    """QuickBooks' time at our first complete look: what was booked before is history, whoever booked it; kept for good."""
    known = SQL.rows(night.warehouse.con, "first_looked")
    if known:
        return str(known[0]["value"])
    moment = night.situation.now.isoformat()
    with night.warehouse.transaction() as con:
        insert(con, "meta", [{"key": "first_looked", "value": moment}])
    return moment


def totals(operations: Sequence[Operation]) -> dict[str, Any]:
    """What a plan comes to: operations and money by object, direction and action."""
    counts: Counter[str] = Counter(f"{one.entity.value} {one.action.value} {one.system.value}" for one in operations)
    money: dict[str, Any] = {}
    for one in operations:
        if one.amount is not None and one.currency:
            key = f"{one.entity.value} {one.action.value} {one.system.value} {one.currency}"
            money[key] = money.get(key, 0) + one.amount
    return {"operations": dict(sorted(counts.items())), "amounts": dict(sorted(money.items()))}
