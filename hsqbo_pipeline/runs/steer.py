"""What a person decides about single records: link, unlink, pause, resume, retry, release, acknowledge.

Nothing here writes to either system. A decision makes its records due, so that the next run looks at them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.tables import Statements, rows
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import OBJECTS, Entity, System
from hsqbo_pipeline.runs.logins import connected
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.store import decisions, due, links
from hsqbo_pipeline.store.lock import run_lock
from hsqbo_pipeline.store.publish import publish
from hsqbo_pipeline.store.warehouse import Warehouse

SQL = Statements(Path(__file__).parent / "sql")
BY_HAND = "by hand"


@dataclass(frozen=True)
class Named:
    """A record as a person names it: an id on either side that the warehouse knows."""

    entity: Entity
    system: System
    id: str


@contextmanager
def steering(settings: Settings, what: str) -> Iterator[Warehouse]:
    """The warehouse under the run lock; what changed is published at the end, and kept in the decisions file."""
    with run_lock(settings.data, what, now=datetime.now(UTC)), Warehouse.open(settings.data) as warehouse:
        yield warehouse
        publish(warehouse)
        decisions.write_file(warehouse.con, settings.data)


def find(
    con: duckdb.DuckDBPyConnection, record: str, entity: Entity | None = None, system: System | None = None
) -> Named:
    """The one record that has this id. Raises ConfigurationError where there is none, or more than one."""
    found = [
        Named(Entity(row["entity"]), System(row["system"]), row["id"])
        for row in SQL.rows(con, "known_records", id=record)
        if entity in (None, row["entity"]) and system in (None, row["system"])
    ]
    if not found:
        raise ConfigurationError(
            f"No record {record} is known. Ids are shown by `hsqbo failures`.", field="record", value=record
        )
    if len(found) > 1:
        choices = ", ".join(f"{one.entity.value} of {one.system.value}" for one in found)
        raise ConfigurationError(
            f"{record} may mean: {choices}. Say which with --object and --system.", field="record", value=record
        )
    return found[0]


def link_pair(warehouse: Warehouse, hubspot: Named, quickbooks: Named, settings: Settings) -> None:
    """Tie two records together. Raises ConfigurationError where they are of different kinds or one is taken."""
    con = warehouse.con
    if hubspot.entity is not quickbooks.entity or hubspot.system is quickbooks.system:
        raise ConfigurationError(
            "A pair is one HubSpot record and one QuickBooks record of the same kind.", field="link"
        )
    for one in (hubspot, quickbooks):
        taken = links.partners(con, one.entity, one.system, [one.id])
        if taken:
            raise ConfigurationError(
                f"{one.system.value} {one.id} is already linked to {taken[one.id]}; unlink it first.",
                field="link",
                value=one.id,
            )
    portal = rows(con, "SELECT id FROM mirror WHERE system = 'hubspot' AND object = 'account' LIMIT 1")
    row = {
        "entity": hubspot.entity.value,
        "hubspot_id": hubspot.id,
        "quickbooks_id": quickbooks.id,
        "role": "primary",
        "hubspot_object": _hubspot_object(con, hubspot),
        "quickbooks_object": OBJECTS[hubspot.entity][System.QUICKBOOKS],
        "owner": System.QUICKBOOKS.value,
        "matched_by": BY_HAND,
        "since_run": BY_HAND,
        "since_at": datetime.now(UTC),
        "portal": portal[0]["id"] if portal else "",
        "realm": connected(settings).quickbooks_realm,
        "environment": settings.environment,
    }
    with warehouse.transaction():
        links.keep(con, [row])
        _look_again(con, (hubspot, quickbooks), "linked by hand")


def _hubspot_object(con: duckdb.DuckDBPyConnection, record: Named) -> str:
    """People or companies may be the customers; the record itself says which."""
    found = rows(con, "SELECT object FROM customers WHERE system = 'hubspot' AND id = $id", {"id": record.id})
    customer = record.entity is Entity.CUSTOMER and bool(found)
    return str(found[0]["object"]) if customer else OBJECTS[record.entity][System.HUBSPOT]


def unlink_pair(warehouse: Warehouse, record: Named) -> str:
    """Untie a pair and leave a tombstone on both sides, so that no key ties it again; returns the partner's id."""
    con = warehouse.con
    partner = links.partners(con, record.entity, record.system, [record.id]).get(record.id)
    if partner is None:
        raise ConfigurationError(f"{record.system.value} {record.id} is not linked.", field="record", value=record.id)
    ids = {record.system: record.id, record.system.other: partner}
    stones = [
        {"entity": record.entity.value, "system": side.value, "id": ids[side], "partner_id": ids[side.other], "reason": "released",
         "run_id": BY_HAND, "at_time": datetime.now(UTC)}
        for side in System
    ]  # fmt: skip
    with warehouse.transaction():
        links.unlink(con, record.entity, ids[System.HUBSPOT], ids[System.QUICKBOOKS])
        links.bury(con, stones)
        _look_again(con, [Named(record.entity, side, ids[side]) for side in System], "unlinked by hand")
    return partner


def decide(
    warehouse: Warehouse,
    record: Named,
    verb: str,
    *,
    who: str,
    why: str | None = None,
    until: date | None = None,
    value: str | None = None,
) -> None:
    """Keep a decision: pause, retry, push, adopt, release, ack, or winner with the side whose value is to stand.

    Raises ConfigurationError for a winner that is no side. A winner settles one conflict, a retry without a day is one try.
    """
    if verb == "winner" and value not in set(System):
        raise ConfigurationError("The winner is hubspot or quickbooks.", field="value", value=value)
    row: dict[str, Any] = {
        "entity": record.entity.value,
        "system": record.system.value,
        "id": record.id,
        "verb": verb,
        "value": value,
        "who": who,
        "why": why,
        "at_time": datetime.now(UTC),
        "until": until,
    }
    with warehouse.transaction() as con:
        decisions.keep(con, [row])
        _look_again(con, [record], verb)


def resume(warehouse: Warehouse, record: Named) -> bool:
    """Take a pause or a tombstone back, with the one its partner has of the same occasion; False where there was none."""
    con = warehouse.con
    partner = links.partners(con, record.entity, record.system, [record.id]).get(record.id)
    apart = SQL.rows(con, "stone_partner", entity=record.entity.value, system=record.system.value, id=record.id)
    other = partner or (apart[0]["partner_id"] if apart else None)
    both = [record, *([Named(record.entity, record.system.other, other)] if other else [])]
    with warehouse.transaction():
        paused = [decisions.withdraw(con, one.entity, one.system, one.id, "pause") for one in both]
        buried = [links.release(con, one.entity, one.system, one.id) for one in both]
        _look_again(con, both, "released")
    return any(paused) or any(buried)


def _look_again(con: duckdb.DuckDBPyConnection, records: Any, reason: str) -> None:
    for one in records:
        due.mark(con, one.entity, one.system, [one.id], reason=reason, run_id=BY_HAND)
