"""How far each object is known: what each run's read of it came to, and from where the next one starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS, QUICKBOOKS_COMPANY_OBJECTS, QUICKBOOKS_OBJECTS, System

if TYPE_CHECKING:
    import duckdb

SQL = Statements(Path(__file__).parent / "sql")
INCOMPLETE = "SYS_EXTRACT_TRUNCATED"
ALL_OBJECTS = (
    *((System.HUBSPOT, name) for name in HUBSPOT_OBJECTS),
    *((System.QUICKBOOKS, name) for name in (*QUICKBOOKS_OBJECTS, *QUICKBOOKS_COMPANY_OBJECTS)),
)


@dataclass(frozen=True)
class MirrorState:
    """How far one object is known. Without `complete_since` it has never been read whole, and nothing may rest on it.

    `watermark` is the other system's own time; everything that changed before it is mirrored. `properties` are what the
    complete read asked HubSpot for.
    """

    complete_since: datetime | None = None
    watermark: datetime | None = None
    read_at: datetime | None = None
    swept_at: datetime | None = None
    properties: tuple[str, ...] = ()


def states(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], MirrorState]:
    """Every object that was ever read, by (system, object)."""
    return {
        (row["system"], row["object"]): MirrorState(
            row["complete_since"], row["watermark"], row["read_at"], row["swept_at"], tuple(row["properties"] or ())
        )
        for row in SQL.rows(con, "mirror_states")
    }


def move(
    con: duckdb.DuckDBPyConnection,
    system: str,
    name: str,
    *,
    watermark: datetime,
    read_at: datetime,
    whole: bool,
    properties: Sequence[str] = (),
) -> None:
    """Note a complete read. It belongs into the transaction that merges what was read; a watermark never goes back.

    `whole`: everything was read, not only what changed; that is also a sweep.
    """
    SQL.run(
        con,
        "mirror_state_move",
        system=system,
        object=name,
        watermark=watermark,
        read_at=read_at,
        whole=whole,
        properties=list(properties),
    )


def record(
    con: duckdb.DuckDBPyConnection,
    run_id: str,
    system: str,
    name: str,
    *,
    complete: bool,
    read_at: datetime,
    records: int = 0,
    requests: int = 0,
    code: str | None = None,
    detail: str | None = None,
) -> None:
    """What a run's read of an object came to; a failed one carries its code and the sentence for people."""
    SQL.run(
        con,
        "read_record",
        run_id=run_id,
        system=system,
        object=name,
        complete=complete,
        code=code,
        detail=detail,
        records=records,
        requests=requests,
        read_at=read_at,
    )


def of_run(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Row]:
    """Every read of a run."""
    return SQL.rows(con, "reads_of_run", run_id=run_id)


def blocked(con: duckdb.DuckDBPyConnection, run_id: str) -> dict[tuple[System, str], str]:
    """Objects nothing may rest on in this run, with the code why: the read failed, or none was ever complete."""
    known = states(con)
    never = {key: INCOMPLETE for key in ALL_OBJECTS if known.get(key, MirrorState()).complete_since is None}
    failed = {
        (System(row["system"]), row["object"]): row["code"] for row in SQL.rows(con, "reads_blocked", run_id=run_id)
    }
    return {**never, **failed}
