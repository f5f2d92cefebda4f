"""The SQL twins of rules that Python has too: both must say the same of every value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hsqbo_pipeline
from hsqbo_pipeline.core.validate import MACROS
from hsqbo_pipeline.model import days, keys

SQL = Path(hsqbo_pipeline.__file__).parent / "core" / "sql"
ZONES = (
    "America/New_York",
    "Europe/Oslo",
    "Asia/Tokyo",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Asia/Kolkata",
    "America/St_Johns",
)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows the macros."""
    connection = duckdb.connect(":memory:")
    for name in MACROS:
        connection.execute((SQL / f"valid_macro_{name}.sql").read_text(encoding="utf-8"))
    yield connection
    connection.close()


def _said(con: duckdb.DuckDBPyConnection, expression: str, **values: Any) -> Any:
    return con.execute(f"SELECT {expression}", values).fetchall()[0][0]


def _day_in_python(value: str, zone: str) -> date | None:
    try:
        return days.business_day_of(value, ZoneInfo(zone))
    except ValueError:
        return None


_INSTANTS = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by contract
_TEXTS = st.one_of(
    _INSTANTS.map(days.iso),
    _INSTANTS.map(lambda instant: str(int(instant.timestamp() * 1000))),
    _INSTANTS.map(lambda instant: instant.date().isoformat()),
    _INSTANTS.map(lambda instant: f"{instant.date().isoformat()}T00:00:00.000Z"),
    _INSTANTS.map(lambda instant: instant.astimezone(ZoneInfo("America/Los_Angeles")).isoformat(timespec="seconds")),
    st.text(alphabet="0123456789-T:Z+. ", max_size=26),
)


@settings(max_examples=150, deadline=None)
@given(value=_TEXTS, zone=st.sampled_from(ZONES))
@example(value="2026-12-01T01:30:00Z", zone="America/New_York")
@example(value="2026-12-01T00:00:00Z", zone="America/New_York")
@example(value="2026-12-01T00:00:00+01:00", zone="America/New_York")
@example(value="2026-12-01T01:30:00", zone="America/New_York")
@example(value="1764552600", zone="America/New_York")
@example(value="2026-02-30", zone="Asia/Tokyo")
@example(value="2026-11-01T24:00:00Z", zone="Asia/Tokyo")
@pytest.mark.rule("N3")
def test_business_day_is_the_same_in_sql_and_python(con: duckdb.DuckDBPyConnection, value: str, zone: str) -> None:
    """Every text that is a time for one is the same day for the other, in any zone; what is none for one is none for both."""
    text = value.strip()
    assert _said(con, "business_day(text_of($value), $zone)", value=value, zone=zone) == (
        _day_in_python(text, zone) if text else None
    )


_ADDRESSES = st.one_of(
    st.emails(), st.text(alphabet="ab@._-,; <>\"()[]", max_size=14), st.builds("{}@{}.{}".format, *[st.text("ab.-_", max_size=4)] * 3)
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(value=_ADDRESSES)
@example(value="a@b..co")
@example(value="a" * 65 + "@example.com")
@pytest.mark.rule("D31")
def test_email_is_the_same_in_sql_and_python(con: duckdb.DuckDBPyConnection, value: str) -> None:
    """What is an address for the match keys is one for validation."""
    assert bool(_said(con, "is_email($value)", value=value)) == keys.is_email(value)


@settings(max_examples=100, deadline=None)
@given(value=st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False), zeros=st.integers(0, 30))
def test_amounts_are_exact_or_refused(con: duckdb.DuckDBPyConnection, value: Decimal, zeros: int) -> None:
    """An amount of a document has two decimals that matter or is refused; a price keeps its ten; no digit is ever changed."""
    text = format(value, "f") + "0" * zeros
    assert _said(con, "quantity_of($text)", text=text) == value
    cents = value.quantize(Decimal("0.01"))
    assert _said(con, "money_of($text)", text=text) == (cents if cents == value else None)


@pytest.mark.parametrize(
    "text",
    ["", " ", "abc", "1,5", "1 000", "1_000", "0x10", "NaN", "Infinity", "1e", "--1", "1.2.3", "1e-20", "9" * 25],
)
def test_what_is_no_number(con: duckdb.DuckDBPyConnection, text: str) -> None:
    """Anything but a plain number is none, and nothing raises."""
    assert _said(con, "money_of($text)", text=text) is None
    assert _said(con, "quantity_of($text)", text=text) is None


@given(st.text(max_size=12), st.sampled_from(["[hs invoices 77]", "[hs payments 5] ", ""]))
def test_mark_is_found_behind_any_note(con: duckdb.DuckDBPyConnection, note: str, mark: str) -> None:
    """Whatever a person writes before it, the mark at the end is the mark."""
    expected = mark.strip()[4:-1] if mark else None
    if mark or not note.rstrip().endswith("]"):
        assert _said(con, "mark_of($note)", note=note + mark) == expected
