"""How a query is walked page by page over data that changes meanwhile.

QuickBooks has no cursor and no snapshot, and Id can only be compared for equality. So a walk by last update begins
each page at the last time seen (rows of that very time come twice and are dropped here); only inside a block of rows
that all carry one time does it count positions.
"""

from __future__ import annotations

from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.clients.quickbooks.query_text import conditions, quoted, select

UPDATED = "MetaData.LastUpdatedTime"


class Walk:
    """The statement to ask next (None at the end), given the rows that came so far."""

    def __init__(self, entity: str, where: str | None, columns: str, order_by: str, page: int) -> None:
        self._entity = entity
        self._where = where
        self._columns = columns
        self._order_by = order_by
        self._page = page
        self._since: str | None = None  # the last update time seen, as QuickBooks wrote it
        self._start = 1
        self._seen: set[tuple[str, str]] = set()
        self.statement: str | None = self._next()

    def take(self, rows: list[Record]) -> list[Record]:
        """The rows not given before; moves `statement` on."""
        fresh = [row for row in rows if _key(row) not in self._seen]
        if len(rows) < self._page:
            self.statement = None
            return fresh
        last = _updated(rows[-1]) if self._order_by == UPDATED else None
        if last is None or last == _updated(rows[0]):
            self._start += len(rows)  # one time fills the page, or the order is another: go on by position
            self._seen = {_key(row) for row in rows}
        else:
            self._since, self._start = last, 1
            self._seen = {_key(row) for row in rows if _updated(row) == last}
        self.statement = self._next()
        return fresh

    def _next(self) -> str:
        since = f"{UPDATED} >= {quoted(self._since)}" if self._since else None
        where = conditions(self._entity, self._where, since)
        return select(
            self._entity, where, columns=self._columns, order_by=self._order_by, start=self._start, page=self._page
        )


def _updated(row: Record) -> str | None:
    meta = row.get("MetaData")
    text = meta.get("LastUpdatedTime") if isinstance(meta, dict) else None
    return str(text) if text else None


def _key(row: Record) -> tuple[str, str]:
    return str(row.get("Id", "")), f"{row.get('SyncToken', '')} {_updated(row) or ''}"
