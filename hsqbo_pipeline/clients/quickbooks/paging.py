"""How a query is walked page by page over data that changes meanwhile.

QuickBooks has no cursor and no snapshot, and Id can only be compared for equality. So a walk by last update begins
each page at the last time seen (rows of that very time come twice and are dropped here); only inside a block of rows
that all carry one time does it count positions. There each page repeats the last row of the one before: if another row
stands in its place, someone has edited the block meanwhile, positions have shifted, and the block is read again.
"""

from __future__ import annotations

from hsqbo_pipeline.clients.pages import Record
from hsqbo_pipeline.clients.quickbooks.query_text import conditions, quoted, select

UPDATED = "MetaData.LastUpdatedTime"


class Walk:
    """The statement to ask next (None at the end), given the rows that came so far."""

    def __init__(self, entity: str, where: str | None, columns: str, order_by: str, page: int) -> None:
        if page < 2:
            raise ValueError("a page must hold at least two rows: one repeats the page before")
        self._entity = entity
        self._where = where
        self._columns = columns
        self._order_by = order_by
        self._page = page
        self._since: str | None = None  # the last update time seen, as QuickBooks wrote it
        self._start = 1
        self._seen: set[tuple[str, str]] = set()  # rows of that time, or of the block counted by position
        self._ahead: set[tuple[str, str]] = set()  # rows of pages that came shifted
        self._repeats: tuple[str, str] | None = None  # the row that the next page must begin with
        self.statement: str | None = self._next()

    def take(self, rows: list[Record]) -> list[Record]:
        """The rows not given before; moves `statement` on."""
        keys = [_key(row) for row in rows]
        known = self._seen | self._ahead if self._ahead else self._seen
        fresh = [row for row, key in zip(rows, keys, strict=True) if key not in known]
        if self._repeats is not None and keys[:1] != [self._repeats]:
            self._ahead.update(keys)
            self._start, self._repeats = 1, None
        elif len(rows) < self._page:
            self.statement = None
            return fresh
        else:
            self._advance(rows, keys)
        self.statement = self._next()
        return fresh

    def _advance(self, rows: list[Record], keys: list[tuple[str, str]]) -> None:
        last = _updated(rows[-1]) if self._order_by == UPDATED else None
        if last is None or last == _updated(rows[0]):
            self._start += len(rows) - 1  # one time fills the page, or the order is another: go on by position
            self._seen.update(keys)
            self._repeats = keys[-1]
        else:
            self._since, self._start, self._repeats = last, 1, None
            self._seen = {key for row, key in zip(rows, keys, strict=True) if _updated(row) == last}

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
