"""Lost creations in QuickBooks: by natural key, then by our mark in the note, else by equal content and its time.

Only properties that Intuit lists as filterable are asked for; PrivateNote is none, so marks are compared on our side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hsqbo_pipeline.apply.comparison import same
from hsqbo_pipeline.apply.run import Run
from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.clients.quickbooks.query_text import in_chunks, is_in
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.mapping.paths import value_at
from hsqbo_pipeline.model.keys import name_key
from hsqbo_pipeline.model.names import System
from hsqbo_pipeline.store.staging import moment

SQL = Statements(Path(__file__).parent / "sql")
# What names a record best, first; of the others all that are given are compared.
_KEYS = ("DocNumber", "DisplayName", "Name", "PaymentRefNum", "TxnDate", "CustomerRef")
_TEXTS = frozenset({"DisplayName", "Name", "DocNumber"})


async def find(run: Run, rows: Sequence[Row]) -> dict[str, Record]:
    """The records that journalled creations have made, by write id. Raises what the client raises."""
    began = _began(run, rows)
    found: dict[str, Record] = {}
    taken: set[str] = set()
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        where = (row["find"] or {}).get("where") or {}
        key = next((name for name in _KEYS if where.get(name)), None)
        if key is not None:
            groups.setdefault((row["object"], key), []).append(row)
    for (entity, key), part in groups.items():
        records = await _candidates(run, entity, key, part)
        for row in part:
            hit = next((each for each in records if each["Id"] not in taken and _is_it(row, each, began)), None)
            if hit is not None:
                taken.add(str(hit["Id"]))
                found[row["write_id"]] = hit
    return found


async def _candidates(run: Run, entity: str, key: str, rows: Sequence[Row]) -> list[Record]:
    """Everything that has one of the keys; a payment's day alone would be too many, so its customer is asked for too."""
    values = [str(_plain(row["find"]["where"][key])) for row in rows]
    if key != "TxnDate":
        return await run.clients.quickbooks.query_in(entity, key, values)
    customers = {str(_plain(row["find"]["where"].get("CustomerRef") or "")) for row in rows} - {""}
    found: list[Record] = []
    for days in in_chunks(sorted(set(values))):
        for part in in_chunks(sorted(customers)) if customers else [[]]:
            where = is_in("TxnDate", days) + (f" AND {is_in('CustomerRef', part)}" if part else "")
            async for page in run.clients.quickbooks.query_pages(entity, where, order_by="Id"):
                found += page.records
    return found


def _is_it(row: Row, record: Record, began: Mapping[str, datetime]) -> bool:
    find = row["find"]
    if not all(_equal(name, value, record) for name, value in (find.get("where") or {}).items()):
        return False
    mark = find.get("mark")
    if mark:
        return bracketed(str(mark)) in str(record.get("PrivateNote") or "")
    if not all(_alike(value, value_at(record, path)) for path, value in (find.get("same") or {}).items()):
        return False
    made = moment((record.get("MetaData") or {}).get("CreateTime"))
    since = began.get(row["run_id"])
    return made is None or since is None or made >= since


def bracketed(mark: str) -> str:
    """Our mark as it stands in a note."""
    return mark if mark.startswith("[hs ") else f"[hs {mark}]"


def _equal(name: str, value: Any, record: Record) -> bool:
    wanted, there = _plain(value), _plain(value_at(record, name))
    if name in _TEXTS:
        return name_key(str(wanted)) == name_key(str(there or ""))
    if name == "TotalAmt":
        return same(_number(wanted), there)
    return str(wanted) == str(there)


def _number(value: Any) -> Any:
    from decimal import Decimal

    return Decimal(value) if isinstance(value, str) else value


def _alike(wanted: Any, there: Any) -> bool:
    if isinstance(wanted, str) and isinstance(there, str):
        return wanted.strip().casefold() == there.strip().casefold()
    return same(wanted, there)


def _plain(value: Any) -> Any:
    """The id inside a reference."""
    return value.get("value") if isinstance(value, Mapping) and "value" in value else value


def _began(run: Run, rows: Iterable[Row]) -> dict[str, datetime]:
    runs = list(dict.fromkeys(row["run_id"] for row in rows))
    found = SQL.rows(run.warehouse.con, "first_reads", runs=runs)
    return {row["run_id"]: row["began"] for row in found if row["system"] == System.QUICKBOOKS.value}
