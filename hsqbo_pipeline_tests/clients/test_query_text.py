"""Statements of QuickBooks' query language, read back by a parser written from the grammar."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.clients.quickbooks.query_text import (
    IN_BYTES,
    IN_VALUES,
    conditions,
    in_chunks,
    is_in,
    literal,
    quoted,
    select,
)


def _unquoted(text: str) -> tuple[str, str]:
    """The value of the literal at the start of `text`, and the rest; by the backslash rule."""
    assert text[0] == "'"
    value, position = "", 1
    while text[position] != "'":
        if text[position] == "\\":
            position += 1
        value += text[position]
        position += 1
    return value, text[position + 1 :]


@given(st.text())
def test_any_text_comes_out_of_its_literal_as_it_went_in(text: str) -> None:
    """Quotes and backslashes anywhere neither end a literal early nor change it."""
    assert _unquoted(quoted(text)) == (text, "")


@given(st.lists(st.text(), min_size=1, max_size=20))
def test_a_list_of_values_reads_back_as_the_same_list(values: list[str]) -> None:
    """No value of an IN list can leak into its neighbours."""
    rest = is_in("DisplayName", values).removeprefix("DisplayName IN (").removesuffix(")")
    read = []
    while rest:
        value, rest = _unquoted(rest)
        read.append(value)
        rest = rest.removeprefix(", ")
    assert read == values


@given(st.lists(st.text(max_size=200), max_size=2500))
def test_chunks_hold_each_value_once_and_fit_one_statement(values: list[str]) -> None:
    """Nothing is lost, nothing doubled, no statement grows beyond its limits."""
    chunks = list(in_chunks(values))
    assert [value for chunk in chunks for value in chunk] == list(dict.fromkeys(values))
    assert all(len(chunk) <= IN_VALUES for chunk in chunks)
    assert all(len(is_in("X", chunk).encode()) <= IN_BYTES + 100 for chunk in chunks)


def test_a_thousand_ids_need_one_statement_and_a_thousand_and_one_need_two() -> None:
    """The cost of a look-up is one request per thousand values."""
    assert len(list(in_chunks(str(number) for number in range(1000)))) == 1
    assert len(list(in_chunks(str(number) for number in range(1001)))) == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (7, "'7'"),
        (Decimal("1E+3"), "'1000'"),
        (date(2026, 3, 1), "'2026-03-01'"),
        (datetime(2026, 3, 1, 1, 2, 3, tzinfo=timezone(timedelta(hours=-8))), "'2026-03-01T09:02:03+00:00'"),
        ("Amy's", r"'Amy\'s'"),
        ("C:\\x", r"'C:\\x'"),
    ],
)
def test_literals_are_unambiguous(value: object, text: str) -> None:
    """Times carry their offset, amounts no exponent, texts the backslash rule."""
    assert literal(value) == text  # type: ignore[arg-type]


def test_list_entries_come_inactive_ones_included_unless_asked_otherwise() -> None:
    """Inactive records are invisible unless the statement speaks of Active; transactions have no such property."""
    assert conditions("Customer") == " WHERE Active IN (true, false)"
    assert conditions("Customer", "Active = false") == " WHERE Active = false"
    assert conditions("Invoice", None, "Id = '1'") == " WHERE Id = '1'"
    assert conditions("Item", "Sku = 'A'") == " WHERE Sku = 'A' AND Active IN (true, false)"


def test_items_are_asked_for_with_their_sku() -> None:
    """`SELECT *` on Item leaves the SKU out."""
    assert select("Item").startswith("SELECT *, Sku FROM Item ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000")
    assert select("Invoice", columns="Id").startswith("SELECT Id FROM Invoice")
    assert re.fullmatch(r"'\d{4}-\d\d-\d\dT00:00:00\+00:00'", literal(datetime(2026, 1, 1, tzinfo=UTC)))
