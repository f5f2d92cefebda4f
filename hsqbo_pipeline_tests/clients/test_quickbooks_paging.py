"""Complete reads of rows that people change while we read."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hsqbo_pipeline.clients.quickbooks.paging import UPDATED, Walk

Row = dict[str, Any]


class _Table:
    """Rows ordered by last update, as the query endpoint serves them."""

    def __init__(self, times: list[int]) -> None:
        self.rows = [_row(number, time) for number, time in enumerate(times)]

    def edit(self, number: int, time: int) -> None:
        old = self.rows[number]
        self.rows[number] = _row(number, time, int(old["SyncToken"]) + 1)

    def answer(self, statement: str) -> list[Row]:
        since = re.search(rf"{re.escape(UPDATED)} >= '([^']+)'", statement)
        start, most = (int(re.search(rf"{word} (\d+)", statement)[1]) for word in ("STARTPOSITION", "MAXRESULTS"))  # type: ignore[index]
        rows = [row for row in self.rows if since is None or row["MetaData"]["LastUpdatedTime"] >= since[1]]
        rows.sort(key=lambda row: (row["MetaData"]["LastUpdatedTime"], int(row["Id"])))
        return rows[start - 1 : start - 1 + most]


def _row(number: int, time: int, token: int = 0) -> Row:
    stamp = f"2026-11-23T{time // 3600:02d}:{time // 60 % 60:02d}:{time % 60:02d}-08:00"
    return {"Id": str(number), "SyncToken": str(token), "MetaData": {"LastUpdatedTime": stamp}}


@example(times=[0] * 5, edits=[(1, 0), (1, 1)], page=3)  # two rows leave a block of one time: positions shift past one
@settings(max_examples=200)
@given(
    times=st.lists(st.integers(0, 30), max_size=60),
    edits=st.lists(st.tuples(st.integers(1, 20), st.integers(0, 59)), max_size=15),
    page=st.integers(2, 9),
)
def test_no_row_is_skipped_when_others_are_edited_meanwhile(
    times: list[int], edits: list[tuple[int, int]], page: int
) -> None:
    """Whatever is edited between pages, every row is given, last in its newest content, and none twice as it was."""
    table = _Table(times)
    walk = Walk("Invoice", None, "*", UPDATED, page)
    given_rows: list[Row] = []
    request = 0
    while walk.statement is not None:
        given_rows += walk.take(table.answer(walk.statement))
        request += 1
        assert request < 400, "the walk does not end"
        for after, number in edits:
            if after == request and number < len(times) and walk.statement is not None:
                table.edit(number, 40 + request)
    newest = {row["Id"]: row for row in given_rows}
    assert newest == {row["Id"]: row for row in table.rows if row["Id"] in newest}
    assert set(newest) == {row["Id"] for row in table.rows}
    assert len({(row["Id"], row["SyncToken"]) for row in given_rows}) == len(given_rows)


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (999, 1), (3503, 4), (2500, 3)])
def test_a_complete_read_costs_a_request_per_thousand(count: int, requests: int) -> None:
    """Pages are as large as QuickBooks allows, for distinct times and for one time alike."""
    for times in (list(range(count)), [7] * count):
        table = _Table(times)
        walk = Walk("Invoice", None, "*", UPDATED, 1000)
        rows, asked = 0, 0
        while walk.statement is not None:
            rows += len(walk.take(table.answer(walk.statement)))
            asked += 1
        assert (rows, asked) == (count, requests)


def test_the_callers_condition_stays_on_every_page() -> None:
    """The walk adds to a condition, it never replaces it."""
    walk = Walk("Customer", "MetaData.LastUpdatedTime >= '2026-01-01'", "*", UPDATED, 2)
    walk.take([_row(1, 1), _row(2, 2)])
    assert walk.statement is not None
    assert walk.statement.count("MetaData.LastUpdatedTime >=") == 2
    assert "Active IN (true, false)" in walk.statement
    assert "STARTPOSITION 1 " in walk.statement
