"""Change data capture: what changed since a moment, deleted transactions as stubs at the end of their group."""

from __future__ import annotations

import re
from datetime import timedelta

from hsqbo_pipeline.sandbox.quickbooks.books import BY_ROUTE, Books
from hsqbo_pipeline.sandbox.quickbooks.query import _instant
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, missing
from hsqbo_pipeline.sandbox.quickbooks.wire import stamp

LOOK_BACK = timedelta(days=30)
LARGEST = 1000
NOT_COVERED = frozenset({"JournalCode", "TaxAgency", "TaxCode", "TaxRate"})


def run_cdc(books: Books, entities: str, since: str) -> bytes:
    """Answer with the value of "CDCResponse". Raises Refusal for an unknown entity or too long a look-back."""
    names = [_entity(name.strip()) for name in entities.split(",") if name.strip()]
    if not names:
        raise missing("entities")
    if not since:
        raise missing("changedSince")
    edge = _since(books, since)
    groups = []
    left = LARGEST
    for name in names:
        rows = _changed(books, name, edge)[:left]
        left -= len(rows)
        groups.append(_group(name, rows))
    return b'[{"QueryResponse":[%s]}]' % b",".join(groups)


def _since(books: Books, since: str) -> int:
    # an unescaped plus sign of the offset arrives as a blank
    edge = _instant(re.sub(r" (\d\d:?\d\d)\Z", r"+\1", since))
    if edge < (books.clock.now() - LOOK_BACK).timestamp():
        detail = f"Operation cdc with changedSince date {since} which is older than fixed days is not supported."
        raise Refusal(books.switches.qb_cdc_too_old_code, "Unsupported Operation", detail)
    return int(edge) if edge == int(edge) else int(edge) + 1


def _entity(name: str) -> str:
    entity = BY_ROUTE.get(name.lower())
    if entity is None or entity in NOT_COVERED:
        raise Refusal("4001", "Invalid query", f"QueryValidationError: invalid context declaration: {name}")
    return entity


def _changed(books: Books, entity: str, edge: int) -> list[bytes]:
    table = books.tables[entity]
    rows = [table.rows[number].raw for number in table.changed_since(edge)]
    for stone in books.tombstones:
        if stone.entity == entity and stone.at >= edge:
            rows.append(
                b'{"domain":"QBO","status":"Deleted","Id":"%s","MetaData":{"LastUpdatedTime":"%s"}}'
                % (stone.id.encode(), stamp(stone.at).encode())
            )
    return rows


def _group(entity: str, rows: list[bytes]) -> bytes:
    if not rows:
        return b"{}"
    count = len(rows)
    return b'{"%s":[%s],"startPosition":1,"maxResults":%d,"totalCount":%d}' % (
        entity.encode(),
        b",".join(rows),
        count,
        count,
    )
