"""Business days: what HubSpot's date-times mean, and which ones are written."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.model.days import (
    business_day,
    business_day_of,
    day_bounds,
    instant_of,
    iso,
    parse_day,
    parse_instant,
)

NEW_YORK = ZoneInfo("America/New_York")
FIXED_ZONES = [timezone(timedelta(hours=hours)) for hours in range(-12, 15)]
NAMED_ZONES = [ZoneInfo(name) for name in sorted(zoneinfo.available_timezones()) if "/" in name and "posix" not in name]
ZONES = st.one_of(st.sampled_from(FIXED_ZONES), st.sampled_from(NAMED_ZONES))
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.rule("N3", "H17")
@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-12-01T01:30:00Z", date(2026, 11, 30)),  # half past eight in the evening before, in New York
        ("2026-12-01T00:00:00Z", date(2026, 12, 1)),  # a calendar date, not an instant
        ("2026-12-01T00:00:00.001Z", date(2026, 11, 30)),
        ("2026-12-01T03:10:00Z", date(2026, 11, 30)),
        ("1796083200000", date(2026, 12, 1)),
        ("2026-12-01", date(2026, 12, 1)),
        ("2026-11-30T19:00:00-05:00", date(2026, 12, 1)),  # the same instant as midnight UTC
    ],
)
def test_a_hubspot_value_stands_for_a_business_day(value: str, day: date) -> None:
    """Exactly midnight UTC is that date; anything else is the day on the company's clock."""
    assert business_day_of(value, NEW_YORK) == day


@pytest.mark.rule("N3")
@given(DAYS, ZONES)
def test_a_day_becomes_an_instant_on_that_day_everywhere(day: date, zone: tzinfo) -> None:
    """What is written lies on the day in UTC and in the company's zone, and is read back as that day."""
    instant = instant_of(day, zone)
    assert instant.tzinfo is UTC
    assert instant.date() == day
    begin, end = day_bounds(day, zone)
    if begin < end:  # the zone did not skip that day
        assert instant.astimezone(zone).date() == day
    assert business_day(instant, zone) == day
    assert business_day_of(iso(instant), zone) == day


def test_a_day_that_the_zone_skipped_is_written_as_the_calendar_date() -> None:
    """Samoa had no 30 December 2011; the instant is midnight UTC, which says the date by itself."""
    skipped = date(2011, 12, 30)
    assert instant_of(skipped, ZoneInfo("Pacific/Apia")) == datetime(2011, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Europe/Oslo", date(2026, 7, 1), 24),
        ("America/Santiago", date(2026, 9, 6), 23),  # midnight itself does not exist that day
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(zone: str, day: date, hours: int) -> None:
    """Both clock changes, a midnight that does not exist and a day that never was keep their true length."""
    begin, end = day_bounds(day, ZoneInfo(zone))
    assert end - begin == timedelta(hours=hours)


@given(DAYS, ZONES)
def test_days_follow_each_other_without_gap(day: date, zone: tzinfo) -> None:
    """The end of a day is the beginning of the next, so no instant belongs to none or to two."""
    assert day_bounds(day, zone)[1] == day_bounds(day + timedelta(days=1), zone)[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-24T07:00:00-08:00", datetime(2026, 11, 24, 15, tzinfo=UTC)),
        ("2026-11-24T15:00:00.123Z", datetime(2026, 11, 24, 15, 0, 0, 123000, tzinfo=UTC)),
        ("2026-11-24T15:00:00+0000", datetime(2026, 11, 24, 15, tzinfo=UTC)),
        (1795532400000, datetime(2026, 11, 24, 15, tzinfo=UTC)),
        ("1795532400001", datetime(2026, 11, 24, 15, 0, 0, 1000, tzinfo=UTC)),
        (-62135596800000, datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_wire_times_become_utc(value: str | int, expected: datetime) -> None:
    """QuickBooks' offsets and HubSpot's milliseconds end as the same instant."""
    assert parse_instant(value) == expected
    assert parse_instant(value).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-24T07:00:00",
        "2026-11-24",
        "1795532400",
        "soon",
        "",
        "2026-13-01T00:00:00Z",
        "99999999999999999",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_times_that_could_mean_anything_are_refused(value: str) -> None:
    """A time without offset, seconds instead of milliseconds and dates that do not exist are refused."""
    with pytest.raises(ValueError, match=r"."):
        parse_instant(value)


@pytest.mark.parametrize("value", ["2026-2-3", "2026-02-30", "20260203", "2026-02-03T00:00:00Z", "٢٠٢٦-٠٢-٠٣"])
def test_a_date_has_one_spelling(value: str) -> None:
    """Only YYYY-MM-DD of a day that exists is a date."""
    with pytest.raises(ValueError, match=r"."):
        parse_day(value)


def test_an_instant_needs_its_zone() -> None:
    """A naive time is a mistake in our own code and is told as one."""
    with pytest.raises(ValueError, match="time zone"):
        business_day(datetime(2026, 11, 24), NEW_YORK)  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_refused(day: date) -> None:
    """A year typed as 0001 or 9999 is a value to refuse, not a crash."""
    with pytest.raises(ValueError, match="calendar"):
        instant_of(day, FIXED_ZONES[-1] if day == date.min else NEW_YORK)


def test_times_are_written_without_needless_digits() -> None:
    """Whole seconds have no fraction; others have milliseconds."""
    assert iso(datetime(2026, 11, 24, 10, tzinfo=NEW_YORK)) == "2026-11-24T15:00:00Z"
    assert iso(datetime(2026, 11, 24, 10, 0, 0, 5000, tzinfo=UTC)) == "2026-11-24T10:00:00.005Z"
