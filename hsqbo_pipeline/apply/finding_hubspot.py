"""Lost creations in HubSpot: by the unique mark, else among the records that hang on the same parent, else in the list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.clients.hubspot.matching import key_of
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.store import reads
from hsqbo_pipeline.store.staging import moment

_TAG = re.compile(r"<[^>]*>")
SQL = Statements(Path(__file__).parent / "sql")


async def find(run: Run, rows: Sequence[Row]) -> dict[str, Record]:
    """The records that journalled creations have made, by write id. Raises what the client raises."""
    found: dict[str, Record] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(row["object"] for row in rows):
        mine = [row for row in rows if row["object"] == name and row["find"]]
        unique = [row for row in mine if (name, row["find"]["property"]) in run.unique]
        hung = [row for row in mine if row not in unique and _parent(row)]
        free = [row for row in mine if row not in unique and not _parent(row)]
        for property_ in dict.fromkeys(row["find"]["property"] for row in unique):
            part = [row for row in unique if row["find"]["property"] == property_]
            wanted = [str(row["find"]["value"]) for row in part]
            read = await run.clients.hubspot.batch_read(name, wanted, _properties(run, name, part), property_)
            _assign(part, read.records, taken, found)
        await _among_siblings(run, name, hung, taken, found)
        if free:
            pages = run.clients.hubspot.list_pages(name, _properties(run, name, free))
            _assign(free, [record async for page in pages for record in page.records], taken, found)
    return found


async def _among_siblings(run: Run, name: str, rows: Sequence[Row], taken: set[str], found: dict[str, Record]) -> None:
    """Children of the same parents: those that carry the value, made since the run that sent them began to read."""
    began = _began(run, rows)
    for parent_object in dict.fromkeys(_parent(row)[0] for row in rows):
        part = [row for row in rows if _parent(row)[0] == parent_object]
        tied = await run.clients.hubspot.associations_read(parent_object, name, [_parent(row)[1] for row in part])
        children = {parent: {each.id for each in ends} for parent, ends in tied.links.items()}
        ids = sorted({each for ends in children.values() for each in ends})
        read = await run.clients.hubspot.batch_read(name, ids, _properties(run, name, part))
        for row in part:
            here = children.get(_parent(row)[1], set())
            since = began.get(row["run_id"]) if row["find"]["property"] != "qbo_id" else None
            young = [record for record in read.records if str(record["id"]) in here and _not_before(record, since)]
            _assign([row], young, taken, found)


def _assign(rows: Sequence[Row], records: Iterable[Record], taken: set[str], found: dict[str, Record]) -> None:
    """Give each row the first free record that carries its value."""
    by_value: dict[tuple[str, str], list[Record]] = {}
    for record in sorted(records, key=lambda record: int(record["id"])):
        for name, value in (record.get("properties") or {}).items():
            if value:
                by_value.setdefault((name, _comparable(name, value)), []).append(record)
    for row in rows:
        name, value = str(row["find"]["property"]), row["find"]["value"]
        for record in by_value.get((name, _comparable(name, value)), ()):
            if str(record["id"]) not in taken:
                taken.add(str(record["id"]))
                found[row["write_id"]] = record
                break


def _comparable(name: str, value: object) -> str:
    """A value as it is compared; of a note its words alone, as HubSpot tidies the markup of what it is sent."""
    if name == "hs_note_body":
        return " ".join(unescape(_TAG.sub(" ", str(value))).split())
    return key_of(name, value)


def _properties(run: Run, name: str, rows: Sequence[Row]) -> list[str]:
    """Everything the mirror keeps of such records, and what was sent."""
    state = reads.states(run.warehouse.con).get((System.HUBSPOT.value, name))
    kept = set(state.properties) if state else set()
    return sorted(kept | {property_ for row in rows for property_ in (*row["body"], row["find"]["property"])})


def _parent(row: Row) -> tuple[str, str]:
    given: Any = row["find"].get("parent")
    return (str(given[0]), str(given[1])) if given and isinstance(given[1], str) else ()  # type: ignore[return-value]


def _began(run: Run, rows: Sequence[Row]) -> dict[str, datetime]:
    runs = list(dict.fromkeys(row["run_id"] for row in rows))
    found = SQL.rows(run.warehouse.con, "first_reads", runs=runs) if runs else []
    return {row["run_id"]: row["began"] for row in found if row["system"] == System.HUBSPOT.value}


def _not_before(record: Record, since: datetime | None) -> bool:
    made = moment(record.get("createdAt"))
    return since is None or made is None or made >= since
